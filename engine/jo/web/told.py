"""The events that `jo serve` tells: their names, what they mean and what they carry.

They are a contract as those of the daemon are. None holds an address, a token, a payload or a path below its
first word.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jo.reports.telling import EventKind, Level

Tell = Callable[[str, Mapping[str, Any]], None]
"""Takes the name of an event and its fields. Called by many threads."""

STARTED = "web.started"
STOPPED = "web.stopped"
ANSWERED = "web.answered"
STORE_AWAY = "web.store-away"
SPOOL_TAKEN = "web.spool-taken"
SPOOL_TROUBLE = "web.spool-trouble"
SERVER_TROUBLE = "web.server-trouble"
BUG = "web.bug"

TOLD: Mapping[str, EventKind] = {
    STARTED: EventKind(
        level=Level.INFO,
        meaning="Requests are answered.",
        fields={"listen": "host and port", "base_url": "what links in mails begin with"},
    ),
    STOPPED: EventKind(
        level=Level.INFO, meaning="Requests that were under way are answered, no others.", fields={}
    ),
    ANSWERED: EventKind(
        level=Level.INFO,
        meaning="A request was answered.",
        fields={
            "method": "of HTTP",
            "door": "first word of the path: `u`, `c`, `events`, `healthz`, `readyz`, or empty",
            "status": "of HTTP",
            "ms": "milliseconds it took",
        },
    ),
    STORE_AWAY: EventKind(
        level=Level.WARNING,
        meaning="The store is busy or away; what is received goes to the spool.",
        fields={"error": "what the store said"},
    ),
    SPOOL_TAKEN: EventKind(
        level=Level.INFO,
        meaning="What was spooled is in the store now.",
        fields={
            "lines": "how many",
            "dropped": "of them unreadable, or of mails that the store does not know",
        },
    ),
    SPOOL_TROUBLE: EventKind(
        level=Level.WARNING,
        meaning="The spool cannot be read or written.",
        fields={"error": "what the disk said"},
    ),
    SERVER_TROUBLE: EventKind(
        level=Level.WARNING,
        meaning="A client did not keep to HTTP, or too many came at once.",
        fields={"message": "what the server said"},
    ),
    BUG: EventKind(
        level=Level.WARNING,
        meaning="A bug in jo; the request was answered with 500.",
        fields={"error": "the exception's class", "at": "the places in the code"},
    ),
}
"""Name → what it is. Everything that is told has a row here."""
