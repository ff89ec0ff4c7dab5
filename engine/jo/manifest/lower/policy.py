"""Lower a `policy`."""

from jo.diagnostics.codes import EMPTY_WINDOW, WRONG_VALUE
from jo.manifest.lower.common import time_of_day
from jo.model.content import MailClass
from jo.model.cursor import Cursor
from jo.model.policy import Level, Limit, Policy, QuietHours
from jo.timing.rates import Rate, parse_rate


def lower(cursor: Cursor) -> Policy:
    return Policy(
        name=cursor.text("name"),
        description=cursor.text("description"),
        caps=_caps(cursor.into("caps")),
        quiet_hours=_quiet_hours(cursor),
        rules={
            name: Limit(limit=rule.get("limit"), level=Level(rule.get("level")))
            for name, rule in cursor.into("rules").items()
        },
    )


def _caps(cursor: Cursor) -> dict[MailClass, Rate]:
    caps = {}
    for name, text in cursor.value.items():
        rate = parse_rate(text)
        if rate is None:
            cursor.fault(
                WRONG_VALUE, f"`{text}` is not a rate.", name, advice="Write it like `2 per 7 days`."
            )
        else:
            caps[MailClass(name)] = rate
    return caps


def _quiet_hours(cursor: Cursor) -> QuietHours | None:
    if "quiet_hours" not in cursor:
        return None
    inner = cursor.into("quiet_hours")
    faults = len(inner.faults)
    hours = QuietHours(from_=time_of_day(inner, "from"), to=time_of_day(inner, "to"))
    if hours.from_ == hours.to and len(inner.faults) == faults:
        detail = "Quiet hours that end when they begin would be the whole day or none of it."
        inner.fault(EMPTY_WINDOW, detail, "to", advice="Write another end, or leave `quiet_hours` out.")
    return hours if hours.from_ != hours.to else None
