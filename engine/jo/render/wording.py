"""Dates and numbers in the words of a language, for the filters `date` and `number`.

A small table of our own: what a mail needs, the same on every machine. A language that is not here is
written as English; a region (`de-AT`) counts as its language.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Wording:
    months: tuple[str, ...]
    days: tuple[str, ...]
    """From Monday."""
    long: str
    """Pattern of the format `long`; `short`, `weekday` and `month` likewise."""
    short: str
    weekday: str
    month: str
    thousands: str
    decimal: str


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_JAPANESE_DAYS = tuple(f"{day}曜日" for day in "月火水木金土日")
_NARROW = "\u202f"

LANGUAGES = {
    "en": Wording(
        _words("January February March April May June July August September October November December"),
        _words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        "%B %-d, %Y", "%Y-%m-%d", "%A, %B %-d, %Y", "%B %Y", ",", ".",
    ),
    "de": Wording(
        _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        _words("Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag"),
        "%-d. %B %Y", "%d.%m.%Y", "%A, %-d. %B %Y", "%B %Y", ".", ",",
    ),
    "fr": Wording(
        _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        _words("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        "%-d %B %Y", "%d/%m/%Y", "%A %-d %B %Y", "%B %Y", _NARROW, ",",
    ),
    "es": Wording(
        _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        _words("lunes martes miércoles jueves viernes sábado domingo"),
        "%-d de %B de %Y", "%d/%m/%Y", "%A, %-d de %B de %Y", "%B de %Y", ".", ",",
    ),
    "it": Wording(
        _words("gennaio febbraio marzo aprile maggio giugno luglio agosto")
        + _words("settembre ottobre novembre dicembre"),
        _words("lunedì martedì mercoledì giovedì venerdì sabato domenica"),
        "%-d %B %Y", "%d/%m/%Y", "%A %-d %B %Y", "%B %Y", ".", ",",
    ),
    "pt": Wording(
        _words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        _words("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
        "%-d de %B de %Y", "%d/%m/%Y", "%A, %-d de %B de %Y", "%B de %Y", ".", ",",
    ),
    "nl": Wording(
        _words("januari februari maart april mei juni juli augustus september oktober november december"),
        _words("maandag dinsdag woensdag donderdag vrijdag zaterdag zondag"),
        "%-d %B %Y", "%d-%m-%Y", "%A %-d %B %Y", "%B %Y", ".", ",",
    ),
    "ja": Wording(
        tuple(f"{month}月" for month in range(1, 13)), _JAPANESE_DAYS,
        "%Y年%-m月%-d日", "%Y/%m/%d", "%Y年%-m月%-d日(%A)", "%Y年%-m月", ",", ".",
    ),
}  # fmt: skip

NAMED_FORMATS = ("long", "short", "weekday", "month", "iso")

_DIRECTIVES: dict[str, Callable[[datetime, Wording], str]] = {
    "%Y": lambda moment, _: f"{moment.year:04d}",
    "%y": lambda moment, _: f"{moment.year % 100:02d}",
    "%m": lambda moment, _: f"{moment.month:02d}",
    "%-m": lambda moment, _: str(moment.month),
    "%B": lambda moment, words: words.months[moment.month - 1],
    "%d": lambda moment, _: f"{moment.day:02d}",
    "%-d": lambda moment, _: str(moment.day),
    "%A": lambda moment, words: words.days[moment.weekday()],
    "%H": lambda moment, _: f"{moment.hour:02d}",
    "%M": lambda moment, _: f"{moment.minute:02d}",
    "%%": lambda moment, _: "%",
}


def wording(language: str) -> Wording:
    return LANGUAGES.get(language.replace("_", "-").split("-")[0].casefold(), LANGUAGES["en"])


def format_date(value: object, pattern: str, language: str) -> str:
    """Write a date or timestamp (a value or its ISO text) by a named format or by directives.

    Raises ValueError for what is no date.
    """
    moment = _moment(value)
    words = wording(language)
    named = {"long": words.long, "short": words.short, "weekday": words.weekday, "month": words.month}
    named["iso"] = "%Y-%m-%d"
    return "".join(
        _DIRECTIVES[part](moment, words) if part in _DIRECTIVES else part
        for part in _split(named.get(pattern, pattern))
    )


def unknown_directive(pattern: str) -> str | None:
    """Return the first directive of a date pattern that does not exist, or None."""
    return next((part for part in _split(pattern) if part[0] == "%" and part not in _DIRECTIVES), None)


def format_number(value: object, decimals: int, language: str) -> str:
    """Write a number with the language's separators. Raises ValueError for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a number")
    words = wording(language)
    number = value if isinstance(value, int) else float(value)
    text = f"{number:,.{decimals}f}"
    if words.thousands == ",":
        return text
    return text.replace(",", "\0").replace(".", words.decimal).replace("\0", words.thousands)


def _split(pattern: str) -> list[str]:
    """Split a pattern into directives and the text between them."""
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        if pattern[position] == "%":
            width = 3 if pattern[position + 1 : position + 2] == "-" else 2
            parts.append(pattern[position : position + width])
            position += width
        else:
            end = pattern.find("%", position)
            end = end if end >= 0 else len(pattern)
            parts.append(pattern[position:end])
            position = end
    return parts


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - only its parts are read
    return datetime.fromisoformat(str(value))
