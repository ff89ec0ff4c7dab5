"""From text to tree. The text is SQL; SQLGlot splits and parses it, an allow-list decides what stays.

Two passes may refuse: one over the tokens, for what SQLGlot would read in silence as something else (`==`,
comments, double quotes), and one over its tree (`translate`). Every refusal says what to write instead.
No text makes `parse` raise: its length and depth are limited before SQLGlot, which recurses, sees it.

SQLGlot takes long to import and is imported when it is first needed, not with this module. The common forms
do not need it: `quick` reads them alike.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from jo.conditions.fault import Fault
from jo.conditions.quick import quick
from jo.conditions.to_text import to_text
from jo.conditions.translate import MAX_DEPTH, Refusal, Spans, Token, Translator
from jo.conditions.tree import Expr, depth
from jo.diagnostics.codes import BAD_CONDITION

if TYPE_CHECKING:
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import ParseError

MAX_LENGTH = 10_000
"""Code points in one condition."""

_CACHED = 16_384
_FUNCTION_TABLES = ("FUNCTIONS", "FUNCTION_PARSERS", "NO_PAREN_FUNCTIONS", "NO_PAREN_FUNCTION_PARSERS")
"""What SQLGlot's parser knows of functions: constants of its class."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SHORT = 4 * MAX_DEPTH
"""Code points that hold at most MAX_DEPTH times `not`; such texts are only searched for oddities."""
_SUSPICIOUS = re.compile(
    r"""["‘’‚‛“”„‟«»‹›`´;{\[~]|--|/\*|==|&&|\|\||!(?!=)|-\s*-|case|current_""", re.IGNORECASE
)
_TYPOGRAPHIC = re.compile("[‘’‚‛“”„‟«»‹›`´]")

_REFUSED: Mapping[str, tuple[str, str]] = {
    "==": ("`==` is not SQL.", "Write `=`."),
    "&&": ("`&&` is not accepted.", "Write `and`."),
    "||": ("`||` is not accepted.", "Write `or` between conditions. Texts cannot be joined."),
    "!": ("`!` is not accepted.", "Write `not`."),
    ";": ("A condition is one expression, and `;` ends a statement.", "Leave `;` out."),
    "{": ("A condition is no template; braces mean nothing in it.", "Name the field without braces."),
    "[": ("Square brackets mean nothing in a condition.", "List values in parentheses: `in ('a', 'b')`."),
    "case": ("`case` is not accepted.", "Write `(a and b) or (c and d)`, or split the condition."),
    "current_date": ("`current_date` is not known here.", "Write `today()`."),
    "current_timestamp": ("`current_timestamp` is not known here.", "Write `now()`."),
}
"""Token in lower case → detail and help."""

_TOO_DEEP = (
    f"The condition is too long, or nested more than {MAX_DEPTH} deep.",
    "Take parentheses out, or split the condition.",
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one text says, as far as it can be read, and where each node stands in it."""

    text: str
    expr: Expr | None
    faults: tuple[Fault, ...] = ()
    spans: Spans = field(default_factory=dict, repr=False, compare=False)

    def span(self, node: Expr) -> tuple[int, int]:
        """Return start and exclusive end of a node of this very tree; of the whole text for any other."""
        return self.spans.get(id(node), (0, len(self.text)))


@lru_cache(maxsize=_CACHED)
def parse(text: str) -> Parsed:
    """Read one condition. Faults have the code BAD_CONDITION; with one, the tree is None."""
    found = quick(text)
    return parse_with_care(text) if found is None else Parsed(text, found[0], (), found[1])


def parse_with_care(text: str) -> Parsed:
    """Read one condition by SQLGlot, which decides what a text means."""
    try:
        tokens = _tokens(text)
        translator = Translator(text, tokens)
        expr = translator.translate(_sqlglot_tree(text, tokens))
        if not rereads(expr):
            raise Refusal(*_TOO_DEEP, 0, len(text))
    except Refusal as refusal:
        fault = Fault(BAD_CONDITION, refusal.detail, refusal.help, refusal.start, refusal.end)
        return Parsed(text, None, (fault,))
    return Parsed(text, expr, (), translator.spans)


def rereads(expr: Expr) -> bool:
    """Tell whether the normal text of a tree is within the limits, so that it can be parsed again."""
    return depth(expr) <= MAX_DEPTH and len(to_text(expr)) <= MAX_LENGTH


def _without_functions(parser: Any) -> Any:
    return type("Parser", (parser,), {table: {} for table in _FUNCTION_TABLES})


@cache
def _dialect() -> "Dialect":
    from sqlglot.dialects.postgres import Postgres

    class Conditions(Postgres):
        """PostgreSQL without its functions: names are looked up in our own table, not in SQLGlot's."""

        Parser = _without_functions(Postgres.Parser)

    return Conditions()


def _tokens(text: str) -> list[Any]:
    from sqlglot.errors import TokenError

    if len(text) > MAX_LENGTH:
        raise Refusal(
            f"The condition has {len(text):,} characters; jo reads {MAX_LENGTH:,}.",
            "Split it into a list, or keep long lists of values in a source.",
            MAX_LENGTH,
            len(text),
        )
    if not text.strip():
        raise Refusal("The condition is empty.", "Write a condition, or leave the key out.", 0, len(text))
    odd = _UNPRINTABLE.search(text)
    if odd:
        raise Refusal(
            f"The character U+{ord(odd[0]):04X} cannot be part of a condition.", "Delete it.", *odd.span()
        )
    try:
        tokens = _dialect().tokenize(text)
    except TokenError:
        start = _open_quote(text)
        raise Refusal(
            "A quote is opened here and never closed.",
            "Close the text with a single quote; a quote within a text is written twice: `'it''s'`.",
            start,
            len(text),
        ) from None
    if not tokens:
        raise Refusal("The condition is only a comment.", "Write comments in YAML.", 0, len(text))
    if len(text) > _SHORT or text.count("(") > MAX_DEPTH or _SUSPICIOUS.search(text):
        _check_tokens(tokens, text)
    return tokens


def _check_tokens(tokens: Sequence[Token], text: str) -> None:
    """Refuse what SQLGlot would read as something else, and what would make it recurse too deep."""
    nesting = prefixes = 0
    for token in tokens:
        start, end = token.start, token.end + 1
        name = text[start:end].lower()
        if token.comments:
            found = min((at for at in (text.find("--"), text.find("/*")) if at >= 0), default=start)
            raise Refusal(
                "Comments cannot stand in a condition.", "Write comments in YAML.", found, len(text)
            )
        if name in _REFUSED and "." not in (text[start - 1 : start], text[end : end + 1]):
            raise Refusal(*_REFUSED[name], start, end)
        if name.startswith('"'):
            raise Refusal(
                f"Double quotes mark a name in SQL, so `{text[start:end]}` is no text.",
                f"Write a text in single quotes: '{token.text}'.",
                start,
                end,
            )
        if not name.startswith("'") and (quote := _TYPOGRAPHIC.search(text, start, end)):
            raise Refusal(
                f"`{quote[0]}` does not quote a text in SQL.",
                "Use the straight single quote: '.",
                *quote.span(),
            )
        nesting += (name == "(") - (name == ")")
        prefixes = prefixes + 1 if name in ("not", "-", "+", "~") else 0
        if max(nesting, prefixes) > MAX_DEPTH:
            raise Refusal(*_TOO_DEEP, start, end)


def _sqlglot_tree(text: str, tokens: list[Any]) -> object:
    from sqlglot import exp
    from sqlglot.errors import ParseError

    try:
        [tree] = _dialect().parser().parse_into(exp.Condition, tokens, text)
    except ParseError as error:
        raise _syntax_refusal(error, tokens, text) from None
    except Exception:  # SQLGlot trips over odd input in many ways, recursion among them; none is ours to show
        tree = None
    if tree is None:
        raise Refusal(
            "This cannot be read as a condition.", "Write it as SQL: `field = 'value'`.", 0, len(text)
        )
    return tree


def _syntax_refusal(error: "ParseError", tokens: Sequence[Token], text: str) -> Refusal:
    """Say SQLGlot's syntax error in our words, at the token it stopped at."""
    first = error.errors[0] if error.errors else {}
    described = str(first.get("description"))
    place = (first.get("line"), first.get("col"))
    stopped = next((token for token in tokens if (token.line, token.col) == place), tokens[-1])
    start, end = stopped.start, stopped.end + 1
    word = text[start:end]
    if "Expecting )" in described:
        return Refusal("A parenthesis is opened and not closed.", "Add `)`.", start, end)
    if "Required keyword" in described:
        return Refusal(
            f"Something is missing before or after `{word}`.", "Name what it compares.", start, end
        )
    return Refusal(
        f"`{word}` cannot stand here.",
        "Join conditions with `and` or `or`, and put texts in single quotes.",
        start,
        end,
    )


def _open_quote(text: str) -> int:
    """Return where the quote stands that is never closed, or 0 when something else is open."""
    quotes = [at for at, character in enumerate(text) if character == "'"]
    return quotes[-1] if len(quotes) % 2 else 0
