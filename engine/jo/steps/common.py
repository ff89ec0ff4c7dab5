"""What all step types read the same way: the shared keys, and targets."""

from typing import Any, TypedDict

from jo.conditions.condition import Condition
from jo.diagnostics.codes import WRONG_VALUE
from jo.model.cursor import Cursor
from jo.model.step import Between, Bounded, Goto, Leave, Target
from jo.timing.durations import Duration


class Shared(TypedDict, total=False):
    """What a step says of the keys that all types share; what it does not say has its default."""

    description: str
    after: Duration | None
    between: Between | None
    if_: Condition | None
    next: Target


def shared(cursor: Cursor, following: Target) -> Shared:
    """Read `description`, `after`, `between`, `if` and `next`, for types that people leave by `next`."""
    value = cursor.value
    found = Shared(next=target(value.get("next"), following))
    if len(value) == 1:  # most steps say nothing besides what they do
        return found
    if value.get("description"):
        found["description"] = value["description"]
    if value.get("after") is not None:
        found["after"] = cursor.duration("after")
    if value.get("between") is not None:
        found["between"] = _between(cursor)
    if value.get("if") is not None:
        found["if_"] = cursor.condition("if")
    return found


def shared_aside(cursor: Cursor, following: Target) -> Shared:
    """Read the shared keys for types that people leave by `next` only to skip them."""
    found = shared(cursor, following)
    if "if" not in cursor and "between" not in cursor:
        del found["next"]
    return found


def refuse_idle_next(cursor: Cursor) -> None:
    """Say so when a `next` leads nobody anywhere."""
    if "next" in cursor and "if" not in cursor and "between" not in cursor:
        cursor.fault(
            WRONG_VALUE,
            "Nobody leaves this step by `next`: it has ways out of its own, and nothing lets people skip it.",
            "next",
            advice="Leave `next` out, or say with `if` or `between` who skips the step.",
            at_key=True,
        )


def target(raw: Any, following: Target) -> Target:
    """Read an edge's target: a step name, `end`, `{exit: reason}`, or nothing for `following`."""
    if raw is None:
        return following
    if isinstance(raw, dict):
        return Leave(str(raw["exit"]))
    return Leave() if raw == "end" else Goto(str(raw))


def bounded(raw: Any, following: Target) -> Target | Bounded:
    """Read a target that may carry a bound: `{next: remind, times: 3, then: end}`."""
    if isinstance(raw, dict) and "times" in raw:
        return Bounded(
            next=target(raw["next"], following),
            times=raw["times"],
            then=target(raw["then"], following),
        )
    return target(raw, following)


def _between(cursor: Cursor) -> Between | None:
    start, end = (cursor.as_time(raw, "between", index) for index, raw in enumerate(cursor.get("between")))
    return Between(start=start, end=end) if start is not None and end is not None else None
