"""A pause in words, as `jo pause` and `jo resume` say whose it is."""

from typing import TYPE_CHECKING

from jo.cli.instants import local_text
from jo.workspace.settings import Settings

if TYPE_CHECKING:
    from jo.ports.store import Override


def pause_text(pause: "Override", settings: Settings) -> str:
    """Return since when, until when, by whom and why: `since … by ada: wrong link`."""
    until = f" until {local_text(pause.until, settings)}" if pause.until is not None else ""
    return f"since {local_text(pause.at, settings)}{until} by {pause.who}: {pause.why.rstrip('.')}"
