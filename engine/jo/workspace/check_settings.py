"""Holds the settings against the project: is everything there that its journeys need to run?

What is not there has no place in a file, so such findings have none. A missing secret is a warning: a plan
needs none, and whoever reviews a project need not hold the keys of its production. So is a missing journal:
the surroundings of each worker may say where it is.
"""

from collections.abc import Iterator

from jo.diagnostics.codes import (
    BAD_SETTINGS,
    DEAD_LINK_BASE,
    MISSING_SECRET,
    MISSING_SETTING,
    UNALIGNED_SIGNATURE,
    UNSAFE_RELAY,
    Code,
    Severity,
)
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.nearest import suggestion
from jo.manifest.compiled import Compiled
from jo.model.content import MailClass
from jo.model.project import Project
from jo.workspace.secrets import MissingSecretError, Secret
from jo.workspace.settings import FILE, RelaySettings, Settings


def check_settings(settings: Settings, compiled: Compiled) -> tuple[Diagnostic, ...]:
    """Return what is missing or unsafe; the settings themselves were read without a fault."""
    project = compiled.project
    return (
        *_sources(settings, project),
        *_journal(settings),
        *_relays(settings, project),
        *_signatures(settings, compiled),
        *_links(settings, project),
        *_secrets(settings),
    )


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine, judged by its text alone."""
    if host.casefold() == "localhost":
        return True
    import ipaddress  # only where a host is asked about: the check of a small project should start fast

    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def stays_here(settings: Settings) -> bool:
    """Tell whether no relay of these settings leads away from this machine."""
    return all(is_loopback(relay.host) for relay in settings.relays.values())


def _sources(settings: Settings, project: Project) -> Iterator[Diagnostic]:
    for name in sorted(project.sources.keys() - settings.sources.keys()):
        yield _finding(
            MISSING_SETTING,
            f"Nothing says where the data of `source/{name}` lies, so no list over it can be computed.",
            f'Add to `{FILE}`\n    [sources.{name}]\n    path = "lists/data/{name}.csv"',
            address=f"source/{name}",
        )
    for name in sorted(settings.sources.keys() - project.sources.keys()):
        yield _finding(
            BAD_SETTINGS,
            f"`[sources.{name}]` says where the data of a source lies that the project does not declare.",
            suggestion(name, project.sources, noun="source"),
            severity=Severity.WARNING,
        )


def _journal(settings: Settings) -> Iterator[Diagnostic]:
    """Find that nobody says where the journal is. Of an address that is not known here, nothing is said."""
    url = settings.store.url
    if isinstance(url, Secret):
        url = url.reveal() if url.is_there else ""
    if settings.journal.path is None and url.startswith("postgresql:"):
        yield _finding(
            MISSING_SETTING,
            "The store is in PostgreSQL, and nothing says where the journal of sends is, without which "
            "`jo run` does not start.",
            f"Add to `{FILE}` a folder on a disk of the machine of each worker\n    [journal]\n"
            '    path = "/var/lib/jo/journal"\nor, to run without one, `path = "unsafe"`. Nothing is missing '
            "where `JO_JOURNAL_PATH` says it to each worker, as the units in `deploy/` do.",
            severity=Severity.WARNING,
        )


def _relays(settings: Settings, project: Project) -> Iterator[Diagnostic]:
    for sender in project.senders.values():
        if sender.relay not in settings.relays:
            yield _finding(
                MISSING_SETTING,
                f"Mail of `sender/{sender.name}` goes by the relay `{sender.relay}`, "
                "and nothing says where it is.",
                f'Add to `{FILE}`\n    [relay.{sender.relay}]\n    host = "relay.example.com"',
                address=f"sender/{sender.name}",
            )
    for name, relay in sorted(settings.relays.items()):
        yield from _relay(name, relay)


def _relay(name: str, relay: RelaySettings) -> Iterator[Diagnostic]:
    if relay.tls == "none" and not is_loopback(relay.host):
        yield _finding(
            UNSAFE_RELAY,
            f"The relay `{name}` at {relay.host} is reached without TLS: addresses, mails and passwords "
            "would cross the network in the clear.",
            f'Write `tls = "starttls"` or `tls = "implicit"` in `[relay.{name}]`.',
        )
    pairs = (
        ("username", relay.username, "password", relay.password, "nobody can sign in with it"),
        ("dkim_domain", relay.dkim_domain, "dkim_keys", relay.dkim_keys, "no mail can be signed for it"),
    )
    for one, its, other, others, why in pairs:
        if bool(its) != bool(others):
            has, lacks = (one, other) if its else (other, one)
            yield _finding(
                MISSING_SETTING,
                f"The relay `{name}` has `{has}` and no `{lacks}`, so {why}.",
                f"Add `{lacks}` to `[relay.{name}]`, or take `{has}` away.",
            )


def _signatures(settings: Settings, compiled: Compiled) -> Iterator[Diagnostic]:
    """Hold what relays sign for against the From addresses of their senders (RFC 7489 section 3.1)."""
    for sender in compiled.project.senders.values():
        relay = settings.relays.get(sender.relay)
        signed = relay.dkim_domain if relay is not None else None
        if signed is None:
            continue
        for key in ("from_address", "fallback_address"):
            domain = _domain_of(getattr(sender, key))
            if domain is None or organization(domain) == organization(signed):
                continue
            yield Diagnostic(
                code=UNALIGNED_SIGNATURE,
                detail=f"Mails of `sender/{sender.name}` come from {domain}, and the relay `{sender.relay}` "
                f"signs them for {signed}: that proves nothing of who sends them.",
                at=compiled.origins.locate(sender.address, (key,)),
                label=f"not of {signed}",
                address=str(sender.address),
                help=f'Write `dkim_domain = "{organization(domain)}"` in `[relay.{sender.relay}]`, with keys '
                "that are published there, or give the sender a relay of its own.",
                severity=Severity.WARNING,
            )


def _domain_of(address: str | None) -> str | None:
    """Return the domain of an address; None where a field says it."""
    domain = (address or "").rpartition("@")[2].strip().casefold()
    return domain if "." in domain and not set(domain) & set("{}") else None


_REGISTRIES = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "ne", "net", "or", "org"})
"""Labels below which countries let names be registered, such as `co.uk`. The whole list changes weekly and is
not worth its size here: a name that it would tell apart is taken for the same organization at worst."""


def organization(domain: str) -> str:
    """Return the domain that was registered, as nearly as can be told without the Public Suffix List."""
    labels = domain.casefold().rstrip(".").split(".")
    is_below = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _REGISTRIES
    return ".".join(labels[-3 if is_below else -2 :])


def _links(settings: Settings, project: Project) -> Iterator[Diagnostic]:
    marketing = sorted(t.name for t in project.templates.values() if t.class_ is MailClass.MARKETING)
    if not marketing:
        return
    why = f"`template/{marketing[0]}` is marketing mail, and each of those has a link to unsubscribe"
    base = settings.web.base_url
    if base is None:
        yield _finding(
            DEAD_LINK_BASE,
            f"{why}; nothing says what such a link begins with.",
            f'Add to `{FILE}`\n    [web]\n    base_url = "https://mail.example.com"',
        )
    elif not stays_here(settings):
        from urllib.parse import urlsplit

        parts = urlsplit(base)
        if is_loopback(parts.hostname or ""):
            where = "leads to this machine, which recipients cannot reach"
        elif parts.scheme != "https":
            where = "is not https, which RFC 8058 asks for"
        else:
            where = ""
        if where:
            yield _finding(
                DEAD_LINK_BASE,
                f"{why}; `base_url` {where}.",
                "Write the https address under which recipients reach `jo serve`.",
            )
    if not settings.web.signing_keys:
        yield _finding(
            MISSING_SETTING,
            f"{why}; there is no key to sign it with.",
            'Make one and name it in `[web]`\n    jo init --key\n    signing_keys = ["file:.jo/signing.key"]',
        )


def _secrets(settings: Settings) -> Iterator[Diagnostic]:
    for what, secret in settings.secrets():
        try:
            secret.reveal()
        except MissingSecretError as error:
            is_key = secret in settings.web.signing_keys
            yield _finding(
                MISSING_SECRET,
                f"{error} It is needed for {what}; checks and plans work without it.",
                "Make it with\n    jo init --key" if is_key and secret.reference.startswith("file:") else "",
                severity=Severity.WARNING,
            )


def _finding(
    code: Code, detail: str, help: str, *, address: str | None = None, severity: Severity = Severity.ERROR
) -> Diagnostic:
    return Diagnostic(code=code, detail=detail, at=None, address=address, help=help, severity=severity)
