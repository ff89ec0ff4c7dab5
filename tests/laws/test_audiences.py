"""Audiences on DuckDB against an interpreter of the rules in plain Python, on random worlds and lists.

The interpreter reads conditions through their Python back end, one row after the other, and takes the rules
from the design's text alone: base, include, exclude, fallback for companies with nobody, distinct by address.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from jo.conditions.condition import Condition
from jo.conditions.facts import Row
from jo.conditions.to_python import compile_condition
from jo.flow.mailbox import address_key
from jo.model.power_list import PowerList
from jo.model.project import Project
from tests.support.files import NOW, TODAY, as_csv, open_files

SEEDS = range(30)

SOURCES = """
kind: source
name: companies
key: id
fields: {id: text, segment: "text?", since: "date?", parent: ref companies?}
---
kind: source
name: contacts
key: id
fields: {id: text, email: "text?", role: text, score: "integer?", company: ref companies?}
roles: {address: email, company: company}
---
kind: source
name: contracts
key: id
fields: {id: text, status: text, signer: ref contacts?}
---
"""

COMPANY_ITEMS = (
    "company.segment = 'SMB'",
    "company.segment is not null",
    "contact.company.segment in ('SMB', 'ENT')",
    "days_since(company.since) <= 20",
    "company.parent.segment = 'ENT' or company.segment = 'ENT'",
    "company.id != 'co1'",
)
CONTACT_ITEMS = (
    "contact.role = 'Admin'",
    "contact.score > 3",
    "contact.email is not null",
    "contact.role = 'Admin' or company.segment = 'SMB'",
    "count(contracts, contract.status = 'active') > 0",
    "contact.company is null or contact.role != 'User'",
)
CONTRACT_ITEMS = ("contract.status = 'active'", "contact.role = 'Admin'", "company.segment = 'SMB'")
ADDRESSES = ("a@x.example", " A@X.example", "ß@x.example", "SS@x.example", "é@x.example", "e\u0301@x.example")


def draw(seed: int) -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Return a manifest of five lists, each of which may name those before it, and rows."""
    chance = random.Random(seed)
    companies = [
        {
            "id": f"co{n}",
            "segment": chance.choice(["SMB", "ENT", ""]),
            "since": chance.choice(["2026-11-20", "2026-01-01", ""]),
            "parent": chance.choice(["", "co0", "co1", "gone"]),
        }
        for n in range(6)
    ]
    contacts = [
        {
            "id": f"c{n}",
            "email": chance.choice([*ADDRESSES, "", f"c{n}@x.example", f"c{n}@x.example"]),
            "role": chance.choice(["Admin", "Sold-To", "User"]),
            "score": chance.choice(["", *range(6)]),
            "company": chance.choice(["", "gone", *(f"co{m}" for m in range(6))]),
        }
        for n in range(25)
    ]
    contracts = [
        {
            "id": f"k{n}",
            "status": chance.choice(["active", "ended"]),
            "signer": chance.choice(["", "gone", *(f"c{m}" for m in range(25))]),
        }
        for n in range(20)
    ]
    names = [f"list{n}" for n in range(5)]
    lists = [a_list(chance, name, names[:n]) for n, name in enumerate(names)]
    return SOURCES + "\n---\n".join(lists), {
        "companies": companies,
        "contacts": contacts,
        "contracts": contracts,
    }


def a_list(chance: random.Random, name: str, others: list[str]) -> str:
    is_plain = chance.random() < 0.75
    source = "from: contacts" if is_plain else "from: contracts\nrecipient: contract.signer"
    lines = ["kind: power_list", f"name: {name}", source, "refresh: daily at 02:00"]
    pool = [*COMPANY_ITEMS, *CONTACT_ITEMS] if is_plain else list(CONTRACT_ITEMS)
    items = chance.sample(pool, chance.randint(0, 3))
    if others and chance.random() < 0.4:
        items.append(f"{chance.choice(['', 'not '])}in_list('{chance.choice(others)}')")
    if items:
        lines.append("where:")
        lines += [f'  - "{item}"' for item in items]
    if is_plain and chance.random() < 0.6:
        lines.append(f'fallback: {{where: "{chance.choice(CONTACT_ITEMS)}"}}')
    for key in ("include", "exclude"):
        if others and chance.random() < 0.5:
            lines.append(
                f"{key}: [{', '.join(chance.sample(others, chance.randint(1, min(2, len(others)))))}]"
            )
    if chance.random() < 0.5:
        lines.append("distinct: address")
    return "\n".join(lines)


Rows = dict[str, dict[str, Row]]


@dataclass(frozen=True, kw_only=True)
class One:
    """One row's facts; also its passage, of which lists know their own two functions only."""

    rows: Rows
    namespaces: dict[str, Row | None]
    lists: dict[str, "Judged"]
    counts: dict[str, int]
    today: date = TODAY
    now: datetime = NOW

    @property
    def passage(self) -> Any:
        return self

    def row(self, namespace: str) -> Row | None:
        return self.namespaces.get(namespace)

    def lookup(self, table: str, key: object) -> Row | None:
        return self.rows[table].get(str(key))

    def in_list(self, name: str) -> bool:
        contact = self.namespaces["contact"]
        return contact is not None and contact["id"] in self.lists[name].members.values()

    def count(self, key: str) -> int | None:
        return self.counts[key]


@dataclass(frozen=True, kw_only=True)
class Judged:
    members: dict[str, str]
    """Key of the row → key of the contact."""
    before_distinct: dict[str, str] = field(default_factory=dict)
    source: str


class Interpreter:
    def __init__(self, project: Project, rows: Rows) -> None:
        self.project = project
        self.rows = rows
        self.judged: dict[str, Judged] = {}

    def judge(self, each: PowerList) -> Judged:
        rows = self.rows[each.from_]
        contacts = {key: self.contact(each, row) for key, row in rows.items()}
        items = each.where.items if each.where else ()
        found = {key for key in rows if all(self.holds(each, item, key) for item in items)}
        found |= {
            key for name in each.include for key in rows if self.is_among(each, name, key, contacts[key])
        }
        out = {
            key for name in each.exclude for key in rows if self.is_excluded(each, name, key, contacts[key])
        }
        kept = {key for key in found if contacts[key] is not None} - out
        if each.fallback is not None:
            served = {self.company(rows[key]) for key in kept}
            keeping = [item for item in items if reads_only_company(item)]
            kept |= {
                key
                for key, row in rows.items()
                if self.company(row) is not None
                and self.company(row) not in served
                and all(self.holds(each, item, key) for item in (*keeping, each.fallback.where))
            } - out
        before = {key: str(contacts[key]) for key in sorted(kept)}
        judged = Judged(members=self.distinct(each, before), before_distinct=before, source=each.from_)
        self.judged[each.name] = judged
        return judged

    def contact(self, each: PowerList, row: Row) -> str | None:
        key = row["id"] if each.recipient is None else row["signer"]
        return str(key) if key in self.rows["contacts"] else None

    def company(self, row: Row) -> object:
        return row["company"]

    def distinct(self, each: PowerList, members: dict[str, str]) -> dict[str, str]:
        if each.distinct is None:
            return members
        seen: set[str] = set()
        kept = {}
        for key, contact in members.items():
            email = self.rows["contacts"][contact]["email"]
            folded = address_key(str(email)) if email is not None else None
            if folded is None or folded not in seen:
                kept[key] = contact
            if folded is not None:
                seen.add(folded)
        return kept

    def is_among(self, each: PowerList, name: str, key: str, contact: str | None) -> bool:
        other = self.judged[name]
        return key in other.members if other.source == each.from_ else contact in other.members.values()

    def is_excluded(self, each: PowerList, name: str, key: str, contact: str | None) -> bool:
        other = self.judged[name]
        wider = replace(other, members=other.before_distinct)
        return key in wider.members if other.source == each.from_ else contact in wider.members.values()

    def holds(self, each: PowerList, item: Condition, key: str) -> bool:
        row = self.rows[each.from_][key]
        contact = self.rows["contacts"].get(str(self.contact(each, row)))
        company = self.rows["companies"].get(str(contact["company"])) if contact is not None else None
        name = "contact" if each.from_ == "contacts" else "contract"
        facts = One(
            rows=self.rows,
            namespaces={name: row, "contact": contact, "company": company},
            lists=self.judged,
            counts={"count(contracts, contract.status = 'active')": self.active(contact)},
        )
        return compile_condition(item.expr, self.project.list_scope(each))(facts) is True

    def active(self, contact: Row | None) -> int:
        return sum(
            contact is not None and row["signer"] == contact["id"] and row["status"] == "active"
            for row in self.rows["contracts"].values()
        )


def reads_only_company(item: Condition) -> bool:
    words = {"contact" if path == "contact.company" else path.split(".")[0] for path in item.paths()}
    texts = item.text.replace("contact.company", "company")
    return "in_list" not in texts and "count" not in texts and "contact." not in texts and bool(words)


def typed(rows: dict[str, list[dict[str, Any]]]) -> Rows:
    def value(name: str, text: Any) -> Any:
        if text == "":
            return None
        return int(text) if name == "score" else date.fromisoformat(text) if name == "since" else text

    return {
        table: {row["id"]: {name: value(name, cell) for name, cell in row.items()} for row in each}
        for table, each in rows.items()
    }


@pytest.fixture(params=SEEDS, ids=lambda seed: f"seed {seed}")
def drawn(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    manifest, rows = draw(request.param)
    given = open_files(tmp_path, manifest, {f"{name}.csv": as_csv(each) for name, each in rows.items()})
    yield given, typed(rows)
    given.warehouse.close()


def test_every_audience_is_what_the_rules_say(drawn: Any) -> None:
    given, rows = drawn
    interpreter = Interpreter(given.project, rows)

    for name in sorted(given.project.lists):
        expected = interpreter.judge(given.project.lists[name])
        audience = given.audience(name)

        assert {member.key: member.contact for member in audience.members} == expected.members, name
        assert [member.key for member in audience.members] == sorted(expected.members)
        assert audience.left_out.get("not distinct", 0) == len(expected.before_distinct) - len(
            expected.members
        )
