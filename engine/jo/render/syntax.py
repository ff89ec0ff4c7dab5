"""Jinja's syntax as far as jo reads it: the parser, tokens, dotted names, constant arguments.

Only Jinja's parser runs in this process, never its compiler: the compiler folds constants, so
`{{ 'a' * 10**8 }}` would cost its memory at `validate` already, even in a branch that no mail takes.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jo.diagnostics.codes import BROKEN_TEMPLATE, REFUSED_TEMPLATE_FEATURE
from jo.render.faults import ContentFault
from jo.render.filters import FILTERS, Constant
from jo.render.names import Path
from jo.render.pieces import Piece, PieceKind

if TYPE_CHECKING:
    from jinja2 import Environment, nodes

KEYWORDS = frozenset({"if", "elif", "else", "endif", "for", "endfor", "set"})
_KEYWORD_HELP = {
    "raw": "Write literal braces as `{{ '{{' }}`.",
    "include": "Put what several mails share into the layout.",
    "extends": "Put what several mails share into the layout.",
    "block": "Put what several mails share into the layout.",
    "import": "Write the text out, or use a project variable.",
    "macro": "Write the text out, or use a loop over a list.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A value and the filters it goes through."""

    path: Path
    """Empty for a constant."""
    constant: Constant = None
    filters: tuple[tuple[str, tuple[Constant, ...]], ...] = ()


@cache
def parser() -> "Environment":
    """Return the environment that lexes and parses; nothing is ever compiled or rendered with it."""
    from jinja2 import Environment

    return Environment(autoescape=True, keep_trailing_newline=True)


def sentence(message: str | None) -> str:
    text = (message or "Jinja cannot read this").rstrip(".")
    return text[0].upper() + text[1:] + "."


def malformed(piece: Piece) -> ContentFault | None:
    """Return the fault of a piece that cannot even stand alone."""
    from jinja2 import TemplateSyntaxError

    if piece.kind is PieceKind.STATEMENT and piece.keyword not in KEYWORDS:
        known = (
            f"`{piece.keyword}` is not a statement that jo's templates have."
            if piece.keyword
            else "It is empty."
        )
        listed = "There are `if`, `elif`, `else`, `for` and `set`."
        return ContentFault(
            code=REFUSED_TEMPLATE_FEATURE,
            at=piece.at,
            detail=known,
            help=_KEYWORD_HELP.get(piece.keyword, listed),
        )
    if not piece.inner:
        return ContentFault(code=BROKEN_TEMPLATE, at=piece.at, detail="There is nothing between the braces.")
    try:
        kinds = [kind for _, kind, _ in parser().lex(piece.source)]
    except TemplateSyntaxError as error:
        return ContentFault(code=BROKEN_TEMPLATE, at=piece.at, detail=sentence(error.message))
    ends = [index for index, kind in enumerate(kinds) if kind.endswith(("_begin", "_end")) or kind == "data"]
    if ends != [0, len(kinds) - 1]:
        return ContentFault(
            code=BROKEN_TEMPLATE, at=piece.at, detail="The braces in this expression do not match."
        )
    return None


def dotted(node: "nodes.Node | None") -> Path | None:
    """Return the words of a dotted name; `a['b']` is the same as `a.b`."""
    from jinja2 import nodes

    match node:
        case nodes.Name():
            return (node.name,)
        case nodes.Getattr():
            inner = dotted(node.node)
            return None if inner is None else (*inner, node.attr)
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            inner = dotted(node.node)
            return None if inner is None else (*inner, key)
    return None


def constant_arguments(node: "nodes.Filter") -> tuple[Constant, ...] | None:
    """Return a filter's arguments in order; None when one is no constant or goes by an unknown name."""
    from jinja2 import nodes

    if node.dyn_args is not None or node.dyn_kwargs is not None or node.name not in FILTERS:
        return None
    parameters = list(FILTERS[node.name].parameters)
    values: list[Constant] = []
    for argument in node.args:
        if not isinstance(argument, nodes.Const):
            return None
        values.append(argument.value)
    by_name: dict[object, nodes.Expr] = {keyword.key: keyword.value for keyword in node.kwargs}
    for parameter in parameters[len(values) :]:
        if parameter not in by_name:
            break
        given = by_name.pop(parameter)
        if not isinstance(given, nodes.Const):
            return None
        values.append(given.value)
    return None if by_name or len(values) > len(parameters) else tuple(values)


def wrong_argument(name: str, arguments: tuple[Constant, ...]) -> str | None:
    known = FILTERS[name]
    if len(arguments) < known.required:
        return "an argument is missing"
    for value, (parameter, kind) in zip(arguments, known.parameters.items(), strict=False):
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            return f"`{parameter}` has the wrong type"
    return known.check(*arguments)
