"""A plan as people read it: the dangerous first, each change with whom it reaches and what it says in words.

Made from the plan's JSON document, so a plan file shows again exactly as it did when it was made.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jo.model.address import Kind
from jo.plan.change import Action, ChangeKind, Reach
from jo.plan.plan import GuardLevel, Quality
from jo.plan.state import SETTINGS
from jo.reports.edit_words import EditWords, edit_words
from jo.reports.wording import counted, listed, number, people

__all__ = [
    "Action",
    "ChangeKind",
    "ChangeReport",
    "GuardLevel",
    "GuardReport",
    "PlanReport",
    "Quality",
    "plan_report",
]
"""With the words of plans that views need."""

_SETTINGS = "The project's own zone and variables"

ACTION_ORDER = (Action.DELETE, Action.RETIRE, Action.UPDATE, Action.CREATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReport:
    address: str
    action: Action
    kind: ChangeKind
    reach: Reach
    description: str
    permit: str | None
    fingerprint: str | None
    """Of what a retirement takes out of use: a permit to delete it names this."""
    edits: tuple[EditWords, ...]
    impact: tuple[str, ...]
    """Sentences about people, without a period."""

    @property
    def reaches(self) -> str:
        return f"reaches {'nobody' if self.reach is Reach.NONE else self.reach}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReport:
    code: str
    level: GuardLevel
    address: str | None
    place: str | None
    """File and line."""
    detail: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    digest: str
    generation: int
    environment: str | None
    commit: str | None
    quality: Quality
    changes: tuple[ChangeReport, ...]
    """The dangerous first: by kind, reach and action, then address."""
    guards: tuple[GuardReport, ...]
    """Those that refuse first."""
    against: str | None
    """The commit that it was compared with, such as `git:main`, instead of what is live."""

    @property
    def headline(self) -> str:
        """Return `3 changes: 1 to create, 2 to update`."""
        if not self.changes:
            return "No changes" + ("." if self.against else ": what is live is what git says.")
        counts = Counter(change.action for change in self.changes)
        if len(counts) == 1:
            return f"{number(len(self.changes))} to {self.changes[0].action}"
        parts = [f"{counts[action]} to {action}" for action in reversed(ACTION_ORDER) if counts[action]]
        return f"{counted(len(self.changes), 'change')}: {listed(parts)}"

    @property
    def basis(self) -> str:
        """Return what the changes are counted from."""
        against = self.against or f"generation {self.generation}"
        return f"against {against}" + (f" of {self.environment}" if self.environment else "")

    @property
    def is_refused(self) -> bool:
        return any(guard.level is GuardLevel.REFUSES for guard in self.guards)


def plan_report(document: Mapping[str, Any]) -> PlanReport:
    """Return the report of a plan document, which `read_reviewed` has accepted."""
    impact = {item["address"]: item for item in document["impact"]["resources"]}
    changes = [_change(item, impact.get(item["address"])) for item in document["changes"]]
    guards = [
        GuardReport(
            code=item["code"],
            level=GuardLevel(item["level"]),
            address=item["address"],
            place=item.get("place"),
            detail=item["detail"],
            help=item["help"],
        )
        for item in document["guards"]
    ]
    return PlanReport(
        digest=document["digest"],
        generation=document["generation"],
        environment=document["environment"],
        commit=document["commit"],
        quality=Quality(document["impact"]["quality"]),
        changes=tuple(sorted(changes, key=_danger)),
        guards=tuple(sorted(guards, key=lambda guard: guard.level is not GuardLevel.REFUSES)),
        against=document.get("against"),
    )


def _danger(change: ChangeReport) -> tuple[int, int, int, str]:
    return (-change.kind, -change.reach, ACTION_ORDER.index(change.action), change.address)


def _change(item: Mapping[str, Any], impact: Mapping[str, Any] | None) -> ChangeReport:
    edits: Sequence[Mapping[str, Any]] = item["edits"]
    action = Action(item["action"])
    return ChangeReport(
        address=item["address"],
        action=action,
        kind=ChangeKind[item["kind"].upper()],
        reach=Reach[item["reach"].upper().replace(" ", "_")],
        description=_SETTINGS if item["address"] == SETTINGS else str(item.get("description") or ""),
        permit=item.get("permit"),
        fingerprint=item["fingerprint_before"] if action is Action.RETIRE else None,
        edits=edit_words(edits),
        impact=(*_consequence(item["address"], action), *(() if impact is None else _impact(impact, action))),
    )


def _consequence(address: str, action: Action) -> tuple[str, ...]:
    """Say what a removal means where it is not plain."""
    if action is Action.RETIRE and address.startswith(f"{Kind.PROGRAM}/"):
        return ("nobody enters any more; people inside finish",)
    if action is Action.RETIRE and address.startswith(f"{Kind.OUTREACH}/"):
        return ("it sends no more; what is pending is withdrawn",)
    return ()


def _impact(item: Mapping[str, Any], action: Action) -> list[str]:
    sentences = []
    now, after = item["members_now"], item["members_after"]
    if now is not None and after is not None:
        sentences.append(f"{_members(now)} now, {people(after)} after")
    elif after is not None:
        sentences.append(f"{_members(after)} once it is live")
    elif now is not None:
        sentences.append(f"{_members(now)} now")
    if item.get("entering"):
        sentences.append(f"up to {people(item['entering'])} people enter at once")
    by_step: Mapping[str, int] = {step: count for step, count in item["people_by_step"].items() if count}
    if by_step:
        total = sum(by_step.values())
        steps = listed([f"{people(count)} at {step}" for step, count in by_step.items()])
        sentences.append(f"{people(total)} {'person' if total == 1 else 'people'} inside: {steps}")
    if item["pending_sends"]:
        pending = item["pending_sends"]
        fate = "are withdrawn" if action in (Action.RETIRE, Action.DELETE) else "are pending"
        sentences.append(f"{people(pending)} mails {fate}")
    return sentences


def _members(count: int) -> str:
    return f"{people(count)} member{'' if count == 1 else 's'}"
