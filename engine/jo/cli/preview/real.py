"""A real person, read from the source files as they are now, with all rows that a mail may name."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from jo.flow.mailbox import address_key
from jo.flow.person import Person
from jo.flow.rows import Atlas, Plain, gather
from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.model.source import Source
from jo.ports.warehouse import Warehouse
from jo.timing.zones import load_zone


def find_contact(project: Project, contacts: Source, address: str, warehouse: Warehouse) -> str | None:
    """Return the key of the first contact with a mail address. Raises SourceError."""
    role = contacts.roles.address
    if role is None:
        return None
    wanted = address_key(address)
    for fact in warehouse.facts(project, contacts, None, [role]):
        value = fact.data.get(role)
        if isinstance(value, str) and address_key(value) == wanted:
            return fact.key
    return None


def real_person(
    project: Project,
    contacts: Source,
    key: str,
    over: PowerList | None,
    warehouse: Warehouse,
    *,
    today: date,
    now: datetime,
) -> Person | None:
    """Return the contact of a key, None when the source has none. Raises SourceError.

    `over` is the list whose row stands behind the person, where that is not the contact's own; the first such
    row is taken. Nothing stands behind somebody who is not in the list.
    """
    behind = None
    if over is not None:
        rows, members = project.sources[over.from_], warehouse.audience(project, over, today=today, now=now)
        row = next((member.key for member in members.members if member.contact == key), "")
        behind = (rows, row)
    wanted = {contacts.name: {key}}
    if behind is not None:
        wanted.setdefault(behind[0].name, set()).add(behind[1])
    atlas = _atlas(project, wanted, warehouse)
    if atlas.plain(contacts.name, key) is None:
        return None
    zone = load_zone(project.zone)
    assert zone is not None
    return Person(key=key, source=contacts, atlas=atlas, project_zone=zone, behind=behind)


def _atlas(project: Project, wanted: Mapping[str, Collection[str]], warehouse: Warehouse) -> Atlas:
    """Load rows, as source → keys, and what they refer to."""

    def load(name: str, keys: Collection[str]) -> Mapping[str, Plain]:
        source = project.sources[name]
        facts = warehouse.facts(project, source, sorted(keys), list(source.fields))
        return {fact.key: fact.data for fact in facts}

    return Atlas(sources=project.sources, rows=gather(project.sources, wanted, load))
