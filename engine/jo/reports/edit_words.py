"""One edit of a resource in plain words: where it is, what was there and what is there now.

Conditions are told in English and item by item, so that an `and` of six with one new date shows one line.
Texts are told by their changed lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum
from typing import Any

from jo.conditions.condition import parse_condition
from jo.conditions.to_english import to_english

Path = tuple[str | int, ...]

_CONDITIONS = frozenset({"where", "when", "if"})
_ORDERED = {"steps": "steps", "versions": "versions", "exit_when": "exits", "split": "shares"}
_LONGEST = 40
"""Lines of a changed text that are shown."""


class Side(StrEnum):
    """Whether a line is gone or new; the value is the sign that diffs have for it."""

    GONE = "-"
    COME = "+"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditWords:
    """An edit, ready to be shown: lines, or a remark, or both."""

    where: str
    lines: tuple[tuple[Side, str], ...] = ()
    """In the order of the text; at most one of each side for a plain value."""
    remark: str = ""
    """What is to be said instead of the lines, or behind them."""


def edit_words(edits: Sequence[Mapping[str, Any]]) -> tuple[EditWords, ...]:
    """Return a plan document's edits of one resource, in their order."""
    return tuple(_reordered(edits)) + tuple(
        _words(tuple(edit["path"]), edit["before"], edit["after"]) for edit in edits if not _is_order(edit)
    )


def _reordered(edits: Sequence[Mapping[str, Any]]) -> Iterator[EditWords]:
    """Say that an order changed where nothing else says it: new items move the others by themselves."""
    for edit in edits:
        if not _is_order(edit) or set(edit["before"]) != set(edit["after"]):
            continue
        *above, _ = edit["path"]
        if above != ["steps"]:  # where people go from a step is said by its edges
            yield EditWords(
                where=f"order of {_ORDERED.get(str(above[-1]), 'items')}",
                lines=_sides([", ".join(edit["before"])], [", ".join(edit["after"])]),
            )


def _is_order(edit: Mapping[str, Any]) -> bool:
    """Tell an edit of an order from one of a thing that is called so."""
    return (
        bool(edit["path"])
        and edit["path"][-1] == "order"
        and all(
            isinstance(side, list) and all(isinstance(item, str) for item in side)
            for side in (edit["before"], edit["after"])
        )
    )


def _words(path: Path, before: Any, after: Any) -> EditWords:
    where = _where(path)
    if _is_condition(path):
        old, new = _clauses(before), _clauses(after)
        gone = [clause for clause in old if clause not in new]
        come = [clause for clause in new if clause not in old]
        if gone or come:
            return EditWords(where=where, lines=_sides(gone, come))
        return EditWords(where=where, remark="the same conditions in another order")
    if isinstance(before, str) and isinstance(after, str) and ("\n" in before or "\n" in after):
        return _text(where, before, after)
    remark = ""
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        remark = "new" if before is None else "gone" if after is None else ""
    gone, come = ([] if side is None else [_told(side)] for side in (before, after))
    return EditWords(where=where, lines=_sides(gone, come), remark=remark)


def _sides(gone: Sequence[str], come: Sequence[str]) -> tuple[tuple[Side, str], ...]:
    return (*((Side.GONE, text) for text in gone), *((Side.COME, text) for text in come))


def _where(path: Path) -> str:
    """Return `step settle, wait` for `("steps", "settle", "wait")`."""
    words: list[str] = []
    named = {"steps": "step", "versions": "version", "exit_when": "exit", "fields": "field"}
    keys = iter(path)
    for key in keys:
        if key in named:
            name = next(keys, None)
            words.append(f"{named[str(key)]} {name}" if name is not None else str(key))
        elif isinstance(key, int):
            words.append(f"number {key + 1}")
        elif key != "text" or not words:
            words.append(str(key).replace("_", " "))
    return ", ".join(words)


def _is_condition(path: Path) -> bool:
    return bool(path) and (path[-1] in _CONDITIONS or (len(path) > 1 and path[-2] == "exit_when"))


def _clauses(raw: Any) -> list[str]:
    """Return the items of a condition in English; one that cannot be read stays as it is."""
    if raw is None:
        return []
    condition, _ = parse_condition(raw)
    return [str(raw)] if condition is None else [to_english(item.expr) for item in condition.items]


def _text(where: str, before: str, after: str) -> EditWords:
    """Return the lines that differ, in order; the first of them where there are many."""
    diff = unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    changed = [(Side(line[0]), line[1:]) for line in list(diff)[2:] if line[:1] in tuple(Side)]
    more = len(changed) - _LONGEST
    remark = f"and {more} more lines" if more > 0 else ""
    return EditWords(where=where, lines=tuple(changed[:_LONGEST]), remark=remark)


def _told(value: Any, key: str = "") -> str:
    """Return a plain value on one line, as an author would write it, conditions in English."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in _CONDITIONS and isinstance(value, str):
        return " and ".join(_clauses(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_told(item, name)}" for name, item in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(_told(item) for item in value) or "none"
    return " ".join(str(value).split())
