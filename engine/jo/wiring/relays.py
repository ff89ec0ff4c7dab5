"""By which relays mail goes: how they are reached, signed for, and how fast they may be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from jo.ports.errors import SettingsError
from jo.timing.rates import parse_rate
from jo.workspace.secrets import plain
from jo.workspace.settings import RelaySettings, Settings

if TYPE_CHECKING:
    from jo.flow.limits import RelayLimits
    from jo.mail.auth import Credentials
    from jo.mail.relay import Relay
    from jo.mail.smtp import SmtpMailer
    from jo.ports.mailer import Stage


def open_mailer(settings: Settings) -> SmtpMailer:
    """Return the mailer for all relays; it does not connect before it is used. Raises WorldError."""
    from jo.mail.smtp import SmtpMailer

    return SmtpMailer({name: _relay(name, settings) for name in sorted(settings.relays)})


def relay_trouble(name: str, settings: Settings) -> tuple[str, str] | None:
    """Ask a relay, for some seconds, and return why it takes no mail from here, and what to do about it.

    Raises WorldError.
    """
    from jo.mail.advice import advice
    from jo.mail.relay import PATIENCE
    from jo.mail.smtp import SmtpMailer

    hasty = {stage: min(seconds, 5.0) for stage, seconds in PATIENCE.items()}
    relay = _relay(name, settings, hasty)
    with closing(SmtpMailer({name: relay})) as mailer:
        trouble = mailer.trouble(name)
    return None if trouble is None else (f"{trouble.stage}: {trouble.text}", advice(trouble, relay))


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
            credentials=_credentials(name, chosen),
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


def _credentials(name: str, chosen: RelaySettings) -> Credentials | None:
    """Return what to sign in with. Raises WorldError."""
    if chosen.username is None and chosen.password is None:
        return None
    if chosen.username is None or chosen.password is None:
        raise SettingsError(
            f"Nobody can sign in at the relay `{name}`: `username` and `password` in `[relay.{name}]` "
            "belong together."
        )
    from jo.mail.auth import Credentials

    return Credentials(user=plain(chosen.username), password=chosen.password.reveal())
