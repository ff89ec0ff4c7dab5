"""Power lists: dynamic audiences over the rows of a source."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from jo.conditions.condition import Condition
from jo.model.address import Address, Kind
from jo.timing.recurrence import Recurrence


class Distinct(StrEnum):
    ADDRESS = "address"
    """One contact per mail address, the first by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Who is taken for a company that would get nobody."""

    per: str = "company"
    where: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a new snapshot may not go beyond; a broken bound keeps the last one."""

    min: int | None = None
    max: int | None = None
    max_change: int | None = None
    """Percent of the last snapshot that may enter or leave. Not read for the first snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerList:
    kind: ClassVar[Kind] = Kind.POWER_LIST

    name: str
    description: str = ""
    from_: str
    """The source whose rows it lists."""
    recipient: str | None = None
    """Path from a row to the contact, such as `contract.contact`; None when the rows are contacts."""
    where: Condition | None = None
    fallback: Fallback | None = None
    include: tuple[str, ...] = ()
    """Power lists whose members are added, before `exclude` and `distinct`."""
    exclude: tuple[str, ...] = ()
    distinct: Distinct | None = None
    refresh: Recurrence
    bounds: Bounds = Bounds()

    @property
    def address(self) -> Address:
        return Address(self.kind, self.name)
