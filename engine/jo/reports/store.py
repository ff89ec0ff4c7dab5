"""Whether a store is sound."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCheck:
    place: str
    """The store, for people."""
    version: str | None
    """Of its tables; None for a database without any."""
    newest: str
    """The version that this jo needs."""
    findings: tuple[str, ...]
    """What is damaged, a sentence each."""

    @property
    def is_sound(self) -> bool:
        return self.version == self.newest and not self.findings
