"""A folder of received messages: one `.eml` file each, and `log.jsonl` with one line each.

A file appears whole or not at all, and before its line in the log, so whoever reads the log finds
every file it names. Nothing is ever overwritten: a message that comes twice is there twice.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock

LOG_NAME = "log.jsonl"
NAME_LIMIT = 80

_NUMBERED = re.compile(r"(\d+)-.*\.eml")
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^<>\r\n]*>)", re.IGNORECASE | re.MULTILINE)


class MessageFolder:
    """Adds messages to a folder; many threads may share it, but only one process."""

    def __init__(self, directory: Path, *, clock: Callable[[], datetime]) -> None:
        """Create the folder where it is missing. Raises OSError."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._clock = clock
        self._lock = Lock()
        numbers = (_NUMBERED.fullmatch(path.name) for path in directory.iterdir())
        self._last = max((int(found[1]) for found in numbers if found), default=0)

    def add(self, *, sender: str, recipient: str, data: bytes) -> Path:
        """Store one message for one recipient and return its file. Raises OSError."""
        with self._lock:
            self._last += 1
            number = self._last
        path = self._directory / f"{number:06}-{safe_name(recipient)}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(data)
        partial.replace(path)
        found = _MESSAGE_ID.search(data.partition(b"\r\n\r\n")[0])
        line = {
            "number": number,
            "file": path.name,
            "at": self._clock().isoformat(),
            "sender": sender,
            "recipient": recipient,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "message_id": found[1].decode("ascii", "replace") if found else None,
        }
        self._log((json.dumps(line, ensure_ascii=False) + "\n").encode())
        return path

    def _log(self, line: bytes) -> None:
        # One write to a file opened for appending, so lines of several threads do not mix.
        descriptor = os.open(self._directory / LOG_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def safe_name(recipient: str) -> str:
    """Return the address as a part of a file name: readable, and without power over paths."""
    return _UNSAFE.sub("_", recipient)[:NAME_LIMIT] or "_"
