"""Shares: what is worked on by one worker at a time, and the lease of the worker that has it.

Nobody can take a share from a lease that is held: its worker gives it back, or the lease ends and frees all
of its shares. Both happen when no transaction of that worker is open; so whoever takes a share sees all that
the one before has done with it.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from jo.ports.store.leases import Lease


class Shares(Protocol):
    def declare(self, names: Collection[str]) -> None:
        """Have these shares; new ones are free."""
        ...

    def all(self) -> Mapping[str, str | None]:
        """Return share → name of the lease that has it, None for a free one; sorted by name."""
        ...

    def take(self, lease: Lease, names: Collection[str]) -> frozenset[str]:
        """Take those of the shares that are free. Returns which."""
        ...

    def give_back(self, lease: Lease, names: Collection[str]) -> None:
        """Free those of the shares that the lease has."""
        ...
