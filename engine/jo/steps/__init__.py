"""Step types, one module each. `of_type` finds them; a new type is a new module here and nothing else."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from jo.model.step import Step

LATER_TYPES = frozenset({"set", "notify", "webhook", "survey", "cta", "assist"})
"""Step types that the language reserves and a later release brings."""


@cache
def types() -> Mapping[str, type[Step]]:
    """Return the step types of this release by their key, sorted by key."""
    found = {}
    for module in iter_modules(__path__):
        declared = vars(import_module(f"{__name__}.{module.name}"))
        for value in declared.values():
            if isinstance(value, type) and issubclass(value, Step) and value is not Step:
                found[value.type] = value
    return dict(sorted(found.items()))
