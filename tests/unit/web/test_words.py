"""The languages of the pages, and which of them is spoken."""

from dataclasses import fields

import pytest

from jo.web.words import EN, LANGUAGES, Words, words_for


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
def test_every_language_says_everything(words: Words) -> None:
    said = {field.name: getattr(words, field.name) for field in fields(Words)}

    assert all(text.strip() == text and text for text in said.values())
    assert {name for name, text in said.items() if "{address}" in text} == {"goes_to"}
    assert {name for name, text in said.items() if "{topic}" in text} == {"left_topic"}
    assert not any(
        mark in "".join(said.values()).replace("{address}", "").replace("{topic}", "") for mark in "{}<>&"
    )


@pytest.mark.parametrize("words", [words for tag, words in LANGUAGES.items() if tag != "en"])
def test_no_text_is_left_in_english(words: Words) -> None:
    assert not [
        field.name for field in fields(Words) if getattr(words, field.name) == getattr(EN, field.name)
    ]


@pytest.mark.parametrize(
    ("language", "accepted", "spoken"),
    [
        ("de", "", "de"),
        ("de-AT", "fr", "de"),
        ("pt_BR", "", "pt"),
        ("JA", "", "ja"),
        ("xx", "es-MX,es;q=0.9", "es"),
        (None, "xx, fr;q=0.4, ja;q=0.7", "ja"),
        (None, "de;q=0, es;q=0.1", "es"),
        (None, "fr;q=nan, de;q=x, ,;;, es", "es"),
        (None, "*", "en"),
        (None, "", "en"),
        ("", "", "en"),
        (None, "a," * 50 + "de", "en"),
        ("<script>", "\x00", "en"),
    ],
)
def test_the_persons_language_goes_before_the_browsers(
    language: str | None, accepted: str, spoken: str
) -> None:
    assert words_for(language, accepted).tag == spoken
