"""Lower a `power_list`."""

import re

from jo.diagnostics.codes import WRONG_VALUE
from jo.manifest.lower.common import recurrence
from jo.model.cursor import Cursor
from jo.model.power_list import Bounds, Distinct, Fallback, PowerList
from jo.timing.recurrence import BEFORE_SEND

_PERCENT = re.compile(r"(\d{1,6}) ?%?", re.ASCII)


def lower(cursor: Cursor) -> PowerList:
    return PowerList(
        name=cursor.text("name"),
        description=cursor.text("description"),
        from_=cursor.text("from"),
        recipient=cursor.get("recipient"),
        where=cursor.condition("where"),
        fallback=_fallback(cursor),
        include=cursor.strings("include"),
        exclude=cursor.strings("exclude"),
        distinct=Distinct(cursor.get("distinct")) if "distinct" in cursor else None,
        refresh=recurrence(cursor, "refresh") or BEFORE_SEND,
        bounds=_bounds(cursor.into("bounds")),
    )


def _fallback(cursor: Cursor) -> Fallback | None:
    if "fallback" not in cursor:
        return None
    inner = cursor.into("fallback")
    return Fallback(per=inner.text("per", "company"), where=inner.as_condition(inner.get("where"), "where"))


def _bounds(cursor: Cursor) -> Bounds:
    return Bounds(min=cursor.get("min"), max=cursor.get("max"), max_change=_percent(cursor, "max_change"))


def _percent(cursor: Cursor, key: str) -> int | None:
    """Read `30%` or `30`, both percent."""
    if key not in cursor:
        return None
    text = str(cursor.get(key))
    found = _PERCENT.fullmatch(text)
    if found is None:
        cursor.fault(
            WRONG_VALUE, f"`{text}` is not a percentage.", key, advice="Write a whole number with %: `30%`."
        )
        return None
    return int(found[1])
