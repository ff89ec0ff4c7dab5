"""What `jo.toml` may hold: each section with its keys, and what may stand there."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jo.diagnostics.codes import BAD_SETTINGS, PLAIN_SECRET, UNKNOWN_ZONE, Code
from jo.diagnostics.nearest import suggestion
from jo.flow.limits import OTHERS, domain_key, is_domain, parse_limit
from jo.timing.durations import Unit, parse_duration
from jo.timing.rates import parse_rate
from jo.timing.zones import load_zone
from jo.workspace.secrets import is_reference

ANY = "*"
"""Stands for any name: of a source, a relay or a variable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a value cannot stand where it does."""

    detail: str
    help: str = ""
    code: Code = BAD_SETTINGS


Check = Callable[[str, Any], Objection | None]
"""Takes the key and a value of the right type."""

_WORDS = {str: "a text", int: "a whole number", list: "a list of texts", dict: "a table of texts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What may stand under one key."""

    type: type
    check: Check | None = None
    help: str = ""
    """What to write, unless the check knows better."""

    def object_to(self, key: str, value: Any) -> Objection | None:
        if not isinstance(value, self.type) or isinstance(value, bool) or not _holds_texts(value):
            return Objection(detail=f"`{key}` has to be {_WORDS[self.type]}.", help=self.help)
        found = self.check(key, value) if self.check is not None else None
        return found if found is None or found.help else replace(found, help=self.help)


def _holds_texts(value: Any) -> bool:
    return isinstance(value, str | int) or all(isinstance(item, str) for item in _texts(value))


def _texts(value: list[Any] | dict[str, Any]) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _filled(key: str, value: str) -> Objection | None:
    if value.strip():
        return None
    return Objection(detail=f"`{key}` is empty.", help="Write a value, or take the key away.")


def _one_of(*choices: str) -> Check:
    def check(key: str, value: str) -> Objection | None:
        if value in choices:
            return None
        return Objection(
            detail=f"`{key}` cannot be `{value}`.", help=suggestion(value, choices, noun="value")
        )

    return check


def _from_to(first: int, last: int) -> Check:
    def check(key: str, value: int) -> Objection | None:
        if first <= value <= last:
            return None
        return Objection(detail=f"`{key}` has to be from {first} to {last}, not {value}.")

    return check


def _secret(key: str, value: str | list[str] | dict[str, str]) -> Objection | None:
    if all(map(is_reference, [value] if isinstance(value, str) else _texts(value))):
        return None
    return Objection(
        detail=f"`{key}` is a secret and stands here as it is, where everybody can read it.",
        help='Write a reference: "env:NAME" or "file:PATH".',
        code=PLAIN_SECRET,
    )


def _selectors(key: str, value: dict[str, str]) -> Objection | None:
    for selector in value:
        if not all(_LABEL.fullmatch(label) for label in selector.split(".")):
            return Objection(
                detail=f"`{key}` names the selector `{selector}`, and that cannot stand in a domain.",
                help='Write such as dkim_keys = { s2026 = "file:dkim.pem" }.',
            )
    return _secret(key, value)


_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)


def _zone(_: str, value: str) -> Objection | None:
    if load_zone(value) is not None:
        return None
    return Objection(
        detail=f"`{value}` is no time zone of the IANA data base.",
        help="Write a name such as `Europe/Berlin`.",
        code=UNKNOWN_ZONE,
    )


_PASSWORD = re.compile(r"^[^/]*//[^/?]*:[^/?]*@|[?&](ssl)?password=", re.IGNORECASE)
"""Where a password stands in the address of a database."""


def _store_url(key: str, value: str) -> Objection | None:
    if is_reference(value):
        return None
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return None
    if _PASSWORD.search(value):
        return Objection(
            detail=f"`{key}` holds a password, and everybody can read it here.",
            help='Write a reference to the whole address: "env:NAME" or "file:PATH".',
            code=PLAIN_SECRET,
        )
    if value.startswith("postgresql://") and len(value) > len("postgresql://"):
        return None
    return Objection(
        detail=f"`{key}` has to be `sqlite:///` and a path, or `postgresql://user@host/database`.",
        help='Write such as "sqlite:///.jo/store.db".',
    )


def _web_url(key: str, value: str) -> Objection | None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
        is_fine = parts.scheme in ("http", "https") and parts.hostname is not None and parts.port != 0
    except ValueError:
        is_fine = False
    if is_fine and not (parts.query or parts.fragment or parts.username or set(value) & set(' \t<>"')):
        return None
    return Objection(
        detail=f"`{key}` is no address that links can begin with.",
        help='Write such as "https://mail.example.com".',
    )


def _listen(key: str, value: str) -> Objection | None:
    host, _, port = value.rpartition(":")
    if host and port.isascii() and port.isdecimal() and 0 <= int(port) < 65_536:
        return None
    return Objection(detail=f"`{key}` has to be a host and a port.", help='Write such as "127.0.0.1:8025".')


def _duration(key: str, value: str) -> Objection | None:
    found = parse_duration(value)
    if found is not None and found.count and found.unit is not Unit.BUSINESS_DAY:
        return None
    return Objection(detail=f"`{key}` has to be a time that passes.")


def _rate(key: str, value: str) -> Objection | None:
    if parse_rate(value) is not None:
        return None
    return Objection(detail=f"`{key}` has to be a rate.")


def _limits(key: str, value: dict[str, str]) -> Objection | None:
    for domain, limit in value.items():
        if domain.startswith(f"{OTHERS}."):
            return Objection(
                detail=f"`{key}` names `{domain}`, and only `*` alone stands for any other domain.",
                help=_LIMITS_HELP,
            )
        if not is_domain(domain):
            return Objection(
                detail=f"`{key}` names `{domain}`, and that is neither a domain nor `*`.", help=_LIMITS_HELP
            )
        if parse_limit(limit) is None:
            return Objection(
                detail=f"`{key}` limits `{domain}` by `{limit}`, which is no limit: connections, a rate, or "
                "both with a comma.",
                help=_LIMITS_HELP,
            )
    if len({domain_key(domain) for domain in value}) < len(value):
        return Objection(detail=f"`{key}` names a domain twice; large and small letters are the same.")
    return None


_LIMITS_HELP = (
    'Write such as domains = { "gmail.com" = "5 connections, 20 per second", "*" = "2 connections" }.'
)


def _one_character(key: str, value: str) -> Objection | None:
    return None if len(value) == 1 else Objection(detail=f"`{key}` has to be one character.")


def _domain(key: str, value: str) -> Objection | None:
    labels = value.split(".")
    if len(labels) > 1 and all(
        label.isascii() and label.replace("-", "a").isalnum() and label[0] != "-" for label in labels
    ):
        return None
    return Objection(detail=f"`{key}` is no domain.", help='Write such as "mail.example.com".')


_TEXT = Rule(type=str)
_FILLED = Rule(type=str, check=_filled)

SECTIONS: Mapping[str, Mapping[str, Rule]] = {
    "project": {
        "name": _TEXT,
        "zone": Rule(type=str, check=_zone),
        "domain": Rule(type=str, check=_domain),
    },
    "variables": {ANY: _TEXT},
    "store": {
        "url": Rule(type=str, check=_store_url),
        "lease_seconds": Rule(type=int, check=_from_to(2, 3600)),
    },
    "journal": {
        "path": _FILLED,
        "keep": Rule(type=str, check=_duration, help='Write such as "90 days".'),
    },
    "run": {
        "hold_after": Rule(type=str, check=_duration, help='Write such as "6 hours".'),
        "release_rate": Rule(type=str, check=_rate, help='Write such as "1000 per minute".'),
    },
    f"sources.{ANY}": {
        "path": _FILLED,
        "format": Rule(type=str, check=_one_of("csv", "parquet")),
        "delimiter": Rule(type=str, check=_one_character),
        "encoding": _TEXT,
        "columns": Rule(type=dict),
    },
    f"relay.{ANY}": {
        "host": _TEXT,
        "port": Rule(type=int, check=_from_to(1, 65_535)),
        "tls": Rule(type=str, check=_one_of("starttls", "implicit", "none")),
        "username": _TEXT,
        "password": Rule(type=str, check=_secret),
        "ca_file": _FILLED,
        "hello": _FILLED,
        "connections": Rule(type=int, check=_from_to(1, 100)),
        "rate": Rule(type=str, check=_rate, help='Write such as "100 per second".'),
        "domains": Rule(type=dict, check=_limits, help=_LIMITS_HELP),
        "dsn": Rule(type=str, check=_one_of("on", "off"), help='Write "on" or "off", with the quotes.'),
        "messages_per_connection": Rule(type=int, check=_from_to(1, 1_000_000)),
        "dkim_domain": Rule(type=str, check=_domain),
        "dkim_keys": Rule(type=dict, check=_selectors),
    },
    "web": {
        "base_url": Rule(type=str, check=_web_url),
        "listen": Rule(type=str, check=_listen),
        "signing_keys": Rule(type=list, check=_secret),
        "event_token": Rule(type=str, check=_secret),
    },
}
"""Section → key → rule."""


def rules_of(section: str) -> Mapping[str, Rule] | None:
    """Return the keys of a section such as `relay.default`; None for a section that does not exist."""
    top, _, name = section.partition(".")
    return SECTIONS.get(f"{top}.{ANY}" if name else top)
