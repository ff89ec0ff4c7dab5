"""Markdown, MJML and HTML bodies, and the text part that is derived from them."""

import pytest

from jo.model.content import Syntax
from jo.render import mjml
from jo.render.message import Rendered
from tests.unit.render.samples import (
    FOOTER,
    a_template,
    attempt,
    compiled,
    faults_of,
    footer,
    rendered,
    with_contact,
)

MJML_FOOTER = '<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ postal }}</mj-text>'


def html_of(body: str, **changes: object) -> str:
    return rendered(compiled(a_template(body + footer(changes), **changes))).html


def text_of(body: str, **changes: object) -> str:
    return rendered(compiled(a_template(body + footer(changes), **changes))).text.split("\n\nUnsubscribe")[0]


# -- Markdown ----------------------------------------------------------------------------------------


def test_data_is_never_read_as_markdown() -> None:
    template = compiled(a_template("Dear {{ contact.name }}," + FOOTER))

    mail = rendered(template, with_contact(name="*Ana* [x](https://evil.example) # <b>"))

    assert "Dear *Ana* [x](https://evil.example) # &lt;b&gt;," in mail.html
    assert "Dear *Ana* [x](https://evil.example) # <b>," in mail.text


def test_html_in_markdown_is_text() -> None:
    assert "&lt;b&gt;bold&lt;/b&gt;" in html_of("<b>bold</b>")


def test_a_line_of_statements_makes_no_paragraph() -> None:
    html = html_of("{% if contact.logins %}\nMany.\n{% endif %}\n\nEnd.")

    assert "<p>Many.</p>" in html
    assert "<p></p>" not in html
    assert html.count("<p>") == 3


def test_a_loop_around_a_list_makes_one_list() -> None:
    html = html_of("{% for x in ['a', 'b'] %}\n- {{ x }}\n{% endfor %}")

    assert html.count("<ul>") == 1
    assert html.count("<li>") == 2


def test_a_loop_over_rows_of_a_table_makes_rows() -> None:
    body = "| a | b |\n|---|---|\n{% for x in [1, 2] %}\n| {{ x }} | c |\n{% endfor %}\n"

    html = html_of(body)

    assert html.count("<tr>") == 3
    assert html.count("<table>") == 1


def test_a_bold_link_alone_is_a_button() -> None:
    html = html_of('**[Start](https://x.example/ "start")**\n\nNot **[this](https://x.example/)** one.')

    assert '<p class="button"><a class="button" href="https://x.example/">Start</a></p>' in html
    assert "<strong><a" in html


def test_braces_that_are_escaped_stay_braces() -> None:
    assert "<p>{{ contact.name }}</p>" in html_of("&#123;&#123; contact.name }}")
    assert "<p>{{ x }} {% y %}</p>" in html_of(
        "{{ '{{' }} x }} {{ '{%' }} y %}{% if contact.logins %}{% endif %}"
    )


def test_words_that_look_like_our_own_stay_words() -> None:
    assert "jo0z joq1z" in html_of("jo0z joq1z {{ contact.logins }}")


# -- MJML --------------------------------------------------------------------------------------------


def mjml_document(inner: str) -> str:
    return f"<mjml><mj-body>{mjml_section(inner + MJML_FOOTER)}</mj-body></mjml>"


def mjml_section(inner: str) -> str:
    return f"<mj-section><mj-column>{inner}</mj-column></mj-section>"


def test_a_document_of_mjml_is_compiled_with_its_tokens() -> None:
    body = mjml_document(
        "<mj-text>Hi {{ contact.name }}</mj-text>"
        "{% if contact.logins %}"
        '<mj-button href="https://x.example/{{ company.id }}">Go</mj-button>'
        "{% endif %}"
    )

    mail = rendered(compiled(a_template(body, syntax=Syntax.MJML)))

    assert "Hi Ana Żółć" in mail.html
    assert 'href="https://x.example/a-42"' in mail.html
    assert "fonts.googleapis" not in mail.html
    assert "Go (https://x.example/a-42)" in mail.text


def test_a_body_of_mjml_goes_into_a_layout_of_mjml() -> None:
    layout = f"<mjml><mj-body>{{{{ body }}}}{mjml_section(MJML_FOOTER)}</mj-body></mjml>"
    body = mjml_section("<mj-text>Inner</mj-text>")

    template = a_template(body, syntax=Syntax.MJML, layout=layout, layout_syntax=Syntax.MJML)

    assert "Inner" in rendered(compiled(template)).text


def test_a_body_of_markdown_goes_into_a_layout_of_mjml() -> None:
    layout = mjml_document("<mj-text>{{ body }}</mj-text>")

    mail = rendered(compiled(a_template("# Title\n\n- *one*", layout=layout, layout_syntax=Syntax.MJML)))

    assert "<em>one</em>" in mail.html
    assert mail.text.startswith("Title\n\n- one\n")


@pytest.mark.parametrize(
    ("text", "detail", "line", "column"),
    [
        ("<mjml>\n<mj-boddy></mj-boddy></mjml>", "`<mj-boddy>` is no element of MJML here.", 2, 1),
        ("<mjml><mj-body>\n</mjml>", "`</mjml>` closes what is not open: `</mj-body>` is due here.", 2, 1),
        ("<mjml><mj-body>", "`<mj-body>` is never closed.", 1, 16),
        ('<mjml><mj-include path="x"/></mjml>', "`<mj-include>` is not accepted.", 1, 7),
        ("<mj-text>" + "<div>" * 100_000, "Elements are nested more than 60 deep.", 1, 305),
    ],
)
def test_broken_mjml_says_where(text: str, detail: str, line: int, column: int) -> None:
    with pytest.raises(mjml.MjmlError) as error:
        mjml.check(text)

    assert (error.value.detail, error.value.line, error.value.column) == (detail, line, column)


def test_a_fault_in_mjml_stands_in_the_authors_text() -> None:
    body = "<mjml><mj-body>\n{{ contact.name }}<mj-foo/></mj-body></mjml>"

    _, faults = attempt(a_template(body, syntax=Syntax.MJML))

    assert ("broken-mjml", 2, 19) in [(f.code.slug, f.at.line, f.at.column) for f in faults]


@pytest.mark.parametrize(
    ("body", "syntax", "layout", "layout_syntax", "slug"),
    [
        ("<mj-section></mj-section>", Syntax.MJML, "<body>{{ body }}</body>", Syntax.HTML, "broken-mjml"),
        ("<mj-section></mj-section>", Syntax.MJML, None, Syntax.HTML, "broken-mjml"),
        (
            "<mjml><mj-body></mj-body></mjml>",
            Syntax.MJML,
            mjml_document("{{ body }}"),
            Syntax.MJML,
            "broken-mjml",
        ),
        ("<mj-section>x</mj-section>", Syntax.HTML, None, Syntax.HTML, "broken-mjml"),
        (
            "<html><body>x</body></html>",
            Syntax.HTML,
            "<body>{{ body }}</body>",
            Syntax.HTML,
            "broken-template",
        ),
        ("x", Syntax.MARKDOWN, "<body>nothing</body>", Syntax.HTML, "broken-template"),
        ("x", Syntax.MARKDOWN, "<body>{{ body }}{{ body }}</body>", Syntax.HTML, "broken-template"),
        ("x", Syntax.MARKDOWN, '<body><p title="{{ body }}">x</p></body>', Syntax.HTML, "broken-template"),
        ("x", Syntax.MARKDOWN, "<body>{{ body | upper }}{{ body }}</body>", Syntax.HTML, "unknown-token"),
        ("{{ body }}", Syntax.MARKDOWN, None, Syntax.HTML, "unknown-token"),
    ],
)
def test_what_does_not_fit_together_is_said(
    body: str, syntax: Syntax, layout: str | None, layout_syntax: Syntax, slug: str
) -> None:
    template, faults = attempt(a_template(body, syntax=syntax, layout=layout, layout_syntax=layout_syntax))

    assert template is None
    assert slug in [fault.code.slug for fault in faults]


# -- HTML and layouts --------------------------------------------------------------------------------

LAYOUT = (
    "<!doctype html><html lang='en'><head><title>{{ subject }}</title><style>p { color: #123456 } "
    "@media (prefers-color-scheme: dark) { p { color: #fff !important } }</style></head>"
    "<body>{% if preheader %}<div style='display:none'>{{ preheader }}</div>{% endif %}"
    "<main>{{ body }}</main>"
    "{% if unsubscribe_url %}<p><a href='{{ unsubscribe_url }}'>Unsubscribe</a></p>{% endif %}"
    "{% if postal %}<p>{{ postal }}</p>{% endif %}</body></html>"
)


def framed(**changes: object) -> Rendered:
    values = {"subject": "For {{ contact.name }}", "preheader": "See {{ company.name }}"} | changes
    return rendered(compiled(a_template("Hello.", layout=LAYOUT, **values)))


def test_a_layout_places_body_subject_and_preheader() -> None:
    html = framed().html

    assert "<title>For Ana Żółć</title>" in html
    assert "<main><p" in html
    assert "See Søren &amp; Söhne" in html


def test_styles_are_inlined_and_those_for_dark_mode_stay() -> None:
    html = framed().html

    assert '<p style="color: #123456;">Hello.</p>' in html
    assert "prefers-color-scheme: dark" in html


def test_a_layout_serves_mail_without_an_unsubscribe_link_as_well() -> None:
    from jo.model.content import MailClass

    html = framed(class_=MailClass.TRANSACTIONAL).html

    assert "Unsubscribe" not in html


def test_a_preheader_that_the_layout_does_not_place_is_hidden_at_the_top() -> None:
    mail = rendered(compiled(a_template(preheader="Three short steps")))

    assert 'font-size:1px;opacity:0">Three short steps</div>' in mail.html
    assert "Three short steps" not in mail.text


def test_comments_go_and_those_for_outlook_stay() -> None:
    html = html_of("<p>a<!-- secret --></p><!--[if mso]><p>only Outlook</p><![endif]-->", syntax=Syntax.HTML)

    assert "secret" not in html
    assert "<!--[if mso]><p>only Outlook</p><![endif]-->" in html


# -- the text part -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# A title\n\nOne *two*\nthree.\n\nFour.", "A title\n\nOne two three.\n\nFour."),
        ("See [the guide](https://x.example/g).", "See the guide (https://x.example/g)."),
        ("<https://x.example/g>", "https://x.example/g"),
        ("- a\n- b\n  - c\n\nd", "- a\n- b\n  - c\n\nd"),
        ("1. a\n2. b", "1. a\n2. b"),
        ("3. a\n4. b", "3. a\n4. b"),
        ("- a\n\n- b", "- a\n\n- b"),
        ("| a | b |\n|---|---|\n| c | d |", "a | b\nc | d"),
        ("one\\\ntwo", "one\ntwo"),
        ("a\n\n---\n\nb", "a\n\n* * *\n\nb"),
        ("```\nx\n  y\n```", "x\n  y"),
        ("![A chart](https://x.example/c.png)", "A chart"),
        ("[![Go](https://x.example/c.png)](https://x.example/)", "Go (https://x.example/)"),
        ("a {% if contact.logins %}b{% else %}c{% endif %} d", "a b d"),
        ("a\n\n{% if not contact.logins %}\nb\n{% endif %}\n\nc", "a\n\nc"),
        ("a\n\n{% for x in ['b', 'c'] %}\n- {{ x }}\n{% endfor %}\n\nd", "a\n\n- b\n- c\n\nd"),
    ],
)
def test_the_text_part_reads_well(body: str, expected: str) -> None:
    assert text_of(body).lstrip("\n") == expected


def test_layout_tables_leave_no_trace_in_the_text() -> None:
    rows = "<tr><td>one</td><td>two</td></tr><tr><td>&nbsp;</td></tr>"
    body = f'<table role="presentation">{rows}</table><p>three</p>'

    assert text_of(body, syntax=Syntax.HTML).split() == ["one", "two", "three"]


# -- what has no place in a mail ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ("<script>alert(1)</script>", "refused-template-feature"),
        ("<p onclick='x()'>x</p>", "refused-template-feature"),
        ("<iframe src='https://x.example'></iframe>", "refused-template-feature"),
        ("<form action='https://x.example'><input type='text'></form>", "refused-template-feature"),
        ("<link rel='stylesheet' href='https://x.example/x.css'>", "refused-template-feature"),
        ("<meta http-equiv='refresh' content='0'>", "refused-template-feature"),
        ("<base href='https://x.example'>", "refused-template-feature"),
        ("<svg><a xlink:href='x'></a></svg>", "refused-template-feature"),
        ("<style>@import url(https://x.example/x.css);</style>", "refused-template-feature"),
        ("<style>p { color: {{ contact.name }} }</style>", "refused-template-feature"),
        ("<p style='color: {{ contact.name }}'>x</p>", "refused-template-feature"),
        ("<p {{ contact.name }}>x</p>", "refused-template-feature"),
        ("<{{ contact.name }}>x", "refused-template-feature"),
        ("<p {% if contact.logins %}class='a'{% endif %}>x</p>", "refused-template-feature"),
        ("<!--[if mso]><p title={{ contact.name }}>x</p><![endif]-->", "refused-template-feature"),
        ("<a href='javascript:alert(1)'>x</a>", "unsafe-link"),
        ("<a href='data:text/html,x'>x</a>", "unsafe-link"),
        ("<a href='/relative'>x</a>", "unsafe-link"),
        ("<a href=''>x</a>", "unsafe-link"),
        ("<a href='https://'>x</a>", "unsafe-link"),
        ("<a href='http://x.example'>x</a>", "unsafe-link"),
        ("<img src='cid:x' alt='x'>", "unsafe-link"),
        ("<a href='{{ contact.site }}/path'>x</a>", "unsafe-link"),
        ("<a href='https://{{ contact.id }}/'>x</a>", "unsafe-link"),
        ("<a href='https://x.example{{ contact.id }}/'>x</a>", "unsafe-link"),
        ("<a href='https://x.example/' data-link='A b'>x</a>", "unsafe-link"),
        ("<a href='https://x.example/{% if contact.logins %}a{% endif %}'>x</a>", "refused-template-feature"),
        ("<a href='https://x.example/{{ contact.first_name or 1 }}'>x</a>", "refused-template-feature"),
        ("<img src='https://x.example/a.png'>", "missing-alt-text"),
        ("{% if contact.logins %}<table><tr><td>{% endif %}x</td></tr></table>", "broken-template"),
    ],
)
def test_what_has_no_place_in_a_mail_is_found(body: str, slug: str) -> None:
    assert slug in [found for found, _, _ in faults_of(body, syntax=Syntax.HTML)]


def test_faults_of_the_page_stand_where_they_were_written() -> None:
    found = faults_of("one\n\n[x](javascript:alert) and ![](https://x.example/p.png)\n\n[y](/relative)")

    assert found == [("unsafe-link", 3, 5), ("unsafe-link", 5, 5)]


def test_nothing_is_loaded_from_anywhere_while_compiling() -> None:
    body = "<link rel='stylesheet' href='file:///etc/hostname'><p>x</p>"

    template, _ = attempt(a_template(body, syntax=Syntax.HTML))

    assert template is None


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 20_000,
        "".join(f"<b id='{number}'>" for number in range(3_000)) + "<p>" * 3_000,
        "<p>x</p>" * 20_000,
        "<style>"
        + "".join(f".a{n} p, .b{n} p {{ color: red }}" for n in range(2_000))
        + "</style>"
        + "<p>x</p>" * 2_000,
        "<style>" + "* " * 400 + "{ color: red }</style>",
    ],
)
def test_a_page_that_would_cost_too_much_is_refused(body: str) -> None:
    assert "costly-template" in [slug for slug, _, _ in faults_of(body, syntax=Syntax.HTML)]
