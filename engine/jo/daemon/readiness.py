"""Whether what journeys read has been copied; before that nobody is decided about by it.

After an apply that makes journeys read more, of a source or of lists, the copy lacks what they read, and a
field that is missing reads as NULL: whoever has churned would look like a customer. So all workers wait
until a run of a refresh has come to its end, whatever it could not read.
"""

from datetime import datetime, timedelta

from jo.daemon.live import LiveCache
from jo.daemon.service import Counts, NotYet
from jo.ports.store import Store, Transaction

LOOK_AGAIN = timedelta(milliseconds=250)
_READING = "reading"


class Readiness:
    """Stands before the services that decide."""

    name = "readiness"
    duty = None

    def __init__(self, store: Store, cache: LiveCache) -> None:
        self._store = store
        self._cache = cache

    def run_once(self, now: datetime) -> Counts:
        if not self._is_ready():
            raise NotYet
        return {}

    def next_at(self, now: datetime) -> datetime | None:
        return None if self._is_ready() else now + LOOK_AGAIN

    def _is_ready(self) -> bool:
        with self._store.read() as work:
            live = self._cache.get(work)
            return not live.used_lists() or work.operations.recall(_READING) == live.reading


def note_copied(work: Transaction, reading: str) -> None:
    """Note that what has this digest was copied, as far as it could be read."""
    work.operations.remember(_READING, reading)
