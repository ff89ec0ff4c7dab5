"""Reading conditions about one person: the bridge from rows and records to compiled conditions.

A `Reader` belongs to one scope and compiles every condition once; a `Facts` is one person at one instant.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from jo.conditions.condition import Condition
from jo.conditions.facts import Facts, Row
from jo.conditions.to_python import compile_condition, compile_value
from jo.conditions.tree import Call, Literal, Path, walk
from jo.conditions.types import Scope
from jo.flow.person import Person
from jo.flow.rows import Plain, typed
from jo.model.program import Program
from jo.timing.zones import local_date

CLOCK_FUNCTIONS = frozenset(
    {"today", "now", "days_since", "days_until", "hours_since", "received", "events", "enrolled"}
)
"""Functions whose value changes by time alone; conditions with them are read again at midnight."""


def uses_clock(condition: Condition) -> bool:
    """Tell whether the condition can change by time alone."""
    return bool(condition.functions() & CLOCK_FUNCTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """The names that conditions look up across passages, so that only those are read."""

    lists: frozenset[str] = frozenset()
    templates: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    counts: bool = False
    """Whether any condition counts; what is counted is kept with the rows."""

    def __or__(self, other: "Needs") -> "Needs":
        return Needs(
            lists=self.lists | other.lists,
            templates=self.templates | other.templates,
            programs=self.programs | other.programs,
            events=self.events | other.events,
            counts=self.counts or other.counts,
        )


def needs(program: Program) -> Needs:
    """Return what the conditions of a program look up."""
    conditions = list(program.exit_when.values())
    for step in program.steps.values():
        conditions += [condition for _, condition in step.conditions()]
    called: dict[str, set[str]] = {}
    for condition in conditions:
        for node in walk(condition.expr):
            if isinstance(node, Call) and node.arguments and isinstance(node.arguments[0], Literal):
                called.setdefault(node.name, set()).add(str(node.arguments[0].value))
    return Needs(
        lists=frozenset(called.get("in_list", ())),
        templates=frozenset(called.get("received", ())),
        programs=frozenset(called.get("enrolled", ())),
        events=frozenset(called.get("events", ())),
        counts=any("count" in condition.functions() for condition in conditions),
    )


class Reader:
    """Compiles the conditions and fields of one scope, each once."""

    def __init__(self, scope: Scope, events: Mapping[str, Scope] | None = None) -> None:
        """`events` has a scope for each event, in which conditions may name its payload."""
        self.scope = scope
        self._events = {name: Reader(of_event) for name, of_event in (events or {}).items()}
        self._compiled: dict[Condition, Callable[[Facts], bool | None]] = {}
        self._fields: dict[Path, Callable[[Facts], Any]] = {}

    def holds(self, condition: Condition, facts: Facts) -> bool:
        """Read the condition; unknown is false."""
        compiled = self._compiled.get(condition)
        if compiled is None:
            compiled = self._compiled[condition] = compile_condition(condition.expr, self.scope)
        return compiled(facts) is True

    def value(self, path: Path, facts: Facts) -> Any:
        """Read a field; None for NULL."""
        compiled = self._fields.get(path)
        if compiled is None:
            compiled = self._fields[path] = compile_value(path, self.scope)
        return compiled(facts)

    def fits(self, condition: Condition, event: str, payload: Plain, facts: "PersonFacts") -> bool:
        """Read a condition on an event's payload. One that is no longer declared fits nothing."""
        reader = self._events.get(event)
        if reader is None:
            return False
        row = typed(reader.scope.declared["event"], payload)
        return reader.holds(condition, replace(facts, declared={**facts.declared, "event": row}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """jo's records as one passage sees them, for the functions of conditions. Empty outside a passage."""

    sent_at: Mapping[str, datetime] = field(default_factory=dict)
    """Step → when its last mail was accepted."""
    opened_at: Mapping[str, datetime] = field(default_factory=dict)
    clicked_at: Mapping[tuple[str, str | None], datetime] = field(default_factory=dict)
    """(step, link name) → first click; the name None stands for any link."""
    happened_at: Mapping[str, datetime] = field(default_factory=dict)
    """Event → when it happened first within the passage."""
    received_at: Mapping[str, datetime] = field(default_factory=dict)
    """Template → when it was last accepted for this contact, in any journey."""
    event_times: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    """Event → its times for this contact, within and before the passage."""
    enrolled_at: Mapping[str, datetime] = field(default_factory=dict)
    """Program → when this contact last entered."""
    lists: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)
    now: datetime

    def sent(self, step: str) -> datetime | None:
        return self.sent_at.get(step)

    def opened(self, step: str) -> datetime | None:
        return self.opened_at.get(step)

    def clicked(self, step: str, link: str | None) -> datetime | None:
        return self.clicked_at.get((step, link))

    def happened(self, event: str) -> datetime | None:
        return self.happened_at.get(event)

    def received(self, template: str, days: int) -> bool:
        at = self.received_at.get(template)
        return at is not None and (self.now - at).total_seconds() <= days * 86400

    def events(self, name: str, days: int) -> int:
        times = self.event_times.get(name, ())
        return sum((self.now - at).total_seconds() <= days * 86400 for at in times)

    def enrolled(self, program: str, days: int | None) -> bool:
        at = self.enrolled_at.get(program)
        return at is not None and (days is None or (self.now - at).total_seconds() <= days * 86400)

    def in_list(self, name: str) -> bool:
        return name in self.lists

    def count(self, key: str) -> int | None:
        return self.counts.get(key)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """One person at one instant, as compiled conditions read them."""

    person: Person
    passage: Seen
    now: datetime
    declared: Mapping[str, Row] = field(default_factory=dict)
    """Namespaces without a table: `participant`, `event`."""

    @property
    def today(self) -> date:
        return local_date(self.now, self.person.zone)

    def row(self, namespace: str) -> Row | None:
        found = self.person.row(namespace)
        return found if found is not None else self.declared.get(namespace)

    def lookup(self, table: str, key: object) -> Row | None:
        return self.person.atlas.row(table, key)
