"""Reads, in one transaction, all that bears on whether mails may go out now.

Most of it is the same for all mails of a step, or of an outreach, with one template: their *terms*, which
are looked up once in a round. What no journey of the round asks for is not read at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jo.daemon.live import Live, PinnedProgram
from jo.daemon.mailing import windows_of
from jo.daemon.people import GONE, load_looks
from jo.flow.decide import exit_reason
from jo.flow.intent import OUTREACH_RETIRED, Intent, Standing
from jo.flow.look import Look
from jo.flow.mailbox import address_key
from jo.flow.passage import Passage
from jo.flow.person import Person
from jo.model.address import Address
from jo.model.content import MailClass
from jo.model.program import Program
from jo.ports.store import Override, Transaction
from jo.steps.email import Email
from jo.timing.rates import Rate
from jo.timing.windows import Window, next_allowed
from jo.timing.zones import add, subtract


@dataclass(slots=True, kw_only=True)
class _Terms:
    """What holds for all mails of one step or outreach with one template."""

    paused: Override | None
    """The pause that lasts longest of those that cover them."""
    is_retired: bool
    """Whether they are an outreach's that takes nobody any more: one may come back deferred."""
    program: Program | None
    """As it is live, whatever a passage is pinned to."""
    windows: Sequence[Window]
    """Windows are safety and never pinned: those of the live revision."""
    opens: dict[ZoneInfo, datetime | None] = field(default_factory=dict)
    """Zone → when the windows open there, of those that were asked for."""


class Standings:
    """The standings of one round's mails. Mails that open count against caps for those behind them."""

    def __init__(
        self,
        work: Transaction,
        live: Live,
        intents: Sequence[Intent],
        people: Mapping[int, Person],
        now: datetime,
        *,
        are_links_dead: bool,
    ) -> None:
        self._live = live
        self._people = people
        self._now = now
        self._are_links_dead = are_links_dead
        self._keys = {intent.id: address_key(intent.address) for intent in intents}
        keys = sorted(set(self._keys.values()))
        self._suppressions = work.people.suppressions(keys)
        self._pauses = {item.scope: item for item in work.operations.overrides() if _holds(item, now)}
        ids = {item.passage for item in intents if item.passage is not None}
        self._passages: Mapping[int, Passage] = work.passages.load(ids) if ids else {}
        inside = [passage for passage in self._passages.values() if passage.is_open]
        self._looks: Mapping[int, tuple[PinnedProgram, Look]] = (
            load_looks(work, live, inside, now) if inside else {}
        )
        self._sent = {
            (class_, cap): {
                key: dict(mails)
                for key, mails in work.ledger.sent_since(keys, class_, _since(cap, now)).items()
            }
            for class_, cap in self._caps({intent.class_ for intent in intents})
        }
        self._as_of = work.facts.as_of() if live.aging else {}
        self._terms: dict[tuple[str, str | None, str], _Terms] = {}
        """Journey, step and template → what holds for their mails."""

    def of(self, intent: Intent) -> Standing:
        person, terms = self._people[intent.id], self._terms_of(intent)
        is_marketing = intent.class_ is MailClass.MARKETING
        return Standing(
            suppressions=self._suppressions.get(self._keys[intent.id], ()),
            refuses_marketing=is_marketing and person.refuses_marketing,
            paused=terms.paused.scope if terms.paused is not None else None,
            paused_until=terms.paused.until if terms.paused is not None else None,
            withdrawn=self._withdrawn(intent, person, terms),
            skipped=self._is_skipped(intent),
            window_opens=self._window_opens(person, terms),
            cap_frees=self._cap_frees(intent, person, terms),
            stale=self._is_stale(person),
            links_dead=self._are_links_dead and is_marketing,
        )

    def count(self, intent: Intent) -> None:
        """Note that this mail goes out now."""
        for (class_, _), sent in self._sent.items():
            if class_ is intent.class_:
                sent.setdefault(self._keys[intent.id], {})[intent.id] = self._now

    def _terms_of(self, intent: Intent) -> _Terms:
        name = intent.journey, intent.step, intent.template
        terms = self._terms.get(name)
        if terms is None:
            terms = self._terms[name] = self._make_terms(intent)
        return terms

    def _make_terms(self, intent: Intent) -> _Terms:
        address, project = Address.parse(intent.journey), self._live.project
        scopes = ("all", intent.journey, f"template/{intent.template}")
        found = [self._pauses[scope] for scope in scopes if scope in self._pauses]
        program, window = None, None
        if intent.passage is None:
            outreach = project.outreaches.get(address.name)
            window = outreach.send_window if outreach is not None else None
        else:
            program = project.programs.get(address.name)
        if program is not None:
            step = program.steps.get(intent.step or "")
            own = step.send_window if isinstance(step, Email) else None
            window = own if own is not None else program.send_window
        return _Terms(
            paused=max(found, key=lambda pause: pause.until or _NEVER, default=None),
            is_retired=intent.passage is None and not self._live.is_live(address),
            program=program,
            windows=windows_of(self._live, window, project.templates[intent.template]),
        )

    def _withdrawn(self, intent: Intent, person: Person, terms: _Terms) -> str | None:
        """Return why the mail must not go: the passage is over, an exit is true, the contact is gone."""
        if intent.passage is None:
            return OUTREACH_RETIRED if terms.is_retired else GONE if person.is_gone else None
        passage = self._passages[intent.passage]
        if not passage.is_open:
            return passage.stand.exit_reason
        _, look = self._looks[passage.id]
        current = terms.program
        return look.departure or (exit_reason(current.exit_when, look.holds) if current is not None else None)

    def _is_skipped(self, intent: Intent) -> bool:
        found = self._look(intent)
        if found is None or intent.step is None:
            return False
        of, look = found
        step = of.program.steps.get(intent.step)
        return isinstance(step, Email) and step.if_ is not None and not look.holds(step.if_)

    def _look(self, intent: Intent) -> tuple[PinnedProgram, Look] | None:
        """Return what is seen of the mail's passage; None when it has none, or when it is over."""
        return None if intent.passage is None else self._looks.get(intent.passage)

    def _window_opens(self, person: Person, terms: _Terms) -> datetime | None:
        if not terms.windows:
            return self._now
        if person.zone not in terms.opens:
            terms.opens[person.zone] = next_allowed(self._now, person.zone, *terms.windows)
        return terms.opens[person.zone]

    def _caps(self, classes: set[MailClass]) -> list[tuple[MailClass, Rate]]:
        """Return the caps that bear on these classes. Transactional mail has none."""
        return [
            (class_, cap)
            for policy in self._live.project.policies.values()
            for class_, cap in policy.caps.items()
            if class_ in classes and class_ is MailClass.MARKETING
        ]

    def _cap_frees(self, intent: Intent, person: Person, terms: _Terms) -> datetime | None:
        """Return when every cap and the program's spacing leave room, or None when they do now.

        A mail that may have gone already does not stand in its own way.
        """
        moments = []
        for (class_, cap), sent in self._sent.items():
            mails = sent.get(self._keys[intent.id], {})
            times = sorted(moment for id_, moment in mails.items() if id_ != intent.id)
            if class_ is intent.class_ and len(times) >= cap.count:
                moments.append(add(times[-cap.count], cap.per, person.zone) + timedelta(microseconds=1))
        found = self._look(intent)
        if found is not None and terms.program is not None and terms.program.spacing is not None:
            _, look = found
            last = max(
                (i.outcome_at for i in look.intents.values() if i.outcome_at is not None), default=None
            )
            if last is not None:
                moments.append(add(last, terms.program.spacing, person.zone, look.calendar))
        return max((moment for moment in moments if moment > self._now), default=None) if moments else None

    def _is_stale(self, person: Person) -> bool:
        """Tell whether what is known of the person is older than one of its sources allows.

        Rows that are only counted are of a source, too.
        """
        if not self._live.aging:
            return False
        counted = (self._live.counted.get(name, frozenset()) for name in person.sources)
        for name in self._live.aging.keys() & person.sources.union(*counted):
            as_of = self._as_of.get(name)
            if as_of is None or subtract(self._now, self._live.aging[name], person.zone) > as_of:
                return True
        return False


_NEVER = datetime.max.replace(tzinfo=UTC)


def _holds(override: Override, now: datetime) -> bool:
    return override.until is None or override.until > now


def _since(cap: Rate, now: datetime) -> datetime:
    """Return from when on mails count for a cap; a little more than its span, the exact end is read later."""
    return now - timedelta(seconds=cap.per.at_most_seconds() + 86400)
