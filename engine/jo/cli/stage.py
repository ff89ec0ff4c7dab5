"""The stage of the demo: a copy of the sample project, two servers beside it, and commands that are shown.

Where the copy lies and which ports its servers have is told to the commands by `JO_*` variables alone, so
its files are those of the sample. Whatever happens, the servers are stopped.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from http.client import HTTPConnection
from pathlib import Path
from shlex import join
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from jo.ports.errors import WorldError
from jo.views.console import Console
from jo.views.terminal import Ink
from jo.workspace.files import FOLDERS, schema_folder
from jo.workspace.settings import FILE
from jo.workspace.starting import starter_files, write_files

MARK = ".jo-demo"
"""A file that says that a folder is a demo's, and may be removed by the next one."""

PATIENCE_SECONDS = 20.0
"""How long a server may take to answer."""


class Stage:
    def __init__(self, console: Console, folder: Path) -> None:
        self._console = console
        self._folder = folder
        self._servers: list[subprocess.Popen[bytes]] = []
        self.mail_port, self._web_port = _free_ports(2)
        checkout = schema_folder().parent
        self._sample = checkout if (checkout / FILE).is_file() else None
        """The sample project of a checkout; an installed package has the starter of `jo init` instead."""

    def __enter__(self) -> Self:
        self._lay_out()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def say(self, text: str) -> None:
        self._console.show_lines([[("", Ink.PLAIN)], [(text, Ink.NOTE)]])

    def run(self, *words: str) -> None:
        """Show a command and run it. Raises WorldError when it fails."""
        self._announce(words)
        done = subprocess.run(_command(words), cwd=self._folder, env=self._environment(), check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise WorldError(f"`jo {words[0]}` ended with {done.returncode}; the demo stops here.")

    def start(self, *words: str) -> None:
        """Show a command and run it beside the others until the end; waits until it listens."""
        self._announce((*words, "&"))
        log = (self._folder / f"{words[0]}.log").open("wb")
        with log:
            server = subprocess.Popen(  # noqa: S603 - our own command
                _command(words), cwd=self._folder, env=self._environment(), stdout=log, stderr=log
            )
        self._servers.append(server)
        port = self.mail_port if words[0] == "sink" else self._web_port
        _await(server, port, self._folder / f"{words[0]}.log")

    def unsubscribe(self) -> None:
        """Do the one-click POST (RFC 8058) of the first mail that offers one, as a mail program does."""
        for path in sorted((self._folder / "mails").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=policy.default)
            link = str(message.get("List-Unsubscribe", "")).strip().strip("<>")
            if link:
                break
        else:
            raise WorldError("No mail with an unsubscribe link has arrived; the demo stops here.")
        body = "List-Unsubscribe=One-Click"
        self._show(join(["curl", "--data", body, link]))
        parts = urlsplit(link)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", parts.path, body, headers)
            answer = connection.getresponse()
            self._console.show(f"{answer.status} {answer.reason}, {message['To']} leaves the topic\n")
        finally:
            connection.close()

    def somebody(self) -> str:
        """Return the address that got the most mails, the first by name where several did."""
        done = subprocess.run(  # noqa: S603 - our own command
            _command(["sends", "--json", "--limit", "100000"]),
            cwd=self._folder,
            env=self._environment(),
            check=True,
            capture_output=True,
        )
        counts: dict[str, int] = {}
        for item in json.loads(done.stdout)["sends"]:
            if item["state"] == "accepted" and str(item["journey"]).startswith("program/"):
                counts[item["address"]] = counts.get(item["address"], 0) + 1
        return min(counts, key=lambda address: (-counts[address], address))

    def farewell(self) -> None:
        mails = self._folder / "mails"
        count = len(list(mails.glob("*.eml")))
        self.say(f"{count} mails lie in {mails}, as files to open.")
        if self._sample is not None:
            journeys = os.path.relpath(self._sample / "journeys" / "onboarding.yaml")
            self._console.show(f"Change a wait in {journeys}, run the demo again, and the account changes.\n")

    def _lay_out(self) -> None:
        """Copy the sample project, or write the starter where there is no checkout."""
        if self._folder.exists() and any(self._folder.iterdir()) and not (self._folder / MARK).is_file():
            raise WorldError(f"{self._folder} is not empty and not a demo's; name another folder with --dir.")
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        (self._folder / MARK).write_text("Made by jo demo, which may remove this folder.\n", encoding="utf-8")
        if self._sample is not None:
            for name in FOLDERS:
                shutil.copytree(self._sample / name, self._folder / name)
            shutil.copy(self._sample / FILE, self._folder / FILE)
        else:
            write_files(self._folder, starter_files("demo"))

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JO_")}
        return {
            **kept,
            "JO_STORE_URL": "sqlite:///.jo/store.db",
            "JO_RELAY_DEFAULT_HOST": "127.0.0.1",
            "JO_RELAY_DEFAULT_PORT": str(self.mail_port),
            "JO_WEB_LISTEN": f"127.0.0.1:{self._web_port}",
            "JO_WEB_BASE_URL": f"http://127.0.0.1:{self._web_port}",
        }

    def _announce(self, words: Sequence[str]) -> None:
        self._show(" ".join(["jo", *(word if word == "&" else join([word]) for word in words)]))

    def _show(self, line: str) -> None:
        self._console.show_lines([[("$ ", Ink.QUIET), (line, Ink.STRONG)]])
        sys.stdout.flush()


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "jo", *words]


def _free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until a server takes connections. Raises WorldError when it ends or takes too long."""
    last = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < last and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise WorldError(f"A server did not start: {log.read_text(errors='replace').strip()}")
