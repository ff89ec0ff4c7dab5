"""Pages of simple Markdown in a terminal."""

import pytest

from jo.checks.explain import page
from jo.diagnostics.codes import Code, every
from jo.views.page import render
from jo.views.terminal import Look


def shown(markdown: str, width: int = 60) -> list[str]:
    return render(markdown, Look(width=width)).splitlines()


def test_headings_text_lists_and_code_are_told_apart() -> None:
    markdown = "# Title\n\nSome\ntext.\n\n- one\n- two\n  goes on\n\n```yaml\na:\n  - b\n```\n"
    assert shown(markdown) == [
        "Title",
        "",
        "  Some text.",
        "",
        "  - one",
        "  - two goes on",
        "",
        "    a:",
        "      - b",
    ]


def test_code_within_text_stays_on_one_line() -> None:
    assert shown("a b c d e f `one two three` g", width=22) == ["  a b c d e f", "  `one two three` g"]


def test_links_show_where_they_lead() -> None:
    assert shown("See [RFC 8058](https://x.example) and **this**.") == [
        "  See RFC 8058 (https://x.example) and this."
    ]


@pytest.mark.parametrize("code", every(), ids=str)
def test_every_page_is_readable(code: Code) -> None:
    text = render(page(code), Look(width=80))
    assert "```" not in text
    assert text.startswith(str(code))
