"""Transcripts: a text file with a project, commands and what they answer, which a test plays again.

    What the case shows, in a sentence or two.

    --- lists/people.yaml
    kind: source
    ...
    $ jo validate
    error[J103 unknown-key]: This key does not exist here
    ...
    [3]
    $ jo plan
    2> error: what was written to standard error

A section `--- PATH` writes a file, wherever it stands; a command is played where it stands. `jo` runs in this
process, anything else in a shell. What changes from run to run is written as `{time}`, `{here}`, and so on.
"""

import io
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from jo.cli.main import jo, run

_SHELL = {
    "PATH": os.environ.get("PATH", ""),
    "LC_ALL": "C.UTF-8",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


@dataclass(frozen=True, slots=True)
class File:
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    line: str
    answer: str


@dataclass(frozen=True, slots=True)
class Transcript:
    about: str
    parts: tuple[File | Command, ...]

    def __str__(self) -> str:
        shown = [self.about.rstrip("\n"), ""]
        for part in self.parts:
            if isinstance(part, File):
                shown += [f"--- {part.path}", part.text.rstrip("\n")]
            else:
                shown += [f"$ {part.line}", *([part.answer.rstrip("\n")] if part.answer else [])]
        return "\n".join(shown) + "\n"


def parse(text: str) -> Transcript:
    blocks = re.split(r"^(?=--- |\$ )", text, flags=re.MULTILINE)
    return Transcript(blocks[0], tuple(map(_part, blocks[1:])))


def _part(block: str) -> File | Command:
    head, _, rest = block.partition("\n")
    return File(head[4:], rest) if head.startswith("--- ") else Command(head[2:], rest)


def play(transcript: Transcript, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Transcript:
    """Return the transcript as it goes now, in an empty folder, at 100 columns, without color."""
    for name in list(os.environ):
        if name.startswith("JO_") or name in ("NO_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(folder)
    return replace(transcript, parts=tuple(_played(transcript.parts, folder, monkeypatch)))


def _played(
    parts: tuple[File | Command, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[File | Command]:
    for part in parts:
        if isinstance(part, File):
            path = folder / part.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(part.text, encoding="utf-8")
            yield part
            continue
        words = shlex.split(part.line, comments=True)
        settings = [word.split("=", 1) for word in words if re.match(r"JO_\w+=", word)]
        if words[len(settings)] == "jo":
            with monkeypatch.context() as context:
                for name, value in settings:
                    context.setenv(name, value)
                answer = _jo(words[len(settings) + 1 :])
        else:
            answer = _shell(part.line, folder)
        yield Command(part.line, _steady(answer, folder))


def _jo(words: list[str]) -> str:
    is_quiet = words[-2:] == [">", "/dev/null"]
    words = words[:-2] if is_quiet else words
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(jo, words)
    return _answer("" if is_quiet else out.getvalue(), err.getvalue(), code)


def _shell(line: str, folder: Path) -> str:
    done = subprocess.run(
        line, shell=True, cwd=folder, env=_SHELL, capture_output=True, text=True, check=False
    )
    return _answer(done.stdout, done.stderr, done.returncode)


def _answer(out: str, err: str, code: int) -> str:
    lines = [*out.splitlines(), *(f"2> {line}".rstrip() for line in err.splitlines())]
    return "\n".join([*lines, *([f"[{code}]"] if code else [])])


def _steady(text: str, folder: Path) -> str:
    """Replace what no two runs share."""
    text = text.replace(str(folder.resolve()), "{here}")
    text = re.sub(r"fp1:[0-9a-f]{32}", "{fingerprint}", text)
    text = re.sub(r"\b[0-9a-f]{40}\b|(?<=commit `)[0-9a-f]{10}\b", "{commit}", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)?", "{time}", text)
    return re.sub(r"\b\d\d:\d\d:\d\d UTC", "{clock}", text)
