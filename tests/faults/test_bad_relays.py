"""Relays that lie, dribble, never end or cannot be trusted: the mail gets the state that the ledger's rules
say, the others go on, and the operator is told."""

from contextlib import closing
from pathlib import Path

import pytest

from jo.mail.relay import Relay, Tls
from jo.mail.responses import LINE_LIMIT, LINES_LIMIT
from jo.mail.smtp import SmtpMailer
from jo.ports.mailer import Stage
from tests.faults.cells import START, meet
from tests.faults.judge import differences
from tests.faults.table import End, Next, taken, unknown, unusable
from tests.support.certificates import Certificate, make_certificate
from tests.support.scenery import BASE, SENDERS, contact, mails, people, program
from tests.support.smtp_server import FaultServer, Point
from tests.support.world import World

BUFFERS = 8 * 1024 * 1024
"""Bytes that sockets may hold of what nobody reads."""


class BadServer(FaultServer):
    """Says at one point what it is given, again and again, until it is healed or nobody listens."""

    def __init__(self, point: Point, said: bytes, times: int) -> None:
        super().__init__(point, None)
        self._said = said
        self._times = times
        self.bytes_said = 0

    def _answer(self, point: Point) -> bool:
        if point is not self.point or self._healed.is_set():
            return super()._answer(point)
        assert self._client is not None
        for _ in range(self._times):
            self._client.sendall(self._said)
            self.bytes_said += len(self._said)
        return True


FOREVER = 1_000_000
LINES, HALF_A_LINE = b"250-and more\r\n" * 100, b"250-" + b"x" * 1000

CASES: dict[str, tuple[Point, bytes, int, End]] = {
    "accepts twice": (Point.REPLY, b"250 kept\r\n" * 2, 1, taken(Next.ANEW)),
    "speaks another protocol": (Point.GREETING, b"* OK IMAP4rev1\r\n", 1, unusable(Stage.GREETING)),
    "greets forever": (Point.GREETING, LINES.replace(b"250", b"220"), FOREVER, unusable(Stage.GREETING)),
    "offers forever": (Point.EHLO, LINES, FOREVER, unusable(Stage.EHLO)),
    "offers a line forever": (Point.EHLO, HALF_A_LINE, FOREVER, unusable(Stage.EHLO)),
    "consents forever": (Point.MAIL, LINES, FOREVER, unusable(Stage.MAIL)),
    "accepts forever": (Point.REPLY, LINES, FOREVER, unknown(kept=1)),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_relay_harms_one_mail_at_most(case: str) -> None:
    point, said, times, end = CASES[case]
    server = BadServer(point, said, times)

    outcome = meet(server, Relay(host="127.0.0.1", port=server.port, connections=1))

    assert differences(end, outcome, [end.stage]) == []
    assert server.bytes_said < LINE_LIMIT * LINES_LIMIT + BUFFERS


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificate, Certificate]:
    """One for this machine, and one for another."""
    own, other = (tmp_path_factory.mktemp(name) for name in ("own", "other"))
    return make_certificate(own, "DNS:localhost", "IP:127.0.0.1"), make_certificate(
        other, "DNS:mx.example.com"
    )


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("another name", "certificate is not trusted"),
        ("another authority", "certificate is not trusted"),
        ("no offer", "does not offer STARTTLS"),
    ],
)
def test_a_relay_that_cannot_be_trusted_gets_nothing_and_the_other_one_all(
    trouble: str, words: str, certificates: tuple[Certificate, Certificate], tmp_path: Path
) -> None:
    own, other = certificates
    shown = {"another name": other, "another authority": own, "no offer": None}[trouble]
    bad = FaultServer(Point.QUIT, None, certificate=shown)
    good = FaultServer(Point.QUIT, None)
    relays = {
        "default": Relay(
            host="127.0.0.1", port=bad.port, tls=Tls.STARTTLS, ca_file=other.file, connections=4
        ),
        "good": Relay(host="127.0.0.1", port=good.port, connections=1),
    }
    crowd = [contact(f"c{number}") for number in range(8)]
    with (
        bad,
        good,
        closing(SmtpMailer(relays)) as wire,
        World(tmp_path, two_senders(), people(*crowd), start=START, mailer=wire) as world,
    ):
        world.run(START)
        states = {(intent.template, intent.state) for intent in world.intents()}
        (told,) = (event.fields for event in world.told if event.name == "relay.trouble")
        world.check_accounts()
    assert states == {("one", "pending"), ("bill", "accepted")}
    assert (len(bad.kept), len(good.kept)) == (0, len(crowd))
    assert (told["relay"], told["stage"]) == ("default", "starttls")
    assert words in told["error"]


def two_senders() -> dict[str, str]:
    """Everybody gets a mail over the default relay and one over the good one."""
    bills = {name: text.replace("sender: team", "sender: bills") for name, text in mails("bill").items()}
    sender = "---\nkind: sender\nname: bills\nfrom_name: Aurora\nfrom_address: bills@aurora.example\n"
    address = "postal: Aurora, Harbour Street 12, Dublin\nrelay: good\n"
    return {
        **BASE,
        **program("hello: {email: one}", more="priority: 5\n"),
        **program("pay: {email: bill}", name="billing"),
        **mails("one"),
        **bills,
        "templates/senders.yaml": SENDERS + sender + address,
    }
