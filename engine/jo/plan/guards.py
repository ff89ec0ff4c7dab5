"""Guards: what a plan may not do by accident.

Asked for by the operator: an empty repository, or the removal of much of what is live, is more often a
broken checkout than a wish. Asked for by the author: people stand on steps that a change takes away, and an
outreach becomes live when its moment is over.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from jo.diagnostics.codes import MASS_REMOVAL, MISSED_SCHEDULE, STALE_PERMIT, STRANDED_PEOPLE
from jo.flow.occurrence import MissedTime, missed_times
from jo.model.address import Kind
from jo.model.outreach import Outreach
from jo.model.policy import Permit
from jo.model.project import Project
from jo.plan.change import Change, Create, Delete, Retire, Update, address
from jo.plan.plan import Guard, GuardLevel, Impact
from jo.plan.state import SETTINGS, Life, State
from jo.timing.zones import load_zone

MOST_REMOVED = 5
MOST_REMOVED_SHARE = 0.2


def guards(
    live: State, desired: State, changes: tuple[Change, ...], impact: Mapping[str, Impact]
) -> tuple[Guard, ...]:
    """Return what speaks against the changes."""
    return (*_mass_removal(live, desired, changes), *_stranded(changes, impact))


def unfitting_permits(live: State, desired: State, permits: Iterable[Permit]) -> tuple[Guard, ...]:
    """Tell of permits that are valid today and do nothing: a deletion is never waved through by a guess."""
    found = []
    for permit in permits:
        target = permit.allow.delete
        if target in desired:
            continue
        if target not in live:
            detail = f"It allows to delete `{target}`, which is not live."
            help = "If the deletion is done, delete the permit."
        elif live[target].fingerprints.whole != permit.allow.fingerprint:
            detail = f"It allows to delete `{target}` in another form than the one that is live."
            help = f"If it is still meant, write the fingerprint {live[target].fingerprints.whole}."
        else:
            continue
        address = str(permit.address)
        found.append(
            Guard(code=STALE_PERMIT.id, level=GuardLevel.WARNS, address=address, detail=detail, help=help)
        )
    return tuple(found)


def missed_schedules(project: Project, changes: Iterable[Change], now: datetime) -> tuple[Guard, ...]:
    """Tell of outreaches that become live after their moment: nobody would get what was due by then."""
    zone = load_zone(project.zone) or ZoneInfo("UTC")
    made = (address(change).partition("/") for change in changes if isinstance(change, Create))
    outreaches = [project.outreaches[name] for kind, _, name in made if kind == Kind.OUTREACH]
    return tuple(
        _missed(outreach, time) for outreach in outreaches for time in missed_times(outreach, now, zone)
    )


def _missed(outreach: Outreach, time: MissedTime) -> Guard:
    who = "Its mails" if time.version is None else f"Mails of the version `{time.version}`"
    where = "that is over" if time.is_over else "which is over where the day begins early"
    nobody = "Nobody" if time.is_over else "No contact there"
    return Guard(
        code=MISSED_SCHEDULE.id,
        level=GuardLevel.WARNS,
        address=str(outreach.address),
        path=("schedule", "at") if time.version is None else ("versions", time.version, "at"),
        detail=f"{who} go at {time.at:%Y-%m-%d %H:%M}, and {where}. {nobody} gets one.",
        help="Set a moment that is to come, unless they have gone out in another way.",
    )


def _mass_removal(live: State, desired: State, changes: tuple[Change, ...]) -> tuple[Guard, ...]:
    present = [spec for spec in live.values() if spec.life is Life.LIVE and spec.address != SETTINGS]
    removed = [change for change in changes if isinstance(change, Retire | Delete)]
    is_empty = not any(spec.address != SETTINGS for spec in desired.values())
    is_mass = len(removed) > MOST_REMOVED and len(removed) > MOST_REMOVED_SHARE * len(present)
    if not present or not (is_empty or is_mass):
        return ()
    return (
        Guard(
            code=MASS_REMOVAL.id,
            level=GuardLevel.REFUSES,
            address=None,
            detail=(
                f"{len(removed)} of {len(present)} live resources are no longer in git. "
                "That is what a broken checkout or a wrong folder looks like."
            ),
            help="If it is meant, remove them in several smaller changes.",
        ),
    )


def _stranded(changes: tuple[Change, ...], impact: Mapping[str, Impact]) -> tuple[Guard, ...]:
    """People inside are pinned to their graph; tell the reviewer who stays on a step that is gone."""
    found = []
    for change in changes:
        if not isinstance(change, Update) or change.after.kind != Kind.PROGRAM:
            continue
        steps = change.after.document.get("steps", {})
        people = impact[address(change)].people_by_step if address(change) in impact else {}
        gone = {step: count for step, count in people.items() if step not in steps}
        if gone:
            listed = ", ".join(f"{count} on `{step}`" for step, count in sorted(gone.items()))
            found.append(
                Guard(
                    code=STRANDED_PEOPLE.id,
                    level=GuardLevel.WARNS,
                    address=address(change),
                    detail=f"People stand on steps that this change removes: {listed}.",
                    help="They finish on the graph they entered with; new entrants get the new one.",
                )
            )
    return tuple(found)
