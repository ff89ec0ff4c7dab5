"""The filters and the words of languages."""

from datetime import date, datetime

import pytest

from jo.render.filters import FILTERS, filter_step, to_text
from jo.render.wording import LANGUAGES, NAMED_FORMATS, format_date, format_number, unknown_directive


@pytest.mark.parametrize(
    ("name", "value", "arguments", "expected"),
    [
        ("default", None, ("you",), "you"),
        ("default", "", ("you",), "you"),
        ("default", 0, ("you",), 0),
        ("upper", "straße", (), "STRASSE"),
        ("title", "mary o'neil-smith", (), "Mary O'neil-smith"),
        ("capitalize", "hELLO", (), "Hello"),
        ("trim", "  x ", (), "x"),
        ("truncate", "one two three", (9,), "one two…"),
        ("truncate", "short", (9,), "short"),
        ("number", 1234567.891, (2,), "1,234,567.89"),
        ("number", 1234567.891, (2, "de"), "1.234.567,89"),
        ("number", "1234", (), "1,234"),
        ("round", 2.5, (), 2),
        ("urlencode", "a b/ü", (), "a%20b%2F%C3%BC"),
        ("join", ["a", 1, None], (" + ",), "a + 1 + "),
        ("length", "abc", (), 3),
        ("first", ["a", "b"], (), "a"),
        ("last", [], (), None),
    ],
)
def test_a_filter_does_what_it_says(
    name: str, value: object, arguments: tuple[object, ...], expected: object
) -> None:
    assert filter_step(name)(value, *arguments) == expected


@pytest.mark.parametrize("name", sorted(FILTERS.keys() - {"default"}))
def test_null_goes_through_every_filter_but_default(name: str) -> None:
    assert filter_step(name)(None) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "x"),
        (None, ""),
        (True, "true"),
        (3.0, "3"),
        (2.5, "2.5"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 9, 30), "2026-03-01T09:30:00"),  # noqa: DTZ001
    ],
)
def test_values_have_one_text(value: object, expected: str) -> None:
    assert to_text(value) == expected


@pytest.mark.parametrize(
    ("pattern", "language", "expected"),
    [
        ("long", "en", "March 1, 2026"),
        ("long", "de-AT", "1. März 2026"),
        ("long", "ja", "2026年3月1日"),
        ("short", "de", "01.03.2026"),
        ("weekday", "fr", "dimanche 1 mars 2026"),
        ("month", "es", "marzo de 2026"),
        ("iso", "en", "2026-03-01"),
        ("%d/%m %H:%M 100%%", "en", "01/03 00:00 100%"),
        ("long", "tlh", "March 1, 2026"),
    ],
)
def test_a_date_is_written_in_a_language(pattern: str, language: str, expected: str) -> None:
    assert format_date("2026-03-01", pattern, language) == expected
    assert format_date(date(2026, 3, 1), pattern, language) == expected


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_whole(language: str) -> None:
    words = LANGUAGES[language]

    assert len(set(words.months)) == 12
    assert len(set(words.days)) == 7
    assert not any(
        unknown_directive(pattern) for pattern in (words.long, words.short, words.weekday, words.month)
    )
    assert all(format_date("2026-11-30", name, language) for name in NAMED_FORMATS)


def test_a_small_number_has_no_separator() -> None:
    assert format_number(999, 0, "fr") == "999"


@pytest.mark.parametrize("value", ["soon", True, [1]])
def test_what_is_no_number_is_an_error(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        format_number(value, 0, "en")
