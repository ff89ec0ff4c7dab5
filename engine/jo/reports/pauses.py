"""The manual pauses, as commands show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from jo.diagnostics.nearest import suggestion
from jo.model.address import Kind

EVERYTHING = "all"
PAUSABLE = (Kind.PROGRAM, Kind.OUTREACH, Kind.TEMPLATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLine:
    scope: str
    who: str
    why: str
    at: datetime
    until: datetime | None
    is_over: bool
    """Whether it has ended by itself."""


def scope_trouble(scope: str, live: Collection[str]) -> str | None:
    """Return why a scope cannot be paused, None when it can."""
    if scope == EVERYTHING or (scope in live and scope.partition("/")[0] in PAUSABLE):
        return None
    known = [address for address in live if address.partition("/")[0] in PAUSABLE]
    return f"{scope} is nothing that can be paused. {suggestion(scope, [EVERYTHING, *known], noun='scope')}"
