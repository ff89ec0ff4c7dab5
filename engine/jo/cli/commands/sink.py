"""`jo sink`: a relay on this machine that keeps every mail as a file, and passes nothing on."""

import os
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.options import Place, workspace_options
from jo.ports.errors import WorldError

if TYPE_CHECKING:
    from jo.workspace.settings import Settings

PORT = 2525
"""Where nothing says otherwise."""
FOLDER = Path(".jo/mail")
_DEFAULT = "default"


@click.command("sink")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help=f"By default that of the relay on this machine in jo.toml, else {PORT}. 0: any free one.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Where mails are kept; by default {FOLDER} of the project.",
)
@workspace_options
def command(place: Place, *, port: int | None, folder: Path | None) -> int:
    """Take mail on this machine and keep it as files, until SIGTERM or Ctrl-C.

    It listens on 127.0.0.1 and nowhere else. Each mail becomes a file that mail programs open, and a line
    of `log.jsonl` beside it. Of several relays on this machine it takes the place of `default`, or of the
    first by name. It also works where there is no project.
    """
    from jo.cli.running import told_to_stop
    from jo.mail.sink_server import HOST, serve
    from jo.workspace.cache import make_local

    settings = _settings(place)
    known = _ports(settings) if settings is not None else []
    wanted = port if port is not None else known[0] if known else PORT
    kept = folder or (_shown(settings.root / FOLDER) if settings is not None else FOLDER)
    stop = threading.Event()

    def ready(taken: int) -> None:
        place.console.remark(f"Taking mail on {HOST}:{taken}; it goes to {kept}. Ctrl-C ends it.")
        if settings is not None and taken not in known:
            place.console.remark("No relay in jo.toml leads here.")

    with told_to_stop(stop.set) as heard:
        try:
            make_local(kept)
            serve(kept, wanted, ready, stop)
        except OSError as error:
            raise WorldError(
                f"Mail cannot be taken on {HOST}:{wanted} into {kept}: {error.strerror}."
            ) from error
    return Exit.INTERRUPTED if signal.SIGINT in heard else Exit.OK


def _settings(place: Place) -> "Settings | None":
    """Return the settings of the project here; None where there is none. Ends the command when broken."""
    from jo.cli.loading import load_workspace
    from jo.workspace.files import find_root

    if place.project is None and find_root(Path.cwd()) is None:
        return None
    return load_workspace(place).settings


def _ports(settings: "Settings") -> list[int]:
    """Return the ports of the relays on this machine, that of `default` first."""
    from jo.workspace.check_settings import is_loopback

    here = {name: relay.port for name, relay in settings.relays.items() if is_loopback(relay.host)}
    return [here[name] for name in sorted(here, key=lambda name: (name != _DEFAULT, name))]


def _shown(path: Path) -> Path:
    """Return a path below this folder as seen from here."""
    return Path(os.path.relpath(path)) if path.is_relative_to(Path.cwd()) else path
