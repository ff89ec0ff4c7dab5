"""Settings as values: where sources, store, relay and links are, for one environment of a project."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jo.workspace.secrets import Secret

FILE = "jo.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    url: str | Secret = "sqlite:///.jo/store.db"
    lease_seconds: int = 60
    """How long the work of a `jo run` rests that died without a word, where several share the work."""


UNSAFE = "unsafe"
"""Said in place of a path, to run without a journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    path: str | None = None
    """A folder, or `unsafe`; None: beside the store where that is a file, and otherwise it has to be said."""
    keep: str = "90 days"
    """How old a backup of the store may be for the journal to know what was sent since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    hold_after: str = "6 hours"
    """How long work may be overdue before somebody has to look at it."""
    release_rate: str = "1000 per minute"
    """How fast mails go out that were held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    path: str
    format: str | None = None
    """`csv` or `parquet`; None: by the file's extension."""
    delimiter: str = ","
    encoding: str = "utf-8"
    columns: Mapping[str, str] = field(default_factory=dict)
    """Declared field → the file's own column name, where they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    host: str = "127.0.0.1"
    port: int = 25
    tls: str | None = None
    """`starttls`, `implicit` or `none`; None: `none` on this machine, else `starttls`."""
    username: str | Secret | None = None
    password: Secret | None = None
    ca_file: str | None = None
    hello: str | None = None
    connections: int = 4
    messages_per_connection: int = 1000
    rate: str | None = None
    """How fast all workers together may be."""
    domains: Mapping[str, str] = field(default_factory=dict)
    """Domain of the recipient, or `*` for any other → connections and rate."""
    dsn: str = "on"
    dkim_domain: str | None = None
    """Whose signatures mails carry; None where the relay signs by itself."""
    dkim_keys: Mapping[str, Secret] = field(default_factory=dict)
    """Selector → private key; each of them signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    base_url: str | None = None
    """What links in mails begin with, as recipients reach `jo serve`."""
    listen: str = "127.0.0.1:8025"
    signing_keys: tuple[Secret, ...] = ()
    """The first signs; all of them verify, so that a key can be rotated."""
    event_token: Secret | None = None
    """What senders of events have to show; None: events are not taken by HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    root: Path
    name: str = "jo"
    zone: str = "UTC"
    domain: str | None = None
    """What Message-IDs and List-Ids end with, such as `mail.example.com`."""
    environment: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    store: StoreSettings = StoreSettings()
    journal: JournalSettings = JournalSettings()
    run: RunSettings = RunSettings()
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    relays: Mapping[str, RelaySettings] = field(default_factory=dict)
    web: WebSettings = WebSettings()

    @property
    def mail_domain(self) -> str:
        """The right side of Message-IDs and List-Ids. Changing it changes the Message-ID of a retry."""
        return self.domain or f"{re.sub(r'[^a-z0-9-]+', '-', self.name.lower()).strip('-') or 'jo'}.invalid"

    def secrets(self) -> Iterator[tuple[str, Secret]]:
        """Yield every reference, with what the secret is for."""
        named: list[tuple[str, str | Secret | None]] = [("the store", self.store.url)]
        for name, relay in sorted(self.relays.items()):
            named += [(f"the relay `{name}`", value) for value in (relay.username, relay.password)]
            named += [(f"the DKIM selector `{selector}`", key) for selector, key in relay.dkim_keys.items()]
        named += [("the links in mails", key) for key in self.web.signing_keys]
        named.append(("events by HTTP", self.web.event_token))
        yield from ((what, value) for what, value in named if isinstance(value, Secret))
