"""How findings list names."""

from collections.abc import Sequence

MOST = 6


def listed(names: Sequence[str]) -> str:
    """Return names as a phrase: "`a`", "`a` and `b`", "`a`, `b` and 3 more"."""
    shown = [f"`{name}`" for name in names[:MOST]]
    if len(names) > MOST:
        shown.append(f"{len(names) - MOST} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def way(names: Sequence[str]) -> str:
    """Return names as a way through them: "`a` → `b` → `a`"."""
    return " → ".join(f"`{name}`" for name in names)


def days(seconds: float) -> str:
    """Return a span of time in days, hours where it is less than two of them."""
    count, unit = (seconds / 86_400, "day") if abs(seconds) >= 2 * 86_400 else (seconds / 3_600, "hour")
    return f"{count:.3g} {unit}{'' if count == 1 else 's'}"
