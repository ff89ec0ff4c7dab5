"""From SQLGlot's tree to ours, by an allow-list of its nodes; anything else is refused by name.

Spans. SQLGlot notes positions only on names, literals and calls. The span of any other node is that of its
parts, widened over the tokens that belong to it: parentheses, a closing bracket of `in`, a leading `not`
or minus. The parts of a tree are visited in the order of the text, so a leaf without a position (`true`,
NULL) is the next such token after the last leaf.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from jo.conditions.constants import MAX_INTEGER, parse_date, parse_instant
from jo.conditions.tree import (
    Arithmetic,
    Between,
    Call,
    Comparator,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Literal,
    Negate,
    Not,
    Operator,
    Path,
    conjunction,
    disjunction,
)
from jo.conditions.types import FieldType

MAX_DEPTH = 24
"""Levels of a tree, and parentheses within each other; a chain of `and` is one level, a sum of n terms is n.
SQLGlot takes up to thirty of Python's thousand frames for each."""
MAX_WORDS = 8

Span = tuple[int, int]
Spans = dict[int, Span]
"""Identity of a node → start and exclusive end."""

Node = Any
"""A node of SQLGlot's tree, told apart by the name of its class."""


class Token(Protocol):
    """A token of SQLGlot's, as far as it is read."""

    text: str
    line: int
    col: int
    start: int
    end: int
    """Inclusive."""
    comments: list[str]


_COMPARATORS = {
    "EQ": Comparator.EQUAL,
    "NEQ": Comparator.UNEQUAL,
    "LT": Comparator.LESS,
    "LTE": Comparator.AT_MOST,
    "GT": Comparator.MORE,
    "GTE": Comparator.AT_LEAST,
}
_OPERATORS = {"Add": Operator.PLUS, "Sub": Operator.MINUS, "Mul": Operator.TIMES, "Div": Operator.OVER}
_DATE_TYPES = {"DATE": FieldType.DATE, "TIMESTAMP": FieldType.TIMESTAMP, "TIMESTAMPTZ": FieldType.TIMESTAMP}

_NAME = re.compile(r"[^\W\d]\w*")
_JOINING = frozenset({"and", "or", "not", "in", "is", "like", "ilike", "between"})

_SUBQUERY = ("A condition cannot contain a query.", "Use `in_list('name')` or `count(source, condition)`.")
_NO_CAST = ("Types cannot be converted in a condition.", "Declare the field with the type that you need.")
_NO_PATTERN = (
    "Regular expressions are not accepted.",
    "Use `like`, `starts_with`, `ends_with` or `contains`.",
)
_IS_BOOLEAN = (
    "`is true` and `is false` are not accepted.",
    "Write the field alone, or `coalesce(field, false)` where NULL counts as false.",
)
_REFUSED: Mapping[str, tuple[str, str]] = {
    "Select": _SUBQUERY,
    "Subquery": _SUBQUERY,
    "Exists": _SUBQUERY,
    "Any": _SUBQUERY,
    "All": _SUBQUERY,
    "Cast": _NO_CAST,
    "TryCast": _NO_CAST,
    "RegexpLike": _NO_PATTERN,
    "RegexpILike": _NO_PATTERN,
    "SimilarTo": _NO_PATTERN,
    "Escape": ("`escape` is not accepted.", "Use `contains(field, '%')` to find a percent sign itself."),
    "Alias": ("`as` is not accepted.", "Types cannot be converted, and nothing can be renamed."),
    "Interval": ("Intervals are not accepted.", "Use `days_since(field) <= 30` or `hours_since(field) > 2`."),
    "NullSafeNEQ": ("`is distinct from` is not accepted.", "Write `field != 'x' or field is null`."),
    "NullSafeEQ": ("`is not distinct from` is not accepted.", "Write `field = 'x'`."),
    "Tuple": ("Values in parentheses can stand only after `in`.", "Compare one field at a time."),
    "Star": (
        "`*` stands for all columns in SQL and for nothing here.",
        "Name the field; `count` takes a source.",
    ),
    "Mod": ("`%` is not accepted.", "Conditions know `+`, `-`, `*` and `/`."),
    "Pow": ("`^` is not accepted.", "Conditions know `+`, `-`, `*` and `/`."),
    "BitwiseXor": ("`^` is not accepted.", "Conditions know `+`, `-`, `*` and `/`."),
    "AtTimeZone": ("Time zones cannot be changed in a condition.", "`today()` is already the local date."),
    "Collate": ("Texts are always compared by code point.", "Leave `collate` out."),
    "Parameter": ("There are no parameters in a condition.", "Write the value, or name a field."),
    "Placeholder": ("There are no parameters in a condition.", "Write the value, or name a field."),
}
_OTHER = ("This part of SQL is not accepted in a condition.", "See the condition language in the reference.")


class Refusal(Exception):  # noqa: N818 not an error of ours: it carries what `parse` returns
    """Ends a translation; caught in `parse`."""

    def __init__(self, detail: str, help_: str, start: int, end: int) -> None:
        super().__init__(detail)
        self.detail = detail
        self.help = help_
        self.start = start
        self.end = end


class Translator:
    """One translation: the tokens, how far they are read, and the spans of the nodes made so far."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.spans: Spans = {}
        self._starts = [token.start for token in tokens]
        self._ends = [token.end + 1 for token in tokens]
        self._done = 0
        """End of the last leaf."""
        self._depth = 0

    def translate(self, node: Node) -> Expr:
        """Return our node for SQLGlot's; raise Refusal at the first part that is not allowed."""
        name = type(node).__name__
        translate = _TRANSLATE.get(name)
        if translate is None:
            raise self._refusal(node, *_REFUSED.get(name, _OTHER))
        self._depth += name != "Paren"
        if self._depth > MAX_DEPTH:
            raise self._refusal(node, f"The condition is nested more than {MAX_DEPTH} deep.", "Split it.")
        made = translate(self, node)
        self._depth -= name != "Paren"
        return made

    # -- leaves ----------------------------------------------------------------------------------------

    def _literal(self, node: Node) -> Expr:
        span = self._leaf_span(node)
        if node.args.get("is_string"):
            return self._mark(Literal(FieldType.TEXT, node.this), span)
        written = str(node.this)
        try:
            value = int(written) if written.isdigit() else float(written)
        except ValueError:
            raise Refusal(f"`{written}` is not a number.", "Write it in digits: `1250.5`.", *span) from None
        if isinstance(value, int) and value > MAX_INTEGER:
            raise Refusal(f"`{written}` is beyond 2^53.", "Keep such long numbers as text.", *span)
        if not math.isfinite(value):
            raise Refusal(f"`{written}` is beyond every number.", "Write a smaller number.", *span)
        type_ = FieldType.INTEGER if isinstance(value, int) else FieldType.NUMBER
        return self._mark(Literal(type_, value), span)

    def _boolean(self, node: Node) -> Expr:
        return self._mark(Literal(FieldType.BOOLEAN, bool(node.this)), self._next_word("true", "false"))

    def _null(self, node: Node) -> Expr:
        raise Refusal(
            "NULL stands only after `is`: every comparison with NULL is unknown, never true.",
            "Write `is null` or `is not null`.",
            *self._next_word("null"),
        )

    def _path(self, node: Node) -> Expr:
        tail: list[Node] = []
        while type(node).__name__ == "Dot":  # SQLGlot's own `parts` of a dot leaves out what it does not know
            tail.insert(0, node.expression)
            node = node.this
        parts = [*(node.parts if type(node).__name__ == "Column" else [node]), *tail]
        for part in parts:
            kind = type(part).__name__
            if kind != "Identifier" or part.args.get("quoted") or not _NAME.fullmatch(part.this):
                raise self._refusal(part, *_REFUSED.get(kind, _OTHER))
        span = (self._leaf_span(parts[0])[0], self._leaf_span(parts[-1])[1])
        if len(parts) > MAX_WORDS:
            raise Refusal("The path follows too many references.", f"Use at most {MAX_WORDS} words.", *span)
        return self._mark(Path(tuple(part.this for part in parts)), span)

    def _typed_literal(self, node: Node) -> Expr:
        """Read `date '2026-12-01'`, which SQLGlot takes for a cast of a literal."""
        type_ = _DATE_TYPES.get(getattr(node.to.this, "name", ""))
        inner = node.this
        if type_ is None or type(inner).__name__ != "Literal" or not inner.args.get("is_string"):
            raise self._refusal(node, *_NO_CAST)
        start, end = self._leaf_span(inner)
        value = parse_date(inner.this) if type_ is FieldType.DATE else parse_instant(inner.this)
        if value is None:
            example = "2026-12-01" if type_ is FieldType.DATE else "2026-12-01 09:00"
            raise Refusal(
                f"`{inner.this}` is no {type_} between 1900 and 2200.", f"Write '{example}'.", start, end
            )
        before = self._index(start) - 1
        if before >= 0 and self._word(before) in ("date", "timestamp"):
            start = self._starts[before]
        return self._mark(Literal(type_, value), (start, end))

    def _call(self, node: Node) -> Expr:
        if not isinstance(node.this, str):
            raise self._refusal(node, *_OTHER)
        start, end = self._leaf_span(node)
        arguments = tuple(self.translate(argument) for argument in node.expressions)
        if arguments:
            end = self.spans[id(arguments[-1])][1]
        return self._mark(Call(node.this.lower(), arguments), (start, self._past(")", end)))

    # -- nodes with parts ------------------------------------------------------------------------------

    def _compare(self, node: Node) -> Expr:
        by = _COMPARATORS[type(node).__name__]
        left = self.translate(node.this)
        right_is_null = type(node.expression).__name__ == "Null"
        if right_is_null and not by.is_order:
            start, end = self.spans[id(left)][0], self._next_word("null")[1]
            subject = self.text[start : self.spans[id(left)][1]]
            better = f"{subject} is null" if by is Comparator.EQUAL else f"{subject} is not null"
            raise Refusal("A comparison with NULL is unknown, never true.", f"Write `{better}`.", start, end)
        return self._join(Compare(by, left, self.translate(node.expression)))

    def _arithmetic(self, node: Node) -> Expr:
        by = _OPERATORS[type(node).__name__]
        return self._join(Arithmetic(by, self.translate(node.this), self.translate(node.expression)))

    def _in(self, node: Node) -> Expr:
        if node.args.get("query") is not None:
            raise self._refusal(node, *_SUBQUERY)
        subject = self.translate(node.this)
        items = tuple(self.translate(item) for item in node.expressions)
        start, end = self.spans[id(subject)]
        if not items:
            raise Refusal(
                "`in` has no list of values.",
                "Write the values in parentheses: `in ('a', 'b')`.",
                start,
                len(self.text),
            )
        end = self._past(")", self.spans[id(items[-1])][1])
        return self._mark(In(subject, items), (start, end))

    def _between(self, node: Node) -> Expr:
        if node.args.get("symmetric"):
            raise self._refusal(node, "`symmetric` is not accepted.", "Write the lower value first.")
        return self._join(
            Between(
                self.translate(node.this), self.translate(node.args["low"]), self.translate(node.args["high"])
            )
        )

    def _like(self, node: Node) -> Expr:
        any_case = type(node).__name__ == "ILike"
        made = self._join(Like(self.translate(node.this), self.translate(node.expression), any_case))
        return self._negated(made) if node.args.get("negate") else made

    def _is(self, node: Node) -> Expr:
        other = type(node.expression).__name__
        if other != "Null":
            raise self._refusal(node, *(_IS_BOOLEAN if other == "Boolean" else _OTHER))
        subject = self.translate(node.this)
        start = self.spans[id(subject)][0]
        made = self._mark(IsNull(subject), (start, self._next_word("null", "isnull", "notnull")[1]))
        return self._negated(made) if node.args.get("negate") else made

    def _not(self, node: Node) -> Expr:
        item = self.translate(node.this)
        start, end = self.spans[id(item)]
        before = self._index(start) - 1
        if before >= 0 and self._word(before) == "not":
            start = self._starts[before]
        return self._mark(Not(item), (start, end))

    def _negate(self, node: Node) -> Expr:
        operand = self.translate(node.this)
        start, end = self.spans[id(operand)]
        before = self._index(start) - 1
        if before >= 0 and self._word(before) == "-":
            start = self._starts[before]
        return self._mark(Negate(operand), (start, end))

    def _connective(self, node: Node) -> Expr:
        """Read a chain of one connective, however SQLGlot nests it, without recursion along the chain."""
        kind, join = type(node), (conjunction if type(node).__name__ == "And" else disjunction)
        waiting, items = [node], []
        while waiting:
            next_ = waiting.pop()
            if type(next_) is kind:
                waiting += (next_.expression, next_.this)
            else:
                items.append(self.translate(next_))
        span = (self.spans[id(items[0])][0], self.spans[id(items[-1])][1])
        return self._mark(join(items), span)

    def _parenthesis(self, node: Node) -> Expr:
        item = self.translate(node.this)
        start, end = self.spans[id(item)]
        before = self._index(start) - 1
        if before >= 0 and self._word(before) == "(":
            start = self._starts[before]
        return self._mark(item, (start, self._past(")", end)))

    # -- spans -----------------------------------------------------------------------------------------

    def _mark(self, made: Expr, span: Span) -> Expr:
        self.spans[id(made)] = span
        self._done = max(self._done, span[1])
        return made

    def _join(self, made: Compare | Arithmetic | Between | Like) -> Expr:
        """Mark a node that reaches from its first part to its last."""
        match made:
            case Compare(_, first, last) | Arithmetic(_, first, last):
                pass
            case Between(first, _, last) | Like(first, last):
                pass
        return self._mark(made, (self.spans[id(first)][0], self.spans[id(last)][1]))

    def _negated(self, made: Expr) -> Expr:
        return self._mark(Not(made), self.spans[id(made)])

    def _index(self, start: int) -> int:
        return bisect_left(self._starts, start)

    def _word(self, index: int) -> str:
        return self.text[self._starts[index] : self._ends[index]].lower()

    def _leaf_span(self, node: Node) -> Span:
        """Return the span that SQLGlot noted, and read on from there."""
        meta = node.meta
        if "start" not in meta:
            return (self._done, self._done)
        span = (meta["start"], meta["end"] + 1)
        self._done = max(self._done, span[1])
        return span

    def _next_word(self, *words: str) -> Span:
        """Return the span of the next token that is one of the words."""
        for index in range(self._index(self._done), len(self.tokens)):
            if self._word(index) in words:
                self._done = self._ends[index]
                return (self._starts[index], self._ends[index])
        return (self._done, len(self.text))

    def _past(self, closing: str, end: int) -> int:
        """Return the end of the first closing token at or after `end`."""
        for index in range(self._index(end), len(self.tokens)):
            if self._word(index) == closing:
                return self._ends[index]
        return end

    def _refusal(self, node: Node, detail: str, help_: str) -> Refusal:
        """Refuse a node at the tokens of all its leaves; without positions, at the next word not yet read."""
        metas = [leaf.meta for leaf in node.walk() if "start" in leaf.meta]
        if metas:
            start, end = min(meta["start"] for meta in metas), max(meta["end"] + 1 for meta in metas)
            return Refusal(detail, help_, start, end)
        for index in range(self._index(self._done), len(self.tokens)):
            if self._word(index)[0].isalnum() and self._word(index) not in _JOINING:
                return Refusal(detail, help_, self._starts[index], self._ends[index])
        return Refusal(detail, help_, 0, len(self.text))


_TRANSLATE: Mapping[str, Callable[[Translator, Node], Expr]] = {
    "Literal": Translator._literal,
    "Boolean": Translator._boolean,
    "Null": Translator._null,
    "Column": Translator._path,
    "Dot": Translator._path,
    "Cast": Translator._typed_literal,
    "Anonymous": Translator._call,
    "In": Translator._in,
    "Between": Translator._between,
    "Like": Translator._like,
    "ILike": Translator._like,
    "Is": Translator._is,
    "Not": Translator._not,
    "Neg": Translator._negate,
    "And": Translator._connective,
    "Or": Translator._connective,
    "Paren": Translator._parenthesis,
    **dict.fromkeys(_COMPARATORS, Translator._compare),
    **dict.fromkeys(_OPERATORS, Translator._arithmetic),
}
