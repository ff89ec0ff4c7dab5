"""Attack strings through every place of a mail, and nonsense through the compiler."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.model.content import Syntax, Tracking
from jo.render.message import Quarantine, Rendered
from tests.unit.render.samples import (
    DATA,
    HTML_FOOTER,
    a_template,
    attempt,
    compiled,
    outcome,
    parsed,
    with_contact,
)

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" style="background:url(javascript:alert(1))',
    "--><script>alert(1)</script><!--",
    "<![endif]--><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</p></div></td></table><form action=https://evil.example>",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/",
    'https://evil.example/" onclick="x',
    "https://good.example@evil.example/",
    "../../evil?x=1&y=2#z",
    "a\r\nBcc: evil@x.example",
    "a\r\n\r\n<script>alert(1)</script>",
    "=?utf-8?q?Bob=0d=0aBcc=3a_evil=40x=2ecom?=",
    "=_jo_" + "0123456789abcdef" * 4,
    "\r\n--=_jo_" + "0123456789abcdef" * 4 + "--\r\n",
    "=0D=0ABcc:=20evil@x.example",
    ".\r\n.\r\nQUIT",
    "{{ 7 * 7 }}{% for x in range(9) %}{{ x }}{% endfor %}",
    "[x](javascript:alert(1)) ![y](https://evil.example/p.png)",
    "\x00\x01\x1b[31m\x7f\x85\u2028\u2029\u202e\u2066\ufeff\ud800",
    "&lt;script&gt;&#106;avascript:",
    "%0d%0aBcc: x",
    "é" * 400,
    "🎉" * 300,
    " ",
    "",
]

TEMPLATE = compiled(
    a_template(
        '<!doctype html><html><head><title>{{ contact.name }}</title></head><body title="{{ contact.name }}">'
        '<p class="{{ contact.name }}">{{ contact.name }}</p>'
        '<a href="https://x.example/{{ contact.name }}?q={{ contact.name }}#{{ contact.name }}">x</a>'
        '<img src="https://x.example/{{ contact.name }}.png" alt="{{ contact.name }}">'
        '<!--[if mso]><p title="{{ contact.name }}">{{ contact.name }}</p><![endif]-->'
        "<pre>{{ contact.name }}</pre><table><tr><td>{{ contact.name }}</td></tr></table>"
        f"{HTML_FOOTER}</body></html>",
        syntax=Syntax.HTML,
        subject="For {{ contact.name }}",
        preheader="{{ contact.name }}",
        tracking=Tracking.OFF,
    )
)


class _Shape(HTMLParser):
    """What a page is made of, without its texts and values."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, ...]] = []
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, *(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        self.shape.append(("/" + tag,))

    def handle_comment(self, data: str) -> None:
        inner = _Shape(data.partition(">")[2])
        self.shape += [("comment",), *inner.shape]


def shape_of(mail: Rendered) -> _Shape:
    return _Shape(mail.html)


HARMLESS = outcome(TEMPLATE)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_field_stays_text_in_every_place(attack: str) -> None:
    assert isinstance(HARMLESS, Rendered)

    mail = outcome(TEMPLATE, with_contact(name=attack))

    assert isinstance(mail, Rendered)
    assert shape_of(mail).shape == shape_of(HARMLESS).shape
    assert all(
        address.startswith(("https://x.example/", "https://go.aurora.example/u/"))
        for address in shape_of(mail).addresses
    )
    message = parsed(mail)
    assert message.keys() == parsed(HARMLESS).keys()
    assert message["Subject"] is not None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_whole_address_is_held_or_is_a_web_address(attack: str) -> None:
    template = compiled(a_template("<a href='{{ contact.site }}'>x</a>" + HTML_FOOTER, syntax=Syntax.HTML))

    mail = outcome(template, with_contact(site=attack))

    if isinstance(mail, Rendered):
        (address, _) = shape_of(mail).addresses
        assert address.startswith("https://")
        assert not set(address) & set("<>\"'` \n")
    else:
        assert isinstance(mail, Quarantine)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_text_at_all_breaks_out(name: str) -> None:
    assert isinstance(HARMLESS, Rendered)

    mail = outcome(TEMPLATE, with_contact(name=name))

    assert isinstance(mail, Rendered)
    assert shape_of(mail).shape == shape_of(HARMLESS).shape
    assert parsed(mail).keys() == parsed(HARMLESS).keys()


FRAGMENTS = st.sampled_from(
    [
        "{{ contact.name }}",
        "{{",
        "}}",
        "{% if contact.logins %}",
        "{% endif %}",
        "{% else %}",
        "{% for x in [1] %}",
        "{% endfor %}",
        "{{ x | upper }}",
        "{#",
        "#}",
        "<p>",
        "</p>",
        "<table>",
        "<tr><td>",
        "</table>",
        "<a href='",
        "'>",
        "https://x.example/",
        '"',
        "<!--",
        "-->",
        "<!--[if mso]>",
        "<![endif]-->",
        "<style>",
        "</style>",
        "&#123;",
        "- a\n",
        "\n\n",
        "# ",
        "**",
        "[",
        "](",
        ")",
        "`",
        "| a | b |\n|---|---|\n",
        "<mj-text>",
        "</mj-text>",
        "\x00",
        "é",
        "{% set y = 1 %}",
        "{{ y }}",
        "{%- ",
        " -%}",
        "<title>",
        "<svg>",
        "<body",
        ">",
        "=",
        "jo0z",
        "{{ postal }}",
    ]
)


@settings(derandomize=True, max_examples=600, deadline=None)
@given(st.lists(FRAGMENTS, max_size=14), st.sampled_from(list(Syntax)))
def test_nonsense_gets_faults_or_a_mail_but_never_an_exception(fragments: list[str], syntax: Syntax) -> None:
    body = "".join(fragments)

    template, faults = attempt(
        a_template(body + (HTML_FOOTER if syntax is Syntax.HTML else ""), syntax=syntax)
    )

    if template is None:
        assert faults
    else:
        mail = outcome(template, {**DATA, "x": 1})
        if isinstance(mail, Rendered):
            parsed(mail)


SIZE = 20_000
HOSTILE = {
    "brackets": ("[" * SIZE, Syntax.MARKDOWN),
    "images": ("![" * SIZE, Syntax.MARKDOWN),
    "emphasis": ("*_" * SIZE, Syntax.MARKDOWN),
    "code spans": ("".join("`" * count + " " for count in range(1, 200)), Syntax.MARKDOWN),
    "nested quotes": ("\n".join(">" * count for count in range(200)), Syntax.MARKDOWN),
    "references": ("[a]: x\n" * 5_000, Syntax.MARKDOWN),
    "a wide table": ("|" * 2_000 + "\n" + "|-" * 2_000 + "|\n" + "|\n" * 2_000, Syntax.MARKDOWN),
    "statements": ("{% if contact.logins %}\n" * 3_000, Syntax.MARKDOWN),
    "tokens": ("{{ contact.name }} " * 4_000, Syntax.MARKDOWN),
    "open tags": ("<a " * SIZE, Syntax.HTML),
    "open comments": ("<!--" * SIZE, Syntax.HTML),
    "open conditions": ("<!--[if mso]>" * 5_000, Syntax.HTML),
    "declarations": ("<![" * SIZE, Syntax.HTML),
    "declarations for Outlook": ("<!--[if mso]><![<![x<![endif]-->", Syntax.HTML),
    "attributes": ("<p " + " ".join(f"a{number}=1" for number in range(5_000)) + ">", Syntax.HTML),
    "selectors": (
        "<style>" + "a:not(:not(b)) * * * { c: d }" * 200 + "</style>" + "<p>x</p>" * 2_000,
        Syntax.HTML,
    ),
    "braces of CSS": ("<style>" + "{" * SIZE, Syntax.HTML),
    "sections": ("<mjml><mj-body>" + "<mj-section></mj-section>" * 3_000 + "</mj-body></mjml>", Syntax.MJML),
    "declarations in MJML": ("<mjml><mj-body><![<![</mj-body></mjml>", Syntax.MJML),
    "surrogates": ("\ud800 {{ contact.name }}", Syntax.MARKDOWN),
    "controls": ("".join(map(chr, range(32))) + "\x7f\x85\u2028", Syntax.HTML),
}


@pytest.mark.parametrize(("body", "syntax"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_gets_faults_and_harms_nothing(body: str, syntax: Syntax) -> None:
    template, faults = attempt(a_template(body, syntax=syntax))

    assert template is None
    assert faults
