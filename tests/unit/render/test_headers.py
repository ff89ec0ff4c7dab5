"""Header fields: nothing in a value can become a second field, and mail programs read what was meant."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as email_policy
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.render import headers
from jo.render.escape import one_line
from jo.render.faults import UnusableError

ATTACKS = [
    "=?utf-8?q?Bob=0d=0aBcc=3a_evil=40x=2ecom?=",
    "a\r\nBcc: evil@x.example",
    "a\nBcc: evil@x.example",
    "a\rBcc: evil@x.example",
    "a\x00b",
    "a\x85b",
    "a\u2028Bcc: evil@x.example",
    "a\x0bb\x0cc\x1bd",
]


def read(field: str) -> EmailMessage:
    assert field.endswith("\r\n")
    return message_from_bytes(field.encode("ascii") + b"\r\nbody", _class=EmailMessage, policy=email_policy)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_raw_value_is_refused_or_stays_text(attack: str) -> None:
    for write in (
        lambda: headers.text("Subject", attack),
        lambda: headers.mailbox("To", "a@b.example", attack),
    ):
        try:
            message = read(write())
        except UnusableError:
            continue
        assert len(message.keys()) == 1
        assert "evil" not in str(message.get("Bcc", ""))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_field_value_becomes_one_harmless_line(attack: str) -> None:
    message = read(headers.text("Subject", one_line(attack)))

    assert message.keys() == ["Subject"]
    assert message["Subject"] == " ".join(one_line(attack).split())


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.text(max_size=200))
def test_every_subject_comes_back_as_it_was(subject: str) -> None:
    value = " ".join(one_line(subject).split())

    field = headers.text("Subject", value)

    assert max(map(len, field.split("\r\n"))) <= max([78, *map(len, value.split())])
    assert read(field)["Subject"] == value


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.text(max_size=120))
def test_every_display_name_comes_back_as_it_was(name: str) -> None:
    value = one_line(name).strip()

    message = read(headers.mailbox("To", "a@b.example", value))

    assert message.keys() == ["To"]
    (address,) = message["To"].addresses
    assert address.addr_spec == "a@b.example"
    # The standard library shows a space between encoded words that RFC 2047 (section 6.2) says is none.
    assert "".join(address.display_name.split()) == "".join(value.split())


def test_long_ascii_is_folded_between_words() -> None:
    field = headers.text("Subject", "word " * 40)

    assert all(len(line) <= 78 for line in field.split("\r\n"))
    assert all(line.startswith(" ") for line in field.split("\r\n")[1:-1])


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ana Lima", "Ana Lima <a@b.example>"),
        ("Lima, Ana", '"Lima, Ana" <a@b.example>'),
        ('Ana "Al" Lima', '"Ana \\"Al\\" Lima" <a@b.example>'),
        ("", "<a@b.example>"),
    ],
)
def test_a_display_name_is_quoted_where_it_has_to_be(name: str, written: str) -> None:
    assert headers.mailbox("From", "a@b.example", name) == f"From: {written}\r\n"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b c",
        "<a@b.example>",
        "a@b.example>,<c",
        "a@b\r\nBcc: c",
        "a@b..example",
        "a@-b.example",
        "a\u202eb@b.example",
        "a\u00a0b@b.example",
        "a,b@c.example",
        "a@b.example, c@d.example",
        "a" * 65 + "@b.de",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UnusableError):
        headers.mailbox("To", address)


def test_a_domain_goes_out_in_a_labels() -> None:
    assert headers.mailbox("To", "a@bücher.example") == "To: <a@xn--bcher-kva.example>\r\n"


def test_the_date_is_the_moment() -> None:
    moment = datetime(2026, 11, 5, 7, 8, 9, tzinfo=UTC)

    field = headers.date(moment)

    assert field == "Date: Thu, 05 Nov 2026 07:08:09 +0000\r\n"
    assert parsedate_to_datetime(field[6:]) == moment
