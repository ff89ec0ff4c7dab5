"""What operators said by hand, and the daemon's few small memories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A person's manual pause."""

    scope: str
    """`all`, or the address of a journey or template."""
    who: str
    why: str
    at: datetime
    until: datetime | None


class Operations(Protocol):
    def pause(self, override: Override) -> Override | None:
        """Record a pause, unless one of the same scope holds at its moment, whoever comes at the same time.

        Returns the one that holds; nothing was changed then. One that has run out gives way.
        """
        ...

    def resume(self, scope: str, by: str, at: datetime) -> Override | None:
        """Lift the pause of a scope, and return the very one that was lifted.

        None when there is none, or when somebody put another one in its place meanwhile, which stays.
        """
        ...

    def paused(self) -> int:
        """Return how many pauses there ever were: those that were lifted are kept, with who did it."""
        ...

    def overrides(self) -> Sequence[Override]:
        """Return all pauses that nobody has lifted, run out or not, sorted by scope."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Keep one small value of the daemon's own, such as the instant of its last tick."""
        ...

    def recall(self, name: str) -> str | None: ...

    def forget(self, name: str) -> None:
        """Drop a value whose time is over, so that a store of years does not fill with them."""
        ...
