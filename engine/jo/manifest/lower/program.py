"""Lower a `program`; each step is lowered by its type."""

from jo.diagnostics.codes import BAD_NAME, MISSING_KEY
from jo.manifest.lower.common import fields
from jo.model.cursor import Cursor
from jo.model.program import (
    Entry,
    EventAudience,
    Existing,
    Holdout,
    OnUnreachable,
    Program,
    Reentry,
    ReentryAfter,
)
from jo.model.step import Goto, Leave, Step, Target
from jo.steps import types

END = "end"
"""The target that ends a program, so no step can have this name."""


def lower(cursor: Cursor) -> Program:
    exits = cursor.into("exit_when")
    return Program(
        name=cursor.text("name"),
        description=cursor.text("description"),
        audience=_audience(cursor),
        entry=_entry(cursor),
        holdout=_holdout(cursor),
        fields=fields(cursor),
        exit_when={name: exits.as_condition(raw, name) for name, raw in exits.value.items()},
        send_window=cursor.get("send_window"),
        recheck=cursor.get("recheck", False),
        on_unreachable=OnUnreachable(cursor.get("on_unreachable", OnUnreachable.CONTINUE)),
        priority=cursor.get("priority", 0),
        spacing=cursor.duration("spacing"),
        steps=_steps(cursor.into("steps")),
    )


def _audience(cursor: Cursor) -> str | EventAudience:
    raw = cursor.get("audience")
    if isinstance(raw, str):
        return raw
    return EventAudience(event=raw["event"], contacts=raw.get("contacts"))


def _entry(cursor: Cursor) -> Entry:
    inner = cursor.into("entry")
    reentry = inner.get("reentry", Reentry.NEVER)
    if "existing" not in inner and isinstance(cursor.get("audience"), str):
        cursor.fault(
            MISSING_KEY,
            "It is not said what becomes of those who are in the list already at the first apply: "
            "`skip` leaves them out for good, `enter` lets them in, all at once.",
            "entry" if "entry" in cursor else "name",
            advice="Add `entry: {existing: skip}` or `entry: {existing: enter}`.",
            at_key=True,
        )
    return Entry(
        identity=inner.strings("identity"),
        reentry=Reentry(reentry)
        if isinstance(reentry, str)
        else ReentryAfter(after=inner.into("reentry").as_duration(reentry["after"], "after")),
        existing=Existing(inner.get("existing", Existing.SKIP)),
    )


def _holdout(cursor: Cursor) -> Holdout | None:
    if "holdout" not in cursor:
        return None
    inner = cursor.into("holdout")
    return Holdout(percent=inner.get("percent"), by=inner.text("by", "contact"), group=inner.get("group"))


def _steps(cursor: Cursor) -> dict[str, Step]:
    known = types()
    steps: dict[str, Step] = {}
    names = list(cursor.value)
    for index, (name, inner) in enumerate(cursor.items()):
        if name == END:
            inner.fault(BAD_NAME, f"`{END}` is where a program ends and cannot name a step.", at_key=True)
        following: Target = Goto(names[index + 1]) if index + 1 < len(names) else Leave()
        type_ = next(filter(None, map(known.get, inner.value)))
        steps[name] = type_.lower(inner, following)
    return steps
