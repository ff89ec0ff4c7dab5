"""The mailer that sends nothing: each message becomes a file in a folder, for tests and previews."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from jo.mail.extensions import Extensions
from jo.mail.folder import MessageFolder
from jo.mail.transaction import UnsendableError, write_transaction
from jo.ports.errors import WorldError
from jo.ports.mailer import Outgoing, Reply, ReplyKind, Stage, check_batch

_TAKES = Extensions(eight_bit=True, utf8=True)


class FolderMailer:
    """A `Mailer` whose relay is a folder. It refuses what no relay would be given, as SMTP does."""

    def __init__(self, directory: Path, *, clock: Callable[[], datetime], connections: int = 10) -> None:
        """`clock` tells the moment that the log notes. Raises WorldError when there can be no such folder."""
        try:
            self._folder = MessageFolder(directory, clock=clock)
        except OSError as error:
            raise WorldError(f"messages cannot be kept in {directory}: {error.strerror}") from error
        self._connections = connections
        self._name = f"folder {directory.name}"

    @property
    def connections(self) -> int:
        return self._connections

    def exchange(self, batch: Sequence[Outgoing]) -> tuple[Reply, ...]:
        check_batch(batch, self._connections)
        return tuple(self._keep(outgoing) for outgoing in batch)

    def close(self) -> None:
        pass  # nothing stays open between messages

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
