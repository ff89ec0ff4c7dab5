"""The mailer that sends nothing: each message becomes a file in a folder, for tests and previews."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

from jo.mail.extensions import Extensions
from jo.mail.folder import MessageFolder
from jo.mail.transaction import UnsendableError, write_transaction
from jo.ports.errors import WorldError
from jo.ports.mailer import Outgoing, Reply, ReplyKind, Stage, check_batch

_TAKES = Extensions(eight_bit=True, utf8=True)


class FolderMailer:
    """A `Mailer` whose only relay is a folder. It refuses what no relay would be given, as SMTP does."""

    def __init__(
        self, relay: str, directory: Path, *, clock: Callable[[], datetime], connections: int = 10
    ) -> None:
        """`clock` tells the moment that the log notes. Raises WorldError when there can be no such folder."""
        try:
            self._folder = MessageFolder(directory, clock=clock)
        except OSError as error:
            raise WorldError(f"messages cannot be kept in {directory}: {error.strerror}") from error
        self._relay = relay
        self._connections = connections
        self._name = f"folder {directory.name}"
        self._replies: dict[str, Reply] = {}

    @property
    def relays(self) -> Collection[str]:
        return (self._relay,)

    def connections(self, relay: str) -> int:
        return self._connections if relay == self._relay else 0

    def room(self, relay: str) -> int:
        return self._connections - len(self._replies) if relay == self._relay else 0

    def submit(self, relay: str, batch: Sequence[Outgoing]) -> None:
        check_batch(batch, self.room(relay), self._replies.keys())
        self._replies.update((outgoing.key, self._keep(outgoing)) for outgoing in batch)

    def collect(self, seconds: float) -> Sequence[Reply]:
        return self.abandon()  # a folder keeps nobody waiting

    def abandon(self) -> Sequence[Reply]:
        replies, self._replies = list(self._replies.values()), {}
        return replies

    def close(self) -> None:
        self._replies.clear()

    def _keep(self, outgoing: Outgoing) -> Reply:
        kind, stage = ReplyKind.ACCEPTED, Stage.DOT
        try:
            write_transaction(outgoing, _TAKES)
            text = self._folder.add(
                sender=outgoing.sender, recipient=outgoing.recipient, data=outgoing.data
            ).name
        except UnsendableError as unsendable:
            return unsendable.as_reply(outgoing, self._name)
        except OSError as error:
            kind, stage, text = ReplyKind.DEFERRED, Stage.BODY, f"it cannot be kept: {error.strerror}"
        return Reply(
            key=outgoing.key, kind=kind, stage=stage, code=None, enhanced=None, text=text, relay=self._name
        )
