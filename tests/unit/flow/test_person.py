"""What a template is given of a person: the values that it names, and nothing else."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from jo.conditions.types import Field, FieldType
from jo.flow.person import Person, Reads, reads_of
from jo.flow.rows import Atlas, Plain, Rows, gather
from jo.model.source import Roles, Source

TEXT = FieldType.TEXT
CONTACTS = Source(
    name="contacts",
    key="id",
    row="contact",
    fields={
        "id": Field(TEXT),
        "salary": Field(TEXT),
        "company": Field(TEXT, nullable=True, ref="companies"),
    },
    roles=Roles(company="company"),
)
COMPANIES = Source(
    name="companies",
    key="id",
    row="company",
    fields={"id": Field(TEXT), "name": Field(TEXT), "csm": Field(TEXT, nullable=True, ref="csms")},
)
CSMS = Source(name="csms", key="id", row="csm", fields={"id": Field(TEXT), "name": Field(TEXT)})
CONTRACTS = Source(name="contracts", key="id", row="contract", fields={"id": Field(TEXT)})
ROWS: Rows = {
    "contacts": {
        "c1": {"id": "c1", "salary": "much", "company": "f1", "count(tickets)": 3},
        "c2": {"id": "c2", "salary": "more", "company": None},
    },
    "companies": {"f1": {"id": "f1", "name": "Firm", "csm": "s1"}},
    "csms": {"s1": {"id": "s1", "name": "Zoë"}},
    "contracts": {"k1": {"id": "k1"}},
}
ATLAS = Atlas(sources={item.name: item for item in (CONTACTS, COMPANIES, CSMS, CONTRACTS)}, rows=ROWS)


def a_person(key: str = "c1", behind: tuple[Source, str] | None = None) -> Person:
    return Person(key=key, source=CONTACTS, atlas=ATLAS, project_zone=ZoneInfo("UTC"), behind=behind)


def names(*dotted: str) -> Reads:
    return reads_of(path.split(".") for path in dotted)


def test_only_what_is_named_is_read() -> None:
    reads = names("contact.id", "company.name", "contact.company.csm.name")

    assert a_person().read(reads) == {
        "contact": {"id": "c1", "company": {"csm": {"name": "Zoë"}}},
        "company": {"name": "Firm"},
    }


def test_a_row_that_is_missing_has_no_values() -> None:
    reads = names("company.name", "company.csm.name")

    assert a_person("c2").read(reads) == {"company": {"name": None, "csm": {"name": None}}}
    assert a_person("nobody").read(names("contact.id")) == {"contact": {"id": None}}


def test_the_row_behind_a_passage_has_its_own_name() -> None:
    reads = names("contract.id")

    assert a_person(behind=(CONTRACTS, "k1")).read(reads) == {"contract": {"id": "k1"}}
    assert a_person().read(reads) == {}, "who builds the mail says that it has no value"


def test_what_no_source_declares_is_left_out() -> None:
    assert a_person().read(names("contact.gone", "contact.count(tickets)", "contact.id")) == {
        "contact": {"id": "c1"}
    }


def test_rows_are_gathered_along_references_by_one_question_a_source_and_level() -> None:
    asked: list[tuple[str, set[str]]] = []

    def load(source: str, keys: Collection[str]) -> Mapping[str, Plain]:
        asked.append((source, set(keys)))
        return {key: ROWS[source][key] for key in keys if key in ROWS[source]}

    rows = gather(ATLAS.sources, {"contacts": {"c1", "c2", "nobody"}, "contracts": {"k1"}}, load)

    assert rows == ROWS
    assert asked == [
        ("contacts", {"c1", "c2", "nobody"}),
        ("contracts", {"k1"}),
        ("companies", {"f1"}),
        ("csms", {"s1"}),
    ]
