"""The fault table (goals.md, R2): every fault at every point ends as the table says, step by
step, pipelined and under STARTTLS, and the next message goes its way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

import pytest

from jo.mail.auth import Credentials
from jo.mail.relay import Relay, Tls
from jo.mail.smtp import SmtpMailer
from jo.ports.mailer import Outgoing, Reply, ReplyKind, Stage
from tests.integration.mail.fault_table import TABLE, Row
from tests.support.certificates import Certificate, make_certificate
from tests.support.mailing import RELAY, exchange
from tests.support.smtp_server import Fault, FaultServer, Point

SHORT, LONG = 0.3, 20.0
"""Seconds: of the stage that a server sits out, and of all others, so that a busy machine fails none."""

MESSAGE = b"Subject: hello\r\n\r\n.a dot\r\nand more\r\n"
LARGE = b"Subject: hello\r\n\r\n" + b"A line that fills the buffers of both ends.\r\n" * 200_000

PIPELINED = (Stage.MAIL, Stage.RCPT, Stage.DATA)


class Way(Enum):
    """How client and server talk."""

    STEPWISE = "stepwise"
    PIPELINED = "pipelined"
    STARTTLS = "starttls"


Cell = tuple[Row, Way]
CELLS: list[Cell] = [
    (row, way) for way in Way for row in TABLE if way is Way.STARTTLS or row.point is not Point.STARTTLS
]
GONE = ((Point.CONNECT, Fault.SILENCE), (Point.CONNECT, Fault.RESET))
"""Where no server is left for a next message."""

every_cell = pytest.mark.parametrize(
    "cell", CELLS, ids=[f"{row.point.value}-{row.fault.value}-{way.value}" for row, way in CELLS]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    reply: Reply
    kept: int
    next_reply: Reply | None
    kept_in_the_end: int


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"), "DNS:localhost", "IP:127.0.0.1")


@pytest.fixture(scope="module")
def outcomes(certificate: Certificate) -> Iterator[dict[Cell, Outcome]]:
    with ThreadPoolExecutor(8) as workers:
        found = workers.map(lambda cell: run_cell(cell[0], cell[1], certificate), CELLS)
        yield dict(zip(CELLS, found, strict=True))
    print(f"{len(CELLS)} cells of {len(TABLE)} rows")


def run_cell(row: Row, way: Way, certificate: Certificate) -> Outcome:
    server = FaultServer(
        row.point,
        row.fault,
        certificate=certificate if way is Way.STARTTLS else None,
        pipelining=way is not Way.STEPWISE,
    )
    relay = Relay(
        host="127.0.0.1",
        port=server.port,
        tls=Tls.STARTTLS if way is Way.STARTTLS else Tls.NONE,
        ca_file=certificate.file,
        credentials=Credentials(user="jo", password="secret"),
        connections=1,
        patience={stage: SHORT if is_sat_out(row, stage) else LONG for stage in Stage},
    )
    with server, closing(SmtpMailer({RELAY: relay})) as mailer:
        (reply,) = exchange(mailer, [outgoing("first", LARGE if row.point is Point.BODY else MESSAGE)])
        if row.point is Point.QUIT:
            mailer.close()
        kept = len(server.kept)
        server.heal()
        next_reply = None
        if (row.point, row.fault) not in GONE:
            (next_reply,) = exchange(mailer, [outgoing("second", MESSAGE)])
        return Outcome(reply=reply, kept=kept, next_reply=next_reply, kept_in_the_end=len(server.kept))


def is_sat_out(row: Row, stage: Stage) -> bool:
    point = Point.DOT if row.point is Point.REPLY else row.point
    return row.fault is Fault.SILENCE and stage.value == point.value


def possible_stages(row: Row, way: Way) -> tuple[Stage, ...]:
    """A reset may overtake what is still on its way to the client."""
    if row.fault is Fault.RESET and row.stage is Stage.GREETING:
        return (Stage.CONNECT, Stage.GREETING)
    if row.fault is Fault.RESET and way is not Way.STEPWISE and row.stage in PIPELINED:
        return PIPELINED[: PIPELINED.index(row.stage) + 1]
    return (row.stage,)


def outgoing(key: str, data: bytes) -> Outgoing:
    return Outgoing(key=key, sender="from@example.com", recipient="to@example.com", data=data)


def test_the_table_has_a_row_for_every_fault_at_every_point() -> None:
    assert [(row.point, row.fault) for row in TABLE] == [(point, fault) for point in Point for fault in Fault]
    assert len(TABLE) == 120


def test_the_table_keeps_the_promise_of_the_ledger() -> None:
    for row in TABLE:
        if row.kind is not ReplyKind.UNCERTAIN:
            assert row.kept == (row.kind is ReplyKind.ACCEPTED), row


@every_cell
def test_a_fault_ends_as_the_table_says(cell: Cell, outcomes: dict[Cell, Outcome]) -> None:
    row, way = cell
    outcome = outcomes[cell]
    assert outcome.reply.kind is row.kind, (row.why, outcome.reply)
    assert outcome.reply.stage in possible_stages(row, way), (row.why, outcome.reply)
    assert outcome.kept == row.kept
    assert outcome.reply.text


@every_cell
def test_the_next_message_is_untouched_by_the_fault(cell: Cell, outcomes: dict[Cell, Outcome]) -> None:
    row, _ = cell
    outcome = outcomes[cell]
    assert (outcome.next_reply is None) == ((row.point, row.fault) in GONE)
    if outcome.next_reply is not None:
        assert outcome.next_reply.kind is ReplyKind.ACCEPTED, outcome.next_reply
        assert outcome.kept_in_the_end == row.kept + 1
