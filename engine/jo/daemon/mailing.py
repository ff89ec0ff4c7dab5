"""What a planned mail starts with: the intent of a program's step or of an outreach's occurrence."""

from collections.abc import Sequence
from datetime import datetime

from jo.daemon.live import Live
from jo.flow.entry import Refusal
from jo.flow.intent import DEFAULT_EXPIRY, Intent, outreach_key, program_key
from jo.flow.mailbox import address_key
from jo.flow.passage import CreateIntent, Passage
from jo.flow.person import Person
from jo.flow.state import IntentState, Why
from jo.model.content import MailClass, Template
from jo.model.outreach import Outreach
from jo.model.program import Program
from jo.steps.email import Email
from jo.timing.durations import Duration
from jo.timing.windows import Window, next_allowed
from jo.timing.zones import add


def step_intent(
    live: Live, program: Program, step_key: str, passage: Passage, person: Person, effect: CreateIntent
) -> Intent:
    """Return the intent that an email step creates when it is due.

    One without an address, or whose windows do not open before the step's `between` is over, has ended.
    """
    step = program.steps[effect.step]
    assert isinstance(step, Email)
    template = live.project.templates[step.email]
    expires_at = _expires(live, effect.since, step.expires_after, template)
    if effect.until is not None:
        expires_at = min(expires_at, effect.until)
    window = program.send_window if step.send_window is None else step.send_window
    allowed = first_allowed(live, window, template, person, effect.at)
    missed: Refusal | None = None
    if person.address is None:
        missed = Refusal.NO_ADDRESS
    elif effect.until is not None and (allowed is None or allowed >= effect.until):
        missed = Refusal.TOO_LATE
    return Intent(
        id=0,
        key=program_key(program.name, passage.identity, passage.number, step_key, effect.occurrence),
        journey=str(program.address),
        passage=passage.id,
        step=effect.step,
        occurrence=effect.occurrence,
        contact=passage.contact,
        address=person.address or "",
        template=template.name,
        class_=template.class_,
        topic=template.topic,
        state=IntentState.PENDING if missed is None else IntentState.SKIPPED,
        why=_why(effect.at, allowed) if missed is None else None,
        detail=missed or "",
        priority=program.priority,
        created_at=effect.at,
        due_at=effect.since if allowed == effect.at else allowed or expires_at,
        expires_at=expires_at,
        ended_at=effect.at if missed is not None else None,
    )


def outreach_intent(
    live: Live,
    outreach: Outreach,
    occurrence: str,
    person: Person,
    address: str,
    due: datetime,
    behind: datetime | None,
) -> Intent:
    """Return the intent of one person in one occurrence of an outreach, due at that person's moment.

    `behind` is when those may go that are not the first of the outreach's canary.
    """
    template = live.project.templates[outreach.template]
    begins = due if behind is None else max(due, behind)
    expires_at = _expires(live, begins, outreach.expires_after, template)
    allowed = first_allowed(live, outreach.send_window, template, person, begins)
    return Intent(
        id=0,
        key=outreach_key(outreach.name, occurrence, address_key(address)),
        journey=str(outreach.address),
        passage=None,
        step=None,
        occurrence=occurrence,
        contact=person.key,
        address=address,
        template=template.name,
        class_=template.class_,
        topic=template.topic,
        state=IntentState.PENDING,
        why=_why(due, allowed) if begins == due or allowed != begins else Why.CANARY,
        detail="",
        priority=outreach.priority,
        created_at=due,
        due_at=allowed or expires_at,
        expires_at=expires_at,
    )


def first_allowed(
    live: Live, send_window: str | None, template: Template, person: Person, at: datetime
) -> datetime | None:
    """Return the first moment from `at` on at which the mail's windows are open for the person, or None."""
    return next_allowed(at, person.zone, *windows_of(live, send_window, template))


def windows_of(live: Live, send_window: str | None, template: Template) -> Sequence[Window]:
    """Return what the mails of a template have to wait for.

    Quiet hours are the recipient's peace; only transactional mail may break it.
    """
    return live.windows(send_window, is_quiet=template.class_ is not MailClass.TRANSACTIONAL)


def _why(due: datetime, allowed: datetime | None) -> Why:
    """Return what holds a mail from the start: nothing, or a window that is not open yet."""
    return Why.DUE if allowed == due else Why.WINDOW


def _expires(live: Live, at: datetime, own: Duration | None, template: Template) -> datetime:
    duration = own or template.expires_after
    return at + DEFAULT_EXPIRY if duration is None else add(at, duration, live.zone)
