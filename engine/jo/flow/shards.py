"""Shards: how the work on people is shared by workers that run at the same time.

A passage belongs to the shard of its contact, an intent to the shard of its mail address, for good. A shard
is worked on by one worker at a time; so whatever counts by address (caps, guards, spacing) is read and
written by one worker, and needs no lock of its own. Which worker has which shard is a matter of leases.
"""

from collections.abc import Set
from zlib import crc32

SHARDS = 64
"""More than there will ever be workers, so that each gets a fair share. Fixed, since rows hold theirs."""

ALL_SHARDS: Set[int] = frozenset(range(SHARDS))


def shard_of(key: str) -> int:
    """Return the shard of a contact key or of a normal form of an address: 0 to `SHARDS` - 1."""
    return crc32(key.encode()) % SHARDS
