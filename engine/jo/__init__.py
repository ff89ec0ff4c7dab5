"""jo: customer journeys as code."""

from jo._version import __version__

__all__ = ["__version__"]
