"""What comes in from outside becomes a value that can be recorded: an opt-out, an event.

An event is held against its declaration: every field that it carries is declared and has its type, every
field that may not be NULL is there. Its id, time and contact may come beside the payload, as they do in
CloudEvents; what the payload itself says goes first. Values are kept as rows of sources are: plain JSON,
dates and times in ISO 8601, times in UTC.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jo.conditions.constants import MAX_INTEGER, parse_date, parse_instant
from jo.conditions.types import Field, FieldType
from jo.diagnostics.codes import DANGLING_REFERENCE, MISSING_KEY, UNKNOWN_FIELD, WRONG_TYPE, WRONG_VALUE, Code
from jo.diagnostics.nearest import suggestion
from jo.flow.intent import TOPIC_PREFIX, Intent, Scope, Suppression
from jo.flow.mailbox import address_key
from jo.model.event import Event
from jo.model.project import Project


class Choice(StrEnum):
    """What somebody leaves who unsubscribes."""

    TOPIC = "topic"
    """The topic of the mail; marketing when it has none."""
    MARKETING = "marketing"


UNSUBSCRIBE = "unsubscribe"
"""The cause of a suppression that the recipient asked for."""


def opt_out(intent: Intent, choice: Choice, at: datetime) -> tuple[str, Suppression]:
    """Return the address key and the suppression that an unsubscribe from this mail means."""
    is_topic = choice is Choice.TOPIC and intent.topic is not None
    scope = f"{TOPIC_PREFIX}{intent.topic}" if is_topic else Scope.MARKETING.value
    return address_key(intent.address), Suppression(scope=scope, cause=UNSUBSCRIBE, at=at)


@dataclass(frozen=True, slots=True)
class Written:
    """A value as text, from a command line or an attribute without a type; its field says what it is."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An event as it was handed in."""

    name: str
    source: str
    """Who tells it: with the id, what makes it count once."""
    data: Mapping[str, Any]
    """The payload: plain JSON values, or `Written`."""
    id: str | None = None
    time: str | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An event that fits its declaration."""

    name: str
    source: str
    id: str
    at: datetime
    contact: str | None
    """As given; the sources may not know it yet."""
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFault:
    """Why an event is not taken. Names fields, never their values: they may be anybody's data."""

    code: Code
    detail: str
    help: str = ""


LONGEST = 200
"""Characters of an event's id and source, and of a contact's key."""
MOST_UNKNOWN = 5
"""How many undeclared fields of one event are told."""


def read_event(
    given: Given, project: Project, received: datetime
) -> tuple[Arrival | None, tuple[EventFault, ...]]:
    """Hold an event against its declaration; one that does not say when it happened, happened just now."""
    event = project.events.get(given.name)
    if event is None:
        detail = f"There is no event `{_shown(given.name)}`."
        help = suggestion(given.name[:LONGEST], project.events, noun="event")
        return None, (EventFault(code=DANGLING_REFERENCE, detail=detail, help=help),)
    reader = _Reader(event, project.event_fields(event))
    payload = reader.read(given, received)
    if reader.faults:
        return None, tuple(reader.faults)
    roles = event.roles
    contact = payload[roles.contact] if roles.contact is not None else None
    arrival = Arrival(
        name=event.name,
        source=given.source,
        id=str(payload[roles.id]),
        at=datetime.fromisoformat(payload[roles.time]),
        contact=None if contact is None else str(contact),
        payload=payload,
    )
    return arrival, ()


class _Reader:
    """Reads one payload and collects all that is wrong with it."""

    def __init__(self, event: Event, fields: Mapping[str, Field]) -> None:
        self.faults: list[EventFault] = []
        self._event = event
        self._fields = fields

    def read(self, given: Given, received: datetime) -> dict[str, Any]:
        """Return the payload with a value for every declared field, None for NULL."""
        values = self._completed(given, received)
        for name in [name for name in values if name not in self._fields][:MOST_UNKNOWN]:
            help = suggestion(name[:LONGEST], self._fields, noun="field")
            self._fault(UNKNOWN_FIELD, name, "is not declared", help)
        payload: dict[str, Any] = {}
        for name, field in self._fields.items():
            value = values.get(name)
            must_be_there = not field.nullable or name in (self._event.roles.id, self._event.roles.time)
            if value is not None:
                payload[name] = self._value(name, field, value)
            elif must_be_there:
                self._fault(MISSING_KEY, name, "has no value and may not be NULL")
            else:
                payload[name] = None
        self._check_name("source", given.source)
        for role in (self._event.roles.id, self._event.roles.contact):
            if role is not None and isinstance(payload.get(role), str):
                self._check_name(role, payload[role])
        return payload

    def _completed(self, given: Given, received: datetime) -> dict[str, Any]:
        """Return the payload with what came beside it."""
        roles = self._event.roles
        values = {name: value for name, value in given.data.items() if value is not None}
        if given.contact is not None and roles.contact is None:
            detail = f"The event `{self._event.name}` concerns no contact."
            self.faults.append(EventFault(code=UNKNOWN_FIELD, detail=detail))
        time = received.isoformat() if given.time is None else given.time
        for role, text in ((roles.id, given.id), (roles.time, time), (roles.contact, given.contact)):
            if role is not None and text is not None:
                values.setdefault(role, Written(text))
        return values

    def _value(self, name: str, field: Field, value: object) -> Any:
        """Return a value as it is kept; a fault when it is not of the field's type or domain."""
        read = _FROM_TEXT[field.type](value.text) if isinstance(value, Written) else _plain(field.type, value)
        if read is None:
            self._fault(WRONG_TYPE, name, f"does not hold {_WORDS[field.type]}")
        elif isinstance(read, str) and not _is_storable(read):
            self._fault(WRONG_VALUE, name, "holds a character that cannot be kept")
        return read

    def _check_name(self, name: str, text: str) -> None:
        """Refuse a text that cannot name an event or a contact."""
        if not 0 < len(text) <= LONGEST or not _is_storable(text):
            self._fault(WRONG_VALUE, name, f"has to be a text of 1 to {LONGEST} characters")

    def _fault(self, code: Code, name: str, trouble: str, help: str = "") -> None:
        detail = f"`{_shown(name)}` of the event `{self._event.name}` {trouble}."
        self.faults.append(EventFault(code=code, detail=detail, help=help))


_WORDS = {
    FieldType.TEXT: "a text",
    FieldType.INTEGER: "a whole number within 2^53",
    FieldType.NUMBER: "a finite number",
    FieldType.BOOLEAN: "true or false",
    FieldType.DATE: "a date such as `2026-12-01`",
    FieldType.TIMESTAMP: "a time such as `2026-12-01T09:00:00Z`",
}


def _plain(type_: FieldType, value: object) -> Any:
    """Return a JSON value as it is kept; None when it is not of the type."""
    match type_, value:
        case FieldType.BOOLEAN, bool():
            return value
        case _, bool():
            return None
        case FieldType.INTEGER, int():
            return value if abs(value) <= MAX_INTEGER else None
        case FieldType.NUMBER, int() | float():
            return _double(value)
        case FieldType.TEXT, str():
            return value
        case ((FieldType.DATE | FieldType.TIMESTAMP), str()):
            return _FROM_TEXT[type_](value)
        case _:
            return None


_INTEGER = re.compile(r"-?\d{1,16}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?", re.ASCII)


def _double(value: float) -> float | None:
    """Return a number as a double holds it; None beyond every double."""
    if abs(value) <= MAX_INTEGER:
        return value
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _integer(text: str) -> Any:
    return _plain(FieldType.INTEGER, int(text)) if _INTEGER.fullmatch(text) else None


def _number(text: str) -> Any:
    return _plain(FieldType.NUMBER, float(text)) if _NUMBER.fullmatch(text) else None


def _date(text: str) -> str | None:
    found = parse_date(text)
    return None if found is None else found.isoformat()


def _timestamp(text: str) -> str | None:
    found = parse_instant(text)
    return None if found is None else found.isoformat()


_FROM_TEXT: Mapping[FieldType, Callable[[str], Any]] = {
    FieldType.TEXT: lambda text: text,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: {"true": True, "yes": True, "false": False, "no": False}.get,
    FieldType.DATE: _date,
    FieldType.TIMESTAMP: _timestamp,
}
"""Type → value of a text, as it is kept; None when the text is not of the type."""


def _is_storable(text: str) -> bool:
    """Tell whether every database can keep the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def _shown(name: str) -> str:
    """Return a name that came from outside so that it can stand in a message."""
    visible = "".join(char if unicodedata.category(char)[0] != "C" else "?" for char in name)
    return visible if len(visible) <= 40 else f"{visible[:40]}…"
