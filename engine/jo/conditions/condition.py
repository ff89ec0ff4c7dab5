"""The condition as a value, and the forms in which YAML writes one.

These are a text, a list (all of them), and a map with only `all`, `any` and `not`, nested at will.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jo.conditions.fault import Fault
from jo.conditions.parse import Parsed, parse, rereads
from jo.conditions.to_text import to_text
from jo.conditions.tree import FALSE, TRUE, And, Call, Expr, Not, Path, conjunction, disjunction, walk
from jo.diagnostics.codes import BAD_CONDITION
from jo.diagnostics.span import Path as KeyPath

MAX_LEVELS = 20
"""How deep lists and maps of conditions may lie within each other."""

_FORMS = "Write a text, a list (all of them), or a map with one of `all`, `any` and `not`."


@dataclass(frozen=True, slots=True)
class Condition:
    """Equal conditions have equal trees, however they were written."""

    expr: Expr
    _hash: int | None = field(default=None, init=False, compare=False, repr=False)

    def __hash__(self) -> int:
        """Walk the tree once only: conditions are looked up again with every decision."""
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(self.expr))
        return hash(self._hash)

    @property
    def text(self) -> str:
        """The normal text; reads back as this condition."""
        return to_text(self.expr)

    @property
    def items(self) -> tuple["Condition", ...]:
        """The conditions that must all hold, in order: those of a top-level `and`, else this one."""
        return tuple(map(Condition, self.expr.items)) if isinstance(self.expr, And) else (self,)

    def paths(self) -> frozenset[str]:
        """Return the fields it reads, dotted. Those within `count` are of the counted rows."""
        return frozenset(str(node) for node in walk(self.expr) if isinstance(node, Path))

    def functions(self) -> frozenset[str]:
        return frozenset(node.name for node in walk(self.expr) if isinstance(node, Call))

    def __str__(self) -> str:
        return self.text


ALWAYS = Condition(TRUE)
NEVER = Condition(FALSE)


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return what holds when all hold; of none, ALWAYS."""
    return Condition(conjunction(condition.expr for condition in conditions))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Return what holds when one holds; of none, NEVER."""
    return Condition(disjunction(condition.expr for condition in conditions))


def negate(condition: Condition) -> Condition:
    return Condition(Not(condition.expr))


@dataclass(frozen=True, slots=True)
class PathFault:
    """A fault within one of the texts of a condition in YAML."""

    path: KeyPath
    """Keys and indexes from the condition to the text, such as `("any", 0)`."""
    fault: Fault


def parse_condition(raw: object) -> tuple[Condition | None, tuple[PathFault, ...]]:
    """Read a condition in any of its YAML forms; None when any part of it cannot be read."""
    if isinstance(raw, str):
        parsed = parse(raw)
        return (
            None if parsed.expr is None else Condition(parsed.expr),
            tuple(PathFault((), fault) for fault in parsed.faults),
        )
    texts: list[tuple[KeyPath, Parsed]] = []
    expr = _read(raw, (), texts)
    if expr is not None and not rereads(expr):
        expr = _misshapen((), texts, "The condition is too long or too deeply nested.", "Use fewer parts.")
    faults = tuple(PathFault(path, fault) for path, parsed in texts for fault in parsed.faults)
    return (None if expr is None or faults else Condition(expr)), faults


def _read(raw: object, path: KeyPath, texts: list[tuple[KeyPath, Parsed]]) -> Expr | None:
    if len(path) > MAX_LEVELS:
        return _misshapen(path, texts, "The condition is too deeply nested.", "Write it as fewer texts.")
    match raw:
        case str():
            parsed = parse(raw)
            texts.append((path, parsed))
            return parsed.expr
        case bool():
            return TRUE if raw else FALSE
        case list() | tuple():
            return _read_list(raw, path, texts)
        case {**forms} if set(forms) <= {"all", "any", "not"} and forms:
            return conjunction([_read_form(key, inner, path, texts) or FALSE for key, inner in forms.items()])
        case Mapping():
            keys = ", ".join(f"`{key}`" for key in raw)
            detail = f"A condition has no key {keys}." if keys else "The condition is an empty map."
            return _misshapen(path, texts, detail, _FORMS)
    return _misshapen(path, texts, "This is no condition.", _FORMS)


def _read_form(key: object, inner: object, path: KeyPath, texts: list[tuple[KeyPath, Parsed]]) -> Expr | None:
    within = (*path, str(key))
    if key == "not":
        item = _read(inner, within, texts)
        return None if item is None else Not(item)
    if not isinstance(inner, list | tuple):
        return _misshapen(
            within, texts, f"`{key}` takes a list of conditions.", "Put `- ` before each of them."
        )
    return _read_list(inner, within, texts, any_of_them=key == "any")


def _read_list(
    raw: list[object] | tuple[object, ...],
    path: KeyPath,
    texts: list[tuple[KeyPath, Parsed]],
    *,
    any_of_them: bool = False,
) -> Expr | None:
    if not raw:
        return _misshapen(
            path, texts, "The list of conditions is empty.", "Write a condition, or leave the key out."
        )
    items = [_read(item, (*path, index), texts) or FALSE for index, item in enumerate(raw)]
    return disjunction(items) if any_of_them else conjunction(items)


def _misshapen(path: KeyPath, texts: list[tuple[KeyPath, Parsed]], detail: str, help_: str) -> Expr | None:
    texts.append((path, Parsed("", None, (Fault(BAD_CONDITION, detail, help_, 0, 0),))))
    return None
