"""What `jo doctor` finds, subject by subject."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    FINE = "ok"
    WARNING = "warn"
    FAILING = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that was looked at."""

    subject: str
    """`project`, `store`, `hold`, `journal`, `source contacts`, `relay default`, `links` or
    `signing key`."""
    state: State
    detail: str
    """What is so, in a sentence; without secrets and without anybody's data."""
    advice: str = ""
    """What to do; empty when nothing is to be done."""
