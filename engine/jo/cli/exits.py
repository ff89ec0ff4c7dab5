"""The exit codes, one table for all commands. Wrong usage is not 2: that means that there are changes."""

from enum import IntEnum


class Exit(IntEnum):
    OK = 0
    FAILURE = 1
    """The world did not play along, or a bug in jo."""
    CHANGES = 2
    """There are changes; only with `--detailed-exitcode`."""
    INVALID = 3
    """The project or its settings, or what these refer to, are not valid."""
    STALE = 4
    """The plan is no longer what would happen."""
    REFUSED = 5
    """A guard or policy refuses."""
    LOCKED = 6
    """Somebody else holds the lock."""
    DRIFT = 7
    NOT_CONVERGED = 8
    """Applied, but what is so is not yet what was applied; `jo run` stands on hold."""
    USAGE = 64
    INTERRUPTED = 130
