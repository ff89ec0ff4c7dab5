"""`jo serve`: answers the links in mails, and takes events."""

import signal
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.logbook import Log, Logbook
from jo.cli.options import Place, workspace_options
from jo.views.console import Console


@click.command("serve")
@click.option("--listen", metavar="HOST:PORT", help="Where to listen; by default `listen` in [web].")
@click.option("--log", type=click.Choice(["text", "json"]), help="Write a log to standard error.")
@workspace_options
def command(place: Place, *, listen: str | None, log: str | None) -> int:
    """Answer unsubscribe links, clicks and events, until SIGTERM or Ctrl-C.

    \b
      GET  /u/TOKEN   the page where people unsubscribe; opening it changes nothing
      POST /u/TOKEN   its button, and the one click of mail programs (RFC 8058)
      GET  /c/TOKEN   counts a click and leads on to the link's address
      POST /events    events of your other systems, with the secret `event_token`
      GET  /healthz   that this is jo
      GET  /readyz    whether the store answers

    Recipients reach it at `base_url` in [web], by a proxy that speaks TLS and passes these paths on. While
    the store is busy or away, what comes in is kept in synced files and taken over later. Requests that
    are under way are answered before it ends.
    """
    asked = None if listen is None else _split(listen)
    settings = load_workspace(place).settings
    host, port = asked or _split(settings.web.listen)
    from jo.cli.running import told_to_stop
    from jo.web.told import STARTED, STOPPED
    from jo.wiring import open_web

    console = place.console
    log = log or (None if console.is_watched else "text")
    teller = _Teller(console, log)
    base_url = settings.web.base_url or ""

    def ready(taken: int) -> None:
        where = f"{host}:{taken}"
        teller.tell(STARTED, {"listen": where, "base_url": base_url})
        if log is None:
            console.remark(f"Answering on {where}; links in mails begin with {base_url}. Ctrl-C ends it.")

    with open_web(settings, host, port, ready, teller.tell) as server:
        with told_to_stop(server.stop) as heard:
            server.run()
        teller.tell(STOPPED, {})
    return Exit.INTERRUPTED if signal.SIGINT in heard else Exit.OK


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal() and int(port) < 65_536):
        raise click.UsageError(f"--listen takes a host and a port such as `127.0.0.1:8025`, not `{listen}`.")
    return host, int(port)


class _Teller:
    """Writes the log; without one, says each trouble once."""

    def __init__(self, console: Console, log: str | None) -> None:
        self._console = console
        self._logbook = None if log is None else Logbook(console, Log(log))
        self._said: set[str] = set()
        self._mutex = threading.Lock()

    def tell(self, name: str, fields: Mapping[str, Any]) -> None:
        from jo.reports.telling import Level
        from jo.web.told import TOLD

        kind = TOLD[name]
        with self._mutex:
            if self._logbook is not None:
                self._logbook.write(name, kind, datetime.now(UTC), fields)
            elif kind.level is Level.WARNING and name not in self._said:
                self._said.add(name)
                self._console.warn(f"{kind.meaning} {' '.join(str(value) for value in fields.values())}")
