"""Reads what a relay says it accepted: the folder of a sink, or a list of Message-IDs."""

import json
from collections.abc import Iterator
from pathlib import Path

from jo.ports.errors import WorldError

LOG = "log.jsonl"
"""What `jo sink` writes beside the mails that it keeps."""


def message_ids(path: Path) -> Iterator[str]:
    """Yield the Message-ID of each mail that was accepted, as often as it was. Raises WorldError.

    In a file, a line is a Message-ID; empty lines and those that begin with `#` are left out.
    """
    try:
        if path.is_dir():
            yield from _of_folder(path / LOG)
        else:
            with path.open(encoding="utf-8", errors="replace") as file:
                for line in file:
                    text = line.strip()
                    if text and not text.startswith("#"):
                        yield text
    except OSError as error:
        raise WorldError(f"The witness {path} cannot be read: {error.strerror}.") from error


def _of_folder(log: Path) -> Iterator[str]:
    if not log.exists():
        raise WorldError(f"The witness {log.parent} is no folder of `jo sink`: there is no {LOG} in it.")
    with log.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            try:
                entry = json.loads(line)
                yield str(entry["message_id"] or "")
            except (ValueError, KeyError, TypeError):
                raise WorldError(f"Line {number} of {log} is none that `jo sink` writes.") from None
