"""Addresses: how resources, steps and versions are named everywhere."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    SOURCE = "source"
    POWER_LIST = "power_list"
    CALENDAR = "calendar"
    SENDER = "sender"
    TOPIC = "topic"
    TEMPLATE = "template"
    OUTREACH = "outreach"
    PROGRAM = "program"
    EVENT = "event"
    POLICY = "policy"
    PERMIT = "permit"


LATER_KINDS = frozenset({"survey", "playbook", "scorecard", "lifecycle", "rule", "report"})
"""Kinds that the language reserves and a later release brings."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", re.ASCII)
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


def is_name(text: str) -> bool:
    """Tell whether `text` can name a resource, step or version: `new-admins`, `trial.started`, `day3`."""
    return _NAME.fullmatch(text) is not None


def is_identifier(text: str) -> bool:
    """Tell whether `text` can name a source or a field, which conditions write without quotes."""
    return _IDENTIFIER.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """The address of a resource, `kind/name`; it is identity and says nothing about the file."""

    kind: Kind
    name: str

    def __hash__(self) -> int:
        """Hash the name alone, several times as fast: names are seldom shared by kinds."""
        return hash(self.name)

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    def step(self, name: str) -> str:
        """Return the address of one of this program's steps, `program/onboarding#day3`."""
        return f"{self}#{name}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read what `str` writes. Raises ValueError on anything else."""
        return _parsed(text)


@lru_cache(4096)  # the same few stand in every row that names one
def _parsed(text: str) -> Address:
    kind, separator, name = text.partition("/")
    if not separator or not is_name(name):
        raise ValueError(f"not an address: {text!r}")
    return Address(Kind(kind), name)
