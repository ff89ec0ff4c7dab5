"""What is on the wire: attempts that are under way, and replies that wait to be recorded.

An attempt stays here from the commit that opened it to the commit that recorded its end, over any number of
runs. When a commit fails, its replies are still here for the next one.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from jo.daemon.compose import Prepared
from jo.flow.intent import Intent
from jo.ports.mailer import About, Mailer, Reply, ReplyKind, Stage


class Opened(NamedTuple):
    """An attempt that was opened for a message that is ready to go."""

    attempt: int
    mail: Prepared


class Answered(NamedTuple):
    """An attempt that has ended, and how."""

    attempt: int
    intent: Intent
    """With this attempt counted."""
    relay: str
    reply: Reply


class Exchange:
    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._under_way: dict[str, Opened] = {}
        self._answered: list[Answered] = []

    @property
    def is_under_way(self) -> bool:
        """Whether an attempt is open whose end is not recorded."""
        return bool(self._under_way or self._answered)

    @property
    def answered(self) -> Sequence[Answered]:
        """What is to be recorded."""
        return self._answered

    @property
    def under_way(self) -> Iterable[Prepared]:
        """What is on the wire."""
        return (item.mail for item in self._under_way.values())

    def room(self, relay: str) -> int:
        return self._mailer.room(relay)

    def hand_over(self, opened: Sequence[Opened]) -> None:
        """Let messages go out, no more to a relay than there was room for since the last `collect`."""
        by_relay: dict[str, list[Opened]] = {}
        for item in opened:
            by_relay.setdefault(item.mail.relay, []).append(item)
        for relay, items in by_relay.items():
            self._under_way.update((item.mail.outgoing.key, item) for item in items)
            self._mailer.submit(relay, [item.mail.outgoing for item in items])

    def collect(self, seconds: float) -> Sequence[Answered]:
        """Take in the replies that are there, waiting for the first at most so long; return the new ones."""
        return self._take_in(self._mailer.collect(seconds) if self._under_way else ())

    def abandon(self) -> Sequence[Answered]:
        """Break off what is under way, and return what that makes of it."""
        return self._take_in(self._mailer.abandon())

    def recorded(self) -> None:
        """What was answered is in the store."""
        self._answered = []

    def refuse(self, opened: Sequence[Opened], why: str) -> None:
        """Take attempts for over whose messages were not handed to anybody; they may be tried again."""
        for item in opened:
            reply = Reply(
                key=item.mail.outgoing.key,
                kind=ReplyKind.DEFERRED,
                stage=Stage.CONNECT,
                code=None,
                enhanced=None,
                text=why,
                relay=item.mail.relay,
                about=About.RELAY,
            )
            self._answered.append(_answered(item, reply))

    def _take_in(self, replies: Sequence[Reply]) -> Sequence[Answered]:
        new = [_answered(self._under_way.pop(reply.key), reply) for reply in replies]
        self._answered += new
        return new


def _answered(opened: Opened, reply: Reply) -> Answered:
    intent = opened.mail.intent
    return Answered(
        attempt=opened.attempt,
        intent=intent._replace(attempts=intent.attempts + 1),
        relay=opened.mail.relay,
        reply=reply,
    )
