"""A witness: what a relay, or a sink in its place, says it accepted."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

_PUBLIC = re.compile(r"<?([0-9a-f]{32})(?:@[^<>\s]+>?)?")


class Witness:
    """Acceptances by public id, one for each time that a relay took the mail.

    Keeps some fifty bytes for each, so that a million fit into little memory.
    """

    def __init__(self, publics: Iterable[str]) -> None:
        self._taken = sorted(map(bytes.fromhex, publics))

    def __len__(self) -> int:
        return len(self._taken)

    def places(self, public: str) -> range:
        """Return where the acceptances of a mail stand among all, in the order of ids."""
        wanted = bytes.fromhex(public)
        start = bisect_left(self._taken, wanted)
        return range(start, bisect_right(self._taken, wanted, start))

    def at(self, place: int) -> str:
        return self._taken[place].hex()


def public_of(text: str) -> str | None:
    """Return the public id in a Message-ID, with or without brackets and domain; None for none of jo's."""
    found = _PUBLIC.fullmatch(text.strip())
    return None if found is None else found[1]
