"""Conditions that are known when a template is compiled are decided then.

So one layout serves mail with and without an unsubscribe link (`{% if unsubscribe_url %}`), and what is
left can still be a plan of tokens. Only `if NAME`, `if not NAME` with an optional `else` are decided; an
`elif` leaves the whole condition as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from jo.render.pieces import Item, Piece


@dataclass(slots=True)
class _Open:
    """A condition that has not ended; `keep` is None for one that stays in the template."""

    keep: bool | None


def fold(items: tuple[Item, ...], known: Mapping[str, bool]) -> tuple[Item, ...]:
    """Return the items without the conditions that `known` (name → whether it is true) decides."""
    open_: list[_Open] = []
    result: list[Item] = []
    decided = _decided(items, known)
    for index, item in enumerate(items):
        keyword = item.keyword if isinstance(item, Piece) else ""
        if keyword in ("if", "for"):
            open_.append(_Open(decided.get(index)))
            if open_[-1].keep is not None:
                continue
        elif keyword in ("else", "endif", "endfor") and open_:
            innermost = open_[-1]
            if keyword != "else":
                open_.pop()
            if innermost.keep is not None:
                innermost.keep = not innermost.keep
                continue
        if all(condition.keep is not False for condition in open_):
            result.append(item)
    return tuple(result)


def _decided(items: tuple[Item, ...], known: Mapping[str, bool]) -> dict[int, bool]:
    """Return the indexes of the `if` pieces that can be decided, with their truth."""
    found: dict[int, bool] = {}
    open_: list[int] = []
    for index, item in enumerate(items):
        if not isinstance(item, Piece):
            continue
        if item.keyword in ("if", "for"):
            open_.append(index)
            words = item.inner.split()
            name = words[-1]
            if item.keyword == "if" and words[1:-1] in ([], ["not"]) and name in known:
                found[index] = known[name] != (len(words) == 3)
        elif item.keyword == "elif" and open_:
            found.pop(open_[-1], None)
        elif item.keyword in ("endif", "endfor") and open_:
            open_.pop()
    # A condition that never ends is left for the parser to report.
    return {index: truth for index, truth in found.items() if index not in open_}
