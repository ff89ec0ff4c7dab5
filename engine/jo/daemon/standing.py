"""Reads, in one transaction, all that bears on whether mails may go out now."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from jo.daemon.live import Live, PinnedProgram
from jo.daemon.mailing import first_allowed
from jo.daemon.people import GONE, load_looks
from jo.flow.decide import exit_reason
from jo.flow.intent import OUTREACH_RETIRED, Intent, Standing
from jo.flow.look import Look
from jo.flow.mailbox import address_key
from jo.flow.passage import Passage
from jo.flow.person import Person
from jo.model.address import Address
from jo.model.content import MailClass
from jo.ports.store import Override, Transaction
from jo.steps.email import Email
from jo.timing.rates import Rate
from jo.timing.zones import add, subtract


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
        keys = sorted({address_key(intent.address) for intent in intents})
        self._suppressions = work.people.suppressions(keys)
        self._pauses = {item.scope: item for item in work.operations.overrides() if _holds(item, now)}
        passages = work.passages.load({item.passage for item in intents if item.passage is not None})
        self._passages: Mapping[int, Passage] = passages
        inside = [passage for passage in passages.values() if passage.is_open]
        self._looks: Mapping[int, tuple[PinnedProgram, Look]] = load_looks(work, live, inside, now)
        self._sent = {
            (class_, cap): {
                key: list(times)
                for key, times in work.ledger.sent_since(keys, class_, _since(cap, now)).items()
            }
            for class_, cap in self._caps({intent.class_ for intent in intents})
        }
        self._as_of = work.facts.as_of()

    def of(self, intent: Intent) -> Standing:
        person = self._people[intent.id]
        window = self._send_window(intent)
        paused = self._paused(intent)
        template = self._live.project.templates[intent.template]
        return Standing(
            suppressions=self._suppressions.get(address_key(intent.address), ()),
            refuses_marketing=person.refuses_marketing,
            paused=paused.scope if paused is not None else None,
            paused_until=paused.until if paused is not None else None,
            withdrawn=self._withdrawn(intent, person),
            skipped=self._is_skipped(intent),
            window_opens=first_allowed(self._live, window, template, person, self._now),
            cap_frees=self._cap_frees(intent, person),
            stale=self._is_stale(person),
            links_dead=self._are_links_dead and intent.class_ is MailClass.MARKETING,
        )

    def count(self, intent: Intent) -> None:
        """Note that this mail goes out now."""
        for (class_, _), sent in self._sent.items():
            if class_ is intent.class_:
                sent.setdefault(address_key(intent.address), []).append(self._now)

    def _paused(self, intent: Intent) -> Override | None:
        """Return the pause that lasts longest of those that cover the mail."""
        scopes = ("all", intent.journey, f"template/{intent.template}")
        found = [self._pauses[scope] for scope in scopes if scope in self._pauses]
        return max(found, key=lambda pause: pause.until or _NEVER, default=None)

    def _withdrawn(self, intent: Intent, person: Person) -> str | None:
        """Return why the mail must not go: the passage is over, an exit is true, the contact is gone.

        A mail that was on its way when its outreach was retired may come back, deferred.
        """
        if intent.passage is None:
            if not self._live.is_live(Address.parse(intent.journey)):
                return OUTREACH_RETIRED
            return GONE if person.is_gone else None
        passage = self._passages[intent.passage]
        if not passage.is_open:
            return passage.stand.exit_reason
        _, look = self._looks[passage.id]
        current = self._live.project.programs.get(passage.program)
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

    def _send_window(self, intent: Intent) -> str | None:
        """Return the window of the live revision: windows are safety and never pinned."""
        address = Address.parse(intent.journey)
        program = self._live.project.programs.get(address.name)
        if intent.passage is None or program is None:
            outreach = self._live.project.outreaches.get(address.name)
            return outreach.send_window if outreach is not None else None
        step = program.steps.get(intent.step or "")
        own = step.send_window if isinstance(step, Email) else None
        return own if own is not None else program.send_window

    def _caps(self, classes: set[MailClass]) -> list[tuple[MailClass, Rate]]:
        """Return the caps that bear on these classes. Transactional mail has none."""
        return [
            (class_, cap)
            for policy in self._live.project.policies.values()
            for class_, cap in policy.caps.items()
            if class_ in classes and class_ is MailClass.MARKETING
        ]

    def _cap_frees(self, intent: Intent, person: Person) -> datetime | None:
        """Return when every cap and the program's spacing leave room, or None when they do now."""
        moments = []
        for (class_, cap), sent in self._sent.items():
            times = sorted(sent.get(address_key(intent.address), ()))
            if class_ is intent.class_ and len(times) >= cap.count:
                moments.append(add(times[-cap.count], cap.per, person.zone) + timedelta(microseconds=1))
        program = self._live.project.programs.get(Address.parse(intent.journey).name)
        found = self._look(intent)
        if found is not None and program is not None and program.spacing is not None:
            _, look = found
            last = max(
                (i.outcome_at for i in look.intents.values() if i.outcome_at is not None), default=None
            )
            if last is not None:
                moments.append(add(last, program.spacing, person.zone, look.calendar))
        return max((moment for moment in moments if moment > self._now), default=None)

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
