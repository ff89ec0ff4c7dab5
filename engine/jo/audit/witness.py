"""A witness: what a relay, or a sink in its place, says it accepted."""

import re
from collections.abc import Iterable, Iterator

_PUBLIC = re.compile(r"<?([0-9a-f]{32})(?:@[^<>\s]+>?)?")


class Witness:
    """Acceptances by public id, one for each time that a relay took the mail.

    Keeps 16 bytes for each, so that a million fit into little memory.
    """

    def __init__(self, publics: Iterable[str]) -> None:
        self._taken = sorted(map(bytes.fromhex, publics))

    def __len__(self) -> int:
        return len(self._taken)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids, sorted, each as often as its mail was accepted."""
        return (each.hex() for each in self._taken)


def public_of(text: str) -> str | None:
    """Return the public id in a Message-ID, with or without brackets and domain; None for none of jo's."""
    found = _PUBLIC.fullmatch(text.strip())
    return None if found is None else found[1]
