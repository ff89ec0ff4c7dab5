"""The pages that recipients see: plain HTML with a sheet of style, no script, nothing from elsewhere.

Unsubscribing takes a person's gesture: the choice goes with the button's own name and value, which a browser
sends when somebody presses the button and which no script that submits the form adds. What stands in the
pages is escaped here and nowhere else.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from html import escape
from pathlib import Path

from jo.flow.arrival import Choice
from jo.web.words import ADDRESS, TOPIC, Words

PAGE_FIELD, CHOICE_FIELD, GESTURE_FIELD = "page", "choice", "leave"
"""Names of the form's fields: that it is the page's form, what is left, and the pressed button."""
YES = "yes"

STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")

CONTENT_POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Allows this very style and the form, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What the unsubscribe page knows of a mail. Without the store, that is next to nothing."""

    address: str | None = None
    """Masked."""
    has_topic: bool = True
    topic: str | None = None
    """The topic's title."""
    language: str | None = None


def masked(address: str) -> str:
    """Return an address so that its owner knows it and nobody else learns it: `a•••@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}•••@{domain}"


def leaving_page(words: Words, brand: str, leaving: Leaving) -> str:
    """Ask what somebody wants to leave."""
    options = [(Choice.MARKETING, words.all_marketing, words.all_note)]
    if leaving.has_topic:
        options.insert(0, (Choice.TOPIC, leaving.topic or words.this_topic, words.topic_note))
    choices = "".join(
        f'<label class="choice"><input type="radio" name="{CHOICE_FIELD}" value="{choice}"'
        f"{' checked' if index == 0 else ''}>"
        f"<span><b><bdi>{escape(title)}</bdi></b><small>{escape(note)}</small></span></label>"
        for index, (choice, title, note) in enumerate(options)
    )
    to_whom = f"<p>{_with_address(words.goes_to, leaving.address)}</p>" if leaving.address else ""
    form = (
        f"<fieldset><legend>{escape(words.question)}</legend>{choices}</fieldset>{_button(words.unsubscribe)}"
    )
    return _page(words, brand, words.unsubscribe, f"{to_whom}{_form(form)}")


def left_page(words: Words, brand: str, leaving: Leaving, choice: Choice) -> str:
    """Confirm what was left, and offer the rest."""
    if choice is Choice.TOPIC and leaving.has_topic:
        title = f"<bdi>{escape(leaving.topic or words.this_topic)}</bdi>"
        done = escape(words.left_topic).replace(TOPIC, title)
        rest = f'<input type="hidden" name="{CHOICE_FIELD}" value="{Choice.MARKETING}">'
        more = f"<hr><p>{escape(words.more)}</p>{_form(rest + _button(words.leave_all, 'quiet'))}"
    else:
        done, more = escape(words.left_all), ""
    body = f"<p>{done}</p><p class='note'>{escape(words.on_its_way)}</p>{more}"
    return _page(words, brand, words.left, body)


def dead_page(words: Words, brand: str) -> str:
    """Say that a link leads nowhere."""
    return _page(words, brand, words.dead, f"<p>{escape(words.dead_note)}</p>")


def away_page(words: Words, brand: str) -> str:
    """Ask for patience."""
    return _page(words, brand, words.away, f"<p>{escape(words.away_note)}</p>")


def _with_address(sentence: str, address: str) -> str:
    return escape(sentence).replace(ADDRESS, f"<bdi class='address'>{escape(address)}</bdi>")


def _form(content: str) -> str:
    """Return a form that goes to the page's own address."""
    return f'<form method="post"><input type="hidden" name="{PAGE_FIELD}" value="{YES}">{content}</form>'


def _button(label: str, look: str = "main") -> str:
    return f'<button class="{look}" name="{GESTURE_FIELD}" value="{YES}">{escape(label)}</button>'


def _page(words: Words, brand: str, title: str, content: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{words.tag}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}{f' · {escape(brand)}' if brand else ''}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="robots" content="noindex, nofollow">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{f'<p class=brand><bdi>{escape(brand)}</bdi></p>' if brand else ''}"
        f"<h1>{escape(title)}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    )
