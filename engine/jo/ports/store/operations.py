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
    def pause(self, override: Override) -> None:
        """Record a pause; one of the same scope is replaced."""
        ...

    def resume(self, scope: str) -> bool:
        """Lift a pause. Returns whether there was one."""
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
