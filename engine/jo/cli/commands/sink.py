"""`jo sink`: a relay on this machine that keeps every mail as a file, and passes nothing on."""

import signal
import threading
from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.options import console_option
from jo.ports.errors import WorldError
from jo.views.console import Console


@click.command("sink")
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=2525, show_default=True, help="0: any free one."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".jo/mail"),
    show_default=True,
    help="Where mails are kept.",
)
@console_option
def command(console: Console, *, port: int, folder: Path) -> int:
    """Take mail on this machine and keep it as files, until SIGTERM or Ctrl-C.

    It listens on 127.0.0.1 and nowhere else. Each mail becomes a file that mail programs open, and a line
    of `log.jsonl` beside it.
    """
    from jo.cli.running import told_to_stop
    from jo.mail.sink_server import HOST, serve

    stop = threading.Event()

    def ready(taken: int) -> None:
        console.remark(f"Taking mail on {HOST}:{taken}; it goes to {folder}. Ctrl-C ends it.")

    with told_to_stop(stop.set) as heard:
        try:
            serve(folder, port, ready, stop)
        except OSError as error:
            raise WorldError(
                f"Mail cannot be taken on {HOST}:{port} into {folder}: {error.strerror}."
            ) from error
    return Exit.INTERRUPTED if signal.SIGINT in heard else Exit.OK
