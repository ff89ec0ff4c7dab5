"""Read the Jinja of one text: what each piece means, and what is wrong with it.

The parser sees the pieces alone, one a line, so the line of a node is the number of its piece and every
fault has a column. An output that is a name, perhaps with filters that have constant arguments, is a token
and needs no Jinja afterwards. Everything else is logic and runs in a limited worker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jo.diagnostics.codes import BROKEN_TEMPLATE, COSTLY_TEMPLATE, NULL_TOKEN, Severity
from jo.render.expressions import Expressions
from jo.render.faults import ContentFault
from jo.render.names import Names, Path
from jo.render.pieces import Piece
from jo.render.syntax import Token, malformed, parser, sentence

if TYPE_CHECKING:
    from jinja2 import nodes

LOOP_ITEMS = 100
"""Items of a list that is written out in a template."""
LOOP_DEPTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the pieces of one text mean."""

    tokens: Mapping[Piece, Token] = field(default_factory=dict)
    """The outputs that are tokens; the other outputs are logic."""
    paths: frozenset[Path] = frozenset()
    """Every value of the data that the text reads."""
    faults: tuple[ContentFault, ...] = ()


def read_pieces(pieces: tuple[Piece, ...], names: Names) -> Reading:
    """Parse and check the pieces of one text. Each fault stops only what it is about."""
    faults = [fault for piece in pieces if (fault := malformed(piece)) is not None]
    if faults or not pieces:
        return Reading(faults=tuple(faults))
    from jinja2 import TemplateSyntaxError

    try:
        tree = parser().parse("\n".join(piece.source for piece in pieces))
    except TemplateSyntaxError as error:
        at = pieces[min(max(error.lineno, 1), len(pieces)) - 1].at
        return Reading(
            faults=(ContentFault(code=BROKEN_TEMPLATE, at=at, detail=f"{sentence(error.message)}"),)
        )
    except (RecursionError, ValueError, OverflowError):
        detail = "An expression is nested too deeply or holds too large a number."
        return Reading(faults=(ContentFault(code=COSTLY_TEMPLATE, at=pieces[0].at, detail=detail),))
    reader = _Statements(pieces, names)
    try:
        reader.statements(tree.body)
    except RecursionError:
        detail = "The template is nested too deeply."
        return Reading(faults=(ContentFault(code=COSTLY_TEMPLATE, at=pieces[0].at, detail=detail),))
    return Reading(
        tokens=reader.tokens, paths=frozenset(reader.paths), faults=tuple(dict.fromkeys(reader.faults))
    )


class _Statements(Expressions):
    """One walk over a parsed text."""

    def __init__(self, pieces: tuple[Piece, ...], names: Names) -> None:
        super().__init__(pieces, names)
        self.tokens: dict[Piece, Token] = {}
        self._depth = 0

    def statements(self, body: list["nodes.Node"]) -> None:
        from jinja2 import nodes

        for node in body:
            match node:
                case nodes.Output():
                    for child in node.nodes:
                        if not isinstance(child, nodes.TemplateData):
                            self._output(child)
                case nodes.If():
                    self._if(node)
                case nodes.For():
                    self._for(node)
                case nodes.Assign():
                    self._set(node)
                case _:
                    self._refuse(node, f"`{self._piece(node).keyword}` cannot be used this way.")

    def _output(self, node: "nodes.Expr") -> None:
        token = self._token(node)
        faults = len(self.faults)
        null = self.expression(node)
        if len(self.faults) > faults:
            # What is reported once is not reported again for the place it stands in.
            token = Token(path=("unknown",))
        if token is not None:
            self.tokens[self._piece(node)] = token
        if null:
            inner = self._piece(node).inner
            self._fault(
                NULL_TOKEN,
                node,
                f"`{inner}` may be NULL, and then nothing stands in its place.",
                f"Say what to write then: `{{{{ {inner} | default('…') }}}}`.",
                Severity.WARNING,
            )

    def _if(self, node: "nodes.If") -> None:
        self.expression(node.test)
        with self._inside(guarded=self._known_by(node.test)):
            self.statements(node.body)
        for branch in node.elif_:
            self._if(branch)
        with self._inside():
            self.statements(node.else_)

    def _for(self, node: "nodes.For") -> None:
        from jinja2 import nodes

        if node.recursive:
            self._refuse(node, "A loop that calls itself is not accepted.")
        items = node.iter.items if isinstance(node.iter, nodes.List | nodes.Tuple) else None
        if items is None:
            if isinstance(node.iter, nodes.Call):
                self.expression(node.iter)
            else:
                self._refuse(node, "A loop goes over a list that is written out, such as `['a', 'b']`.")
            return
        if len(items) > LOOP_ITEMS:
            self._costly(node, f"The list has {len(items)} items; a loop goes over at most {LOOP_ITEMS}.")
        if self._depth >= LOOP_DEPTH:
            self._costly(node, f"Loops stand inside each other more than {LOOP_DEPTH} deep.")
        null = [self.expression(item) for item in items]
        if not isinstance(node.target, nodes.Name):
            self._refuse(node, "A loop has one variable.")
            return
        self._depth += 1
        with self._inside({node.target.name: any(null), "loop": False}):
            self._own(node.target)
            if node.test is not None:
                self.expression(node.test)
            self.statements(node.body)
        self._depth -= 1
        with self._inside():
            self.statements(node.else_)

    def _set(self, node: "nodes.Assign") -> None:
        from jinja2 import nodes

        null = self.expression(node.node)
        if isinstance(node.target, nodes.Name):
            self._own(node.target)
            self._locals[-1][node.target.name] = null
        else:
            self._refuse(node, "`set` gives a value to one name.")

    def _own(self, target: "nodes.Name") -> None:
        """Check a name that the template itself brings in."""
        name = target.name
        if name.startswith("_"):
            self._refuse(target, f"`{name}` begins with an underscore.")
        elif name in self._taken():
            self._refuse(target, f"`{name}` already has a meaning here.", "Choose another name.")

    def _taken(self) -> frozenset[str]:
        scope = self.names.scope
        return frozenset(
            {*self.names.constants, *self.names.provided, *scope.namespaces, *scope.declared, "loop"}
        )
