"""What jo answers to links and events: the rules, without HTTP. Used by many threads.

What is received goes to the store; when that is busy or away, to the spool, which is as durable.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jo.flow.arrival import Choice, EventFault, Given, read_event
from jo.flow.intent import Intent
from jo.flow.kits import request
from jo.model.project import Project
from jo.ports.store import Store, StoreError, Transaction
from jo.render.compiled import Site
from jo.render.message import link_target
from jo.render.tokens import Purpose, verify
from jo.web.pages import Leaving, masked
from jo.web.received import Click, OptOut, Received, Told
from jo.web.recording import Applied, Outcome, record
from jo.web.resting import REST_SECONDS, RestingStore
from jo.web.spool import Spool
from jo.web.target import web_address
from jo.web.told import SPOOL_TAKEN, SPOOL_TROUBLE, STORE_AWAY, Tell

BRAND = "product"
"""The project's variable that names the product; the head of every page."""


class AwayError(Exception):
    """The store does not answer, and without it this cannot be answered; it may be later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Events that were taken."""

    events: int
    new: int | None
    """How many were new; None when only the store knows, and it is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Events that were not taken, none of them."""

    faults: Sequence[tuple[int, EventFault]]
    """With the number of the event in the list, from 0."""


class Desk:
    def __init__(
        self,
        *,
        store: Store,
        spool: Spool,
        site: Site,
        now: Callable[[], datetime],
        tell: Tell,
        rest_seconds: float = REST_SECONDS,
    ) -> None:
        self._store = RestingStore(store, self._tell_trouble, rest_seconds)
        self._spool = spool
        self._site = site
        self._now = now
        self._tell = tell
        self._applied = Applied()

    @property
    def brand(self) -> str:
        """The product's name, as far as is known."""
        project = self._applied.latest
        return project.variables.get(BRAND, "") if project is not None else ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The ids of the keys whose links are answered here, sorted."""
        return tuple(sorted(self._site.keys.by_id))

    def leaving(self, token: str) -> Leaving | None:
        """Return what the holder of an unsubscribe link may leave; None when the link is none of ours."""
        mail = self._mail(token)
        if mail is None:
            return None
        try:
            with self._store.read() as work:
                project = self._applied.project(work)
                intent = work.ledger.by_public_id(mail)
        except StoreError:
            return Leaving()
        return _leaving(intent, project) if intent is not None else None

    def leave(self, token: str, choice: Choice) -> bool:
        """Record an opt-out, durably; return False when the link is none of ours. Raises AwayError.

        Depends on nothing but the mail: whatever else is broken, people can leave.
        """
        mail = self._mail(token)
        if mail is None:
            return False
        outcomes = self._keep([OptOut(mail=mail, choice=choice, at=self._now())])
        return outcomes is None or not outcomes[Outcome.UNKNOWN]

    def follow(self, token: str, *, is_counted: bool) -> str | None:
        """Return where a click goes, and count it; None when the link is none of ours, or leads nowhere.

        Raises AwayError; the click counts all the same.
        """
        claim = verify(self._site.keys, Purpose.CLICK, token)
        if claim is None or claim.link is None:
            return None
        click = Click(mail=claim.intent, link=claim.link, at=self._now())
        try:
            with self._store.read() as work:
                target = self._target(work, click)
        except StoreError as error:
            if is_counted:
                self._keep([click])
            raise AwayError from error
        if target is not None and is_counted:
            self._keep([click])
        return target

    def take_events(self, given: Sequence[Given]) -> Taken | Refused:
        """Record events, all or none of them. Raises AwayError."""
        project = self._project()
        now = self._now()
        told: list[Told] = []
        faults: list[tuple[int, EventFault]] = []
        for number, item in enumerate(given):
            arrival, found = read_event(item, project, now)
            faults += ((number, fault) for fault in found)
            if arrival is not None:
                told.append(Told(arrival=arrival, at=now))
        if faults:
            return Refused(faults=faults)
        outcomes = self._keep(told)
        return Taken(events=len(told), new=None if outcomes is None else outcomes[Outcome.NEW])

    def is_ready(self) -> bool:
        """Tell whether the store answers."""
        try:
            with self._store.read() as work:
                work.specs.generation()
        except StoreError:
            return False
        return True

    @property
    def is_spooling(self) -> bool:
        """Whether something was received that the store does not know yet."""
        return not self._spool.is_empty

    def take_in(self) -> None:
        """Bring what was spooled into the store, if that plays along again."""
        try:
            taken = self._spool.take_in(self._store, self._record)
        except StoreError:
            return  # it is told already, and comes again
        except OSError as error:
            self._tell(SPOOL_TROUBLE, {"error": error.strerror})
            return
        if taken.lines:
            self._tell(SPOOL_TAKEN, {"lines": taken.lines, "dropped": taken.dropped})

    def close(self) -> None:
        self._spool.close()

    def _mail(self, token: str) -> str | None:
        """Return the mail whose unsubscribe link it is."""
        claim = verify(self._site.keys, Purpose.UNSUBSCRIBE, token)
        return claim.intent if claim is not None else None

    def _target(self, work: Transaction, click: Click) -> str | None:
        intent = work.ledger.by_public_id(click.mail)
        if intent is None or intent.fixed is None:
            return None
        kit = self._applied.kit(work, intent.fixed)
        target = (
            None if kit is None else link_target(request(intent, intent.fixed, kit), self._site, click.link)
        )
        return None if target is None else web_address(target)

    def _project(self) -> Project:
        try:
            with self._store.read() as work:
                return self._applied.project(work)
        except StoreError as error:
            if self._applied.latest is None:
                raise AwayError from error
            return self._applied.latest

    def _keep(self, items: Sequence[Received]) -> Counter[Outcome] | None:
        """Make durable what was received; return what it was, None when the store does not know it yet.

        Raises AwayError when there is no place for it at all.
        """
        try:
            with self._store.write() as work:
                return self._record(work, items)
        except StoreError:
            pass
        try:
            self._spool.append(items)
        except OSError as error:
            self._tell(SPOOL_TROUBLE, {"error": error.strerror})
            raise AwayError from error
        return None

    def _record(self, work: Transaction, items: Sequence[Received]) -> Counter[Outcome]:
        return record(work, self._applied, items)

    def _tell_trouble(self, error: StoreError) -> None:
        self._tell(STORE_AWAY, {"error": str(error)})


def _leaving(intent: Intent, project: Project) -> Leaving:
    topic = project.topics.get(intent.topic) if intent.topic is not None else None
    language = intent.fixed.language if intent.fixed is not None else None
    return Leaving(
        address=masked(intent.address),
        has_topic=intent.topic is not None,
        topic=topic.title if topic is not None else None,
        language=language,
    )
