"""What the databases write differently: each meaning as SQL, DuckDB beside PostgreSQL.

A text is a template in its database's own dialect: `:a` and `:b` are operands, `:today` and `:now` the clock,
`:capitals` and `:smalls` the letters outside of ASCII that have another case. The meaning is that of the
Python beside it in `functions` and `to_python`; where a database has no such function, or one that means
something else, it is put together.

PostgreSQL differs in four ways.

Text is ordered, searched and mapped to another case as the collation of its column says. `collate "C"` is the
order of code points; its `lower` knows ASCII only, so other letters are translated one by one, and that
costs time only in texts that have any.

Its doubles raise an error where the result overflows, and where it is so near to 0 that it would be 0. So
whether it would is asked first, with operands moved by powers of two, which is exact: `a + b` overflows where
`a/2 + b/2` is 2^1023 or more, and can do so only where neither is small; and so on. No operand of a guard
overflows or vanishes itself. A quotient is compared without dividing. A product is rounded before it is
compared: where it is half the least double (2^-1075), or more by less than one part in 2^52, it is 0 here and
may be the least double (5e-324) elsewhere.

`round` takes a half to the even neighbor. `like` takes a backslash for an escape.

Known to work with PostgreSQL 15 in a database whose encoding is UTF8.
"""

from dataclasses import dataclass
from enum import StrEnum

from jo.conditions.tree import Operator


class Dialect(StrEnum):
    """A database that runs conditions; the value is SQLGlot's name for its SQL."""

    DUCKDB = "duckdb"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class SqlText:
    duckdb: str
    postgres: str

    def of(self, dialect: Dialect) -> str:
        return self.duckdb if dialect is Dialect.DUCKDB else self.postgres


def same(text: str) -> SqlText:
    return SqlText(text, text)


# -- text --------------------------------------------------------------------------------------------------

COMPARED = SqlText(":a", ':a collate "C"')
"""The first operand of whatever compares or orders texts; the others follow it."""

LIKE = SqlText(":a like :b", """:a collate "C" like :b escape ''""")

_CASE = (
    'translate({function}(:a collate "C"),'
    """ case when :a collate "C" ~ '[^ -~]' then {from_} else '' end, {to})"""
)
LOWER = SqlText("lower(:a)", _CASE.format(function="lower", from_=":capitals", to=":capitals_mapped"))
UPPER = SqlText("upper(:a)", _CASE.format(function="upper", from_=":smalls", to=":smalls_mapped"))

_BLANKS = "' ' || chr(9) || chr(13) || chr(10)"
TRIM = SqlText(f"trim(:a, {_BLANKS})", f"btrim(:a, {_BLANKS})")
LENGTH = same("length(:a)")
STARTS_WITH = SqlText("starts_with(:a, :b)", 'starts_with(:a collate "C", :b)')
ENDS_WITH = SqlText("ends_with(:a, :b)", 'right(:a, length(:b)) = :b collate "C"')
CONTAINS = SqlText("contains(:a, :b)", 'position(:b in (:a collate "C")) > 0')

# -- numbers -----------------------------------------------------------------------------------------------

ABS = same("abs(:a)")
FLOOR = SqlText("floor(cast(:a as double))", "floor(cast(:a as double precision))")
ROUND = SqlText(
    "round(cast(:a as double))",
    "sign(:a) * (floor(abs(:a)) + case when abs(:a) - floor(abs(:a)) >= 0.5 then 1 else 0 end)",
)


def _double(value: float) -> str:
    return f"cast('{value!r}' as double precision)"


def _finite(computed: str) -> str:
    for odd in ("inf", "-inf", "nan"):
        computed = f"nullif({computed}, cast('{odd}' as double))"
    return computed


def _sum(sign: str) -> str:
    # Beside a number below a quarter of the last place of the greatest double, nothing overflows.
    small, halved = _double(1e290), _double(2.0**1023)
    return (
        f"case when abs(:a) < {small} or abs(:b) < {small} then :a {sign} :b"
        f" when abs(:a / 2 {sign} :b / 2) < {halved} then :a {sign} :b end"
    )


_PRODUCT = (
    f"case when abs(:a) > 1 and abs(:b) > 1 then"
    f" case when abs((:a * {_double(2.0**-512)}) * (:b * {_double(2.0**-512)})) < 1 then :a * :b end"
    f" when abs(:a) < 1 and abs(:b) < 1 and (abs(:a) < {_double(1e-150)} or abs(:b) < {_double(1e-150)}) then"
    f" case when abs((:a * {_double(2.0**538)}) * (:b * {_double(2.0**537)})) > 1 then :a * :b else 0 end"
    f" else :a * :b end"
)
_QUOTIENT = (
    f"case when :b = 0 then null"
    f" when abs(:b) < 1 and abs(:a) > {_double(1e-150)} then"
    f" case when abs(:a * {_double(2.0**-487)}) < abs(:b * {_double(2.0**537)}) then :a / :b end"
    f" when abs(:b) > 1 and abs(:a) < {_double(1e-15)} then"
    f" case when abs(:a * {_double(2.0**538)}) > abs(:b * {_double(2.0**-537)}) then :a / :b else 0 end"
    f" else :a / :b end"
)

ARITHMETIC = {
    Operator.PLUS: SqlText(_finite(":a + :b"), _sum("+")),
    Operator.MINUS: SqlText(_finite(":a - :b"), _sum("-")),
    Operator.TIMES: SqlText(_finite(":a * :b"), _PRODUCT),
    Operator.OVER: SqlText(_finite(":a / nullif(:b, cast('0.0' as double))"), _QUOTIENT),
}
"""Of two doubles; what is not finite is NULL."""

# -- days and moments --------------------------------------------------------------------------------------

_HOUR = 3_600_000_000


def _between(later: str, earlier: str) -> SqlText:
    """Return the microseconds between two moments, as a double."""
    return SqlText(
        f"cast(epoch_us({later}) - epoch_us({earlier}) as double)",
        f"cast(extract(epoch from {later} - {earlier}) * 1000000 as double precision)",
    )


def _whole_days(between: SqlText) -> SqlText:
    text = f"cast(floor({{}} / {24 * _HOUR}.0e0) as bigint)"
    return SqlText(text.format(between.duckdb), text.format(between.postgres))


def _hours(between: SqlText) -> SqlText:
    return SqlText(f"{between.duckdb} / {_HOUR}.0e0", f"{between.postgres} / {_HOUR}.0e0")


def part(unit: str) -> SqlText:
    """Return the part of a date, or of a moment's date in UTC."""
    return SqlText(f"extract({unit} from :a)", f"cast(extract({unit} from :a) as bigint)")


TODAY, NOW = same(":today"), same(":now")
DAYS_SINCE_DATE, DAYS_UNTIL_DATE = same(":today - :a"), same(":a - :today")
DAYS_SINCE_MOMENT, DAYS_UNTIL_MOMENT = (
    _whole_days(_between(":now", ":a")),
    _whole_days(_between(":a", ":now")),
)
HOURS_SINCE = _hours(_between(":now", ":a"))

# -- several values ----------------------------------------------------------------------------------------

COALESCE, LEAST, GREATEST = same("coalesce"), same("least"), same("greatest")
"""Names of functions: their arguments are any number."""
