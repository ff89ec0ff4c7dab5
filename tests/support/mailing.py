"""Hands messages to a mailer and waits for the end of each, as no part of jo does: for tests of mailers."""

from collections.abc import Sequence

from jo.ports.mailer import Mailer, Outgoing, Reply

RELAY = "default"
LONGEST = 60.0
"""Seconds without any reply after which a test gives up."""


def exchange(mailer: Mailer, batch: Sequence[Outgoing]) -> tuple[Reply, ...]:
    """Hand over the messages as there is room, and return one reply for each, in order."""
    waiting, replies = list(batch), dict[str, Reply]()
    while len(replies) < len(batch):
        room = mailer.room(RELAY)
        mailer.submit(RELAY, waiting[:room])
        del waiting[:room]
        found = mailer.collect(LONGEST)
        assert found, f"nothing was said for {LONGEST:g} s"
        replies.update((reply.key, reply) for reply in found)
    return tuple(replies[outgoing.key] for outgoing in batch)
