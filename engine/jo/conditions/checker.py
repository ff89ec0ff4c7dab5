"""One pass over a tree: infers types from the leaves up and collects what does not fit.

A part that is already faulty has no type (None) and fits everywhere, so one mistake gives one fault. Every
fault points at the smallest part that shows it.
"""

from textwrap import shorten

from jo.conditions.fault import Fault
from jo.conditions.functions import FUNCTIONS, Function, Shape, Slot
from jo.conditions.missing import missing_fault
from jo.conditions.nulls import Guarded, blind_spots, null_fault
from jo.conditions.parse import Parsed
from jo.conditions.paths import Missing, counted_scope, find_column, find_relations
from jo.conditions.to_text import to_text
from jo.conditions.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Expr,
    In,
    IsNull,
    Like,
    Literal,
    Negate,
    Not,
    Or,
    Path,
)
from jo.conditions.typed import NUMERIC, as_date, common_type, dated, fitting_form
from jo.conditions.types import FieldType, Scope
from jo.diagnostics.codes import DANGLING_REFERENCE, MISTYPED_CONDITION, UNKNOWN_FUNCTION, Code
from jo.diagnostics.nearest import suggestion

MAX_DAYS = 36_500
"""The longest span that `received`, `events` and `enrolled` look back."""

BOOLEAN = FieldType.BOOLEAN

_NAMED_LINK = 'Name it where it stands: `[text](https://… "name")` in Markdown, `data-link="name"` in HTML.'

_ARTICLES = {
    FieldType.TEXT: "a text",
    FieldType.INTEGER: "an integer",
    FieldType.NUMBER: "a number",
    FieldType.BOOLEAN: "yes or no",
    FieldType.DATE: "a date",
    FieldType.TIMESTAMP: "a timestamp",
}
_ELSEWHERE = {
    "ifnull": "coalesce",
    "nvl": "coalesce",
    "len": "length",
    "char_length": "length",
    "datediff": "days_since",
    "date_diff": "days_since",
    "getdate": "now",
    "min": "least",
    "max": "greatest",
    "startswith": "starts_with",
    "endswith": "ends_with",
}
"""Names that other dialects have for our functions."""


class Checker:
    def __init__(self, parsed: Parsed, scope: Scope) -> None:
        self.parsed = parsed
        self.scope = scope
        self.counting = False
        """Whether the part being checked stands within `count`."""
        self.faults: list[Fault] = []

    # -- positions -------------------------------------------------------------------------------------

    def condition(self, expr: Expr) -> None:
        """Check a part that must be true or false."""
        type_ = self.type_of(expr)
        if type_ is None or type_ is BOOLEAN:
            return
        if isinstance(expr, Call) and FUNCTIONS[expr.name].moment:
            return
        self._mistyped(
            expr,
            f"{self._quote(expr)} is {_ARTICLES[type_]}, which is neither true nor false.",
            f"Compare it, or write `{to_text(expr)} is not null`.",
        )

    def type_of(self, expr: Expr) -> FieldType | None:
        """Check a part and return its type; None when it is at fault."""
        match expr:
            case Literal(type_):
                return type_
            case Path():
                return self._path(expr)
            case Call():
                return self._call(expr)
            case Compare(by, left, right):
                common = self._together(expr, left, right)
                if by.is_order and common is BOOLEAN:
                    self._order_of_conditions(expr)
            case Between(subject, low, high):
                if self._together(expr, subject, low, high) is BOOLEAN:
                    self._order_of_conditions(expr)
            case In(subject, items):
                self._together(expr, subject, *items)
            case Like(subject, pattern):
                self._like(subject, pattern)
            case IsNull(subject):
                self.type_of(subject)
            case Not(item):
                self.condition(item)
            case And(items) | Or(items):
                for item in items:
                    self.condition(item)
            case Arithmetic(by, left, right):
                for operand in (left, right):
                    self._numeric(operand, str(by))
                return FieldType.NUMBER
            case Negate(operand):
                return self._numeric(operand, "-")
        return BOOLEAN

    def report_nulls(self, expr: Expr, guarded: Guarded) -> None:
        """Warn of negations that overlook a NULL; for parts without errors only."""
        for negation, unknown in blind_spots(expr, self.scope, guarded):
            word = "!=" if isinstance(negation, Compare) else "not"
            self.faults.append(null_fault(unknown, word, *self.parsed.span(negation)))

    # -- fields ----------------------------------------------------------------------------------------

    def _path(self, path: Path) -> FieldType | None:
        found = find_column(path.words, self.scope)
        if not isinstance(found, Missing):
            return found.field.type
        span = self.parsed.span(path)
        self.faults.append(missing_fault(path.words, found, self.scope, self.parsed.text, *span))
        return None

    # -- values together -------------------------------------------------------------------------------

    def _together(self, whole: Expr, *operands: Expr) -> FieldType | None:
        """Check parts that are compared with each other; return the type they are compared in."""
        found = [self.type_of(operand) for operand in operands]
        types = [type_ for type_ in found if type_ is not None]
        if len(types) < len(found):
            return None
        read = dated(operands, types)
        types = [new.type if isinstance(new, Literal) else old for new, old in zip(read, types, strict=True)]
        common = common_type(types)
        if common is None:
            odd = next(i for i, type_ in enumerate(types) if common_type((types[0], type_)) is None)
            self._unlike(whole, (operands[0], types[0]), (operands[odd], types[odd]))
        return common

    def _unlike(self, whole: Expr, *pair: tuple[Expr, FieldType]) -> None:
        kinds = {type_ for _, type_ in pair}
        texts = [expr for expr, type_ in pair if isinstance(expr, Literal) and type_ is FieldType.TEXT]
        if texts and kinds & {FieldType.DATE, FieldType.TIMESTAMP}:
            self._mistyped(
                texts[0],
                f"{self._quote(texts[0])} is no date between 1900 and 2200.",
                "Write a date as '2026-12-31', a timestamp as '2026-12-31 09:00' (UTC).",
            )
            return
        described = " and ".join(f"{self._quote(expr)} is {_ARTICLES[type_]}" for expr, type_ in pair)
        help_ = "Compare values of one type."
        if kinds == {FieldType.DATE, FieldType.TIMESTAMP}:
            help_ = "Compare spans of time instead: `days_since(…) <= 30`, `hours_since(…) < 12`."
        elif texts and kinds & NUMERIC:
            help_ = "Write numbers without quotes."
        elif isinstance(whole, Compare) and isinstance(whole.left, Compare):
            help_ = "Write `field between 1 and 3`, or join two comparisons with `and`."
        self._mistyped(whole, f"{described}.", help_)

    def _order_of_conditions(self, expr: Expr) -> None:
        self._mistyped(
            expr, "Of true and false none is the greater.", "Compare with `=`, or use `and` and `or`."
        )

    def _like(self, subject: Expr, pattern: Expr) -> None:
        type_ = self.type_of(subject)
        if type_ not in (None, FieldType.TEXT):
            self._mistyped(
                subject,
                f"`like` compares texts, and {self._quote(subject)} is {_ARTICLES[type_]}.",
                "Compare it with `=`, `<` or `between`.",
            )
        if not (isinstance(pattern, Literal) and pattern.type is FieldType.TEXT):
            self._mistyped(
                pattern,
                "The pattern of `like` is a text in quotes.",
                "Use `starts_with`, `ends_with` or `contains`.",
            )

    def _numeric(self, operand: Expr, sign: str) -> FieldType | None:
        type_ = self.type_of(operand)
        if type_ is None or type_ in NUMERIC:
            return type_
        dates = type_ in (FieldType.DATE, FieldType.TIMESTAMP)
        self._mistyped(
            operand,
            f"`{sign}` takes numbers, and {self._quote(operand)} is {_ARTICLES[type_]}.",
            "Use `days_since(…)` or `days_until(…)`." if dates else "Use a field that holds a number.",
        )
        return None

    # -- functions -------------------------------------------------------------------------------------

    def _call(self, call: Call) -> FieldType | None:
        function = FUNCTIONS.get(call.name)
        start, _ = self.parsed.span(call)
        end = start + len(call.name)
        if function is None:
            known = [name for name, each in FUNCTIONS.items() if self.scope.place in each.places]
            close = _ELSEWHERE.get(call.name)
            help_ = f"Did you mean `{close}`?" if close else suggestion(call.name, known, noun="function")
            self._add(UNKNOWN_FUNCTION, f"There is no function `{call.name}`.", help_, start, end)
            return None
        if self.scope.place not in function.places:
            place = f"`{call.name}` may not stand in {self.scope.place}"
            detail = f"{place}; in this release it stands only in programs."
            help_ = "Put it into a program: a step's `if`, a `branch`, a `wait_for` or `exit_when`."
            self._add(UNKNOWN_FUNCTION, detail, help_, start, end)
            return None
        if self.counting and any(isinstance(slot, Slot) for slot in function.forms[0].takes):
            detail = f"`{call.name}` may not stand within `count`, which reads the counted rows alone."
            self._add(UNKNOWN_FUNCTION, detail, "Move it out of `count`.", start, end)
            return None
        if not function.accepts(len(call.arguments)):
            given = len(call.arguments)
            detail = f"`{call.name}` cannot be called with {given} argument{'' if given == 1 else 's'}."
            self._mistyped(call, detail, f"Write {usage(function)}.")
            return None
        if function.shape is Shape.SAME_TYPE:
            return self._same_type(function, call)
        return self._form(function, call)

    def _same_type(self, function: Function, call: Call) -> FieldType | None:
        type_ = self._together(call, *call.arguments)
        if type_ is not None and type_ not in function.forms[0].takes:
            self._mistyped(call, f"`{call.name}` does not take conditions.", "Use `and` and `or`.")
            return None
        return type_

    def _form(self, function: Function, call: Call) -> FieldType | None:
        before = len(self.faults)
        types = tuple(
            self._argument(function, call, index, argument) for index, argument in enumerate(call.arguments)
        )
        form = fitting_form(function, types)
        if form is not None:
            return form.gives if len(self.faults) == before or len(function.forms) == 1 else None
        odd = next(i for i, t in enumerate(types) if t and all(f.takes[i] is not t for f in function.forms))
        wanted = " or ".join(dict.fromkeys(_ARTICLES[FieldType(f.takes[odd])] for f in function.forms))
        argument, type_ = call.arguments[odd], types[odd]
        assert type_ is not None
        self._mistyped(
            argument,
            f"`{call.name}` takes {wanted}, and {self._quote(argument)} is {_ARTICLES[type_]}.",
            f"Write {usage(function)}.",
        )
        return None

    def _argument(self, function: Function, call: Call, index: int, argument: Expr) -> FieldType | None:
        """Check one argument; return its type, None for a slot."""
        slot = function.forms[0].takes[index]
        match slot:
            case Slot.DAYS:
                self._days(call, argument)
            case Slot.SOURCE:
                self._counted(call, argument)
            case Slot.CONDITION:
                pass  # checked with its source
            case Slot():
                self._name(slot, call, argument)
            case _:
                type_ = self.type_of(argument)
                wanted = [form.takes[index] for form in function.forms]
                if type_ is FieldType.TEXT and FieldType.TEXT not in wanted:
                    read = (as_date(argument, FieldType(type_)) for type_ in wanted)
                    return next((literal.type for literal in read if literal is not None), type_)
                return type_
        return None

    def _days(self, call: Call, argument: Expr) -> None:
        match argument:
            case Literal(FieldType.INTEGER, int() as days) if 1 <= days <= MAX_DAYS:
                return
        self._mistyped(
            argument,
            f"`{call.name}` takes a whole number of days from 1 to {MAX_DAYS:,}, written out.",
            f"Write {usage(FUNCTIONS[call.name])}.",
        )

    def _name(self, slot: Slot, call: Call, argument: Expr) -> None:
        if not (isinstance(argument, Literal) and argument.type is FieldType.TEXT):
            article = "an" if slot is Slot.EVENT else "a"
            detail = f"`{call.name}` takes the name of {article} {slot} in quotes."
            example = (
                f"`{call.name}('{argument}')`" if isinstance(argument, Path) else usage(FUNCTIONS[call.name])
            )
            self._mistyped(argument, detail, f"Write {example}.")
            return
        known = {
            Slot.STEP: self.scope.steps,
            Slot.EVENT: self.scope.events,
            Slot.LIST: self.scope.lists,
            Slot.TEMPLATE: self.scope.templates,
            Slot.PROGRAM: self.scope.programs,
            Slot.LINK: self._links(call),
        }.get(slot)
        name = str(argument.value)
        if known is not None and name not in known:
            start, end = self.parsed.span(argument)
            where, help_ = "", suggestion(name, known, noun=str(slot))
            if slot is Slot.STEP:
                where = " in this program"
            elif slot is Slot.LINK:
                where = f" in the mails of the step {to_text(call.arguments[0])}"
                help_ = help_ if known else _NAMED_LINK
            self._add(DANGLING_REFERENCE, f"There is no {slot} `{name}`{where}.", help_, start, end)

    def _links(self, call: Call) -> frozenset[str] | None:
        """Return the links that the second argument may name; None where nobody can say."""
        match call.arguments:
            case (Literal(FieldType.TEXT, str() as step), _):
                return self.scope.links(step)
        return None

    def _counted(self, call: Call, source: Expr) -> None:
        relations = find_relations(source, self.scope) if isinstance(source, Path) else ()
        if len(relations) == 1:
            self._counted_condition(call, counted_scope(relations[0], self.scope))
            return
        if not isinstance(source, Path):
            self._mistyped(
                source, "`count` takes the name of a source, without quotes.", "Write `count(tickets)`."
            )
        elif relations:
            names = ", ".join(f"`{relation.table.name}.{relation.via}`" for relation in relations)
            self._mistyped(
                source, f"More than one field of `{source}` refers to this row.", f"Write one of {names}."
            )
        elif source.words[0] in self.scope.tables:
            self._mistyped(
                source,
                f"No field of `{source.words[0]}` refers to this row, so its rows cannot be counted for it.",
                "Declare the field as a reference: `ref NAME`.",
            )
        else:
            start, end = self.parsed.span(source)
            known = suggestion(source.words[0], self.scope.tables, noun="source")
            self._add(DANGLING_REFERENCE, f"There is no source `{source.words[0]}`.", known, start, end)

    def _counted_condition(self, call: Call, scope: Scope) -> None:
        if len(call.arguments) < 2:
            return
        outer, self.scope, self.counting = self.scope, scope, True
        before = len(self.faults)
        self.condition(call.arguments[1])
        if len(self.faults) == before:
            self.report_nulls(call.arguments[1], frozenset())
        self.scope, self.counting = outer, False

    # -- faults ----------------------------------------------------------------------------------------

    def _quote(self, expr: Expr) -> str:
        start, end = self.parsed.span(expr)
        return f"`{shorten(self.parsed.text[start:end], 60, placeholder='…')}`"

    def _mistyped(self, expr: Expr, detail: str, help_: str) -> None:
        self._add(MISTYPED_CONDITION, detail, help_, *self.parsed.span(expr))

    def _add(self, code: Code, detail: str, help_: str, start: int, end: int) -> None:
        self.faults.append(Fault(code, detail, help_, start, end))


def usage(function: Function) -> str:
    """Return how a function is called, such as `received('TEMPLATE', DAYS)`."""
    shown = {Slot.SOURCE: "SOURCE", Slot.CONDITION: "CONDITION", Slot.DAYS: "DAYS"}
    words = [
        shown.get(slot, f"'{slot.name}'") if isinstance(slot, Slot) else "…"
        for slot in function.forms[0].takes
    ]
    return f"`{function.name}({'…, …' if function.shape is Shape.SAME_TYPE else ', '.join(words)})`"
