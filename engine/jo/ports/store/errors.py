"""What can go wrong with the store, told apart as far as a caller can do something about it."""

from jo.ports.errors import WorldError


class StoreError(WorldError):
    """The store cannot be read or written now: it is away, full, locked or damaged. Nothing was written."""


class ContentionError(StoreError):
    """Others were changing the same at the same time, and this transaction gave way: nothing was written, and
    doing it again at once is right."""


class StoreVersionError(StoreError):
    """The store's tables belong to another version of jo."""


class LeaseLostError(StoreError):
    """The lease of this writer is over; nothing of its transaction was written."""


class JournalMovedError(StoreError):
    """The store is not as this worker left it: it was restored, or another one uses its journal."""


class CommitUnknownError(LeaseLostError):
    """The connection was lost at the commit: all of the transaction was written, or nothing.

    A worker goes on as if its lease was lost: with a new one, so that what it may have begun is found.
    """


class StaleGenerationError(StoreError):
    """Another apply came first; nothing was written."""


class ChangeRefusedError(StoreError):
    """What was to be changed is not, or no longer, in a state that allows it; nothing was written."""
