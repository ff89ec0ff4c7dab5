"""The composition root: builds adapters from settings, and nothing else does.

Adapters are imported inside the functions that choose them, so a command pays for what it uses. Secrets are
revealed here, right before they are handed over.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jo.ports.errors import WorldError
from jo.workspace.secrets import Secret
from jo.workspace.settings import RelaySettings, Settings

if TYPE_CHECKING:
    from jo.daemon.service import Service, Tell, Worker
    from jo.mail.auth import Credentials
    from jo.ports.links import LinkProbe
    from jo.ports.mailer import Mailer
    from jo.ports.rendering import LogicRenderer
    from jo.ports.store import Store
    from jo.ports.warehouse import Warehouse
    from jo.render.compiled import Site
    from jo.render.tokens import Key, Keys

_SQLITE = "sqlite:///"
_MEMORY = ":memory:"


def open_store(settings: Settings) -> Store:
    """Open the store; a SQLite file is made when it is not there. Raises WorldError."""
    from jo.store import open_store as open_url

    return open_url(_store_url(settings))


def open_store_to_read(settings: Settings) -> Store:
    """Open the store for a command that changes nothing: where there is none yet, an empty one in memory.

    Raises WorldError.
    """
    from jo.store import open_store as open_url

    file = store_file(settings)
    is_missing = file is not None and not file.exists()
    return open_url(f"{_SQLITE}{_MEMORY}" if is_missing else _store_url(settings))


def store_file(settings: Settings) -> Path | None:
    """Return the file of a SQLite store; None for any other."""
    url = _plain(settings.store.url)
    if not url.startswith(_SQLITE) or url.removeprefix(_SQLITE) == _MEMORY:
        return None
    return settings.root / url.removeprefix(_SQLITE)


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse over the files that the settings name; it reads nothing yet."""
    from jo.warehouse.duckdb_warehouse import DuckDbWarehouse
    from jo.warehouse.location import SourceLocation

    return DuckDbWarehouse(
        {
            name: SourceLocation(
                name=name,
                root=settings.root,
                path=source.path,
                format=source.format,
                delimiter=source.delimiter,
                encoding=source.encoding,
                columns=source.columns,
            )
            for name, source in settings.sources.items()
        }
    )


def open_mailers(settings: Settings, names: Collection[str]) -> Mapping[str, Mailer]:
    """Return a mailer for each relay name; none connects before it is used. Raises WorldError."""
    return {name: _open_mailer(name, settings) for name in sorted(names)}


def _open_mailer(name: str, settings: Settings) -> Mailer:
    from jo.mail.pool import SmtpMailer
    from jo.mail.relay import Relay, Tls

    if name not in settings.relays:
        raise WorldError(f"The relay `{name}` is not in the settings: jo.toml needs `[relay.{name}]`.")
    chosen = settings.relays[name]
    try:
        return SmtpMailer(
            Relay(
                host=chosen.host,
                port=chosen.port,
                tls=Tls(chosen.tls) if chosen.tls else None,
                ca_file=settings.root / chosen.ca_file if chosen.ca_file else None,
                credentials=_credentials(chosen),
                hello=chosen.hello,
                connections=chosen.connections,
            )
        )
    except ValueError as error:
        raise WorldError(f"The relay `{name}` cannot be used: {error}.") from error


def _credentials(chosen: RelaySettings) -> Credentials | None:
    from jo.mail.auth import Credentials

    if chosen.username is None or chosen.password is None:
        return None
    return Credentials(user=_plain(chosen.username), password=chosen.password.reveal())


def open_renderer() -> LogicRenderer:
    """Return the limited workers that run templates with logic; they start when first used."""
    from jo.workers.pool import TemplateWorkers

    return TemplateWorkers()


def load_site(settings: Settings) -> Site:
    """Return what links and Message-IDs are made with. Raises WorldError when keys or address are missing."""
    from jo.render.compiled import Site

    base_url = settings.web.base_url
    if base_url is None:
        raise WorldError("Links in mails need an address: set `base_url` in `[web]` of jo.toml.")
    return Site(domain=settings.mail_domain, base_url=base_url.rstrip("/"), keys=load_keys(settings))


def load_keys(settings: Settings) -> Keys:
    """Return the signing keys. Raises WorldError when there are none, or one is too short."""
    from jo.render.tokens import Keys

    found = [_key(secret) for secret in settings.web.signing_keys]
    if not found:
        raise WorldError("Links in mails need a signing key: set `signing_keys` in `[web]` of jo.toml.")
    return Keys(current=found[0], others=tuple(found[1:]))


def build_services(
    *,
    store: Store,
    warehouse: Warehouse,
    mailers: Mapping[str, Mailer],
    renderer: LogicRenderer,
    site: Site,
    probe: LinkProbe,
    worker: Worker,
    tell: Tell,
) -> Sequence[Service]:
    """Return the reconciler's services in the order in which they run within one instant."""
    from jo.daemon.advance import Advance
    from jo.daemon.arrivals import Arrivals
    from jo.daemon.compose import Composer
    from jo.daemon.enroll import Enroll
    from jo.daemon.live import LiveCache
    from jo.daemon.outreaches import Outreaches
    from jo.daemon.refresh import Refresh
    from jo.daemon.rescue import Rescue
    from jo.daemon.send import Send

    cache = LiveCache()
    refresh = Refresh(store, warehouse, cache, worker, tell)
    return (
        Rescue(store, worker, tell),
        refresh,
        Arrivals(store, worker, tell),
        Outreaches(store, cache, refresh, worker, tell),
        Enroll(store, cache, worker, tell),
        Advance(store, cache, worker, tell),
        Send(store, cache, mailers, Composer(site, renderer.run), probe, worker, tell),
    )


def _key(secret: Secret) -> Key:
    """Return a signing key; its id is taken from its own digest, so that both are rotated together."""
    from jo.render.tokens import SECRET_BYTES, Key

    data = secret.reveal().encode()
    if len(data) < SECRET_BYTES:
        raise WorldError(
            f"The signing key {secret.reference} is too short: it needs {SECRET_BYTES} characters at least."
        )
    return Key(id=base64.urlsafe_b64encode(hashlib.sha256(data).digest())[:8].decode(), secret=data)


def _store_url(settings: Settings) -> str:
    """Return the URL with the path of a SQLite file made absolute and its folder there."""
    file = store_file(settings)
    if file is None:
        return _plain(settings.store.url)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorldError(f"The store's folder {file.parent} cannot be made: {error.strerror}.") from error
    return f"{_SQLITE}{file}"


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
