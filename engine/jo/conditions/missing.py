"""The fault for a path that leads nowhere, with the name that was probably meant."""

import re
from collections.abc import Collection

from jo.conditions.fault import Fault
from jo.conditions.paths import Missing
from jo.conditions.types import Scope
from jo.diagnostics.codes import UNKNOWN_FIELD
from jo.diagnostics.nearest import nearest, suggestion

_WORD = re.compile(r"[^\s.]+")


def missing_fault(
    words: tuple[str, ...], missing: Missing, scope: Scope, text: str, start: int, end: int
) -> Fault:
    """Return the fault at the first wrong word of a path that stands at `start` to `end` of a text."""
    before, wrong = ".".join(words[: missing.index]), ".".join(words[missing.index : missing.index + 1])
    if missing.plain:
        detail, help_ = f"`{before}` refers to no other row, so nothing can follow it.", f"Write `{before}`."
    elif not wrong:
        detail, help_ = f"`{before}` is a whole row.", _suggest_field(before, "", missing.known)
    elif not before:
        detail, help_ = f"There is no `{wrong}` here.", _suggest_namespace(words, missing.known, scope)
    else:
        detail = f"`{missing.table}` has no field `{wrong}`."
        help_ = _suggest_field(before, wrong, missing.known)
    spans = [match.span() for match in _WORD.finditer(text, start, end)]
    if wrong and len(spans) == len(words):
        start, end = spans[missing.index]
    return Fault(UNKNOWN_FIELD, detail, help_, start, end)


def _suggest_field(before: str, word: str, known: Collection[str]) -> str:
    close = nearest(word, known)
    return f"Did you mean `{before}.{close}`?" if close else suggestion(word, known, noun="field")


def _suggest_namespace(words: tuple[str, ...], known: Collection[str], scope: Scope) -> str:
    word = words[0]
    if len(words) > 1:
        return suggestion(word, known, noun="namespace")
    for namespace, table in scope.namespaces.items():
        declared = scope.tables.get(table)
        if declared is not None and word in declared.fields:
            return f"Did you mean `{namespace}.{word}`?"
    return f"A field is written with its namespace, such as `contact.{word}`; a text in quotes: `'{word}'`."
