"""Secrets as references. A value is resolved right before it is used and never shown, logged or stored."""

import os
from dataclasses import dataclass
from pathlib import Path

from jo.ports.errors import SettingsError


class MissingSecretError(SettingsError):
    """What a reference points to is not there."""


_NO_TEXT = "it is not text in UTF-8"


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference, `env:NAME` or `file:PATH`; prints as the reference."""

    reference: str
    root: Path
    """What a relative path of a file is relative to."""

    def reveal(self) -> str:
        """Return the secret itself. Raises MissingSecretError."""
        scheme, _, name = self.reference.partition(":")
        if scheme == "env":
            value = os.environ.get(name, "")
            if not value:
                raise MissingSecretError(f"The environment variable {name} is not set or empty.")
            return value
        path = self.root / name
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else _NO_TEXT
            raise MissingSecretError(f"The secret file {name} cannot be read: {reason}.") from error
        if "\0" in value:  # such as UTF-16
            raise MissingSecretError(f"The secret file {name} cannot be read: {_NO_TEXT}.")
        return value

    @property
    def is_there(self) -> bool:
        try:
            self.reveal()
        except MissingSecretError:
            return False
        return True


def is_reference(text: str) -> bool:
    return text.startswith(("env:", "file:")) and len(text.partition(":")[2]) > 0


def plain(value: str | Secret) -> str:
    """Return what a setting says, or the secret that it refers to. Raises MissingSecretError."""
    return value.reveal() if isinstance(value, Secret) else value
