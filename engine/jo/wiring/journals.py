"""Where a worker keeps its journal of sends."""

from __future__ import annotations

from datetime import timedelta
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING

from jo.ports.errors import SettingsError
from jo.timing.durations import parse_duration
from jo.wiring.stores import store_file
from jo.workspace.settings import UNSAFE, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jo.flow.hold import Cause
    from jo.ports.journal import Journals
    from jo.ports.store import Store


def has_journal_setting(settings: Settings) -> bool:
    """Tell whether it is said, or plain, where the journal is."""
    return settings.journal.path is not None or store_file(settings) is not None


def open_journals(settings: Settings) -> Journals | None:
    """Take this worker's journal; None where it is told to run without one. Raises WorldError."""
    from jo.journal.folder import JournalFolder

    folder = journals_folder(settings)
    return None if folder is None else JournalFolder(folder, time_of(settings.journal.keep))


def try_journal(settings: Settings) -> bool:
    """Find out whether a worker could keep its journal; False where it is told to run without.

    Changes nothing. Raises WorldError when it could not.
    """
    from jo.journal.folder import try_folder

    folder = journals_folder(settings)
    if folder is not None:
        try_folder(folder)
    return folder is not None


def foresee(settings: Settings, store: Store) -> Sequence[tuple[Cause, str, str]]:
    """Return why a worker that began now would hold, by its journals; while none runs. Raises WorldError."""
    from jo.daemon.comparing import foreseen
    from jo.journal.folder import read_folder

    folder = journals_folder(settings)
    if folder is None:
        return ()
    own, journals = read_folder(folder)
    return foreseen(store, own, journals, is_alone=store_file(settings) is not None)


def journals_folder(settings: Settings) -> Path | None:
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
    return Path(realpath(folder))


def time_of(text: str) -> timedelta:
    duration = parse_duration(text)
    assert duration is not None, "settings are read by the same rule"
    return timedelta(seconds=duration.at_most_seconds())
