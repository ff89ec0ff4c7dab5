import csv
import io
import re
from collections import Counter
from pathlib import Path

from jo.timing.zones import load_zone
from tools.make_crm import make_files

COMMITTED = Path(__file__).parents[3] / "lists" / "data"


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(make_files()[name].decode(), newline="")))


def test_the_committed_files_are_what_the_script_writes() -> None:
    made = make_files()
    assert {path.name: path.read_bytes() for path in COMMITTED.glob("*.csv")} == made
    assert sum(map(len, made.values())) < 200_000


def test_keys_are_unique_and_references_lead_somewhere() -> None:
    rows = {name: table(f"{name}.csv") for name in ("companies", "contacts", "contracts", "csms")}
    ids = {name: {row["id"] for row in rows[name]} for name in rows}
    assert {name: len(ids[name]) for name in rows} == {name: len(rows[name]) for name in rows}
    assert {row["company"] for row in rows["contacts"] + rows["contracts"]} <= ids["companies"]
    assert {row["contact"] for row in rows["contracts"]} <= ids["contacts"] | {""}
    assert {row["csm"] for row in rows["companies"]} <= ids["csms"] | {""}


def test_every_domain_is_reserved_for_examples() -> None:
    domains = re.findall(rb"(?:@|//)([\w.-]+\.[\w-]+)", b"\n".join(make_files().values()))
    assert len(domains) > 500
    assert [d for d in domains if not re.fullmatch(rb"(.*\.)?(example|example\.(com|org))", d, re.I)] == []


def test_zones_are_real_but_for_some_that_are_missing_or_unknown() -> None:
    zones = Counter(row["zone"] for name in ("companies", "contacts") for row in table(f"{name}.csv"))
    unknown = {zone for zone in zones if zone and load_zone(zone) is None}
    assert unknown == {"Mars/Olympus_Mons", "Europe/Atlantis", "GMT+25", "Pacific Time (US)"}
    assert zones[""] > 50
    assert len(zones) > 20


def test_the_onboarding_journey_has_somebody_for_each_branch() -> None:
    served = {
        row["id"]: row
        for row in table("companies.csv")
        if row["segment"] in ("SMB", "MM") and not row["csm"] and row["customer_since"] >= "2026-11-01"
    }
    roles: dict[str, list[str]] = {company: [] for company in served}
    for contact in table("contacts.csv"):
        if contact["company"] in served:
            roles[contact["company"]].append(contact["role"])
    assert any(r.count("Admin") == 2 for r in roles.values())
    assert any("Admin" not in r and "Sold-To" in r for r in roles.values())
    assert any(r and not {"Admin", "Sold-To"} & set(r) for r in roles.values())
    assert any(not r for r in roles.values())
    assert {row["plan"] for row in served.values()} == {"saas", "self-managed"}
    assert any(row["churned_at"] for row in served.values())
    assert any(row["customer_since"] > "2027-01-01" for row in served.values())


def test_renewals_fall_due_all_year() -> None:
    months = {row["renewal_date"][:7] for row in table("contracts.csv") if row["status"] == "active"}
    assert months >= {"2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05"}
