"""Lower an `outreach`."""

from datetime import datetime

from jo.diagnostics.codes import BAD_SCHEDULE, UNKNOWN_ZONE
from jo.manifest.lower.common import cron, local_time, recurrence
from jo.model.cursor import Cursor
from jo.model.outreach import (
    CONTACT_ZONE,
    Canary,
    CatchUp,
    CatchUpPolicy,
    Once,
    Outreach,
    Recurring,
    Schedule,
)
from jo.timing.calendars import LAST_DAY
from jo.timing.recurrence import BEFORE_SEND, Recurrence
from jo.timing.zones import load_zone

_NEVER = Once(at=datetime.combine(LAST_DAY, datetime.min.time()))
"""Stands for a schedule that cannot be read: no check finds anything more about it."""
_WAYS = ("at", "cron", "recurs")


def lower(cursor: Cursor) -> Outreach:
    schedule = _schedule(cursor.into("schedule"))
    versions = {name: Once(at=local_time(inner, "at")) for name, inner in cursor.into("versions").items()}
    if versions and isinstance(schedule.when, Recurring):
        cursor.fault(
            BAD_SCHEDULE,
            "A version has a time of its own only beside a schedule with one moment, and this one recurs.",
            "versions",
            advice="Leave `versions` out, or make an outreach of its own for them.",
            at_key=True,
        )
    catch_up = cursor.into("catch_up")
    return Outreach(
        name=cursor.text("name"),
        description=cursor.text("description"),
        audience=cursor.text("audience"),
        template=cursor.text("template"),
        schedule=schedule,
        versions=versions,
        resend_guard=cursor.duration("resend_guard"),
        catch_up=CatchUp(
            policy=CatchUpPolicy(catch_up.get("policy", CatchUpPolicy.LATEST)),
            within=catch_up.duration("within"),
        ),
        canary=_canary(cursor.into("canary")) if "canary" in cursor else None,
        send_window=cursor.get("send_window"),
        expires_after=cursor.duration("expires_after"),
        priority=cursor.get("priority", 0),
    )


def _canary(cursor: Cursor) -> Canary:
    return Canary(first=cursor.get("first", 1), wait=cursor.as_duration(cursor.get("wait"), "wait"))


def _schedule(cursor: Cursor) -> Schedule:
    zone = cursor.get("timezone")
    if zone is not None and zone != CONTACT_ZONE and load_zone(zone) is None:
        advice = "Write an IANA name such as `Europe/Berlin`, or `contact` for each contact's own."
        cursor.fault(UNKNOWN_ZONE, f"There is no time zone `{zone}`.", "timezone", advice=advice)
        zone = None
    return Schedule(when=_when(cursor), timezone=zone)


def _when(cursor: Cursor) -> Once | Recurring:
    ways = [key for key in _WAYS if key in cursor]
    if len(ways) != 1:
        said = "says nothing of when" if not ways else "says when in more than one way"
        cursor.fault(
            BAD_SCHEDULE,
            f"The schedule {said}.",
            *ways[1:2],
            advice="Write one of `at` (once), `cron` and `recurs` (again and again).",
            at_key=True,
        )
        return _NEVER
    if ways == ["at"]:
        return Once(at=local_time(cursor, "at"))
    found: Recurrence | None = cron(cursor, "cron") if ways == ["cron"] else recurrence(cursor, "recurs")
    if found == BEFORE_SEND:
        advice = "`before_send` is for the refresh of a power list. Write when the mails go out."
        cursor.fault(BAD_SCHEDULE, "An outreach cannot go out right before itself.", "recurs", advice=advice)
        return _NEVER
    return _NEVER if found is None else Recurring(recurrence=found)
