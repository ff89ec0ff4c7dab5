"""A person as decisions see them: the rows that are known of them, their zone and their address.

A row that is missing is an empty one: every field of it is NULL.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from jo.conditions.facts import Row
from jo.flow.mailbox import usable
from jo.flow.rows import Atlas, Plain, references
from jo.model.source import Source
from jo.timing.zones import load_zone

Reads = Mapping[str, "Reads"]
"""What is read of a row: name → what is read of the row that it refers to, nothing where it is a value."""


def reads_of(paths: Iterable[Sequence[str]]) -> Reads:
    """Return what these paths, of namespace and fields, read."""
    reads: dict[str, Any] = {}
    for path in paths:
        names = reads
        for name in path:
            names = names.setdefault(name, {})
    return reads


@dataclass(frozen=True, kw_only=True)
class Person:
    """One contact within a batch."""

    key: str
    source: Source
    atlas: Atlas
    project_zone: ZoneInfo
    behind: tuple[Source, str] | None = None
    """The list's row behind the person, as source and key, where the list is over other rows."""

    @cached_property
    def contact(self) -> Row:
        return self.atlas.row(self.source.name, self.key) or {}

    @cached_property
    def company(self) -> Row | None:
        companies = self._companies
        return None if companies is None else self.atlas.row(companies, self.company_key)

    @property
    def company_key(self) -> str | None:
        value = _role_value(self.source.roles.company, self._plain)
        return None if value is None else str(value)

    @property
    def is_gone(self) -> bool:
        """Whether a source no longer has the contact or the row behind it, or never had."""
        gone, contact = self.atlas.gone, (self.source.name, self.key)
        behind = (self.behind[0].name, self.behind[1]) if self.behind is not None else None
        return contact in gone or not self._plain or behind in gone

    @cached_property
    def zone(self) -> ZoneInfo:
        """The contact's zone, else the company's, else the project's; an unknown name counts as none."""
        return _zone(self.source, self._plain) or self._company_zone() or self.project_zone

    @cached_property
    def address(self) -> str | None:
        """The trimmed mail address, None when it is missing or malformed."""
        role = self.source.roles.address
        return usable(self.contact.get(role)) if role else None

    @property
    def language(self) -> str | None:
        return self._role_text(self.source.roles.language)

    @property
    def refuses_marketing(self) -> bool:
        value = self._role_text(self.source.roles.marketing_consent)
        return value is not None and value.strip().casefold() in {"no", "false", "0"}

    @cached_property
    def sources(self) -> frozenset[str]:
        """The sources of all rows that are known of the person: the contact's, the one behind, and those that
        these refer to.
        """
        behind = [] if self.behind is None else [(self.behind[0].name, self.behind[1])]
        newest = {(self.source.name, self.key), *behind}
        rows: set[tuple[str, str]] = set()
        while newest:
            rows |= newest
            found = ((source, self.atlas.plain(source, key)) for source, key in newest)
            newest = {
                pair
                for source, plain in found
                if plain is not None
                for pair in references(self.atlas.sources[source], plain)
                if pair not in rows and pair[0] in self.atlas.sources
            }
        return frozenset(source for source, _ in rows)

    @property
    def counts(self) -> Mapping[str, int]:
        """What the store keeps of `count(…)` about the person: what stands beside the declared fields."""
        known = [(self.source, self.key), *([self.behind] if self.behind is not None else [])]
        return {
            name: plain[name]
            for source, key in known
            if (plain := self.atlas.plain(source.name, key)) is not None
            for name in plain.keys() - source.fields.keys()
        }

    def row(self, namespace: str) -> Row | None:
        if namespace == "contact":
            return self.contact
        if namespace == "company":
            return self.company
        if self.behind is not None and self.behind[0].row == namespace:
            source, key = self.behind
            return self.atlas.row(source.name, key)
        return None

    def read(self, reads: Reads) -> dict[str, Any]:
        """Return plain nested data for a template, by namespace: a reference holds the row it refers to."""
        data: dict[str, Any] = {}
        for namespace, names in reads.items():
            place = self._place(namespace)
            if place is not None:
                data[namespace] = self._read(*place, names)
        return data

    def _place(self, namespace: str) -> tuple[str, object] | None:
        """Return source and key of a namespace's row; None for a namespace that the person has not."""
        if namespace == "contact":
            return self.source.name, self.key
        if namespace == "company":
            return (self._companies, self.company_key) if self._companies is not None else None
        if self.behind is not None and self.behind[0].row == namespace:
            return self.behind[0].name, self.behind[1]
        return None

    def _read(self, source: str, key: object, names: Reads) -> dict[str, Any]:
        declared, plain = self.atlas.sources[source].fields, self.atlas.plain(source, key) or {}
        data: dict[str, Any] = {}
        for name, below in names.items():
            if name not in declared:
                continue
            value, referred = plain.get(name), declared[name].ref
            data[name] = self._read(referred, value, below) if below and referred is not None else value
        return data

    @property
    def _plain(self) -> Plain | None:
        return self.atlas.plain(self.source.name, self.key)

    @property
    def _companies(self) -> str | None:
        """The name of the source of companies."""
        declared = self.source.fields.get(self.source.roles.company or "")
        return declared.ref if declared is not None else None

    def _company_zone(self) -> ZoneInfo | None:
        companies = self._companies
        if companies is None:
            return None
        source = self.atlas.sources.get(companies)
        return None if source is None else _zone(source, self.atlas.plain(companies, self.company_key))

    def _role_text(self, role: str | None) -> str | None:
        value = self.contact.get(role) if role else None
        if isinstance(value, bool):
            return "yes" if value else "no"
        return None if value is None else str(value)


def _role_value(role: str | None, plain: Plain | None) -> object:
    return plain.get(role) if role is not None and plain is not None else None


def _zone(source: Source, plain: Plain | None) -> ZoneInfo | None:
    name = _role_value(source.roles.zone, plain)
    return load_zone(name.strip()) if isinstance(name, str) else None
