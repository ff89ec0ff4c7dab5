"""The near miss: which known name a misspelled one was probably meant to be."""

from collections.abc import Iterable

LISTED = 12
"""How many allowed names a message lists before it only counts the rest."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to `name`, or None when none is close enough to be meant."""
    from difflib import get_close_matches  # only where somebody has misspelled something

    names = sorted(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    found = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def suggestion(name: str, known: Iterable[str], *, noun: str = "name") -> str:
    """Return the help for an unknown name: the near miss, else the allowed names, else that there is none."""
    names = sorted(known)
    close = nearest(name, names)
    if close is not None:
        return f"Did you mean `{close}`?"
    if not names:
        return f"There is no {noun} to choose from yet."
    listed = ", ".join(f"`{candidate}`" for candidate in names[:LISTED])
    rest = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return f"Known {noun}s: {listed}{rest}."
