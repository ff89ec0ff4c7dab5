"""Read the common forms of a condition, as fast as Python allows; decline everything else.

SQLGlot decides what a text means. It is large, though: importing it takes longer than checking a small
project, and it reads four thousand texts a second. This reader knows the small part of its grammar that nine
conditions of ten are made of:

    any       := all ("or" all)*
    all       := item ("and" item)*
    item      := "not" item | operand test?
    test      := COMPARATOR operand | "is" "not"? "null" | "not"? "in" "(" operand ("," operand)* ")"
               | "not"? "between" operand "and" operand | "not"? ("like" | "ilike") operand
    operand   := TEXT | NUMBER | "true" | "false" | PATH | FUNCTION "(" (any ("," any)*)? ")"
               | "(" any ")"

It never refuses: at anything else it returns None, and SQLGlot reads the text, or says what is wrong with it.
For every text that it accepts, tree and spans are those of SQLGlot's way (a law in the tests).
"""

import re

from jo.conditions.functions import FUNCTIONS
from jo.conditions.tree import (
    Between,
    Call,
    Comparator,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Literal,
    Not,
    Path,
    conjunction,
    disjunction,
)
from jo.conditions.types import FieldType

Spans = dict[int, tuple[int, int]]
"""Identity of a node → start and exclusive end."""

_LONGEST = 1_000
"""Code points; longer texts have limits to be held to, which is not this module's business."""
_NESTING = 4
"""Parentheses, calls and `not` within each other. Each adds four levels to the tree at most, so its depth
stays within the limit of conditions without being measured."""
_MOST_WORDS = 8

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)(?![\w.'"$&])
      | (?P<text>'(?:[^'\\\x00-\x1f\x7f\ud800-\udfff]|'')*')(?!')
      | (?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?)(?![\w.])
      | (?P<sign><=|>=|<>|!=|[=<>])(?![-=<>!@~|&*+/^%\#?])
      | (?P<mark>[(),])
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_SIGNS = {**{comparator.value: comparator for comparator in Comparator}, "<>": Comparator.UNEQUAL}

RESERVED = frozenset(
    """
    all alter and as between call case create cross current_date current_timestamp declare distinct do
    drop else except exec execute explain false fetch for from glob grant having ilike in inner insert
    intersect into is isnull join lateral like lock not notnull null on only optimize or outer
    partitioned_by prepare qualify refresh regexp reindex rename reset returning revoke rlike rollback
    select show tablesample then true uncache union using vacuum variadic when where with xor
    """.split()  # noqa: SIM905 - as a list of quoted words it would be eighty lines
)
"""Words with which SQLGlot does not let a path begin; a test holds them to its table of keywords."""
_NO_FIELD = re.compile(r"\.(?:false|not|null|select|true)\b", re.IGNORECASE)


def quick(text: str) -> tuple[Expr, Spans] | None:
    """Return the tree of a text and the spans of its nodes; None when SQLGlot has to read it."""
    if len(text) > _LONGEST:
        return None
    try:
        return _Reader(text).read()
    except _Decline:
        return None


class _Decline(Exception):  # noqa: N818 ends the reading; caught in `quick`
    pass


class _Reader:
    """Reads from left to right; `kind`, `word`, `start` and `end` are the next token's."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: Spans = {}
        self.nesting = 0
        self.end = 0
        self.past = 0
        """The end of the token before."""
        self.advance()

    def read(self) -> tuple[Expr, Spans]:
        expr = self.any()
        if self.kind != "end":
            raise _Decline
        return expr, self.spans

    def any(self) -> Expr:
        items = [self.all()]
        while self.word == "or":
            self.advance()
            items.append(self.all())
        return items[0] if len(items) == 1 else self.spanning(disjunction(items), items[0])

    def all(self) -> Expr:
        items = [self.item()]
        while self.word == "and":
            self.advance()
            items.append(self.item())
        return items[0] if len(items) == 1 else self.spanning(conjunction(items), items[0])

    def item(self) -> Expr:
        if self.word != "not":
            return self.test(self.operand())
        start = self.start
        self.advance()
        self.deeper()
        item = self.item()
        self.nesting -= 1
        if isinstance(item, Not):  # SQLGlot's way gives both the same span
            raise _Decline
        return self.mark(Not(item), start)

    def test(self, left: Expr) -> Expr:
        """Read what is said of an operand, if anything."""
        if self.kind == "sign":
            by = _SIGNS[self.word]
            self.advance()
            return self.spanning(Compare(by, left, self.operand()), left)
        if self.kind != "word":
            return left
        if self.word == "is":
            self.advance()
            denied = self.skip("not")
            self.expect("null")
            return self.perhaps_not(IsNull(left), left, denied=denied)
        denied = self.skip("not")
        match self.word:
            case "in":
                self.advance()
                self.expect("(")
                return self.perhaps_not(In(left, self.operands()), left, denied=denied)
            case "between":
                self.advance()
                low = self.operand()
                self.expect("and")
                return self.perhaps_not(Between(left, low, self.operand()), left, denied=denied)
            case "like" | "ilike" as how:
                self.advance()
                made = Like(left, self.operand(), any_case=how == "ilike")
                return self.perhaps_not(made, left, denied=denied)
        if denied:
            raise _Decline
        return left

    def operand(self) -> Expr:
        start, kind, word = self.start, self.kind, self.word
        self.advance()
        match kind:
            case "text":
                return self.mark(Literal(FieldType.TEXT, word[1:-1].replace("''", "'")), start)
            case "number" if "." in word:
                return self.mark(Literal(FieldType.NUMBER, float(word)), start)
            case "number":
                return self.mark(Literal(FieldType.INTEGER, int(word)), start)
            case "word" if self.word == "(":
                return self.call(word, start)
            case "word":
                return self.path(start)
            case "mark" if word == "(":
                self.deeper()
                expr = self.any()
                self.nesting -= 1
                self.expect(")")
                return self.mark(expr, start)
        raise _Decline

    def path(self, start: int) -> Expr:
        written = self.text[start : self.past]
        words = tuple(written.split("."))
        first = words[0].lower()
        if len(words) == 1 and first in ("true", "false"):
            return self.mark(Literal(FieldType.BOOLEAN, first == "true"), start)
        if first in RESERVED or len(words) > _MOST_WORDS or _NO_FIELD.search(written):
            raise _Decline
        return self.mark(Path(words), start)

    def call(self, name: str, start: int) -> Expr:
        if name not in FUNCTIONS:
            raise _Decline
        self.advance()
        self.deeper()
        arguments: list[Expr] = []
        if not self.skip(")"):
            arguments.append(self.any())
            while self.skip(","):
                arguments.append(self.any())
            self.expect(")")
        self.nesting -= 1
        return self.mark(Call(name, tuple(arguments)), start)

    def operands(self) -> tuple[Expr, ...]:
        """Read operands up to the closing parenthesis, and that."""
        found = [self.operand()]
        while self.skip(","):
            found.append(self.operand())
        self.expect(")")
        return tuple(found)

    # -- spans and tokens ------------------------------------------------------------------------------

    def mark(self, made: Expr, start: int) -> Expr:
        """Let a node reach from `start` to the end of what is read."""
        self.spans[id(made)] = (start, self.past)
        return made

    def spanning(self, made: Expr, first: Expr) -> Expr:
        """Let a node reach from its first part to the end of what is read."""
        return self.mark(made, self.spans[id(first)][0])

    def perhaps_not(self, made: Expr, first: Expr, *, denied: bool) -> Expr:
        self.spanning(made, first)
        return self.spanning(Not(made), first) if denied else made

    def deeper(self) -> None:
        self.nesting += 1
        if self.nesting > _NESTING:
            raise _Decline

    def advance(self) -> None:
        found = _TOKEN.match(self.text, self.end)
        if found is None:
            raise _Decline
        self.past = self.end
        self.kind = kind = str(found.lastgroup)
        self.start, self.end = found.span(kind)
        self.word = found[kind].lower() if kind == "word" else found[kind]

    def skip(self, word: str) -> bool:
        if self.word != word:
            return False
        self.advance()
        return True

    def expect(self, word: str) -> None:
        if not self.skip(word):
            raise _Decline
