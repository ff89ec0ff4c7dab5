"""The SQL behind a list, as it is sent to DuckDB. A changed snapshot is to be reviewed like code."""

from datetime import UTC, date, datetime
from pathlib import Path

from jo.warehouse.members import Known, audience_query
from tests.support.manifests import compiled

FOLDER = Path(__file__).parent / "queries"

MANIFEST = """
kind: source
name: companies
key: id
fields: {id: text, segment: text, customer_since: date?, csm: ref csms?}
---
kind: source
name: csms
key: id
fields: {id: text, zone: text}
---
kind: source
name: contacts
key: id
fields: {id: text, email: text?, role: text, company: ref companies?}
roles: {address: email, company: company}
---
kind: source
name: contracts
key: id
fields: {id: integer, signer: ref contacts?, ends_at: timestamp}
---
kind: power_list
name: plain
from: contacts
where:
  - contact.role = 'Admin'
  - company.segment in ('SMB', 'MM')
  - days_since(company.customer_since) <= 30
refresh: daily at 02:00
---
kind: power_list
name: renewing
from: contracts
recipient: contract.signer
where: contract.ends_at < now()
refresh: daily at 02:00
---
kind: power_list
name: everything
from: contacts
where: ["not in_list('renewing')", company.csm.zone = 'Europe/Berlin', count(contracts) > 1]
fallback: {where: contact.role = 'Sold-To'}
include: [plain]
exclude: [renewing]
distinct: address
refresh: daily at 02:00
"""


def test_queries_are_as_reviewed(update_golden: bool) -> None:
    project = compiled(MANIFEST).project
    dirty = Known(unreadable=frozenset({"contacts", "csms"}), folded={"contacts": "folded.contacts"})

    for name, known in (
        ("plain", Known()),
        ("renewing", Known()),
        ("everything", Known()),
        ("everything", dirty),
    ):
        text = audience_query(
            project,
            project.lists[name],
            known,
            today=date(2026, 12, 1),
            now=datetime(2026, 12, 1, 9, tzinfo=UTC),
        )
        file = FOLDER / f"{name}{'-of-odd-data' if known is dirty else ''}.sql"
        if update_golden:
            FOLDER.mkdir(exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == file.read_text(encoding="utf-8"), file.name
