"""The composition root: builds adapters from settings, and nothing else does.

Adapters are imported inside the functions that choose them, so a command pays for what it uses. Secrets are
revealed here, right before they are handed over.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jo.ports.errors import SettingsError, WorldError
from jo.timing.durations import parse_duration
from jo.timing.rates import Rate, parse_rate
from jo.workspace.secrets import Secret
from jo.workspace.settings import UNSAFE, RelaySettings, Settings

if TYPE_CHECKING:
    from jo.daemon.clocks import ClockKind, FastClock, RealClock
    from jo.daemon.journaling import Journaling
    from jo.daemon.loop import Loop
    from jo.daemon.service import Service, Tell, Worker
    from jo.flow.limits import RelayLimits
    from jo.mail.auth import Credentials
    from jo.mail.relay import Relay
    from jo.mail.smtp import SmtpMailer
    from jo.outbound.probe import HttpLinkProbe
    from jo.ports.clock import Clock
    from jo.ports.journal import Journals
    from jo.ports.links import LinkProbe
    from jo.ports.mailer import Mailer, Stage
    from jo.ports.refresher import Refresher
    from jo.ports.rendering import LogicRenderer
    from jo.ports.store import Store
    from jo.ports.warehouse import Warehouse
    from jo.render.compiled import Site
    from jo.render.tokens import Key, Keys
    from jo.store.alone import RunLock
    from jo.store.backup import Backup
    from jo.store.check import CheckReport
    from jo.warehouse.location import SourceLocation
    from jo.web.server import WebServer
    from jo.web.told import Tell as TellWeb

_SQLITE = "sqlite:///"
_MEMORY = ":memory:"
_WEB_PATIENCE = 2.0
"""Seconds that a recipient's request waits for its turn at the store; then it goes to the spool."""
_SHORTEST_TOKEN = 16
"""Characters of the secret of those who send events."""


def open_store(settings: Settings) -> Store:
    """Open the store; a SQLite file is made when it is not there. Raises WorldError."""
    from jo.store import open_store as open_url

    return open_url(_store_url(settings))


def open_store_to_read(settings: Settings) -> Store:
    """Open the store for a command that changes nothing: where there is none yet, an empty one in memory.

    Raises WorldError.
    """
    from jo.store import open_store as open_url
    from jo.store import open_store_to_read as open_url_to_read

    file = store_file(settings)
    if file is not None and not file.exists():
        return open_url(f"{_SQLITE}{_MEMORY}")
    return open_url_to_read(_store_url(settings))


def store_file(settings: Settings) -> Path | None:
    """Return the file of a SQLite store; None for any other."""
    url = _plain(settings.store.url)
    if not url.startswith(_SQLITE) or url.removeprefix(_SQLITE) == _MEMORY:
        return None
    return settings.root / url.removeprefix(_SQLITE)


def check_store(settings: Settings) -> CheckReport:
    """Look for damage of the store. Raises WorldError."""
    from jo.store import check

    file = store_file(settings)
    if file is not None and not file.exists():
        raise WorldError(f"There is no store at {file} yet: `jo apply` makes one.")
    return check(_store_url(settings))


def backup_store(settings: Settings, target: Path) -> Backup:
    """Copy a store in SQLite to a file that is not there yet. Raises WorldError."""
    from jo.store.backup import backup, dump_command

    file = store_file(settings)
    if file is None:
        raise WorldError(
            "A store in PostgreSQL is backed up by its own tools, which ask for the password or take it from "
            f"PGPASSWORD or ~/.pgpass:\n\n    {dump_command(_store_url(settings), target)}"
        )
    return backup(file, target)


@contextmanager
def store_alone(settings: Settings) -> Iterator[str | None]:
    """Keep workers off the store; give who works on it, if somebody does. Raises WorldError.

    On SQLite by the lock that each worker needs; in PostgreSQL a worker may still start.
    """
    lock = open_run_lock(settings)
    if lock is None:
        from jo.store.upgrade import present_worker

        yield present_worker(_store_url(settings))
        return
    if not lock.take():
        yield "Another process"
        return
    try:
        yield None
    finally:
        lock.give_back()


def upgrade_store(settings: Settings) -> tuple[str | None, str]:
    """Bring the store's tables to the newest version; return those before and after. Raises WorldError."""
    from jo.store import upgrade

    return upgrade(_store_url(settings))


def open_run_lock(settings: Settings) -> RunLock | None:
    """Return the lock that only one process of this machine holds; None where the store is no file."""
    from jo.store.alone import RunLock

    file = store_file(settings)
    return None if file is None else RunLock(file)


def has_journal_setting(settings: Settings) -> bool:
    """Tell whether it is said, or plain, where the journal is."""
    return settings.journal.path is not None or store_file(settings) is not None


def open_journals(settings: Settings) -> Journals | None:
    """Take this worker's journal; None where it is told to run without one. Raises WorldError."""
    from jo.journal.folder import JournalFolder

    folder = _journal_folder(settings)
    return None if folder is None else JournalFolder(folder, _time(settings.journal.keep))


def try_journal(settings: Settings) -> bool:
    """Find out whether a worker could keep its journal; False where it is told to run without.

    Changes nothing. Raises WorldError when it could not.
    """
    from jo.journal.folder import try_folder

    folder = _journal_folder(settings)
    if folder is not None:
        try_folder(folder)
    return folder is not None


def _journal_folder(settings: Settings) -> Path | None:
    """Return the folder of this machine's journals; None for `unsafe`. Raises WorldError."""
    if settings.journal.path == UNSAFE:
        return None
    file = store_file(settings)
    if settings.journal.path is not None:
        folder = settings.root / settings.journal.path
    elif file is not None:
        folder = file.with_name(f"{file.stem}.journal")
    else:
        raise SettingsError("Nothing says where the journal is: set `path` in `[journal]`.")
    return folder.absolute()


def _time(text: str) -> timedelta:
    duration = parse_duration(text)
    assert duration is not None, "settings are read by the same rule"
    return timedelta(seconds=duration.at_most_seconds())


def open_warehouse(settings: Settings) -> Warehouse:
    """Return the warehouse over the files that the settings name; it reads nothing yet."""
    from jo.warehouse.duckdb_warehouse import DuckDbWarehouse

    return DuckDbWarehouse(_locations(settings))


def open_refresher(settings: Settings) -> Refresher:
    """Return what computes refreshes, in a process of its own; it starts when it is first needed."""
    from jo.child import Surroundings
    from jo.workers.refresher import ChildRefresher

    surroundings = Surroundings(store=_store_url(settings), sources=_locations(settings))
    return ChildRefresher("jo.child", surroundings.encode())


def _locations(settings: Settings) -> Mapping[str, SourceLocation]:
    from jo.warehouse.location import SourceLocation

    return {
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


def open_mailer(settings: Settings) -> SmtpMailer:
    """Return the mailer for all relays; it does not connect before it is used. Raises WorldError."""
    from jo.mail.smtp import SmtpMailer

    return SmtpMailer({name: _relay(name, settings) for name in sorted(settings.relays)})


def relay_trouble(name: str, settings: Settings) -> str | None:
    """Ask a relay, for some seconds, and return why it takes no mail from here. Raises WorldError."""
    from jo.mail.relay import PATIENCE
    from jo.mail.smtp import SmtpMailer

    hasty = {stage: min(seconds, 5.0) for stage, seconds in PATIENCE.items()}
    with closing(SmtpMailer({name: _relay(name, settings, hasty)})) as mailer:
        return mailer.trouble(name)


def _relay(name: str, settings: Settings, patience: Mapping[Stage, float] | None = None) -> Relay:
    from jo.mail.relay import PATIENCE, Relay, Tls

    if name not in settings.relays:
        raise SettingsError(f"The relay `{name}` is not in the settings: jo.toml needs `[relay.{name}]`.")
    chosen = settings.relays[name]
    try:
        return Relay(
            host=chosen.host,
            port=chosen.port,
            tls=Tls(chosen.tls) if chosen.tls else None,
            ca_file=settings.root / chosen.ca_file if chosen.ca_file else None,
            credentials=_credentials(chosen),
            hello=chosen.hello,
            connections=chosen.connections,
            messages_per_connection=chosen.messages_per_connection,
            wants_reports=chosen.dsn == "on",
            sign=_signer(name, chosen),
            patience=patience or PATIENCE,
        )
    except ValueError as error:
        raise SettingsError(f"The relay `{name}` cannot be used: {error}.") from error


def relay_limits(settings: Settings) -> Mapping[str, RelayLimits]:
    """Return relay → how fast mail may go there."""
    from jo.flow.limits import RelayLimits, domain_key, parse_limit

    found = {}
    for name, relay in settings.relays.items():
        limits = {domain_key(domain): parse_limit(text) for domain, text in relay.domains.items()}
        domains = {domain: limit for domain, limit in limits.items() if limit is not None}
        rate = parse_rate(relay.rate) if relay.rate is not None else None
        found[name] = RelayLimits(rate=rate, domains=domains)
    return found


def _signer(name: str, chosen: RelaySettings) -> Callable[[bytes], bytes] | None:
    """Return what signs the relay's messages. Raises WorldError."""
    if chosen.dkim_domain is None and not chosen.dkim_keys:
        return None
    if chosen.dkim_domain is None or not chosen.dkim_keys:
        raise SettingsError(
            f"The relay `{name}` cannot sign: `dkim_domain` and `dkim_keys` in `[relay.{name}]` "
            "belong together."
        )
    from jo.mail.dkim import DkimSigner, load_key

    keys = {
        selector: load_key(secret.reveal().encode(), secret.reference)
        for selector, secret in chosen.dkim_keys.items()
    }
    return DkimSigner(chosen.dkim_domain, keys).sign


def _credentials(chosen: RelaySettings) -> Credentials | None:
    from jo.mail.auth import Credentials

    if chosen.username is None or chosen.password is None:
        return None
    return Credentials(user=_plain(chosen.username), password=chosen.password.reveal())


def open_renderer() -> LogicRenderer:
    """Return the limited workers that run templates with logic; they start when first used."""
    from jo.workers.pool import TemplateWorkers

    return TemplateWorkers()


def open_probe(site: Site) -> HttpLinkProbe:
    """Return what asks whether links in mails lead somewhere."""
    from jo.outbound.probe import HttpLinkProbe

    return HttpLinkProbe(site.base_url, site.keys.current.id)


def load_site(settings: Settings) -> Site:
    """Return what links and Message-IDs are made with. Raises WorldError when keys or address are missing."""
    from jo.render.compiled import Site

    base_url = settings.web.base_url
    if base_url is None:
        raise SettingsError("Links in mails need an address: set `base_url` in `[web]` of jo.toml.")
    return Site(domain=settings.mail_domain, base_url=base_url.rstrip("/"), keys=load_keys(settings))


def load_keys(settings: Settings) -> Keys:
    """Return the signing keys. Raises WorldError when there are none, or one is too short."""
    from jo.render.tokens import Keys

    found = [_key(secret) for secret in settings.web.signing_keys]
    if not found:
        raise SettingsError("Links in mails need a signing key: set `signing_keys` in `[web]` of jo.toml.")
    return Keys(current=found[0], others=tuple(found[1:]))


@contextmanager
def open_loop(
    settings: Settings,
    store: Store,
    clock: RealClock | FastClock,
    worker: Worker,
    tell: Tell,
    *,
    waits: bool,
) -> Iterator[Loop]:
    """Build the reconciler over a store; what it has opened is closed at the end. Raises WorldError.

    With `waits`, a refresh is over at the instant at which it began.
    """
    from jo.daemon.gate import Gate
    from jo.daemon.journaling import Journaling
    from jo.daemon.loop import Loop

    site = load_site(settings)
    with ExitStack() as stack:
        journals = open_journals(settings)
        if journals is not None:
            stack.enter_context(closing(journals))
        journaling = Journaling(store, journals, worker)
        services = build_services(
            store=store,
            refresher=stack.enter_context(closing(open_refresher(settings))),
            waits=waits,
            mailer=stack.enter_context(closing(open_mailer(settings))),
            renderer=stack.enter_context(closing(open_renderer())),
            site=site,
            probe=open_probe(site),
            journaling=journaling,
            clock=clock,
            kind=clock.kind,
            limits=relay_limits(settings),
            release_rate=parse_rate(settings.run.release_rate),
            worker=worker,
            tell=tell,
        )
        gate = Gate(store, journaling, clock.kind, worker, tell, _time(settings.run.hold_after))
        yield Loop(store, services, clock, clock.kind, gate, worker, tell)


def build_services(
    *,
    store: Store,
    refresher: Refresher,
    waits: bool,
    mailer: Mailer,
    renderer: LogicRenderer,
    site: Site,
    probe: LinkProbe,
    journaling: Journaling,
    clock: Clock,
    kind: ClockKind,
    limits: Mapping[str, RelayLimits],
    worker: Worker,
    tell: Tell,
    release_rate: Rate | None = None,
) -> Sequence[Service]:
    """Return the reconciler's services in the order in which they run within one instant.

    With `waits`, a refresh is over at the instant at which it began.
    """
    from jo.daemon.advance import Advance
    from jo.daemon.arrivals import Arrivals
    from jo.daemon.compose import Composer
    from jo.daemon.enroll import Enroll
    from jo.daemon.live import LiveCache
    from jo.daemon.outreaches import Outreaches
    from jo.daemon.readiness import Readiness
    from jo.daemon.refresh import Refresh
    from jo.daemon.release import RATE, Release
    from jo.daemon.rescue import Rescue
    from jo.daemon.send import Send
    from jo.daemon.sweeping import Sweeping
    from jo.daemon.tidy import Tidy
    from jo.daemon.traffic import Traffic

    cache = LiveCache()
    composer = Composer(site, renderer.run)
    traffic = Traffic(limits, clock, kind, worker)
    refresh = Refresh(store, refresher, cache, worker, tell, waits=waits)
    return (
        Sweeping(store, worker),
        Rescue(store, cache, worker, tell),
        Tidy(store, worker),
        refresh,
        Readiness(store, cache),
        Arrivals(store, worker, tell),
        Outreaches(store, cache, refresh, worker, tell),
        Enroll(store, cache, worker, tell),
        Advance(store, cache, worker, tell),
        Release(store, worker, release_rate or RATE),
        Send(store, cache, mailer, composer, probe, journaling, traffic, worker, tell),
    )


@contextmanager
def open_web(
    settings: Settings, host: str, port: int, ready: Callable[[int], None], tell: TellWeb
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
        closing(open_url(_store_url(settings), busy_seconds=_WEB_PATIENCE)) as store,
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


def _key(secret: Secret) -> Key:
    """Return a signing key; its id is taken from its own digest, so that both are rotated together."""
    from jo.render.tokens import SECRET_BYTES, Key

    data = secret.reveal().encode()
    if len(data) < SECRET_BYTES:
        raise SettingsError(
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
