"""When an outreach goes out: its occurrences, and the moment of each person.

An occurrence is known by its nominal local time, never by the clock: `once`, the local date, or date and
time for schedules finer than a day. With `timezone: contact` it begins where the day begins first on earth
and ends where it ends last, so a nominal time is open for about 26 hours; each person is due at that local
time of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jo.model.outreach import CONTACT_ZONE, CatchUpPolicy, Once, Outreach
from jo.timing.recurrence import between
from jo.timing.zones import load_zone, to_instant

FIRST_ON_EARTH = timedelta(hours=14)
"""How far the earliest zone is ahead of UTC."""
LAST_ON_EARTH = timedelta(hours=12)
"""How far the latest zone is behind UTC."""
PROMPT = timedelta(minutes=10)
"""What still counts as on time when a schedule says `skip`."""
SLACK = timedelta(days=2)
"""More than the time between the first and the last zone of one nominal time."""
AHEAD = timedelta(days=1500)
"""How far ahead the next occurrence is looked for; further than from one 29 February to the next."""
ONCE = "once"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOccurrence:
    """An occurrence some of whose people may be due."""

    name: str
    nominal: datetime
    opens: datetime
    closes: datetime
    """From here on nobody new is due."""
    following: datetime | None
    """Nominal time of the next one that is open as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedTime:
    """A time of an outreach that had come before it was live."""

    version: str | None
    """Whose own time it is; None: that of all others."""
    at: datetime
    """Naive local time."""
    is_over: bool
    """Whether it is over everywhere; else only where the day begins early."""


def fixed_zone(outreach: Outreach, project: ZoneInfo) -> ZoneInfo | None:
    """Return the one zone of the schedule, or None when each contact has their own."""
    if outreach.schedule.timezone == CONTACT_ZONE:
        return None
    return load_zone(outreach.schedule.timezone or "") or project


def open_occurrences(
    outreach: Outreach, since: datetime, closed: datetime | None, now: datetime, project: ZoneInfo
) -> Sequence[OpenOccurrence]:
    """Return the occurrences that have begun and are not closed, by nominal time.

    `since` is when the outreach was applied: what was over by then never opens. `closed` is the nominal
    time of the last one that was closed.
    """
    zone = fixed_zone(outreach, project)
    found = []
    after = since if closed is None else max(since, closed.replace(tzinfo=UTC))
    for name, nominal in _nominal(outreach, after, now, project):
        if closed is not None and nominal <= closed:
            continue
        times = _times(outreach, name, nominal)
        opens, closes = _opens(min(times), zone), _closes(max(times), zone)
        if opens <= now and closes > since:
            found.append((name, nominal, opens, closes))
    later = [*(nominal for _, nominal, _, _ in found[1:]), None]
    return [
        OpenOccurrence(name=name, nominal=nominal, opens=opens, closes=closes, following=following)
        for (name, nominal, opens, closes), following in zip(found, later, strict=False)
    ]


def next_opening(outreach: Outreach, now: datetime, project: ZoneInfo) -> datetime | None:
    """Return when the next occurrence after `now` opens, or None when there is none."""
    zone = fixed_zone(outreach, project)
    openings = (
        _opens(min(_times(outreach, name, nominal)), zone)
        for name, nominal in _nominal(outreach, now, now + AHEAD, project)
    )
    return next((opens for opens in openings if opens > now), None)


def missed_times(outreach: Outreach, now: datetime, project: ZoneInfo) -> Sequence[MissedTime]:
    """Return the fixed times that are over when the outreach becomes live now: nobody is due by them."""
    if not isinstance(outreach.schedule.when, Once):
        return ()
    zone = fixed_zone(outreach, project)
    times = [(None, outreach.schedule.when.at), *((name, of.at) for name, of in outreach.versions.items())]
    return [
        MissedTime(version=version, at=at, is_over=_last_due(at, zone) < now)
        for version, at in times
        if _opens(at, zone) < now
    ]


def moment(
    outreach: Outreach, nominal: datetime, version: str, person_zone: ZoneInfo, project: ZoneInfo
) -> datetime:
    """Return when a person is due: the version's own time or the occurrence's, in the zone that counts."""
    own = outreach.versions.get(version)
    return to_instant(own.at if own is not None else nominal, fixed_zone(outreach, project) or person_zone)


def is_too_late(
    outreach: Outreach, due: datetime, following: datetime | None, since: datetime, now: datetime
) -> bool:
    """Tell whether a person whose moment has passed gets nothing any more.

    `following` is when the same person is due by the next occurrence. In the contacts' zones occurrences
    overlap, so one is the latest for some people while others are due by the next one already.
    """
    if due < since:
        return True
    catch_up = outreach.catch_up
    if catch_up.policy is CatchUpPolicy.SKIP and now - due > PROMPT:
        return True
    if catch_up.policy is CatchUpPolicy.LATEST and following is not None and following <= now:
        return True
    return catch_up.within is not None and (now - due).total_seconds() > catch_up.within.at_most_seconds()


def _nominal(
    outreach: Outreach, after: datetime, until: datetime, project: ZoneInfo
) -> Iterator[tuple[str, datetime]]:
    """Yield (name, nominal local time) of what may open after one instant and until another, in order.

    A little more than that: an occurrence in the contacts' zones is open for more than a day.
    """
    when = outreach.schedule.when
    if isinstance(when, Once):
        yield ONCE, when.at
        return
    zone = fixed_zone(outreach, project) or ZoneInfo("UTC")
    for item in between(when.recurrence, after - SLACK, until + FIRST_ON_EARTH, zone):
        yield when.recurrence.identity(item.nominal), item.nominal


def _times(outreach: Outreach, name: str, nominal: datetime) -> Sequence[datetime]:
    """Return the nominal times of an occurrence: its own, and those of versions that go at another."""
    own = [version.at for version in outreach.versions.values()] if name == ONCE else []
    return [nominal, *own]


def _opens(nominal: datetime, zone: ZoneInfo | None) -> datetime:
    return to_instant(nominal, zone) if zone is not None else nominal.replace(tzinfo=UTC) - FIRST_ON_EARTH


def _closes(nominal: datetime, zone: ZoneInfo | None) -> datetime:
    return _last_due(nominal, zone) + PROMPT


def _last_due(nominal: datetime, zone: ZoneInfo | None) -> datetime:
    return to_instant(nominal, zone) if zone is not None else nominal.replace(tzinfo=UTC) + LAST_ON_EARTH
