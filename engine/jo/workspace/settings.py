"""Settings: `jo.toml` with the present environment laid over it and `JO_*` variables over that, as values.

`JO_STORE_URL` sets `[store] url`, `JO_RELAY_DEFAULT_HOST` sets `[relay.default] host`: the section's words
and the key, joined by underscores. Secrets stand here as references only; a plain one is refused.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jo.diagnostics.codes import BAD_SETTINGS, MISSING_SETTING, PLAIN_SECRET, UNKNOWN_ZONE
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.nearest import suggestion
from jo.diagnostics.span import Position, Span
from jo.timing.zones import load_zone
from jo.workspace.secrets import Secret, is_reference

FILE = "jo.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    url: str | Secret = "sqlite:///.jo/store.db"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    base_url: str | None = None
    """What links in mails begin with, as recipients reach `jo serve`."""
    listen: str = "127.0.0.1:8025"
    signing_keys: tuple[Secret, ...] = ()
    """The first signs; all of them verify, so that a key can be rotated."""


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
    sources: Mapping[str, SourceSettings] = field(default_factory=dict)
    relays: Mapping[str, RelaySettings] = field(default_factory=dict)
    web: WebSettings = WebSettings()

    @property
    def mail_domain(self) -> str:
        """The right side of Message-IDs and List-Ids. Changing it changes the Message-ID of a retry."""
        return self.domain or f"{re.sub(r'[^a-z0-9-]+', '-', self.name.lower()).strip('-') or 'jo'}.invalid"


_SECTIONS: Mapping[str, Mapping[str, type]] = {
    "project": {"name": str, "zone": str, "domain": str},
    "variables": {"*": str},
    "store": {"url": str},
    "sources.*": {"path": str, "format": str, "delimiter": str, "encoding": str, "columns": dict},
    "relay.*": {
        "host": str,
        "port": int,
        "tls": str,
        "username": str,
        "password": str,
        "ca_file": str,
        "hello": str,
        "connections": int,
    },
    "web": {"base_url": str, "listen": str, "signing_keys": list},
}
"""Section → key → type; a star stands for any name."""

_SECRET = frozenset({"password", "signing_keys"})
_CHOICES = {"tls": ("starttls", "implicit", "none"), "format": ("csv", "parquet")}
_WORDS = {str: "a text", int: "a whole number", list: "a list", dict: "a table"}


def load_settings(
    root: Path, environ: Mapping[str, str], environment: str | None = None
) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """Read `jo.toml` of a project folder. What is wrong becomes a diagnostic and keeps its default."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Settings(root=root), (_sourceless(f"`{FILE}` cannot be read: {error}."),)
    reader = _Reader(text)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Settings(root=root), (reader.broken(str(error)),)
    name = environment or environ.get("JO_ENV") or None
    plain = reader.with_environment(raw, name)
    _lay_over(plain, _from_environ(environ, plain))
    reader.check(plain)
    return _settings(root, plain, name, reader), tuple(reader.faults)


class _Reader:
    """Finds faults and their lines. TOML's parser gives no positions, so keys are looked for in the text."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.faults: list[Diagnostic] = []

    def broken(self, message: str) -> Diagnostic:
        found = re.search(r"\(at line (\d+), column (\d+)\)", message)
        where = Position(int(found[1]), int(found[2])) if found else Position(1, 1)
        detail = f"This is not valid TOML: {re.sub(r' *[(]at .*[)]', '', message)}."
        return Diagnostic(code=BAD_SETTINGS, detail=detail, at=Span(FILE, where, where))

    def fault(self, section: str, key: str, detail: str, help: str = "", code: Any = BAD_SETTINGS) -> None:
        self.faults.append(Diagnostic(code=code, detail=detail, at=self._find(section, key), help=help))

    def _find(self, section: str, key: str) -> Span | None:
        inside = False
        for number, line in enumerate(self._lines, 1):
            header = re.fullmatch(r"\s*\[([^\[\]]+)\]\s*(#.*)?", line)
            if header:
                inside = header[1].replace('"', "").replace(" ", "").endswith(section)
                if inside and not key:
                    return _line_span(number, line, line.strip())
            elif inside and key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
                return _line_span(number, line, key)
        return Span.point(FILE) if self._lines else None

    def with_environment(self, raw: dict[str, Any], name: str | None) -> dict[str, Any]:
        """Return the settings with the tables of `[env.NAME]` laid over."""
        plain = {key: value for key, value in raw.items() if key != "env"}
        environments = raw.get("env", {})
        if name is not None:
            if name in environments:
                _lay_over(plain, environments[name])
            elif environments:
                help = suggestion(name, environments, noun="environment")
                self.faults.append(_sourceless(f"`{FILE}` has no environment `{name}`.", help))
            else:
                self.faults.append(_sourceless(f"`{FILE}` declares no environments, so not `{name}`."))
        return plain

    def check(self, plain: Mapping[str, Any]) -> None:
        known = {section.split(".")[0] for section in _SECTIONS}
        for top, table in plain.items():
            if top not in known:
                self.fault(
                    top, "", f"`[{top}]` is no section of `{FILE}`.", suggestion(top, known, noun="section")
                )
            elif not isinstance(table, dict):
                self.fault(top, "", f"`{top}` is a section: it is written `[{top}]`.")
            elif f"{top}.*" in _SECTIONS:
                for name, inner in table.items():
                    if isinstance(inner, dict):
                        self._check_keys(f"{top}.{name}", inner, _SECTIONS[f"{top}.*"])
                    else:
                        self.fault(top, name, f"`{name}` is a table: it is written `[{top}.{name}]`.")
            else:
                self._check_keys(top, table, _SECTIONS[top])

    def _check_keys(self, section: str, table: dict[str, Any], keys: Mapping[str, type]) -> None:
        for key in list(table):
            value, wanted = table[key], keys.get(key, keys.get("*"))
            if wanted is None:
                help = suggestion(key, keys, noun="key")
                self.fault(section, key, f"`{key}` is no key of `[{section}]`.", help)
            elif not isinstance(value, wanted) or isinstance(value, bool):
                self.fault(section, key, f"`{key}` has to be {_WORDS[wanted]}.")
            elif key in _SECRET and not all(is_reference(item) for item in _texts(value)):
                detail = f"`{key}` is a secret and stands here as it is, where everybody can read it."
                help = 'Write a reference: "env:NAME" or "file:PATH".'
                self.fault(section, key, detail, help, PLAIN_SECRET)
            elif key in _CHOICES and value not in _CHOICES[key]:
                allowed = suggestion(str(value), _CHOICES[key], noun="value")
                self.fault(section, key, f"`{key}` cannot be `{value}`.", allowed)
            else:
                continue
            del table[key]


def _settings(root: Path, plain: Mapping[str, Any], environment: str | None, reader: _Reader) -> Settings:
    project = plain.get("project", {})
    zone = project.get("zone", "UTC")
    if load_zone(zone) is None:
        detail = f"`{zone}` is no time zone of the IANA data base."
        reader.fault("project", "zone", detail, "Write a name such as `Europe/Berlin`.", UNKNOWN_ZONE)
        zone = "UTC"
    sources = {}
    for name, table in plain.get("sources", {}).items():
        if "path" not in table:
            reader.fault(f"sources.{name}", "", f"`[sources.{name}]` has no `path`.", code=MISSING_SETTING)
            continue
        sources[name] = SourceSettings(**table)
    relays = {}
    for name, table in plain.get("relay", {}).items():
        username = table.get("username")
        if isinstance(username, str) and is_reference(username):
            table["username"] = Secret(username, root)
        if "password" in table:
            table["password"] = Secret(table["password"], root)
        relays[name] = RelaySettings(**table)
    web = dict(plain.get("web", {}))
    web["signing_keys"] = tuple(Secret(item, root) for item in web.get("signing_keys", ()))
    url = plain.get("store", {}).get("url", StoreSettings().url)
    return Settings(
        root=root,
        name=project.get("name", root.resolve().name),
        zone=zone,
        domain=project.get("domain"),
        environment=environment,
        variables=plain.get("variables", {}),
        store=StoreSettings(url=Secret(url, root) if is_reference(str(url)) else url),
        sources=sources,
        relays=relays,
        web=WebSettings(**web),
    )


def _from_environ(environ: Mapping[str, str], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that `JO_*` variables give, in the shape of the file."""
    found: dict[str, Any] = {}
    for section, keys in _SECTIONS.items():
        top, _, star = section.partition(".")
        names = [(top, name) for name in plain.get(top, {})] if star else [(top, None)]
        for first, second in names:
            for key, wanted in keys.items():
                words = [first, *([second] if second else []), key]
                value = environ.get("JO_" + "_".join(words).upper().replace("-", "_"))
                if value is None or key == "*" or wanted is dict:
                    continue
                table = found.setdefault(first, {})
                table = table.setdefault(second, {}) if second else table
                table[key] = _from_text(value, wanted)
    return found


def _from_text(value: str, wanted: type) -> Any:
    if wanted is list:
        return [item.strip() for item in value.split(",") if item.strip()]
    return int(value) if wanted is int and value.isdecimal() else value


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    """Put the tables of `above` over those of `below`, key by key."""
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), dict):
            _lay_over(below[key], value)
        else:
            below[key] = dict(value) if isinstance(value, Mapping) else value


def _texts(value: Any) -> Iterator[str]:
    yield from (str(item) for item in value) if isinstance(value, list) else (str(value),)


def _line_span(number: int, line: str, text: str) -> Span:
    column = line.index(text) + 1
    return Span(FILE, Position(number, column), Position(number, column + len(text)))


def _sourceless(detail: str, help: str = "") -> Diagnostic:
    return Diagnostic(code=BAD_SETTINGS, detail=detail, at=None, help=help)
