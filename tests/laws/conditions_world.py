"""A small world for conditions: tables with a field of every type, odd rows, and the back ends over them.

`DuckDb` and `Postgres` evaluate many expressions in one query over all rows, `People` evaluates one
expression for each row in Python; the laws compare them.
"""

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import Any

import duckdb
import psycopg

from jo.conditions.facts import Row
from jo.conditions.functions import count_key
from jo.conditions.sql_texts import Dialect
from jo.conditions.to_python import compile_value
from jo.conditions.to_sql import MEMBER, list_relation, quoted, row_alias, to_sql
from jo.conditions.tree import Call, Expr, Literal, Path, walk
from jo.conditions.types import Field, FieldType, Place, Scope, Table

TEXT, INTEGER, NUMBER = FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER
BOOLEAN, DATE, TIMESTAMP = FieldType.BOOLEAN, FieldType.DATE, FieldType.TIMESTAMP

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
VIP = "vip"

EDGES: Mapping[FieldType, tuple[Any, ...]] = {
    TEXT: ("", "a", "A", " Ä%\u00a0", "ßİ's"),
    INTEGER: (0, 1, -1, 2**53, -(2**53)),
    NUMBER: (0.0, 1.0, -2.5, 1.7976931348623157e308, 5e-324),
    BOOLEAN: (True, False),
    DATE: (date(1900, 1, 1), TODAY, date(2024, 2, 29), date(2200, 12, 31)),
    TIMESTAMP: (
        datetime(1900, 1, 1, tzinfo=UTC),
        NOW,
        datetime(2026, 11, 20, 9, 30, 15, 250_001, tzinfo=UTC),
        datetime(2200, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ),
}
"""Values whose every combination, NULL included, is enumerated."""

ODD_TEXTS = (
    *(" ", "\t a\n", "admin", "Admin", "ÄRGER", "ärger", "ß", "ẞ", "İ", "ı", "Σ", "ς", "ǆ", "ᾳ", "ﬁ"),
    *("é", "e\u0301", "😀", "\uffff", "中文", "\u00a0x", "a\nb", "%", "_", "\\", "a_b", "a%b", "x" * 300),
)
ODD_NUMBERS = (0.1, 0.5, -0.5, 1.5, 2.5, 0.30000000000000004, 1e-300, -1e308, 1e16, 0.49999999999999994)

SQL_TYPES = {
    TEXT: "varchar",
    INTEGER: "bigint",
    NUMBER: "double",
    BOOLEAN: "boolean",
    DATE: "date",
    TIMESTAMP: "timestamp",
}
COLUMNS = 3
"""Fields of each type that a contact has, such as `text1` to `text3`."""


def columns(type_: FieldType) -> tuple[str, ...]:
    return tuple(f"{type_}{number}" for number in range(1, COLUMNS + 1))


def _table(name: str, row: str, **more: Field) -> Table:
    fields = {column: Field(type_, nullable=True) for type_ in FieldType for column in columns(type_)}
    return Table(name, "id", {"id": Field(TEXT), **more, **fields}, row)


REPS = Table("reps", "id", {"id": Field(TEXT), "name": Field(TEXT, nullable=True)}, "rep")
COMPANIES = _table("companies", "company", rep=Field(TEXT, nullable=True, ref="reps"))
CONTACTS = _table("contacts", "contact", company=Field(TEXT, nullable=True, ref="companies"))
TICKETS = _table("tickets", "ticket", contact=Field(TEXT, nullable=True, ref="contacts"))
TABLES = {table.name: table for table in (REPS, COMPANIES, CONTACTS, TICKETS)}

SCOPE = Scope(
    place=Place.LIST,
    tables=TABLES,
    namespaces={"contact": "contacts", "company": "companies"},
    roots={"company": ("contact", "company")},
    lists=frozenset({VIP}),
)
TICKET_SCOPE = Scope(place=Place.LIST, tables=TABLES, namespaces={"ticket": "tickets"})


def odd_value(type_: FieldType, chance: random.Random, *, null: float) -> Any:
    """Return a value of the domain, an edge more often than not, None in a share of `null`."""
    if chance.random() < null:
        return None
    if chance.random() < 0.5:
        return chance.choice(EDGES[type_])
    match type_:
        case FieldType.TEXT:
            return chance.choice(ODD_TEXTS)
        case FieldType.INTEGER:
            return chance.choice((chance.randint(-3, 40), chance.randint(-(2**53), 2**53)))
        case FieldType.NUMBER:
            return chance.choice((*ODD_NUMBERS, chance.uniform(-50, 50), float(chance.randint(-9, 9))))
        case FieldType.BOOLEAN:
            return chance.random() < 0.5
        case FieldType.DATE:
            return chance.choice((TODAY, date(1900, 1, 1))) + timedelta(days=chance.randint(0, 40_000))
        case FieldType.TIMESTAMP:
            return NOW + timedelta(
                microseconds=chance.choice((1, 10**6, 10**11)) * chance.randint(-20_000, 20_000)
            )


@dataclass(frozen=True, kw_only=True)
class World:
    """Rows of each table by key, and the members of the one list."""

    rows: Mapping[str, Mapping[str, Row]]
    members: frozenset[str]

    @classmethod
    def of_every_combination(cls) -> "World":
        """Return contacts that hold every triple of edge values and NULL in the three fields of each type."""
        triples = {
            type_: list(itertools.product((None, *values), repeat=COLUMNS)) for type_, values in EDGES.items()
        }
        contacts = {}
        for index in range(max(map(len, triples.values()))):
            row: dict[str, Any] = {"id": f"c{index}", "company": f"co{index % 5}" if index % 4 else None}
            for type_, each in triples.items():
                row |= zip(columns(type_), each[index % len(each)], strict=True)
            contacts[row["id"]] = row
        return cls._around(contacts, random.Random(1))

    @classmethod
    def at_random(cls, seed: int, people: int) -> "World":
        chance = random.Random(seed)
        contacts = {}
        for index in range(people):
            row: dict[str, Any] = {
                "id": f"c{index}",
                "company": chance.choice((None, "co1", "co2", "co3", "gone")),
            }
            contacts[row["id"]] = row | cls._fields(chance)
        return cls._around(contacts, chance)

    @classmethod
    def of_numbers(cls, pairs: Iterable[tuple[float, float]]) -> "World":
        """Return contacts with these values in their first two numbers, and NULL in all other fields."""
        unknown = {column: None for type_ in FieldType for column in columns(type_)}
        contacts = {
            key: {"id": key, "company": None, **unknown, "number1": first, "number2": second}
            for key, (first, second) in ((f"c{index}", pair) for index, pair in enumerate(pairs))
        }
        return cls._around(contacts, random.Random(1))

    @classmethod
    def _around(cls, contacts: Mapping[str, Row], chance: random.Random) -> "World":
        reps = {key: {"id": key, "name": name} for key, name in (("r1", "Ada"), ("r2", None))}
        companies = {
            key: {"id": key, "rep": chance.choice((None, "r1", "r2")), **cls._fields(chance)}
            for key in (f"co{index}" for index in range(5))
        }
        tickets = {
            key: {"id": key, "contact": chance.choice((None, *contacts)), **cls._fields(chance)}
            for key in (f"t{index}" for index in range(2 * len(contacts)))
        }
        rows = {"reps": reps, "companies": companies, "contacts": contacts, "tickets": tickets}
        return cls(rows=rows, members=frozenset(chance.sample(sorted(contacts), len(contacts) // 3)))

    @staticmethod
    def _fields(chance: random.Random) -> dict[str, Any]:
        return {
            column: odd_value(type_, chance, null=0.25) for type_ in FieldType for column in columns(type_)
        }


class Engine:
    """The SQL back end on a database: many expressions in one query over all rows."""

    dialect: Dialect
    types: Mapping[FieldType, str]

    def __init__(self, world: World) -> None:
        for table in TABLES.values():
            declared = ", ".join(f"{quoted(name)} {self.types[f.type]}" for name, f in table.fields.items())
            self._run(f"create temporary table {quoted(table.name)} ({declared})")
            rows = world.rows[table.name].values()
            self._insert(table.name, [[_naive(row[name]) for name in table.fields] for row in rows])
        self._run(f"create temporary table {quoted(list_relation(VIP))} ({MEMBER} {self.types[TEXT]})")
        self._insert(list_relation(VIP), [[member] for member in sorted(world.members)])

    def _run(self, sql: str) -> Any:
        """Run one statement and return what has its rows."""
        raise NotImplementedError

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def evaluate(self, exprs: Sequence[Expr], scope: Scope = SCOPE) -> list[list[Any]]:
        """Return for each expression its value for each row, ordered by the row's key."""
        queries = [to_sql(expr, scope, today=TODAY, now=NOW, dialect=self.dialect) for expr in exprs]
        joins = " ".join({join.alias: join.text for query in queries for join in query.joins}.values())
        row = row_alias(scope)
        key = f"{quoted(row)}.id"
        selected = ", ".join(query.text for query in queries)
        source = f"{quoted(scope.namespaces[row])} as {quoted(row)}"
        rows = self._run(f"select {key}, {selected} from {source} {joins}").fetchall()
        rows.sort(key=itemgetter(0))
        return [[_aware(value) for value in column] for column in list(zip(*rows, strict=True))[1:]]


class DuckDb(Engine):
    dialect = Dialect.DUCKDB
    types = SQL_TYPES

    def __init__(self, world: World) -> None:
        self._connection = duckdb.connect()
        super().__init__(world)

    def _run(self, sql: str) -> Any:
        return self._connection.execute(sql)

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        # Column by column: row by row DuckDB takes a millisecond for each.
        described = self._connection.execute(f"describe {quoted(table)}").fetchall()
        lists = ", ".join(f"unnest(cast(? as {type_}[]))" for _, type_, *_ in described)
        self._connection.execute(f"insert into {quoted(table)} select {lists}", list(zip(*rows, strict=True)))

    def close(self) -> None:
        self._connection.close()


class Postgres(Engine):
    """Its texts have a collation that is not the order of code points, as texts in real databases do."""

    dialect = Dialect.POSTGRES
    types: Mapping[FieldType, str] = {
        **SQL_TYPES,
        TEXT: 'text collate "und-x-icu"',
        NUMBER: "double precision",
    }

    def __init__(self, url: str, world: World) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        super().__init__(world)
        self._run("analyze")

    def _run(self, sql: str) -> Any:
        return self._connection.execute(sql.encode())

    def _insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        with self._connection.cursor().copy(f"copy {quoted(table)} from stdin".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        self._connection.close()


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


@dataclass(frozen=True, kw_only=True)
class OneRow:
    """One row's facts, and its passage: only what lists know."""

    world: World
    namespaces: Mapping[str, Row | None]
    counts: Mapping[str, int] = field(default_factory=dict)
    today: date = TODAY
    now: datetime = NOW

    @property
    def passage(self) -> Any:
        return self

    def row(self, namespace: str) -> Row | None:
        return self.namespaces.get(namespace)

    def lookup(self, table: str, key: object) -> Row | None:
        return self.world.rows[table].get(str(key))

    def in_list(self, name: str) -> bool:
        contact = self.namespaces["contact"]
        return name == VIP and contact is not None and contact["id"] in self.world.members

    def count(self, key: str) -> int | None:
        return self.counts.get(key)


class People:
    """The Python back end; `count` is counted here by hand, ticket by ticket."""

    def __init__(self, world: World) -> None:
        self.world = world

    def evaluate(self, exprs: Sequence[Expr], scope: Scope = SCOPE) -> list[list[Any]]:
        """Return for each expression its value for each row, ordered by the row's key."""
        counted = self._counted(exprs)
        [table] = {scope.namespaces[row_alias(scope)]}
        everybody = [
            OneRow(
                world=self.world,
                namespaces={
                    row_alias(scope): row,
                    "company": self.world.rows["companies"].get(str(row.get("company"))),
                },
                counts={key: by_contact.get(key_, 0) for key, by_contact in counted.items()},
            )
            for key_, row in sorted(self.world.rows[table].items())
        ]
        getters = [compile_value(expr, scope) for expr in exprs]
        return [[getter(one) for one in everybody] for getter in getters]

    def _counted(self, exprs: Sequence[Expr]) -> dict[str, dict[str, int]]:
        """Return for each `count` in the expressions how many tickets each contact has."""
        found: dict[str, dict[str, int]] = {}
        for call in (node for expr in exprs for node in walk(expr) if isinstance(node, Call)):
            if call.name != "count" or count_key(call) in found:
                continue
            wanted = call.arguments[1] if len(call.arguments) == 2 else Literal(BOOLEAN, True)
            holds = compile_value(wanted, TICKET_SCOPE)
            by_contact: dict[str, int] = {}
            for ticket in self.world.rows["tickets"].values():
                if holds(OneRow(world=self.world, namespaces={"ticket": ticket})) is True:
                    by_contact[str(ticket["contact"])] = by_contact.get(str(ticket["contact"]), 0) + 1
            found[count_key(call)] = by_contact
        return found


def contact(column: str) -> Path:
    return Path(("contact", column))
