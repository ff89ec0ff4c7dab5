"""Plays the `console` blocks of a page, in order, in one folder, as a reader would type them.

    $ jo validate
    no findings in … files
    $ jo sink &

A titled block before is a file and is written first. `…` stands for anything within a line, a line that is
only `…` for any number of lines; a command without output below it is not compared. A command that ends with
`&` stays until the page is over. Ports are those of the moment: the page shows the usual ones.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.reading import ROOT, Block, blocks

SECONDS = 60
"""How long one command may take."""
_GIT_ROLES = ("AUTHOR", "COMMITTER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    line: str
    shown: str
    """What the page shows of its output; empty when it shows nothing."""


def commands(block: Block) -> list[Command]:
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [Command(line=line, shown=shown) for line, _, shown in (part.partition("\n") for part in parts)]


def matches(shown: str, output: str) -> bool:
    """Tell whether the output is as shown; how many blanks stand in a row does not count."""
    lines = [re.escape(line).replace("…", "[^\n]*") for line in _lines(shown)]
    pattern = "".join(r"(?:[^\n]*\n)*?" if line == "[^\n]*" else f"{line}\n" for line in lines)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(output))) is not None


def _lines(text: str) -> list[str]:
    return [re.sub(" +", " ", line).rstrip() for line in text.strip("\n").splitlines()]


@dataclass(kw_only=True)
class Session:
    """A reader's terminal: a folder, an environment, what runs in the background."""

    folder: Path
    scratch: Path
    """For the session's own files."""
    environ: dict[str, str]
    background: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def play(self, page: Path) -> Iterator[tuple[Block, Command, str]]:
        """Write the page's files and run its commands; yield each command with its output."""
        for block in blocks(page):
            if block.title is not None:
                file = self.folder / block.title
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.text, encoding="utf-8")
            elif block.language == "console":
                for command in commands(block):
                    yield block, command, self.run(command.line)

    def run(self, line: str) -> str:
        """Return what a command writes; the folder that it goes to is where the next one begins."""
        if line.endswith("&"):
            return self._start(line.removesuffix("&").strip())
        place = self.scratch / "place"
        done = subprocess.run(
            ["bash", "-c", f"{line}\ncode=$?; pwd > {shlex.quote(str(place))}; exit $code"],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        output = done.stdout.decode()
        assert done.returncode == 0, f"$ {line}\n{output}[{done.returncode}]"
        self.folder = Path(place.read_text().strip())
        return output

    def _start(self, line: str) -> str:
        """Start a command that stays, and return its first words."""
        log = self.scratch / f"background-{len(self.background)}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {line}"],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.background.append(process)
        patience = threading.Event()
        for _ in range(SECONDS * 20):
            if log.read_bytes().endswith(b"\n") or process.poll() is not None:
                break
            patience.wait(0.05)
        assert process.poll() is None, f"$ {line} &\n{log.read_text()}"
        return log.read_text()

    def end(self) -> None:
        for process in self.background:
            process.terminate()
        for process in self.background:
            process.wait(SECONDS)


@contextmanager
def session(scratch: Path) -> Iterator[Session]:
    """Open a terminal in an empty folder, where `jo` is this checkout's."""
    (scratch / "bin").mkdir()
    (scratch / "home").mkdir()
    jo = scratch / "bin" / "jo"
    relay, web = str(_free_port()), f"127.0.0.1:{_free_port()}"
    program = f"{shlex.quote(sys.executable)} -m jo"
    jo.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
    jo.chmod(0o755)
    environ = {
        "PATH": f"{jo.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "engine"),
        "HOME": str(scratch / "home"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "100",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_SYSTEM": "/dev/null",
        **{
            f"GIT_{who}_{what}": "ada@example.com"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
        "JO_ACTOR": "ada",
        "JO_RELAY_DEFAULT_PORT": relay,
        "JO_WEB_LISTEN": web,
        "JO_WEB_BASE_URL": f"http://{web}",
    }
    opened = Session(folder=scratch / "home", scratch=scratch, environ=environ)
    try:
        yield opened
    finally:
        opened.end()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
