"""The table of functions: what each takes and gives, where it may stand, and both of its meanings.

The SQL of a function is in `sql_texts`, for each database. The Python gets the facts and the arguments'
values. For functions whose NULLs PROPAGATE neither sees a NULL.

In boolean position a *moment* (`sent('hello')`) means that it has happened; elsewhere it is a timestamp,
NULL until it has. No other timestamp is a condition by itself.

Functions of the passage make sense only where there is one, in programs. Those across passages read the
store's own records, which lists in this release cannot; `in_list` and `count` stand everywhere.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from jo.conditions import sql_texts, text
from jo.conditions.sql_texts import SqlText
from jo.conditions.to_text import to_text
from jo.conditions.tree import Call
from jo.conditions.types import FieldType, Place

TEXT, INTEGER, NUMBER = FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER
BOOLEAN, DATE, TIMESTAMP = FieldType.BOOLEAN, FieldType.DATE, FieldType.TIMESTAMP


class Slot(StrEnum):
    """A parameter that is no value: a name written as a text, a constant, a source, a condition."""

    STEP = "step"
    EVENT = "event"
    LIST = "power list"
    TEMPLATE = "template"
    PROGRAM = "program"
    LINK = "link"
    DAYS = "number of days"
    SOURCE = "source"
    CONDITION = "condition"


class Nulls(StrEnum):
    PROPAGATE = "NULL when an argument is NULL"
    SKIPPED = "NULL only when all arguments are NULL"
    NEVER = "never NULL"
    UNTIL = "NULL until it has happened"


class Shape(StrEnum):
    FIXED = "the parameters as listed"
    LAST_OPTIONAL = "the last parameter may be left out"
    SAME_TYPE = "two or more arguments of one type, which it gives"


@dataclass(frozen=True, slots=True)
class Form:
    """One way to call a function. A NUMBER takes an INTEGER too."""

    takes: tuple[FieldType | Slot, ...]
    gives: FieldType
    python: Callable[..., Any]
    """Called with the facts and the values of the arguments."""
    sql: SqlText | None = None
    """None where the store's records are read, or where `to_sql` builds a join."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    name: str
    forms: tuple[Form, ...]
    """For SAME_TYPE one form, whose `takes` lists the types to choose from."""
    says: str
    """English for its value, or for a boolean that it holds; `{0}` is the first argument."""
    denies: str = ""
    """English for a boolean or moment that it does not hold."""
    in_full: tuple[str, str] | None = None
    """`says` and `denies` with an optional last argument given."""
    measures: str = ""
    """English for what a number counts: after `at most 30 …`."""
    shape: Shape = Shape.FIXED
    nulls: Nulls = Nulls.PROPAGATE
    places: frozenset[Place] = frozenset(Place)
    moment: bool = False
    """Whether it is a timestamp that stands for `has happened` in boolean position."""

    def accepts(self, count: int) -> bool:
        """Tell whether it takes this number of arguments."""
        most = len(self.forms[0].takes)
        match self.shape:
            case Shape.FIXED:
                return count == most
            case Shape.LAST_OPTIONAL:
                return count in (most - 1, most)
            case Shape.SAME_TYPE:
                return count >= 2


_HOUR = timedelta(hours=1) // timedelta(microseconds=1)


def _microseconds(later: datetime, earlier: datetime) -> float:
    """Return the distance as SQL has it: a double, which over 285 years is no longer exact."""
    return float((later - earlier) // timedelta(microseconds=1))


def _round(value: float) -> float:
    """Round half away from zero, as SQL engines do with doubles."""
    whole = float(math.floor(abs(value)))
    return math.copysign(whole + (abs(value) - whole >= 0.5), value)


def _known(values: tuple[Any, ...]) -> list[Any]:
    return [value for value in values if value is not None]


_IN_PROGRAMS = frozenset({Place.PROGRAM})

_ALL = (
    # -- the clock
    Function(
        name="today",
        says="today",
        nulls=Nulls.NEVER,
        forms=(Form((), DATE, lambda facts: facts.today, sql_texts.TODAY),),
    ),
    Function(
        name="now",
        says="now",
        nulls=Nulls.NEVER,
        forms=(Form((), TIMESTAMP, lambda facts: facts.now, sql_texts.NOW),),
    ),
    # Of a date: calendar days to today(). Of a timestamp: whole spans of 24 hours to now(), in no zone.
    Function(
        name="days_since",
        says="the number of days since {0}",
        measures="days since {0}",
        forms=(
            Form((DATE,), INTEGER, lambda facts, day: (facts.today - day).days, sql_texts.DAYS_SINCE_DATE),
            Form(
                (TIMESTAMP,),
                INTEGER,
                lambda facts, at: math.floor(_microseconds(facts.now, at) / (24 * _HOUR)),
                sql_texts.DAYS_SINCE_MOMENT,
            ),
        ),
    ),
    Function(
        name="days_until",
        says="the number of days until {0}",
        measures="days until {0}",
        forms=(
            Form((DATE,), INTEGER, lambda facts, day: (day - facts.today).days, sql_texts.DAYS_UNTIL_DATE),
            Form(
                (TIMESTAMP,),
                INTEGER,
                lambda facts, at: math.floor(_microseconds(at, facts.now) / (24 * _HOUR)),
                sql_texts.DAYS_UNTIL_MOMENT,
            ),
        ),
    ),
    Function(
        name="hours_since",
        says="the number of hours since {0}",
        measures="hours since {0}",
        forms=(
            Form(
                (TIMESTAMP,),
                NUMBER,
                lambda facts, at: _microseconds(facts.now, at) / _HOUR,
                sql_texts.HOURS_SINCE,
            ),
        ),
    ),
    # -- text
    Function(
        name="lower",
        says="{0} in lower case",
        forms=(Form((TEXT,), TEXT, lambda _, value: text.lower(value), sql_texts.LOWER),),
    ),
    Function(
        name="upper",
        says="{0} in upper case",
        forms=(Form((TEXT,), TEXT, lambda _, value: text.upper(value), sql_texts.UPPER),),
    ),
    Function(
        name="trim",
        says="{0} without blanks around it",
        forms=(
            Form(
                (TEXT,),
                TEXT,
                lambda _, value: value.strip(text.BLANKS),
                sql_texts.TRIM,
            ),
        ),
    ),
    Function(
        name="length",
        says="the length of {0}",
        forms=(Form((TEXT,), INTEGER, lambda _, value: len(value), sql_texts.LENGTH),),
    ),
    Function(
        name="starts_with",
        says="{0} starts with {1}",
        denies="{0} does not start with {1}",
        forms=(
            Form((TEXT, TEXT), BOOLEAN, lambda _, value, part: value.startswith(part), sql_texts.STARTS_WITH),
        ),
    ),
    Function(
        name="ends_with",
        says="{0} ends with {1}",
        denies="{0} does not end with {1}",
        forms=(
            Form((TEXT, TEXT), BOOLEAN, lambda _, value, part: value.endswith(part), sql_texts.ENDS_WITH),
        ),
    ),
    Function(
        name="contains",
        says="{0} contains {1}",
        denies="{0} does not contain {1}",
        forms=(Form((TEXT, TEXT), BOOLEAN, lambda _, value, part: part in value, sql_texts.CONTAINS),),
    ),
    # -- several values
    Function(
        name="coalesce",
        says="the first known of {all}",
        shape=Shape.SAME_TYPE,
        nulls=Nulls.SKIPPED,
        forms=(
            Form(
                tuple(FieldType),
                TEXT,
                lambda _, *values: next(iter(_known(values)), None),
                sql_texts.COALESCE,
            ),
        ),
    ),
    Function(
        name="least",
        says="the least of {all}",
        shape=Shape.SAME_TYPE,
        nulls=Nulls.SKIPPED,
        forms=(
            Form(
                (TEXT, INTEGER, NUMBER, DATE, TIMESTAMP),
                TEXT,
                lambda _, *values: min(_known(values), default=None),
                sql_texts.LEAST,
            ),
        ),
    ),
    Function(
        name="greatest",
        says="the greatest of {all}",
        shape=Shape.SAME_TYPE,
        nulls=Nulls.SKIPPED,
        forms=(
            Form(
                (TEXT, INTEGER, NUMBER, DATE, TIMESTAMP),
                TEXT,
                lambda _, *values: max(_known(values), default=None),
                sql_texts.GREATEST,
            ),
        ),
    ),
    # -- numbers
    Function(
        name="abs",
        says="the absolute value of {0}",
        forms=(
            Form((INTEGER,), INTEGER, lambda _, value: abs(value), sql_texts.ABS),
            Form((NUMBER,), NUMBER, lambda _, value: abs(value), sql_texts.ABS),
        ),
    ),
    Function(
        name="round",
        says="{0} rounded",
        forms=(Form((NUMBER,), NUMBER, lambda _, value: _round(float(value)), sql_texts.ROUND),),
    ),
    Function(
        name="floor",
        says="{0} rounded down",
        forms=(Form((NUMBER,), NUMBER, lambda _, value: float(math.floor(value)), sql_texts.FLOOR),),
    ),
    # -- parts of a date; of a timestamp those of its date in UTC
    *(
        Function(
            name=name,
            says=says,
            forms=tuple(Form((type_,), INTEGER, python, sql_texts.part(unit)) for type_ in (DATE, TIMESTAMP)),
        )
        for name, says, unit, python in (
            ("year", "the year of {0}", "year", lambda _, day: day.year),
            ("month", "the month of {0}", "month", lambda _, day: day.month),
            ("day", "the day of the month of {0}", "day", lambda _, day: day.day),
            ("weekday", "the weekday (1 is Monday) of {0}", "isodow", lambda _, day: date.isoweekday(day)),
        )
    ),
    # -- this passage
    Function(
        name="sent",
        says="{0} was sent",
        denies="{0} was not sent",
        places=_IN_PROGRAMS,
        nulls=Nulls.UNTIL,
        moment=True,
        forms=(Form((Slot.STEP,), TIMESTAMP, lambda facts, step: facts.passage.sent(step)),),
    ),
    Function(
        name="opened",
        says="{0} was opened",
        denies="{0} was not opened",
        places=_IN_PROGRAMS,
        nulls=Nulls.UNTIL,
        moment=True,
        forms=(Form((Slot.STEP,), TIMESTAMP, lambda facts, step: facts.passage.opened(step)),),
    ),
    Function(
        name="clicked",
        says="a link in {0} was clicked",
        denies="no link in {0} was clicked",
        in_full=("the link {1} in {0} was clicked", "the link {1} in {0} was not clicked"),
        places=_IN_PROGRAMS,
        nulls=Nulls.UNTIL,
        moment=True,
        shape=Shape.LAST_OPTIONAL,
        forms=(
            Form(
                (Slot.STEP, Slot.LINK),
                TIMESTAMP,
                lambda facts, step, link=None: facts.passage.clicked(step, link),
            ),
        ),
    ),
    Function(
        name="happened",
        says="{0} happened",
        denies="{0} did not happen",
        places=_IN_PROGRAMS,
        nulls=Nulls.UNTIL,
        moment=True,
        forms=(Form((Slot.EVENT,), TIMESTAMP, lambda facts, event: facts.passage.happened(event)),),
    ),
    # -- across passages
    Function(
        name="received",
        says="{0} was received in the last {1} days",
        denies="{0} was not received in the last {1} days",
        places=_IN_PROGRAMS,
        nulls=Nulls.NEVER,
        forms=(
            Form(
                (Slot.TEMPLATE, Slot.DAYS),
                BOOLEAN,
                lambda facts, template, days: facts.passage.received(template, days),
            ),
        ),
    ),
    Function(
        name="events",
        says="the number of {0} events in the last {1} days",
        measures="{0} events in the last {1} days",
        places=_IN_PROGRAMS,
        nulls=Nulls.NEVER,
        forms=(
            Form(
                (Slot.EVENT, Slot.DAYS), INTEGER, lambda facts, name, days: facts.passage.events(name, days)
            ),
        ),
    ),
    Function(
        name="enrolled",
        says="the contact was in the program {0}",
        denies="the contact was not in the program {0}",
        in_full=(
            "the contact was in the program {0} in the last {1} days",
            "the contact was not in the program {0} in the last {1} days",
        ),
        places=_IN_PROGRAMS,
        nulls=Nulls.NEVER,
        shape=Shape.LAST_OPTIONAL,
        forms=(
            Form(
                (Slot.PROGRAM, Slot.DAYS),
                BOOLEAN,
                lambda facts, program, days=None: facts.passage.enrolled(program, days),
            ),
        ),
    ),
    Function(
        name="in_list",
        says="the contact is in the list {0}",
        denies="the contact is not in the list {0}",
        nulls=Nulls.NEVER,
        forms=(Form((Slot.LIST,), BOOLEAN, lambda facts, name: facts.passage.in_list(name)),),
    ),
    # -- rows of other sources that refer to the row; Python reads the stored value
    Function(
        name="count",
        says="the number of {0}",
        measures="{0}",
        nulls=Nulls.NEVER,
        shape=Shape.LAST_OPTIONAL,
        forms=(Form((Slot.SOURCE, Slot.CONDITION), INTEGER, lambda facts, key: facts.passage.count(key)),),
    ),
)

FUNCTIONS = {function.name: function for function in _ALL}


def count_key(call: Call) -> str:
    """Return the name under which the value of a `count` is kept for a person: its normal text."""
    return to_text(call)
