"""The rules, found by walking the package: a new rule is a new file and nothing else."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pkgutil import walk_packages

from jo.checks import rules
from jo.checks.rule import FoundBy, Rule
from jo.diagnostics.codes import Code


@cache
def catalog() -> Mapping[Code, Rule]:
    """Return the rules by code, sorted by it. A module without a code or with a taken one is a bug."""
    found: dict[Code, Rule] = {}
    for module in walk_packages(rules.__path__, f"{rules.__name__}."):
        if module.ispkg:
            continue
        declared = vars(import_module(module.name))
        check = declared.get("check")
        code: Code = declared["CODE"]
        if code in found:
            raise ValueError(f"{code} has two modules")
        found[code] = Rule(
            code=code,
            page=cleandoc(declared["__doc__"]),
            found_by=FoundBy.CHECKING if check is not None else declared["FOUND_BY"],
            check=check,
            may_be_ignored=declared.get("MAY_BE_IGNORED", False),
        )
    return dict(sorted(found.items()))
