"""Runs a cell of the fault table through the send service, the ledger and the real mailer, on loopback.

Two mails go to one address: the first one meets the fault, the next one follows half a minute later, when
the server does everything well again. The clock of the world is stepped; only the fault itself takes real
time, a fraction of a second where the server keeps silent.
"""

import tempfile
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from jo.flow.intent import Intent
from jo.mail.auth import Credentials
from jo.mail.relay import Relay, Tls
from jo.mail.smtp import SmtpMailer
from jo.ports.mailer import Outgoing, Reply, Stage
from tests.faults.table import Fate, Next, Row
from tests.support.certificates import Certificate
from tests.support.scenery import BASE, contact, mails, outreach, people, program
from tests.support.smtp_server import Fault, FaultServer, Point
from tests.support.world import World, at

SHORT, LONG = 0.3, 20.0
"""Seconds: of the stage that a server sits out, and of all others, so that a busy machine fails none."""
MINUTE = timedelta(minutes=1)
TEN = at("2026-12-01 10:00")
"""When the next mail is due; the first one is half a minute before."""
START = TEN - MINUTE / 2
PADDING = b"A line that fills the buffers of both ends.\r\n" * 200_000

_FILES = {
    **BASE,
    **program("hello: {email: one}"),
    **outreach('at: "2026-12-01 10:00"', template="two"),
    **mails("one", "two"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What has become of the two mails of a cell."""

    reply: Reply
    """The end of the first attempt."""
    fate: Fate | str
    """Of the first mail, right behind that; a text when it is none that a table may name."""
    kept: int
    """Copies that the server had then."""
    next: Next | str
    """What the next mail did."""
    kept_in_the_end: int
    """Copies of both mails, when everything that is pending has been tried again."""
    is_told: bool
    """Whether the operator was told of trouble with the relay."""


class Wiretap(SmtpMailer):
    """The real mailer. Notes replies; may make the first message so large that it cannot hide in buffers."""

    def __init__(self, relay: Relay, *, is_large: bool) -> None:
        super().__init__({"default": relay})
        self.heard: list[Reply] = []
        self._is_large = is_large

    def submit(self, relay: str, batch: Sequence[Outgoing]) -> None:
        if self._is_large and batch:
            self._is_large = False
            batch = [replace(outgoing, data=outgoing.data + PADDING) for outgoing in batch]
        super().submit(relay, batch)

    def collect(self, seconds: float) -> Sequence[Reply]:
        replies = super().collect(seconds)
        self.heard += replies
        return replies


def run_cell(row: Row, certificate: Certificate) -> Outcome:
    """Run one cell; under STARTTLS where the fault is about it."""
    is_secured = row.point is Point.STARTTLS
    server = FaultServer(row.point, row.fault, certificate=certificate if is_secured else None)
    relay = Relay(
        host="127.0.0.1",
        port=server.port,
        tls=Tls.STARTTLS if is_secured else Tls.NONE,
        ca_file=certificate.file,
        credentials=Credentials(user="jo", password="secret"),
        connections=1,
        messages_per_connection=1 if row.point is Point.QUIT else 1000,
        idle=LONG,
        patience={stage: SHORT if is_sat_out(row, stage) else LONG for stage in Stage},
    )
    return meet(server, relay, is_large=row.point is Point.BODY)


def meet(server: FaultServer, relay: Relay, *, is_large: bool = False) -> Outcome:
    """Send both mails to a server; it is healed when the first one has ended."""
    with (
        tempfile.TemporaryDirectory() as folder,
        server,
        closing(Wiretap(relay, is_large=is_large)) as wire,
        World(Path(folder), _FILES, people(contact("ada")), start=START, mailer=wire) as world,
    ):
        world.run(START)
        (reply,) = wire.heard
        fate, kept, visits = _fate(world, "one"), len(server.kept), server.visits
        server.heal()
        world.run(TEN)
        next_ = _next(world, is_same=server.visits == visits)
        world.run(START + 10 * MINUTE)
        world.check_accounts()
        return Outcome(
            reply=reply,
            fate=fate,
            kept=kept,
            next=next_,
            kept_in_the_end=len(server.kept),
            is_told=any(event.name == "relay.trouble" for event in world.told),
        )


def is_sat_out(row: Row, stage: Stage) -> bool:
    """Tell whether the server keeps silent at this stage until the client's time is up."""
    point = Point.DOT if row.point is Point.REPLY else row.point
    return row.fault is Fault.SILENCE and stage.value == point.value


def possible_stages(row: Row, pipelined: Collection[Stage]) -> tuple[Stage, ...]:
    """A reset may overtake what is still on its way to the client."""
    stage = row.end.stage
    if row.fault is Fault.RESET and stage is Stage.GREETING:
        return (Stage.CONNECT, Stage.GREETING)
    if row.fault is Fault.RESET and stage in pipelined:
        order = [Stage.MAIL, Stage.RCPT, Stage.DATA]
        return tuple(order[: order.index(stage) + 1])
    return (stage,)


def _intent(world: World, template: str) -> Intent:
    (found,) = (intent for intent in world.intents() if intent.template == template)
    return found


def _fate(world: World, template: str) -> Fate | str:
    intent = _intent(world, template)
    match intent.state:
        case "accepted" | "failed" | "uncertain":
            return Fate[intent.state.upper()]
        case "pending" if intent.why == "retry":
            waits = {MINUTE: Fate.SOON, 5 * MINUTE: Fate.LATER}
            return waits.get(intent.due_at - world.now, f"pending until {intent.due_at}")
        case _:
            return f"{intent.state} {intent.why}"


def _next(world: World, *, is_same: bool) -> Next | str:
    intent = _intent(world, "two")
    if intent.state == "accepted":
        return Next.SAME if is_same else Next.ANEW
    if intent.state == "pending" and intent.why in ("due", "retry"):
        return Next.RESTS
    return f"{intent.state} {intent.why}"
