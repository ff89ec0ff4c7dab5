"""What links in mails are made with and lead to, and the workers that render mails."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from jo.ports.errors import SettingsError
from jo.workspace.secrets import Secret
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.outbound.probe import HttpLinkProbe
    from jo.ports.rendering import LogicRenderer
    from jo.render.compiled import Site
    from jo.render.tokens import Key, Keys


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


def _key(secret: Secret) -> Key:
    """Return a signing key; its id is taken from its own digest, so that both are rotated together."""
    from jo.render.tokens import SECRET_BYTES, Key

    data = secret.reveal().encode()
    if len(data) < SECRET_BYTES:
        raise SettingsError(
            f"The signing key {secret.reference} is too short: it needs {SECRET_BYTES} characters at least."
        )
    return Key(id=base64.urlsafe_b64encode(hashlib.sha256(data).digest())[:8].decode(), secret=data)
