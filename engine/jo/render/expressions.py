"""Check expressions: every node against an allow-list, every name against the scope.

Refused is what could explode (`*`, `**`, `%`, `~`, `+` on texts, `range`, filters that repeat or pad), what
reaches beyond the data (calls, names with an underscore), and every filter and test that is not on the list.
On the way it is worked out what may be NULL: what a condition around it has asked for is not.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jo.diagnostics.codes import (
    BROKEN_TEMPLATE,
    COSTLY_TEMPLATE,
    REFUSED_TEMPLATE_FEATURE,
    UNKNOWN_TOKEN,
    Code,
    Severity,
)
from jo.diagnostics.nearest import suggestion
from jo.render.faults import ContentFault, Place
from jo.render.filters import BOMBS, FILTERS
from jo.render.names import LOOP, Missing, Names, Path
from jo.render.pieces import Piece
from jo.render.syntax import Token, constant_arguments, dotted, wrong_argument

if TYPE_CHECKING:
    from jinja2 import nodes

TESTS = frozenset(
    {"defined", "none", "even", "odd", "divisibleby", "string", "number", "boolean", "true", "false"}
    | {"eq", "equalto", "ne", "lt", "le", "gt", "ge", "in"}
)


class Expressions:
    """The expressions of one text, and what stands around them."""

    def __init__(self, pieces: tuple[Piece, ...], names: Names) -> None:
        self.pieces = pieces
        self.names = names
        self.paths: set[Path] = set()
        self.faults: list[ContentFault] = []
        self._locals: list[dict[str, bool]] = [{}]
        """Names from `for` and `set` → whether they may be NULL, innermost scope last."""
        self._guarded: list[frozenset[Path]] = [frozenset()]

    # -- faults -----------------------------------------------------------------------------------

    def _piece(self, node: "nodes.Node") -> Piece:
        return self.pieces[min(node.lineno, len(self.pieces)) - 1]

    def _fault(
        self, code: Code, node: "nodes.Node", detail: str, help: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        at: Place = self._piece(node).at
        self.faults.append(ContentFault(code=code, at=at, detail=detail, help=help, severity=severity))

    def _refuse(self, node: "nodes.Node", detail: str, help: str = "") -> None:
        self._fault(REFUSED_TEMPLATE_FEATURE, node, detail, help)

    def _costly(self, node: "nodes.Node", detail: str, help: str = "") -> None:
        self._fault(COSTLY_TEMPLATE, node, detail, help)

    @contextmanager
    def _inside(
        self, names: Mapping[str, bool] | None = None, guarded: frozenset[Path] = frozenset()
    ) -> Iterator[None]:
        self._locals.append(dict(names or {}))
        self._guarded.append(self._guarded[-1] | guarded)
        yield
        self._locals.pop()
        self._guarded.pop()

    def _known_by(self, test: "nodes.Node") -> frozenset[Path]:
        """Return the paths that cannot be NULL where `test` is true."""
        from jinja2 import nodes

        match test:
            case nodes.And():
                return self._known_by(test.left) | self._known_by(test.right)
            case nodes.Not(node=nodes.Test(name="none", node=inner)):
                return self._known_by(inner)
            case nodes.Compare(expr=inner, ops=[nodes.Operand(op=sign, expr=other)]):
                with_null = isinstance(other, nodes.Const) and other.value is None
                if sign in (("ne",) if with_null else ("eq", "gt", "gteq", "lt", "lteq")):
                    return self._known_by(inner)
        path = dotted(test)
        return frozenset() if path is None else frozenset({path})

    # -- expressions ------------------------------------------------------------------------------

    def _token(self, node: "nodes.Expr") -> Token | None:
        """Read an output as a token; None when it is logic. Faults are left to `expression`."""
        from jinja2 import nodes

        if isinstance(node, nodes.Filter):
            inner = self._token(node.node) if node.node is not None else None
            arguments = constant_arguments(node)
            if inner is None or arguments is None or node.name not in FILTERS:
                return None
            return Token(
                path=inner.path, constant=inner.constant, filters=(*inner.filters, (node.name, arguments))
            )
        if isinstance(node, nodes.Const):
            return Token(path=(), constant=node.value)
        path = dotted(node)
        if path is None or any(path[0] in scope for scope in self._locals):
            return None
        found = self.names.resolve(path)
        if isinstance(found, Missing):
            return None
        if found.constant is not None:
            return Token(path=(), constant=found.constant)
        return Token(path=found.path)

    def expression(self, node: "nodes.Node") -> bool:
        """Check an expression; return whether it may be NULL."""
        from jinja2 import nodes

        match node:
            case nodes.Const():
                return node.value is None
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                return self._name(node)
            case nodes.Filter():
                return self._filter(node)
            case nodes.Test():
                self._test(node)
                return False
            case nodes.Compare():
                self.expression(node.expr)
                for operand in node.ops:
                    self.expression(operand.expr)
                return False
            case nodes.Not():
                self.expression(node.node)
                return False
            case nodes.And():
                left = self.expression(node.left)
                with self._inside(guarded=self._known_by(node.left)):
                    return self.expression(node.right) or left
            case nodes.Or():
                self.expression(node.left)
                return self.expression(node.right)
            case nodes.CondExpr():
                return self._choice(node)
            case nodes.List() | nodes.Tuple():
                for item in node.items:
                    self.expression(item)
                return False
            case nodes.Add() | nodes.Sub() | nodes.Div() | nodes.FloorDiv() | nodes.Neg() | nodes.Pos():
                return self._arithmetic(node)
            case nodes.Mul() | nodes.Pow() | nodes.Mod():
                sign = {"Mul": "*", "Pow": "**", "Mod": "%"}[type(node).__name__]
                self._costly(node, f"`{sign}` can make a number or a text of any size.")
            case nodes.Concat():
                self._costly(node, "`~` can double a text again and again.", "Write the tokens side by side.")
            case nodes.Call():
                self._call(node)
            case nodes.Slice():
                self._refuse(
                    node, "Slices are not accepted.", "Use the filters `first`, `last` or `truncate`."
                )
            case _:
                self._refuse(node, "This expression is not accepted.")
        return False

    def _call(self, node: "nodes.Call") -> None:
        name = ".".join(dotted(node.node) or ("…",))
        if name in ("range", "lipsum"):
            self._costly(node, f"`{name}(…)` can make a list or a text of any size.", "Write the list out.")
        else:
            self._refuse(node, f"`{name}(…)` calls something; templates only read data.")

    def _choice(self, node: "nodes.CondExpr") -> bool:
        self.expression(node.test)
        with self._inside(guarded=self._known_by(node.test)):
            null = self.expression(node.expr1)
        if node.expr2 is None:
            self._refuse(node, "`if` without `else` has no value when it is false.", "Add `else ''`.")
            return False
        return self.expression(node.expr2) or null

    def _arithmetic(self, node: "nodes.BinExpr | nodes.UnaryExpr") -> bool:
        from jinja2 import nodes

        if isinstance(node, nodes.UnaryExpr):
            return self.expression(node.node)
        numbers = [
            isinstance(side, nodes.Const) and isinstance(side.value, int | float)
            for side in node.iter_child_nodes()
        ]
        if isinstance(node, nodes.Add) and not any(numbers):
            self._costly(
                node, "`+` of two texts can double them again and again.", "Write the tokens side by side."
            )
        null = [self.expression(node.left), self.expression(node.right)]
        return any(null)

    def _filter(self, node: "nodes.Filter") -> bool:
        null = self.expression(node.node) if node.node is not None else False
        name = node.name
        if name in BOMBS:
            code = (
                COSTLY_TEMPLATE
                if "any length" in BOMBS[name] or "longer" in BOMBS[name]
                else REFUSED_TEMPLATE_FEATURE
            )
            self._fault(code, node, f"The filter `{name}` is not accepted: {BOMBS[name]}.")
            return False
        known = FILTERS.get(name)
        if known is None:
            self._refuse(node, f"There is no filter `{name}` here.", suggestion(name, FILTERS, noun="filter"))
            return False
        arguments = constant_arguments(node)
        if arguments is None:
            self._refuse(node, f"The arguments of `{name}` have to be plain constants it knows.")
            return False
        wrong = wrong_argument(name, arguments)
        if wrong is not None:
            self._fault(BROKEN_TEMPLATE, node, f"`{name}`: {wrong}.")
        return null and name != "default"

    def _test(self, node: "nodes.Test") -> None:
        self.expression(node.node)
        if node.name not in TESTS:
            self._refuse(
                node, f"There is no test `is {node.name}` here.", suggestion(node.name, TESTS, noun="test")
            )
        for argument in node.args:
            self.expression(argument)

    def _name(self, node: "nodes.Expr") -> bool:
        path = dotted(node)
        if path is None:
            self._refuse(node, "Only fields can be read, by their names.")
            return False
        if any(part.startswith("_") for part in path):
            self._refuse(node, f"`{'.'.join(path)}` has a name with an underscore at its start.")
            return False
        for scope in reversed(self._locals):
            if path[0] in scope:
                return self._local(node, path, scope[path[0]])
        found = self.names.resolve(path)
        if isinstance(found, Missing):
            self._fault(UNKNOWN_TOKEN, node, found.detail, found.help)
            return False
        if found.constant is None:
            self.paths.add(found.path)
        return found.nullable and not any(path[: len(known)] == known for known in self._guarded[-1])

    def _local(self, node: "nodes.Expr", path: Path, null: bool) -> bool:
        if path[0] == "loop" and (len(path) != 2 or path[1] not in LOOP):
            self._fault(UNKNOWN_TOKEN, node, "`loop` has no such value.", suggestion(path[-1], LOOP))
        elif path[0] != "loop" and len(path) > 1:
            self._fault(UNKNOWN_TOKEN, node, f"`{path[0]}` is a single value and has no `{path[1]}`.")
        return null
