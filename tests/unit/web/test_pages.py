"""The pages: what is in them, that nothing breaks out of them, and that everybody can read them."""

import re

import pytest

from jo.flow.arrival import Choice
from jo.web.pages import (
    CONTENT_POLICY,
    STYLE,
    Leaving,
    away_page,
    dead_page,
    leaving_page,
    left_page,
    masked,
)
from jo.web.words import DE, EN

ATTACK = "</title><script>alert(1)</script>\"'&{address}{topic}"
ATTACKED = Leaving(address=masked(f"{ATTACK}@{ATTACK}"), topic=ATTACK, language="en")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@example.com", "a•••@example.com"),
        ("a@example.com", "•••@example.com"),
        ('"a@b"@example.com', '"•••@example.com'),
        ("élan@example.com", "é•••@example.com"),
        ("", "•••@"),
    ],
)
def test_an_address_is_known_to_its_owner_alone(address: str, shown: str) -> None:
    assert masked(address) == shown


@pytest.mark.parametrize(
    "page",
    [
        leaving_page(EN, ATTACK, ATTACKED),
        left_page(EN, ATTACK, ATTACKED, Choice.TOPIC),
        left_page(EN, ATTACK, ATTACKED, Choice.MARKETING),
        dead_page(EN, ATTACK),
        away_page(EN, ATTACK),
    ],
)
def test_nothing_breaks_out_of_a_page(page: str) -> None:
    assert "<script" not in page
    assert page.count("<title>") == page.count("</title>") == 1
    assert len(re.findall("<form", page)) <= 1
    assert "{address}" in page  # what the data holds is text, and is not filled in


def test_the_head_names_the_product_and_the_language() -> None:
    page = dead_page(DE, "Aurora CI")

    assert '<html lang="de">' in page
    assert "<title>Dieser Link funktioniert nicht · Aurora CI</title>" in page
    assert "<title>Dieser Link funktioniert nicht</title>" in dead_page(DE, "")


def test_every_choice_has_a_label_and_the_first_is_chosen() -> None:
    page = leaving_page(EN, "", Leaving(topic="Tips"))

    assert page.count('<label class="choice"><input type="radio"') == 2
    assert re.findall(r'value="(\w+)" checked', page) == ["topic"]
    assert "<legend>" in page


def test_without_the_store_the_page_offers_both() -> None:
    page = leaving_page(EN, "", Leaving())

    assert "Mails like this one" in page
    assert "go to" not in page


def test_only_this_style_is_allowed() -> None:
    assert CONTENT_POLICY.count("'sha256-") == 1
    assert "</style" not in STYLE


def _schemes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\n\s*\}", STYLE, re.DOTALL)
    read = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block)) for block in (light, dark)]
    return {"light": read[0], "dark": read[1]}


def _luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "ground", "least"),
    [
        ("text", "card", 4.5),
        ("soft", "card", 4.5),
        ("text", "chosen", 4.5),
        ("soft", "chosen", 4.5),
        ("on-main", "main", 4.5),
        ("on-main", "main-over", 4.5),
        ("main", "card", 4.5),
        ("main", "chosen", 4.5),
        ("edge", "card", 3.0),
    ],
)
def test_everything_can_be_read(scheme: str, ink: str, ground: str, least: float) -> None:
    colors = _schemes()[scheme]
    brighter, darker = sorted((_luminance(colors[ink]), _luminance(colors[ground])), reverse=True)

    assert (brighter + 0.05) / (darker + 0.05) >= least
