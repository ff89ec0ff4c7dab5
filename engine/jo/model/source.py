"""Sources: tables of the outside world, declared in git so that all can be checked without the data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from jo.conditions.types import Field, Table
from jo.model.address import Address, Kind
from jo.timing.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Which field of a source is what. A source with an `address` is a source of contacts."""

    address: str | None = None
    zone: str | None = None
    language: str | None = None
    company: str | None = None
    marketing_consent: str | None = None
    """Field of yes, no or NULL (unknown): consent to marketing mail."""
    tracking_consent: str | None = None
    """Field of yes, no or NULL (unknown): consent to being tracked by person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    kind: ClassVar[Kind] = Kind.SOURCE

    name: str
    description: str = ""
    key: str
    stable: tuple[str, ...] = ()
    """Fields that never change for a row; with the key, the only ones that may be identity."""
    fields: Mapping[str, Field]
    """A reference is typed as text here; `Project.tables` knows the type of the key it points to."""
    row: str
    """What conditions call one row, such as `invoice` for `invoices`. Contacts are always `contact`."""
    roles: Roles = Roles()
    max_age: Duration | None = None

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)

    @property
    def table(self) -> Table:
        return Table(self.name, self.key, self.fields, self.row)

    @property
    def has_contacts(self) -> bool:
        return self.roles.address is not None


def singular(name: str) -> str:
    """Return the everyday singular of an English plural, the default for `row`."""
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
