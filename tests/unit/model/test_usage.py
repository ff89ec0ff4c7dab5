"""Which columns live journeys read: what jo keeps a copy of."""

from typing import Any

import pytest

from jo.conditions.functions import count_key
from jo.model.program import Program
from jo.model.usage import used_counts, used_fields
from tests.support.files import accepted
from tests.support.manifests import compiled

SOURCES = """
kind: source
name: companies
key: id
fields: {id: text, name: text, segment: text, zone: text?, csm: ref csms?, live_at: date?, unused: text?}
roles: {zone: zone}
---
kind: source
name: csms
key: key
fields: {key: text, name: text, email: text, unused: text?}
---
kind: source
name: contacts
key: id
stable: [id, company]
fields:
  id: text
  email: text
  first_name: text?
  last_name: text?
  role: text
  language: text?
  consent: boolean?
  company: ref companies
  unused: text?
roles: {address: email, company: company, marketing_consent: consent}
---
kind: source
name: contracts
key: number
fields: {number: integer, signer: ref contacts, ends: date?, state: text}
---
kind: source
name: payments
key: id
fields: {id: text, contract: ref contracts, amount: number}
---
kind: source
name: nobody
key: id
fields: {id: text}
---
kind: event
name: trial.started
fields: {id: text, at: timestamp, contact: ref contacts, rep: ref csms?}
roles: {id: id, time: at, contact: contact}
---
kind: sender
name: team
from_name: "{{ company.csm.name | default('Team') }}"
from_address: team@example.com
postal: 1 Road
---
kind: topic
name: news
title: News
---
kind: template
name: hello
class: marketing
topic: news
sender: team
subject: "Hello {{ contact.first_name | default('there') }}"
body: hello.md.j2
versions:
  ja: {when: contact.language = 'ja', subject: "{{contact.last_name|default('')}}"}
---
kind: power_list
name: everybody
from: contacts
where: contact.unused is null
refresh: daily at 02:00
---
kind: power_list
name: renewing
from: contracts
recipient: contract.signer
refresh: daily at 02:00
---
"""

HELLO = """{% if company.name.upper() %}{{ company . name }}{% endif %} {# comment #} contact.role
[x]({{ unsubscribe_url }})"""

ALWAYS: dict[str, set[str]] = {
    "contacts": {"id", "email", "company", "consent"},
    "companies": {"id", "zone"},
}
"""The key, and what has a role."""

OUTREACH = """
kind: outreach
name: news
audience: everybody
template: hello
schedule: {at: "2026-12-01 09:00"}
"""


def used(*journeys: str, pinned: tuple[Program, ...] = ()) -> dict[str, set[str]]:
    project = accepted(compiled(SOURCES + "\n---\n".join(journeys), bodies={"hello.md.j2": HELLO}))
    return {source: set(fields) for source, fields in used_fields(project, pinned).items()}


def program(body: str, audience: str = "everybody") -> str:
    return f"kind: program\nname: it\naudience: {audience}\nentry: {{existing: skip}}\n{body}"


def test_without_journeys_nothing_is_used() -> None:
    assert used("kind: topic\nname: other\ntitle: Other\n") == {}


def test_a_template_uses_its_tokens_its_versions_and_its_sender() -> None:
    assert used(OUTREACH) == {
        "contacts": ALWAYS["contacts"] | {"first_name", "last_name", "language"},
        "companies": ALWAYS["companies"] | {"name", "csm"},
        "csms": {"key", "name"},
    }


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("exit_when: {big: company.segment = 'ENT'}\nsteps: {a: {wait: 1 day}}", {"companies": {"segment"}}),
        (
            "steps: {a: {wait: {until: company.live_at + 10 days}}}",
            {"companies": {"live_at"}},
        ),
        (
            "steps: {a: {wait: 1 day, if: company.csm.email is not null}}",
            {"companies": {"csm"}, "csms": {"key", "email"}},
        ),
        ("holdout: {percent: 10, by: role}\nsteps: {a: {wait: 1 day}}", {"contacts": {"role"}}),
        (
            "steps:\n  a:\n    wait_for:\n      event: trial.started\n"
            "      where: event.rep.email is not null\n      within: 1 day",
            {"csms": {"key", "email"}},
        ),
        (
            "exit_when:\n  many: count(contracts, contract.state = 'on') > 1\nsteps: {a: {wait: 1 day}}",
            {},
        ),
    ],
)
def test_a_program_uses_what_its_conditions_times_and_identity_read(
    body: str, more: dict[str, set[str]]
) -> None:
    found = used(program(body))

    for source in {*found, *ALWAYS, *more}:
        assert found[source] == ALWAYS.get(source, set()) | more.get(source, set()), source


def test_a_list_over_other_rows_lends_its_row_to_conditions_and_tokens() -> None:
    found = used(program("steps: {a: {wait: {until: contract.ends}}}", audience="renewing"))

    assert found["contracts"] == {"number", "signer", "ends"}


def test_a_pinned_revision_is_read_as_well() -> None:
    old = accepted(
        compiled(
            SOURCES + program("exit_when: {x: contact.role = 'a'}\nsteps: {a: {wait: 1 day}}"),
            bodies={"hello.md.j2": HELLO},
        )
    ).programs["it"]

    assert "role" in used(OUTREACH, pinned=(old,))["contacts"]


def test_counts_about_a_row_are_of_its_source() -> None:
    journey = program(
        "exit_when: {paid: count(payments) > 0}\nsteps: {a: {wait: 1 day}}", audience="renewing"
    )
    project = accepted(compiled(SOURCES + journey, bodies={"hello.md.j2": HELLO}))

    counts = used_counts(project)

    assert {source: [count_key(call) for call in calls] for source, calls in counts.items()} == {
        "contracts": ["count(payments)"]
    }


def test_counts_are_named_once_for_each_source_of_contacts() -> None:
    project: Any = accepted(
        compiled(
            SOURCES
            + program(
                "exit_when: {a: count(contracts) > 1, b: 'count(contracts) > 2 or contact.role = ''x'''}\n"
                "steps: {a: {branch: [{when: \"count(contracts, contract.state = 'on') = 0\", next: end}],"
                " otherwise: end}}"
            ),
            bodies={"hello.md.j2": HELLO},
        )
    )

    counts = used_counts(project)

    assert {source: [count_key(call) for call in calls] for source, calls in counts.items()} == {
        "contacts": ["count(contracts)", "count(contracts, contract.state = 'on')"]
    }
