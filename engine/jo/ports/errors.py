"""The world's trouble: what an adapter raises when a database, a relay or a disk does not do its part.

The author's trouble is a Diagnostic; any exception that is not a `WorldError` is a bug in jo.
"""


class WorldError(Exception):
    """Base of the errors that adapters raise. The text is one sentence for the operator, without secrets."""


class SettingsError(WorldError):
    """A setting, or what it refers to, cannot be used: trying again changes nothing before it is mended."""
