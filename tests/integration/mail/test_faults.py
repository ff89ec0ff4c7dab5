"""The mailer alone, held to the fault table step by step, pipelined and under STARTTLS."""

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
from tests.faults.cells import LONG, PADDING, SHORT, is_sat_out, possible_stages
from tests.faults.table import TABLE, Row
from tests.support.certificates import Certificate, make_certificate
from tests.support.mailing import RELAY, exchange
from tests.support.smtp_server import FaultServer, Point

MESSAGE = b"Subject: hello\r\n\r\n.a dot\r\nand more\r\n"
LARGE = b"Subject: hello\r\n\r\n" + PADDING

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
every_cell = pytest.mark.parametrize(
    "cell", CELLS, ids=[f"{row.point.value}-{row.fault.value}-{way.value}" for row, way in CELLS]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    reply: Reply
    kept: int
    next_reply: Reply
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
        (next_reply,) = exchange(mailer, [outgoing("second", MESSAGE)])
        return Outcome(reply=reply, kept=kept, next_reply=next_reply, kept_in_the_end=len(server.kept))


def outgoing(key: str, data: bytes) -> Outgoing:
    return Outgoing(key=key, sender="from@example.com", recipient="to@example.com", data=data)


@every_cell
def test_a_fault_ends_as_the_table_says(cell: Cell, outcomes: dict[Cell, Outcome]) -> None:
    row, way = cell
    outcome = outcomes[cell]
    assert outcome.reply.kind is row.end.kind, (row.why, outcome.reply)
    assert outcome.reply.stage in possible_stages(row, PIPELINED if way is not Way.STEPWISE else ()), (
        row.why,
        outcome.reply,
    )
    assert outcome.kept == row.end.kept
    assert outcome.reply.text


@every_cell
def test_the_next_message_is_untouched_by_the_fault(cell: Cell, outcomes: dict[Cell, Outcome]) -> None:
    row, _ = cell
    outcome = outcomes[cell]
    assert outcome.next_reply.kind is ReplyKind.ACCEPTED, outcome.next_reply
    assert outcome.kept_in_the_end == row.end.kept + 1
