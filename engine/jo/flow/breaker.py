"""When to stop a send by itself: too many of the last mails ended badly.

What is seen of one scope is a text of one letter for each of its last outcomes, the newest last, so that it
is kept as it is by whoever keeps small values.
"""

GOOD, BAD = "g", "b"
LAST = 100
"""Outcomes that count."""
FEWEST = 30
"""With fewer, nothing can be said."""
SHARE = 0.3
"""More bad ones than this part is too many."""


def add(seen: str, outcomes: str) -> str:
    """Return what is seen with outcomes that came after."""
    return (seen + outcomes)[-LAST:]


def is_too_bad(seen: str) -> bool:
    return len(seen) >= FEWEST and seen.count(BAD) > SHARE * len(seen)
