"""Check a condition against what is declared: fields, types, functions and where they may stand, names.

One pass infers types from the leaves up. A part that is already faulty has no type (None) and fits
everywhere, so one mistake gives one fault. Only a condition without errors is asked about its NULLs.
"""

from collections.abc import Mapping

from jo.conditions.condition import Condition, PathFault
from jo.conditions.fault import Fault
from jo.conditions.functions import FUNCTIONS, Function, Shape, Slot
from jo.conditions.missing import missing_fault
from jo.conditions.nulls import Guarded, blind_spots, guards, may_be_null
from jo.conditions.parse import Parsed, parse
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
from jo.conditions.types import FieldType, Place, Scope
from jo.diagnostics.codes import (
    DANGLING_REFERENCE,
    MISTYPED_CONDITION,
    NULL_COMPARISON,
    UNKNOWN_FUNCTION,
    Code,
    Severity,
)
from jo.diagnostics.nearest import suggestion
from jo.diagnostics.span import Path as KeyPath

MAX_DAYS = 36_500

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


def check(
    condition: Parsed | Condition, scope: Scope, *, guarded: Guarded = frozenset()
) -> tuple[Fault, ...]:
    """Return the faults of one text, or of a condition's normal text, by position; offsets are in that text.

    A text that could not be parsed gives its own faults. `guarded` are fields whose NULL is spoken of beside.
    """
    parsed = parse(condition.text) if isinstance(condition, Condition) else condition
    if parsed.expr is None:
        return parsed.faults
    checker = _Checker(parsed, scope)
    checker.condition(parsed.expr)
    if all(fault.severity is Severity.WARNING for fault in checker.faults):
        checker.report_nulls(parsed.expr, guarded)
    return tuple(sorted(checker.faults, key=lambda fault: (fault.start, fault.end)))


def check_condition(raw: object, scope: Scope) -> tuple[PathFault, ...]:
    """Check a condition as YAML writes it (a text, a list, a map), each text at its path.

    Reports what stands in the texts; what `parse_condition` says about the form is not repeated.
    """
    faults: list[PathFault] = []
    _check_form(raw, (), scope, frozenset(), faults, negated=False)
    return tuple(faults)


def _check_form(
    raw: object, path: KeyPath, scope: Scope, guarded: Guarded, faults: list[PathFault], *, negated: bool
) -> None:
    match raw:
        case str():
            parsed = parse(raw)
            if parsed.expr is None:
                return
            found = list(check(parsed, scope, guarded=guarded))
            if negated and not found and (unknown := may_be_null(parsed.expr, scope, guarded)) is not None:
                found.append(_null_fault(unknown, "not", 0, len(raw)))
            faults += (PathFault(path, fault) for fault in found)
        case list() | tuple():
            _check_list(raw, path, scope, guarded, faults, negated=negated, any_of_them=False)
        case Mapping():
            for key, inner in raw.items():
                if key == "not":
                    _check_form(inner, (*path, "not"), scope, guarded, faults, negated=True)
                elif isinstance(inner, list | tuple):
                    within = (*path, str(key))
                    _check_list(
                        inner, within, scope, guarded, faults, negated=negated, any_of_them=key == "any"
                    )


def _check_list(
    items: list[object] | tuple[object, ...],
    path: KeyPath,
    scope: Scope,
    guarded: Guarded,
    faults: list[PathFault],
    *,
    negated: bool,
    any_of_them: bool,
) -> None:
    exprs = [
        parsed.expr for parsed in (parse(item) for item in items if isinstance(item, str)) if parsed.expr
    ]
    aware = guarded | guards(exprs, any_of_them=any_of_them)
    for index, item in enumerate(items):
        _check_form(item, (*path, index), scope, aware, faults, negated=negated)


def _null_fault(unknown: Expr, word: str, start: int, end: int) -> Fault:
    name = to_text(unknown)
    return Fault(
        NULL_COMPARISON,
        f"`{name}` may be NULL. Where it is, `{word}` is unknown, which counts as false.",
        f"Add `or {name} is null` if these are meant too, or `and {name} is not null` if they are not.",
        start,
        end,
        Severity.WARNING,
    )


class _Checker:
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
        if type_ is None or type_ is FieldType.BOOLEAN:
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
                type_ = self._together(expr, left, right)
                if by.is_order and type_ is FieldType.BOOLEAN:
                    self._order_of_conditions(expr)
            case Between(subject, low, high):
                if self._together(expr, subject, low, high) is FieldType.BOOLEAN:
                    self._order_of_conditions(expr)
            case In(subject, items):
                self._together(expr, subject, *items)
            case Like(subject, pattern):
                self._like(expr, subject, pattern)
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
        return FieldType.BOOLEAN

    def report_nulls(self, expr: Expr, guarded: Guarded) -> None:
        for negation, unknown in blind_spots(expr, self.scope, guarded):
            word = "!=" if isinstance(negation, Compare) else "not"
            self.faults.append(_null_fault(unknown, word, *self.parsed.span(negation)))

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
        types = [self.type_of(operand) for operand in operands]
        if None in types:
            return None
        read = dated(operands, types)
        settled = [
            new.type if isinstance(new, Literal) else old for new, old in zip(read, types, strict=True)
        ]
        common = common_type(settled)
        if common is not None:
            return common
        first = settled[0]
        odd = next(i for i, type_ in enumerate(settled) if common_type((first, type_)) is None)
        self._unlike(whole, (operands[0], first), (operands[odd], settled[odd]))
        return None

    def _unlike(
        self, whole: Expr, first: tuple[Expr, FieldType | None], second: tuple[Expr, FieldType | None]
    ) -> None:
        kinds = {first[1], second[1]}
        texts = [
            expr for expr, type_ in (first, second) if isinstance(expr, Literal) and type_ is FieldType.TEXT
        ]
        if texts and kinds & {FieldType.DATE, FieldType.TIMESTAMP}:
            self._mistyped(
                texts[0],
                f"{self._quote(texts[0])} is no date between 1900 and 2200.",
                "Write a date as '2026-12-31', a timestamp as '2026-12-31 09:00' (UTC).",
            )
            return
        described = " and ".join(
            f"{self._quote(expr)} is {_ARTICLES[type_]}"
            for expr, type_ in (first, second)
            if type_ is not None
        )
        help_ = "Compare values of one type."
        if kinds == {FieldType.DATE, FieldType.TIMESTAMP}:
            help_ = "Compare spans of time instead: `days_since(…) <= 30`, `hours_since(…) < 12`."
        elif texts and kinds & NUMERIC:
            help_ = "Write numbers without quotes."
        elif isinstance(first[0], Compare) and isinstance(whole, Compare):
            help_ = "Write `field between 1 and 3`, or join two comparisons with `and`."
        self._mistyped(whole, f"{described}.", help_)

    def _order_of_conditions(self, expr: Expr) -> None:
        self._mistyped(
            expr, "Of true and false none is the greater.", "Compare with `=`, or use `and` and `or`."
        )

    def _like(self, whole: Expr, subject: Expr, pattern: Expr) -> None:
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
            return self._add(UNKNOWN_FUNCTION, f"There is no function `{call.name}`.", help_, start, end)
        if self.scope.place not in function.places:
            detail = f"`{call.name}` may not stand in {self.scope.place}; in this release it stands only in programs."
            help_ = "Put it into a program: a step's `if`, a `branch`, a `wait_for` or `exit_when`."
            return self._add(UNKNOWN_FUNCTION, detail, help_, start, end)
        if self.counting and any(isinstance(slot, Slot) for slot in function.forms[0].takes):
            detail = f"`{call.name}` may not stand within `count`, which reads the counted rows alone."
            return self._add(UNKNOWN_FUNCTION, detail, "Move it out of `count`.", start, end)
        if not self._fits_count(function, call):
            return None
        if function.shape is Shape.SAME_TYPE:
            return self._same_type(function, call)
        return self._form(function, call)

    def _fits_count(self, function: Function, call: Call) -> bool:
        most = len(function.forms[0].takes)
        given = len(call.arguments)
        match function.shape:
            case Shape.FIXED:
                least, wanted = most, str(most)
            case Shape.LAST_OPTIONAL:
                least, wanted = most - 1, f"{most - 1} or {most}"
            case Shape.SAME_TYPE:
                least, most, wanted = 2, given, "2 or more"
        if least <= given <= most:
            return True
        plural = "" if wanted == "1" else "s"
        self._mistyped(
            call, f"`{call.name}` takes {wanted} argument{plural}, not {given}.", f"Write {usage(function)}."
        )
        return False

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
            self._mistyped(
                argument,
                f"`{call.name}` takes the name of {article} {slot} in quotes.",
                f"Write `{call.name}('{argument}')`."
                if isinstance(argument, Path)
                else f"Write {usage(FUNCTIONS[call.name])}.",
            )
            return
        known = {
            Slot.STEP: self.scope.steps,
            Slot.EVENT: self.scope.events,
            Slot.LIST: self.scope.lists,
            Slot.TEMPLATE: self.scope.templates,
            Slot.PROGRAM: self.scope.programs,
        }.get(slot)
        name = str(argument.value)
        if known is not None and name not in known:
            start, end = self.parsed.span(argument)
            where = " in this program" if slot is Slot.STEP else ""
            self._add(
                DANGLING_REFERENCE,
                f"There is no {slot} `{name}`{where}.",
                suggestion(name, known, noun=str(slot)),
                start,
                end,
            )

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
        return f"`{self.parsed.text[start:end]}`"

    def _mistyped(self, expr: Expr, detail: str, help: str) -> None:
        self._add(MISTYPED_CONDITION, detail, help, *self.parsed.span(expr))

    def _add(self, code: Code, detail: str, help: str, start: int, end: int) -> None:
        self.faults.append(Fault(code, detail, help, start, end))


def usage(function: Function) -> str:
    """Return how a function is called, such as `received('TEMPLATE', DAYS)`."""
    shown = {Slot.SOURCE: "SOURCE", Slot.CONDITION: "CONDITION", Slot.DAYS: "DAYS"}
    words = [
        shown.get(slot, f"'{slot.name}'") if isinstance(slot, Slot) else "…"
        for slot in function.forms[0].takes
    ]
    return f"`{function.name}({'…, …' if function.shape is Shape.SAME_TYPE else ', '.join(words)})`"
