"""A made-up person: one row for every source, of the declared types, every field filled."""

from datetime import datetime
from typing import Any

from jo.conditions.types import Field, FieldType
from jo.flow.person import Person
from jo.flow.rows import Atlas
from jo.model.project import Project
from jo.model.source import Source
from jo.timing.zones import load_zone

_TEXTS = {
    "email": "alex.morgan@example.com",
    "mail": "alex.morgan@example.com",
    "first_name": "Alex",
    "given_name": "Alex",
    "last_name": "Morgan",
    "family_name": "Morgan",
    "full_name": "Alex Morgan",
    "phone": "+1 555 0100",
    "country": "US",
    "currency": "USD",
    "language": "en",
    "url": "https://www.example.com",
    "website": "https://www.example.com",
}
"""What fields of these names hold; others hold their own name, so that they are found in the mail."""


def made_up_person(project: Project, contacts: Source, rows: Source | None, now: datetime) -> Person:
    """Return the person, with a row behind it where `rows` says of which source."""
    keys = {source.name: _key(project, source) for source in project.sources.values()}
    rows_by_source = {
        source.name: {str(keys[source.name]): _row(project, source, keys, now)}
        for source in project.sources.values()
    }
    zone = load_zone(project.zone)
    assert zone is not None
    return Person(
        key=str(keys[contacts.name]),
        source=contacts,
        atlas=Atlas(sources=project.sources, rows=rows_by_source),
        project_zone=zone,
        behind=None if rows is None else (rows, str(keys[rows.name])),
    )


def _key(project: Project, source: Source) -> str | int:
    declared = project.tables[source.name].fields[source.key]
    return 1 if declared.type is FieldType.INTEGER else f"{source.row}-1"


def _row(project: Project, source: Source, keys: dict[str, str | int], now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, declared in project.tables[source.name].fields.items():
        if name == source.key:
            row[name] = keys[source.name]
        elif declared.ref is not None and declared.ref in keys:
            row[name] = keys[declared.ref]
        else:
            row[name] = _value(project, source, name, declared, now)
    return row


def _value(project: Project, source: Source, name: str, declared: Field, now: datetime) -> Any:
    match declared.type:
        case FieldType.INTEGER:
            return 3
        case FieldType.NUMBER:
            return 1250.5
        case FieldType.BOOLEAN:
            return True
        case FieldType.DATE:
            return now.date().isoformat()
        case FieldType.TIMESTAMP:
            return now.isoformat()
        case FieldType.TEXT:
            return _text(project, source, name)


def _text(project: Project, source: Source, name: str) -> str:
    roles = source.roles
    if name == roles.address:
        return _TEXTS["email"]
    if name == roles.language:
        return _TEXTS["language"]
    if name == roles.zone:
        return project.zone
    if name == "name":
        return "Alex Morgan" if "email" in source.fields else "Example Company"
    return _TEXTS.get(name, name.replace("_", " ").capitalize())
