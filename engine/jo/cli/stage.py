"""The stage of the demo: a project in a folder of its own, two servers beside it, commands that are shown.

The servers take the ports of the project's jo.toml where those are free, so that what was shown can be typed
again in the folder; else `JO_*` variables tell the commands of others. Whatever happens, the servers are
stopped.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from shlex import join
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from jo.ports.errors import WorldError
from jo.views.console import Console
from jo.views.terminal import Ink
from jo.workspace.settings import Settings

HOST = "127.0.0.1"
PATIENCE_SECONDS = 20.0
"""How long a server may take to answer, and to end."""
_CLICK = re.compile(r"https?://[^\s\"<>()]+/c/[A-Za-z0-9_.-]+")


class Stage:
    def __init__(self, console: Console, folder: Path, settings: Settings) -> None:
        self._console = console
        self._folder = folder
        self._servers: list[subprocess.Popen[bytes]] = []
        self.mail_port = _free_port(next((relay.port for relay in settings.relays.values()), 0))
        self._web_port = _free_port(int(settings.web.listen.rpartition(":")[2]))
        self.variables = dict(self._differing(settings))
        """The settings that cannot be those of jo.toml: a port is taken, a relay is not on this machine."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            try:
                server.wait(timeout=PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    @property
    def mails(self) -> Path:
        return self._folder / "mails"

    def say(self, text: str) -> None:
        """Say what comes next."""
        self._console.show_lines([[], [(text, Ink.NOTE)]])

    def run(self, *words: str) -> None:
        """Show a command and run it. Raises WorldError when it fails."""
        self._announce(words)
        done = subprocess.run(_command(words), cwd=self._folder, env=self._environment(), check=False)  # noqa: S603 - our own command
        if done.returncode == 130:
            raise KeyboardInterrupt
        if done.returncode:
            raise WorldError(f"`jo {words[0]}` ended with {done.returncode}; the demo stops here.")

    def ask(self, *words: str) -> Any:
        """Return what a command says as JSON, without showing it."""
        done = subprocess.run(  # noqa: S603 - our own command
            _command([*words, "--json"]),
            cwd=self._folder,
            env=self._environment(),
            check=False,
            capture_output=True,
        )
        if done.returncode:
            raise WorldError(f"`jo {words[0]}` ended with {done.returncode}: {done.stderr.decode()}")
        return json.loads(done.stdout)

    def start(self, *words: str) -> None:
        """Show a command and run it beside the others until the end; waits until it listens."""
        self._announce((*words, "&"))
        log = self._folder / ".jo" / f"{words[0]}.log"
        with log.open("wb") as file:
            server = subprocess.Popen(  # noqa: S603 - our own command
                _command(words),
                cwd=self._folder,
                env=self._environment(),
                stdout=file,
                stderr=file,
                start_new_session=True,  # Ctrl-C ends the commands first, and these in order
            )
        self._servers.append(server)
        _await(server, self.mail_port if words[0] == "sink" else self._web_port, log)

    def sends(self) -> list[dict[str, Any]]:
        """Return the accepted mails by time, then contact: an order that no race decides."""
        found = self.ask("sends", "--state", "accepted", "--limit", "1000000")["sends"]
        return sorted(found, key=lambda send: (send["at"], send["contact"], send["template"]))

    def unsubscribe(self) -> str | None:
        """Do the one-click POST (RFC 8058) of the first mail that offers one, as a mail program does.

        Returns the contact, None when no mail offers it.
        """
        for send, message in self._messages():
            link = str(message.get("List-Unsubscribe", "")).strip().strip("<>")
            if link:
                self._request("POST", link, "List-Unsubscribe=One-Click")
                return str(send["contact"])
        return None

    def click(self) -> str | None:
        """Follow a link of which clicks are counted, in the latest such mail, whose sender may still wait.

        Returns the contact, None when there is no such mail.
        """
        for send, message in reversed(list(self._messages())):
            body = message.get_body(("plain",))
            found = _CLICK.search(body.get_content()) if body is not None else None
            if found is not None:
                self._request("GET", found[0], None)
                return str(send["contact"])
        return None

    def _messages(self) -> Iterator[tuple[dict[str, Any], EmailMessage]]:
        """Yield the delivered mails, in the order of `sends`."""
        found = (
            message_from_bytes(path.read_bytes(), policy=policy.default) for path in self.mails.glob("*.eml")
        )
        by_id = {str(message["Message-ID"]).strip("<>").partition("@")[0]: message for message in found}
        for send in self.sends():
            message = by_id.get(send["message_id"])
            if message is not None:
                yield send, message

    def _request(self, method: str, link: str, form: str | None) -> None:
        self._show(join(["curl", *(["--data", form] if form else []), link]))
        parts = urlsplit(link)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
            connection.request(method, parts.path, form, headers)
            answer = connection.getresponse()
            self._console.show(f"{answer.status} {answer.reason}\n")
        except (OSError, HTTPException) as error:
            raise WorldError(f"The web server does not answer: {error}. The demo stops here.") from error
        finally:
            connection.close()

    def _differing(self, settings: Settings) -> Iterator[tuple[str, str]]:
        for name, relay in settings.relays.items():
            if (relay.host, relay.port) != (HOST, self.mail_port):
                section = f"JO_RELAY_{name.upper().replace('-', '_')}"
                yield from ((f"{section}_HOST", HOST), (f"{section}_PORT", str(self.mail_port)))
        base_url = f"http://{HOST}:{self._web_port}"
        if settings.web.base_url != base_url:
            yield from (("JO_WEB_BASE_URL", base_url), ("JO_WEB_LISTEN", f"{HOST}:{self._web_port}"))

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JO_")}
        return {**kept, **self.variables}

    def _announce(self, words: Sequence[str]) -> None:
        self._show(" ".join(["jo", *(word if word == "&" else join([word]) for word in words)]))

    def _show(self, line: str) -> None:
        self._console.show_lines([[("$ ", Ink.QUIET), (line, Ink.STRONG)]])
        sys.stdout.flush()


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "jo", *words]


def _free_port(wanted: int) -> int:
    """Return the port when nobody listens there, else any that is free."""
    for port in (wanted, 0):
        try:
            with socket.create_server((HOST, port)) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    raise WorldError(f"No port is free on {HOST}.")


def _await(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until a server takes connections. Raises WorldError when it ends or takes too long."""
    last = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < last and server.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise WorldError(f"A server did not start: {log.read_text(errors='replace').strip()}")
