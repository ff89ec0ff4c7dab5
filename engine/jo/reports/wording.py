"""Words and numbers as every report for people writes them."""

SMALL = 10
"""People in groups smaller than this are not counted out, so that nobody is pointed at."""


def number(count: int) -> str:
    """Return a number with its thousands apart: `12,345`."""
    return f"{count:,}"


def people(count: int) -> str:
    """Return a count of people, small ones only as `<10`."""
    return f"<{SMALL}" if 0 < count < SMALL else number(count)


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return `1 change`, `2 changes`."""
    return f"{number(count)} {noun if count == 1 else plural or noun + 's'}"


def listed(words: list[str], *, last: str = "and") -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def short_commit(commit: str) -> str:
    """Return the first digits of a commit, and `+changes` where files differed from it."""
    head, plus, changes = commit.partition("+")
    return f"{head[:10]}{plus}{changes}"


_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def size(count: int) -> str:
    """Return a number of bytes for people: `512 bytes`, `4.2 MB`."""
    steps = (len(str(count)) - 1) // 3
    return f"{count / 1000**steps:.1f} {_UNITS[steps]}" if steps else counted(count, "byte")
