"""What `jo serve` is made of: the store, a spool beside it, and a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jo.ports.errors import SettingsError, WorldError
from jo.wiring.links import load_site
from jo.wiring.stores import store_file, store_url
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.web.server import WebServer
    from jo.web.told import Tell

_WEB_PATIENCE = 2.0
"""Seconds that a recipient's request waits for its turn at the store; then it goes to the spool."""
_SHORTEST_TOKEN = 16
"""Characters of the secret of those who send events."""


@contextmanager
def open_web(
    settings: Settings, host: str, port: int, ready: Callable[[int], None], tell: Tell
) -> Iterator[WebServer]:
    """Build what answers links and events; what it has opened is closed at the end. Raises WorldError."""
    from jo.daemon.clocks import StoreClock
    from jo.store import open_store as open_url
    from jo.web.app import Options, build_app
    from jo.web.desk import Desk
    from jo.web.server import WebServer, listen
    from jo.web.spool import Spool

    site = load_site(settings)
    options = Options(
        project=settings.name, event_token=_event_token(settings), path=urlsplit(site.base_url).path
    )
    try:
        spool = Spool(_spool_folder(settings))
    except OSError as error:
        raise WorldError(f"The folder of the spool cannot be made: {error.strerror}.") from error
    with (
        closing(open_url(store_url(settings), busy_seconds=_WEB_PATIENCE)) as store,
        closing(Desk(store=store, spool=spool, site=site, now=StoreClock(store).now, tell=tell)) as desk,
        listen(host, port) as listener,
    ):
        yield WebServer(build_app(desk, options, tell), listener, ready, tell)


def _event_token(settings: Settings) -> str | None:
    secret = settings.web.event_token
    if secret is None:
        return None
    token = secret.reveal()
    if len(token) < _SHORTEST_TOKEN:
        raise SettingsError(
            f"The secret {secret.reference} is too short: it needs {_SHORTEST_TOKEN} characters at least."
        )
    return token


def _spool_folder(settings: Settings) -> Path:
    """Return where a web process keeps what the store does not take: beside the store, and its own."""
    file = store_file(settings)
    return settings.root / ".jo" / "spool" if file is None else file.with_name(f"{file.name}-spool")
