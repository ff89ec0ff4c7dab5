"""What all step types read the same way: the shared keys, and targets."""

from typing import Any, TypedDict

from jo.conditions.condition import Condition
from jo.model.cursor import Cursor
from jo.model.step import Between, Bounded, Goto, Leave, Target
from jo.timing.durations import Duration


class Shared(TypedDict):
    description: str
    after: Duration | None
    between: Between | None
    if_: Condition | None
    next: Target


def shared(cursor: Cursor, following: Target) -> Shared:
    """Read `description`, `after`, `between`, `if` and `next`."""
    return Shared(
        description=cursor.text("description"),
        after=cursor.duration("after"),
        between=_between(cursor),
        if_=cursor.condition("if"),
        next=target(cursor.get("next"), following),
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
            next=target(raw.get("next"), following),
            times=int(raw["times"]),
            then=target(raw.get("then"), following),
        )
    return target(raw, following)


def _between(cursor: Cursor) -> Between | None:
    if "between" not in cursor:
        return None
    start, end = (cursor.as_time(raw, "between", index) for index, raw in enumerate(cursor.get("between")))
    return Between(start=start, end=end) if start is not None and end is not None else None
