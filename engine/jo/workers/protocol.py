"""What goes over the pipes between the daemon and a worker: one JSON text a line.

To the worker: a source to remember `{"digest", "parts"}`, to forget all of them `{"forget"}`, or a job
`{"run": digest, "values"}`.
Back, one line for each job in order: `{"parts"}` or `{"reason"}`.
"""

import json
from collections.abc import Mapping
from typing import Any

LARGEST_ANSWER = 4_000_000
"""Bytes of one answer; a worker that says more is stopped."""


REMEMBERED = 200
"""Versions that a worker keeps compiled before it is told to forget them all."""


def encode(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """Read one line. Raises ValueError for anything but a JSON object."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message
