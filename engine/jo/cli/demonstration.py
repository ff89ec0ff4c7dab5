"""Runs public commands for `jo demo`, each shown as a user would type it, and two servers beside them."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jo.ports.errors import WorldError
from jo.views.console import Console
from jo.views.terminal import Ink
from jo.workspace.settings import Settings

HOST = "127.0.0.1"
PATIENCE = 20.0
"""Seconds until a server has to answer."""
_LINK = re.compile(r"https?://[^\s\"<>]+/c/[A-Za-z0-9_.-]+")


class Stage:
    """The folder in which a demonstration plays."""

    def __init__(self, console: Console, folder: Path, settings: Settings) -> None:
        self._console = console
        self.folder = folder
        self.mails = folder / "mails"
        listen = settings.web.listen.rpartition(":")[2]
        self.web_port = free_port(int(listen))
        self.relay_port = free_port(next((relay.port for relay in settings.relays.values()), 0))
        self._variables = dict(self._differing(settings))

    def _differing(self, settings: Settings) -> Iterator[tuple[str, str]]:
        """Yield the settings that cannot be those of jo.toml: a port is taken, a relay is not here."""
        for name, relay in settings.relays.items():
            if (relay.host, relay.port) != (HOST, self.relay_port):
                section = f"JO_RELAY_{name.upper().replace('-', '_')}"
                yield from ((f"{section}_HOST", HOST), (f"{section}_PORT", str(self.relay_port)))
        base_url = f"http://{HOST}:{self.web_port}"
        if settings.web.base_url != base_url:
            yield from (("JO_WEB_BASE_URL", base_url), ("JO_WEB_LISTEN", f"{HOST}:{self.web_port}"))

    @property
    def variables(self) -> str:
        """Return what to put before a command that is typed in the folder; empty as a rule."""
        return "".join(f"{name}={value} " for name, value in self._variables.items())

    def scene(self, title: str) -> None:
        """Say what the next commands are for."""
        self._console.show_lines([[], [(title, Ink.STRONG)]])

    def play(self, line: str) -> None:
        """Run a command of jo, shown before its output. Raises WorldError when it fails."""
        self._prompt(f"jo {line}")
        done = subprocess.run(  # noqa: S603 - jo itself, with arguments of ours
            self._argv(shlex.split(line)), cwd=self.folder, env=self._environment()
        )
        if done.returncode == 130:
            raise KeyboardInterrupt
        if done.returncode:
            raise WorldError(f"`jo {line}` ended with {done.returncode}, so the demonstration ends here.")

    def ask(self, line: str) -> Any:
        """Return what a command says with `--json`, without showing it."""
        done = subprocess.run(  # noqa: S603 - jo itself, with arguments of ours
            self._argv(shlex.split(line)), cwd=self.folder, env=self._environment(), capture_output=True
        )
        if done.returncode:
            raise WorldError(f"`jo {line}` ended with {done.returncode}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    @contextmanager
    def server(self, line: str, port: int) -> Iterator[None]:
        """Run a command beside the others until the end; it answers on the port when this begins."""
        self._prompt(f"jo {line} &")
        argv = self._argv(shlex.split(line))
        log = self.folder / ".jo" / f"{argv[3]}.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("wb") as file:
            # In a group of its own, so that Ctrl-C ends it here, in order, and not under the others' feet.
            process = subprocess.Popen(  # noqa: S603 - jo itself, with arguments of ours
                argv,
                cwd=self.folder,
                env=self._environment(),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
            try:
                _await_port(port, process, log)
                yield
            finally:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def find(self, state: str, wanted: str) -> tuple[dict[str, Any], EmailMessage] | None:
        """Return the first mail in a state, by time and contact, whose source holds a text."""
        sends = self.ask(f"sends --json --state {state} --limit 100000")["sends"]
        messages = {path: path.read_bytes() for path in sorted(self.mails.glob("*.eml"))}
        for send in sorted(sends, key=lambda send: (send["at"], send["contact"])):
            for data in messages.values():
                if send["message_id"].encode() in data and wanted.encode() in data:
                    return send, message_from_bytes(data, policy=policy.default)
        return None

    def unsubscribe(self, message: EmailMessage) -> None:
        """Do what a mail program does at one click (RFC 8058)."""
        link = str(message["List-Unsubscribe"]).strip("<> ")
        self._request("POST", link, "List-Unsubscribe=One-Click")

    def click(self, message: EmailMessage) -> bool:
        """Follow the first tracked link of a mail. Returns False when it has none."""
        body = message.get_body(("plain",))
        found = _LINK.search(body.get_content()) if body is not None else None
        if found is not None:
            self._request("GET", found[0], None)
        return found is not None

    def _request(self, method: str, link: str, form: str | None) -> None:
        parts = urlsplit(link)
        data = f" -d {form}" if form else ""
        self._prompt(f"curl -X {method}{data} {parts.scheme}://{parts.netloc}{parts.path[:18]}…")
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            connection.request(method, parts.path, form, headers)
            answer = connection.getresponse()
            self._console.show(f"{answer.status} {answer.reason}\n")
        finally:
            connection.close()

    def _prompt(self, line: str) -> None:
        self._console.show_lines([[], [("$ ", Ink.QUIET), (line, Ink.CODE)]])
        sys.stdout.flush()

    def _argv(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "jo", *words]

    def _environment(self) -> Mapping[str, str]:
        """Return this process's environment, of jo's own settings only the stage's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JO_")}
        return {**kept, **self._variables}


def free_port(wanted: int) -> int:
    """Return the port when nobody listens there, else any that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise WorldError(f"No port is free on {HOST}.")


def _await_port(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until a server answers. Raises WorldError when it ends or takes too long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = log.read_text(encoding="utf-8", errors="replace").strip()
    raise WorldError(f"A server of the demonstration did not start:\n{said}")
