"""Overlays: what a resource is in one environment, as a document with only the keys that differ.

    overlay: staging
    kind: power_list
    name: new-admins
    bounds: {max: 50}

Maps merge, lists and scalars replace, null removes. The merged document is checked like any other.
"""

from collections.abc import Mapping
from typing import Any

KEY = "overlay"
"""The key that makes a document an overlay; its value names the environment."""


def merge(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that a resource has in the environment of the overlay."""
    return _merged(base, {key: value for key, value in overlay.items() if key != KEY})


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            below = result.get(key)
            result[key] = _merged(below if isinstance(below, Mapping) else {}, value)
        else:
            result[key] = value
    return result
