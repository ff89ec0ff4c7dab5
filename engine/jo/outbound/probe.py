"""The probe of links: asks the address that links in mails begin with, as a recipient would reach it.

It has to be answered by a `jo serve` that knows the key by which links are signed now: another jo, or one
that was started with other keys, would turn recipients away. A redirect is no answer, because RFC 8058
(section 3.1) forbids one for the POST that unsubscribes.
"""

import json
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

FINE_SECONDS = 60.0
"""How long a good answer is believed."""
DEAD_SECONDS = 5.0
"""How long a missing or bad one is."""
PATIENCE_SECONDS = 3.0
"""How long to wait for the connection, and for each part of the answer."""
LARGEST_ANSWER = 16 * 1024
"""Bytes."""


class HttpLinkProbe:
    """Implements `jo.ports.links.LinkProbe`. Time is real time, whatever clock the services go by."""

    def __init__(
        self, base_url: str, expect_id: str, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`expect_id` is the id of the present signing key."""
        self._base_url = base_url
        self._expect_id = expect_id
        self._monotonic = monotonic
        self._is_fine = False
        self._ask_again_at: float | None = None

    def answers(self) -> bool:
        if self._ask_again_at is None or self._monotonic() >= self._ask_again_at:
            self._is_fine = self.trouble() is None
            self._ask_again_at = self._monotonic() + (FINE_SECONDS if self._is_fine else DEAD_SECONDS)
        return self._is_fine

    def trouble(self) -> str | None:
        """Ask now, and return why links would lead nowhere, in one sentence; None when they work."""
        try:
            status, body = self._ask()
        except (OSError, HTTPException, ValueError) as error:
            return f"{self._base_url} does not answer: {_reason(error)}."
        if 300 <= status < 400:
            return f"{self._base_url} redirects; mail programs that unsubscribe do not follow."
        if status != 200:
            return f"{self._base_url} answers with status {status}, not as `jo serve` does."
        keys = _keys(body)
        if keys is None:
            return f"{self._base_url} is answered by something else than `jo serve`."
        if self._expect_id not in keys:
            return f"{self._base_url} is answered by a `jo serve` that does not know the present signing key."
        return None

    def _ask(self) -> tuple[int, bytes]:
        parts = urlsplit(self._base_url)
        connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = connect(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {"User-Agent": "jo", "Connection": "close"}
            connection.request("GET", f"{parts.path.rstrip('/')}/healthz", headers=headers)
            response = connection.getresponse()
            return response.status, response.read(LARGEST_ANSWER)
        finally:
            connection.close()


def _keys(body: bytes) -> list[str] | None:
    """Return the ids of the keys that a jo says it knows; None when it is no jo that speaks."""
    try:
        answer = json.loads(body)
        keys = answer["keys"] if answer["is"] == "jo" else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return keys if isinstance(keys, list) else None


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it takes too long"
    strerror = error.strerror if isinstance(error, OSError) else None
    return (strerror or str(error) or type(error).__name__).rstrip(".")
