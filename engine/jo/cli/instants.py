"""Instants on the command line: local times of the project's zone, `2026-12-01` or `2026-12-01 08:00`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from jo.timing.zones import load_zone, local, to_instant
from jo.workspace.settings import Settings


def zone_of(settings: Settings) -> ZoneInfo:
    zone = load_zone(settings.zone)
    assert zone is not None, "settings are checked when they are loaded"
    return zone


def read_instant(text: str, option: str, settings: Settings) -> datetime:
    """Return the instant; one with an offset from UTC is taken as it is. Raises click's UsageError."""
    try:
        found = datetime.fromisoformat(text)
        return to_instant(found, zone_of(settings)) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):  # no time, or one outside of the years that there are
        raise click.UsageError(
            f"{option} takes a day or a time such as `2026-12-01` or `2026-12-01 08:00`, not `{text}`."
        ) from None


def local_text(moment: datetime, settings: Settings) -> str:
    """Return what the clock of the project's zone reads, to the minute."""
    return f"{local(moment, zone_of(settings)):%Y-%m-%d %H:%M}"
