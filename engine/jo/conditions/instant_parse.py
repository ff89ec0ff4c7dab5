"""From text to time expression: one pass over the words, one function for each rule of the grammar.

time  := WEEKDAY CLOCK | sum
sum   := term (("+" | "-") DURATION)* ("at" CLOCK)?
term  := "entered" | "sent" "(" NAME ")" | ("earliest" | "latest") "(" sum ("," sum)* ")"
       | DATE CLOCK? | PATH
"""

import re
from dataclasses import dataclass
from datetime import datetime, time
from functools import lru_cache

from jo.conditions.constants import parse_date
from jo.conditions.fault import Fault
from jo.conditions.instant_tree import (
    AtTime,
    Choice,
    Chosen,
    Constant,
    Entered,
    FieldTime,
    Sent,
    Shifted,
    TimeExpr,
    Weekday,
    Weekly,
)
from jo.conditions.tree import Path
from jo.diagnostics.codes import BAD_TIME
from jo.timing.durations import Duration, parse_duration

MAX_LENGTH = 1_000
"""Code points in one time expression."""
MAX_NESTING = 8
"""`earliest` and `latest` within each other."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>'(?:[^']|'')*')
          |(?P<date>\d{4}-\d{2}-\d{2})(?=\D|$)
          |(?P<clock>\d{1,2}:\d{2})(?=[^\d:]|$)
          |(?P<number>\d+)
          |(?P<word>[^\W\d]\w*)
          |(?P<sign>[-+(),.])
          |(?P<odd>\S))""",
    re.VERBOSE,
)
_UNITS = re.compile(r"(second|minute|hour|day|week|month|year)s?")

_FORMS = "Write a time such as `company.live_at + 10 days at 09:00`, `entered + 3 days` or `Tuesday 09:00`."
_DURATIONS = "Write a whole number and a unit: `24 hours`, `3 days`, `2 business days`, `1 month`."
_CLOCK = "Write hours and minutes with two digits: `at 09:00`."


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


class _Refusal(Exception):  # noqa: N818 ends the reading; caught in `parse_time`
    def __init__(self, detail: str, help_: str, token: _Token) -> None:
        super().__init__(detail)
        self.fault = Fault(BAD_TIME, detail, help_, token.start, token.end)


@lru_cache(maxsize=4096)
def parse_time(text: str) -> tuple[TimeExpr | None, tuple[Fault, ...]]:
    """Read a time expression. Faults have the code BAD_TIME; with one, the expression is None."""
    if len(text) > MAX_LENGTH:
        detail = f"The time has {len(text):,} characters; jo reads {MAX_LENGTH:,}."
        return None, (Fault(BAD_TIME, detail, _FORMS, MAX_LENGTH, len(text)),)
    try:
        return _Reader(text).read(), ()
    except _Refusal as refusal:
        return None, (refusal.fault,)


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [
            _Token(str(found.lastgroup), found[str(found.lastgroup)], *found.span(str(found.lastgroup)))
            for found in _TOKEN.finditer(text)
        ]
        self.tokens.append(_Token("end", "", len(text), len(text)))
        self.at = 0
        self.nesting = 0

    # -- the grammar -----------------------------------------------------------------------------------

    def read(self) -> TimeExpr:
        weekday = next((day for day in Weekday if day.lower() == self.here.text.lower()), None)
        if weekday is not None:
            self.at += 1
            expr: TimeExpr = Weekly(weekday, self.clock())
        else:
            expr = self.sum()
        if self.here.kind != "end":
            raise self.unexpected()
        return expr

    def sum(self) -> TimeExpr:
        expr = self.term()
        while self.here.text in ("+", "-"):
            sign = self.take()
            expr = Shifted(expr, self.duration(), back=sign.text == "-")
        if self.here.text == "at":
            self.at += 1
            expr = AtTime(expr, self.clock())
        return expr

    def term(self) -> TimeExpr:
        token = self.here
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)].text
        if token.kind == "date":
            return self.constant()
        if token.kind == "quoted":
            return self.quoted_constant()
        if token.kind != "word":
            raise self.unexpected()
        if following == "(" and token.text in tuple(Choice):
            return self.chosen()
        if following == "(" and token.text == "sent":
            return self.sent()
        if following == "(":
            raise _Refusal(
                f"`{token.text}` is no function of times.",
                "Times know `sent('step')`, `earliest` and `latest`.",
                token,
            )
        if token.text == "entered" and following != ".":
            self.at += 1
            return Entered()
        return self.path()

    def constant(self) -> TimeExpr:
        token = self.take()
        day = parse_date(token.text)
        if day is None:
            raise _Refusal(
                f"`{token.text}` is no date between 1900 and 2200.", "Write it as `2026-12-31`.", token
            )
        return Constant(datetime.combine(day, self.clock())) if self.here.kind == "clock" else Constant(day)

    def quoted_constant(self) -> TimeExpr:
        """Read a constant that the author put in quotes, as conditions have it."""
        token = self.take()
        inner = _Reader(token.text[1:-1])
        if inner.here.kind == "date":
            try:
                constant = inner.constant()
            except _Refusal as refusal:
                raise _Refusal(refusal.fault.detail, refusal.fault.help, token) from None
            if inner.here.kind == "end":
                return constant
        raise _Refusal(f"{token.text} is no time.", "Write a constant as `2026-12-31 09:00`.", token)

    def chosen(self) -> TimeExpr:
        by = Choice(self.take().text)
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise _Refusal(
                "The time is too deeply nested.", "One `earliest` takes any number of times.", self.here
            )
        self.expect("(")
        times = [self.sum()]
        while self.here.text == ",":
            self.at += 1
            times.append(self.sum())
        self.expect(")")
        self.nesting -= 1
        return Chosen(by, tuple(times))

    def sent(self) -> TimeExpr:
        self.at += 1
        self.expect("(")
        token = self.take()
        if token.kind != "quoted":
            raise _Refusal("`sent` takes the name of a step in quotes.", "Write `sent('hello')`.", token)
        self.expect(")")
        return Sent(token.text[1:-1].replace("''", "'"))

    def path(self) -> TimeExpr:
        first = self.take()
        words, end = [first.text], first.end
        while self.here.text == "." and self.here.start == end:
            self.at += 1
            token = self.take()
            if token.kind != "word":
                raise _Refusal("A field's name is missing.", "Write `namespace.field`.", token)
            words.append(token.text)
            end = token.end
        return FieldTime(Path(tuple(words)))

    def duration(self) -> Duration:
        first = self.take()
        if first.kind != "number":
            raise _Refusal("Only a duration can be added to a time or taken off.", _DURATIONS, first)
        words, last = [first.text], first
        if self.here.text == "business":
            words.append(self.take().text)
        if _UNITS.fullmatch(self.here.text):
            last = self.take()
            words.append(last.text)
        found = parse_duration(" ".join(words))
        if found is None:
            whole = _Token("duration", "", first.start, last.end)
            raise _Refusal("This is no duration.", _DURATIONS, whole)
        return found

    def clock(self) -> time:
        token = self.take()
        hour, _, minute = token.text.partition(":")
        if token.kind != "clock" or len(hour) != 2 or int(hour) > 23 or int(minute) > 59:
            raise _Refusal(
                f"`{token.text}` is no time of day." if token.text else "A time of day is missing.",
                _CLOCK,
                token,
            )
        return time(int(hour), int(minute))

    # -- tokens ----------------------------------------------------------------------------------------

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.here
        if token.kind != "end":
            self.at += 1
        return token

    def expect(self, text: str) -> None:
        if self.here.text != text:
            raise _Refusal(f"`{text}` is missing here.", _FORMS, self.here)
        self.at += 1

    def unexpected(self) -> _Refusal:
        token = self.here
        if token.kind == "end":
            return _Refusal("The time ends too early.", _FORMS, token)
        return _Refusal(f"`{token.text}` cannot stand here.", _FORMS, token)
