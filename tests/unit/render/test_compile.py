"""Compiling whole templates: versions, senders, links, and what marketing mail has to have."""

from dataclasses import replace
from pathlib import Path

import pytest

from jo.conditions.condition import ALWAYS, NEVER
from jo.model.content import Body, MailClass, Syntax, Tracking, Version
from jo.render.compiled import choose_version
from jo.render.faults import Where
from tests.unit.render.samples import (
    CSM_SENDER,
    DATA,
    ENVELOPE,
    FOOTER,
    SENDER,
    a_template,
    attempt,
    compiled,
    faults_of,
    parsed,
    rendered,
)

MARKDOWN = Syntax.MARKDOWN
BRAND = Path(__file__).parents[3] / "templates" / "layouts" / "brand.html.j2"


def slugs(template: object, **kwargs: object) -> list[str]:
    _, faults = attempt(template, **kwargs)  # type: ignore[arg-type]  # passed on as they are
    return [fault.code.slug for fault in faults]


# -- plans and logic ---------------------------------------------------------------------------------


def test_a_template_of_tokens_is_a_plan_in_all_its_parts() -> None:
    version = compiled(a_template("Hi {{ contact.name }} at {{ product }}" + FOOTER)).versions["default"]

    assert version.logic is None
    assert not version.with_logic


def test_only_the_parts_with_logic_need_a_worker() -> None:
    version = compiled(a_template(subject="{{ contact.first_name or 'You' }}")).versions["default"]

    assert version.with_logic.keys() == {"subject", "html"}
    assert version.logic is not None
    assert version.logic.parts.keys() == {"subject", "html"}, "the page has the subject as its title"


def test_equal_templates_have_one_digest_and_others_another() -> None:
    body = "{% if contact.logins %}\na\n{% endif %}\n\n"
    first, again, other = (
        compiled(a_template(text + FOOTER)).versions["default"].logic
        for text in (body, body, body.replace("logins", "name"))
    )

    assert first is not None
    assert other is not None
    assert first == again
    assert first.digest != other.digest


def test_what_a_template_reads_is_known() -> None:
    template = compiled(a_template("{{ contact.name }} {{ product }}" + FOOTER), sender=CSM_SENDER)

    assert template.paths == {("contact", "name"), ("company", "csm", "name"), ("company", "csm", "email")}


# -- versions ----------------------------------------------------------------------------------------


def test_the_first_version_that_holds_is_chosen_else_the_default() -> None:
    versions = {"ja": Version(when=NEVER), "enterprise": Version(when=ALWAYS), "late": Version(when=ALWAYS)}
    template = compiled(a_template(versions=versions))

    assert choose_version(template, lambda condition: condition == ALWAYS) == "enterprise"
    assert choose_version(template, lambda condition: False) == "default"


def test_a_version_has_its_own_texts_and_the_templates_others() -> None:
    ja = Version(when=ALWAYS, subject="ようこそ", body=Body(syntax=MARKDOWN, text="こんにちは" + FOOTER))
    template = compiled(a_template(preheader="Soon", versions={"ja": ja}))

    mail = rendered(template, version="ja")

    assert (mail.subject, "こんにちは" in mail.text, "Soon" in mail.html) == ("ようこそ", True, True)
    assert rendered(template).subject == "Welcome"


def test_a_fault_in_a_shared_text_is_reported_once_at_its_owner() -> None:
    versions = {
        "a": Version(when=ALWAYS, subject="A"),
        "b": Version(when=ALWAYS, body=Body(syntax=MARKDOWN, text="{{ contact.nme }}" + FOOTER)),
    }
    _, faults = attempt(a_template("{{ contact.naem }}" + FOOTER, versions=versions))

    assert [(fault.at.version, fault.detail) for fault in faults] == [
        ("default", "`contact` has no field `naem`."),
        ("b", "`contact` has no field `nme`."),
    ]


def test_all_faults_of_all_texts_come_at_once() -> None:
    layout = "<body>{{ nosuch }} {{ body }}</body>"
    _, faults = attempt(
        a_template("{{ no.a }}" + FOOTER, subject="{{ no.b }}", preheader="{{ no.c }}", layout=layout)
    )

    assert [fault.at.where for fault in faults if fault.code.slug == "unknown-token"] == [
        Where.SUBJECT,
        Where.PREHEADER,
        Where.BODY,
        Where.LAYOUT,
    ]


@pytest.mark.parametrize(
    ("written", "contact", "version", "language"),
    [
        ("en", "fr", "default", "en"),
        ("en", "ja", "ja", "ja"),
        ("en", None, "ja", "en"),
        (None, "fr", "default", "fr"),
        (None, None, "default", "und"),
        (None, "pt_BR", "ja", "pt-BR"),
        ("en", '"><script>', "ja", "en"),
    ],
)
def test_the_page_says_its_language(
    written: str | None, contact: str | None, version: str, language: str
) -> None:
    lang = f' lang="{written}"' if written else ""
    template = compiled(
        a_template(
            layout=f"<html{lang}><body>{{{{ body }}}}</body></html>", versions={"ja": Version(when=ALWAYS)}
        )
    )

    mail = rendered(template, version=version, envelope=replace(ENVELOPE, language=contact))

    assert f'<html lang="{language}">' in mail.html


# -- what marketing mail has to have -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("footer", "missing"),
    [
        ("[Unsubscribe]({{ unsubscribe_url }}) {{ postal }}", []),
        ("[Unsubscribe]({{ unsubscribe_url }}) {{ postal | upper }}", []),
        ("{{ postal }}", ["missing-unsubscribe"]),
        ("[Unsubscribe]({{ unsubscribe_url }})", ["missing-postal-address"]),
        ("{{ unsubscribe_url }} {{ postal }}", ["missing-unsubscribe"]),
        ("[]({{ unsubscribe_url }}) {{ postal }}", ["missing-unsubscribe"]),
        (
            "{% if contact.logins %}[Unsubscribe]({{ unsubscribe_url }}){% endif %} {{ postal }}",
            ["missing-unsubscribe"],
        ),
    ],
)
def test_marketing_mail_needs_a_visible_way_out_and_an_address(footer: str, missing: list[str]) -> None:
    assert slugs(a_template("x\n\n" + footer)) == missing


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "visibility: hidden",
        "font-size:0",
        "font-size: 1px",
        "max-height:0",
        "opacity:0",
        "mso-hide:all",
    ],
)
def test_a_hidden_way_out_is_none(style: str) -> None:
    hidden = f"<div style='{style}'><a href='{{{{ unsubscribe_url }}}}'>Out</a></div><p>{{{{ postal }}}}</p>"

    assert slugs(a_template(hidden, syntax=Syntax.HTML)) == ["missing-unsubscribe"]


def test_a_way_out_that_a_style_sheet_hides_is_none() -> None:
    style = "<style>.out { display: none }</style>"
    hidden = style + "<p class='out'><a href='{{ unsubscribe_url }}'>Out</a></p>{{ postal }}"

    assert slugs(a_template(hidden, syntax=Syntax.HTML)) == ["missing-unsubscribe"]


def test_every_version_needs_the_way_out() -> None:
    bare = Version(when=ALWAYS, body=Body(syntax=MARKDOWN, text="Nothing here."))
    _, faults = attempt(a_template(versions={"bare": bare}))

    assert [(fault.at.version, fault.code.slug) for fault in faults] == [
        ("bare", "missing-unsubscribe"),
        ("bare", "missing-postal-address"),
    ]


def test_a_sender_without_a_postal_address_cannot_send_marketing() -> None:
    _, faults = attempt(a_template("[Out]({{ unsubscribe_url }})"), sender=replace(SENDER, postal=None))

    assert [(fault.code.slug, fault.at.where, fault.at.key) for fault in faults] == [
        ("missing-postal-address", Where.SENDER, "postal")
    ]


def test_other_mail_needs_neither_and_may_not_promise_a_way_out() -> None:
    assert slugs(a_template("Maintenance.", class_=MailClass.TRANSACTIONAL)) == []
    assert slugs(a_template("[Out]({{ unsubscribe_url }})", class_=MailClass.TRANSACTIONAL)) == [
        "unknown-token"
    ]


# -- headers and senders -----------------------------------------------------------------------------


def test_a_subject_of_two_lines_is_refused() -> None:
    _, faults = attempt(a_template(subject="Welcome\nBcc: evil@x.example"))

    assert [(fault.code.slug, fault.at.line, fault.at.column) for fault in faults] == [("header-break", 1, 8)]


def test_a_line_end_after_the_subject_is_none() -> None:
    assert rendered(compiled(a_template(subject="Welcome\n"))).subject == "Welcome"


@pytest.mark.parametrize(
    ("changes", "slug", "key"),
    [
        ({"from_address": "no address"}, "header-break", "from_address"),
        ({"reply_to": "no address"}, "header-break", "reply_to"),
        ({"from_name": "A\r\nBcc: x@y.example"}, "header-break", "from_name"),
        ({"from_name": "{{ company.cms.name }}"}, "unknown-token", "from_name"),
        ({"from_name": "{{ sender_name }}"}, "unknown-token", "from_name"),
        ({"from_name": "{% if contact.logins %}a{% endif %}"}, "refused-template-feature", "from_name"),
        ({"from_name": "{{ company.csm.name }}"}, "unguarded-null", "from_name"),
    ],
)
def test_a_broken_sender_is_found(changes: dict[str, str], slug: str, key: str) -> None:
    _, faults = attempt(a_template(), sender=replace(SENDER, **changes))  # type: ignore[arg-type]  # texts only

    assert (slug, Where.SENDER, key) in [(fault.code.slug, fault.at.where, fault.at.key) for fault in faults]


def test_the_sender_comes_from_the_facts_and_its_name_can_be_printed() -> None:
    mail = rendered(compiled(a_template("Yours, {{ sender_name }}" + FOOTER), sender=CSM_SENDER))

    message = parsed(mail)
    assert message["From"].addresses[0].display_name == "Zoë, CSM"
    assert message["From"].addresses[0].addr_spec == "zoe@aurora.example"
    assert message["Reply-To"] == "help@aurora.example"
    assert "Yours, Zoë, CSM" in mail.text


def test_the_fallback_serves_where_the_sender_is_null() -> None:
    nobody = {**DATA, "company": {**DATA["company"], "csm": None}}

    mail = rendered(compiled(a_template("Yours, {{ sender_name }}" + FOOTER), sender=CSM_SENDER), nobody)

    assert parsed(mail)["From"] == "Aurora Team <team@aurora.example>"
    assert "Yours, Aurora Team" in mail.text


# -- links -------------------------------------------------------------------------------------------

LINKS = (
    '[guide](https://x.example/guide "guide") [mine]({{ contact.site }}) '
    "[part](https://x.example/{{ company.name }}?q=1) "
    "[mail](mailto:help@aurora.example) [in]({{ portal }}/in)" + FOOTER
)


def test_without_tracking_links_are_what_they_are() -> None:
    html = rendered(compiled(a_template(LINKS))).html

    assert 'href="https://x.example/guide"' in html
    assert 'href="https://ana.example/start"' in html
    assert 'href="https://x.example/S%C3%B8ren%20%26%20S%C3%B6hne?q=1"' in html
    assert 'href="https://app.aurora.example/in"' in html


def test_with_tracking_web_links_go_through_jo_and_lead_to_the_same_place() -> None:
    template = compiled(a_template(LINKS, tracking=Tracking.CLICKS))
    mail = rendered(template)
    links = template.versions["default"].links

    assert mail.html.count('href="https://go.aurora.example/c/k1.i-123.') == 4
    assert "mailto:help@aurora.example" in mail.html
    assert [(link.name, link.url) for link in links][:2] == [
        ("guide", "https://x.example/guide"),
        (None, None),
    ]
    assert links[1].make(DATA) == "https://ana.example/start"
    assert template.link_names() == {"guide"}
    assert mail.text.count("https://go.aurora.example/c/") == 4


def test_the_way_out_is_never_tracked() -> None:
    mail = rendered(compiled(a_template(tracking=Tracking.INDIVIDUAL)))

    assert 'href="https://go.aurora.example/u/' in mail.html


def test_who_does_not_consent_gets_plain_links() -> None:
    template = compiled(a_template(LINKS, tracking=Tracking.CLICKS))

    mail = rendered(template, envelope=replace(ENVELOPE, tracked=False))

    assert "/c/" not in mail.html
    assert mail.html == rendered(compiled(a_template(LINKS))).html


def test_a_link_in_html_is_named_by_an_attribute_that_is_not_sent() -> None:
    template = compiled(
        a_template(
            '<a data-link="go" href="https://x.example">x</a>' + "<p>"
            '<a href="{{ unsubscribe_url }}">Out</a> {{ postal }}</p>',
            syntax=Syntax.HTML,
        )
    )

    assert template.link_names() == {"go"}
    assert "data-link" not in rendered(template).html


# -- the sample's look -------------------------------------------------------------------------------


@pytest.mark.parametrize("class_", list(MailClass))
def test_the_sample_look_compiles_for_every_class_to_a_plan(class_: MailClass) -> None:
    body = "# Hello {{ contact.first_name | default('there') }}\n\n**[Start](https://x.example/)**"

    template = compiled(
        a_template(body, layout=BRAND.read_text(encoding="utf-8"), preheader="Soon", class_=class_)
    )

    mail = rendered(template)
    assert template.versions["default"].logic is None
    assert ("Unsubscribe" in mail.text) == (class_ is MailClass.MARKETING)
    assert "prefers-color-scheme: dark" in mail.html
    assert mail.text.startswith("Aurora CI\n\nHello Ana\n\nStart (https://x.example/)\n")


def test_a_warning_does_not_keep_a_template_from_compiling() -> None:
    assert faults_of("{{ contact.first_name }}") == [("unguarded-null", 1, 1)]
    assert attempt(a_template("{{ contact.first_name }}" + FOOTER))[0] is not None
