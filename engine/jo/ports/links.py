"""The port that tells whether links in mails lead somewhere."""

from typing import Protocol


class LinkProbe(Protocol):
    def answers(self) -> bool:
        """Tell whether the address that links begin with is answered by a `jo serve` right now."""
        ...
