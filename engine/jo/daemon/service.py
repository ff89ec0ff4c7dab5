"""What a service is, and what all services share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from jo.ports.store import Lease

Counts = Mapping[str, int]
"""What a run has done, by a word such as `entered`; empty when there was nothing to do."""


class Service(Protocol):
    @property
    def name(self) -> str: ...

    def run_once(self, now: datetime) -> Counts:
        """Do what is due, in bounded transactions. Raises WorldError when the world does not play along."""
        ...

    def next_at(self, now: datetime) -> datetime | None:
        """Return when there will be work, as far as is known; later than `now` after `run_once(now)`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that the daemon tells; logs and metrics only listen. Holds no address and no name."""

    name: str
    """A fixed word with a dot, such as `send.settled`; all of them are listed in `jo.daemon.events`."""
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Event], None]


@dataclass(slots=True)
class Worker:
    """Who this process is for the store, and whether it is told to end."""

    lease: Lease
    """What its writes carry; renewed by the loop."""
    stopping: bool = False
    """Set from a signal handler: end what is on the wire and start nothing new."""
