"""Finished mails: their form, that equal input gives equal bytes, and what cannot be built."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jo.model.content import MailClass
from jo.render.message import Quarantine, Rendered, Request, render, render_all
from tests.unit.render.samples import (
    DATA,
    ENVELOPE,
    FOOTER,
    SITE,
    a_template,
    compiled,
    outcome,
    parsed,
    rendered,
    run_here,
    with_contact,
)


def test_a_mail_has_exactly_its_fields_and_two_parts() -> None:
    message = parsed(rendered(compiled(a_template(subject="Für {{ contact.name }}"))))

    assert message.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Content-Type",
    ]
    assert message["Subject"] == "Für Ana Żółć"
    assert message["To"].addresses[0].display_name == "Ana Żółć"
    assert message["Message-ID"] == f"<{ENVELOPE.identity[:40]}@mail.aurora.example>"
    assert message["List-Id"] == "Onboarding <onboarding.mail.aurora.example>"
    assert message["List-Unsubscribe"].startswith("<https://go.aurora.example/u/k1.i-123.")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_the_parts_are_what_the_mail_says_they_are() -> None:
    mail = rendered(compiled(a_template("Grüße, {{ contact.name }} 🎉" + FOOTER)))
    text, html = parsed(mail).iter_parts()

    assert text.get_content().replace("\r\n", "\n") == mail.text
    assert html.get_content().replace("\r\n", "\n") == mail.html
    assert mail.text.startswith("Grüße, Ana Żółć 🎉\n")


def test_mail_that_is_not_marketing_has_no_list_fields() -> None:
    message = parsed(rendered(compiled(a_template("x", class_=MailClass.TRANSACTIONAL))))

    assert not [name for name in message if name.startswith("List-")]


def test_equal_input_gives_equal_bytes_and_each_input_matters() -> None:
    template = compiled(a_template())
    first = rendered(template)

    assert rendered(compiled(a_template())).data == first.data
    for other in (
        replace(ENVELOPE, identity="f" * 64),
        replace(ENVELOPE, intent="i-9"),
        replace(ENVELOPE, date=ENVELOPE.date + timedelta(seconds=1)),
        replace(ENVELOPE, to_address="eva@customer.example"),
    ):
        assert rendered(template, envelope=other).data != first.data


def test_no_line_of_the_body_is_longer_than_76() -> None:
    mail = rendered(
        compiled(a_template("word " * 500 + "{{ contact.name }}" + FOOTER)), with_contact(name="ü" * 500)
    )

    assert max(len(line) for line in mail.data.split(b"\r\n\r\n", 1)[1].split(b"\r\n")) <= 76


@pytest.mark.parametrize(
    ("body", "data", "reason"),
    [
        (
            "[x]({{ contact.site }})",
            with_contact(site="javascript:alert(1)"),
            "is not an http, https or mailto",
        ),
        ("[x]({{ contact.site }})", with_contact(site=None), "is not an http, https or mailto"),
        ("[x](https://{{ contact.id }}.x.example/)", with_contact(id="evil.example/"), "name of a host"),
        ("{{ contact.since | date }}", with_contact(since="soon"), "cannot take"),
        ("{{ contact.logins | number }}", with_contact(logins="many"), "cannot take"),
        ("{{ contact.name }}", {**DATA, "contact": {}}, "has no value in the facts"),
        ("{{ contact.name }}", with_contact(name="x" * 1_200_000), "larger than"),
        ("{% if contact.logins > 3 %}a{% endif %}", with_contact(logins=None), "cannot take"),
        ("{% if contact.name == 'x' %}a{% endif %}", {**DATA, "contact": {}}, "has no value"),
    ],
)
def test_what_cannot_be_built_is_quarantined_with_a_reason_without_data(
    body: str, data: dict[str, object], reason: str
) -> None:
    result = outcome(compiled(a_template(body + FOOTER)), data)

    assert isinstance(result, Quarantine)
    assert reason in result.reason
    assert "alert" not in result.reason
    assert "evil" not in result.reason


def test_an_address_beyond_ascii_stays_as_it_is() -> None:
    mail = rendered(compiled(a_template()), envelope=replace(ENVELOPE, to_address="wójcik@wp.example"))

    assert "<wójcik@wp.example>\r\n" in mail.data.decode()


@pytest.mark.parametrize("address", ["nobody", "a@b\r\nBcc: c@d.example", "a\u202eb@x.example", ""])
def test_a_bad_recipient_is_quarantined(address: str) -> None:
    assert isinstance(
        outcome(compiled(a_template()), envelope=replace(ENVELOPE, to_address=address)), Quarantine
    )


def test_null_prints_nothing_and_a_default_stands_in() -> None:
    body = "[{{ contact.first_name }}] [{{ contact.first_name | default('you') }}] [{{ participant.tier }}]"

    mail = rendered(compiled(a_template(body + FOOTER)), with_contact(first_name=None))

    assert mail.text.startswith("[] [you] []")


def test_plans_and_logic_print_values_alike() -> None:
    tokens = (
        "{{ contact.name }}|{{ contact.logins }}|{{ contact.logins | number(1, 'de') }}|"
        "{{ contact.since | date }}|{{ contact.first_name | default('x') | upper }}|"
        "{{ participant.tier }}|{{ company.name | truncate(7) }}"
    )
    logic = "{% if contact.logins %}" + tokens + "{% endif %}"
    data = with_contact(name="<Ana & 'Bo' \"Cy\">\r\n\x00\u202e=?utf-8?q?x?=", logins=12.0)

    first = rendered(compiled(a_template(tokens + FOOTER)), data)
    second = rendered(compiled(a_template(logic + FOOTER)), data)

    assert first.text == second.text
    assert first.html == second.html


def test_a_batch_keeps_its_order_and_a_bad_mail_fails_alone() -> None:
    plan = compiled(a_template("P {{ contact.name }}" + FOOTER))
    logic = compiled(a_template("{% if contact.logins > 1 %}L {{ contact.name }}{% endif %}" + FOOTER))
    data = [with_contact(name="a"), with_contact(name="b", logins=None), with_contact(name="c")]
    requests = [
        Request(template=template, version="default", data=row, envelope=ENVELOPE)
        for row in data
        for template in (logic, plan)
    ]

    results = render_all(requests, SITE, run_here)

    shown = [result.text.split("\n")[0] if isinstance(result, Rendered) else "-" for result in results]
    assert shown == ["L a", "P a", "-", "P b", "L c", "P c"]


def test_logic_is_not_rendered_in_process() -> None:
    template = compiled(a_template("{% if contact.logins %}x{% endif %}" + FOOTER))

    with pytest.raises(ValueError, match="needs a worker"):
        render(template, "default", DATA, ENVELOPE, SITE)
