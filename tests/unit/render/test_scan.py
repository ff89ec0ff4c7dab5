"""The last look at finished bytes: every damaged mail is caught."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.render.scan import scan
from tests.unit.render.samples import a_template, compiled, rendered

FIELDS = (
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
)
MAIL = rendered(compiled(a_template())).data
BOUNDARY = "=_jo_" + "0123456789abcdef" * 4


def test_a_whole_mail_passes() -> None:
    assert scan(MAIL, FIELDS, BOUNDARY) is None


@pytest.mark.parametrize(
    "damaged",
    [
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Welcome\r\nBcc: evil@x.example\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Welcome\nBcc: evil@x.example\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b""),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Welcome\r\nSubject: again\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Wel\rcome\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Wel\x00come\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Wel\x7fcome\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Wel\xc3\xa9come\r\n"),
        MAIL.replace(b"<team@aurora.example>", b"<t\xc3\x28m@aurora.example>"),
        MAIL.replace(b"<team@aurora.example>", "<te\u202eam@aurora.example>".encode()),
        MAIL.replace(b"Aurora Team", "Auröra Team".encode()),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Welcome\r\n   \r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject Welcome\r\n"),
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: Welcome\r\n\r\n"),
        b" continues nothing\r\n" + MAIL,
        MAIL.replace(b"Subject: Welcome\r\n", b"Subject: " + b"x" * 990 + b"\r\n"),
        MAIL.replace(b"Hello", b"Hel\nlo"),
        MAIL.replace(b"Hello", b"Hel\rlo"),
        MAIL.replace(b"Hello", b"--" + BOUNDARY.encode() + b"\r\n\r\nHello"),
        MAIL[:-2],
        MAIL + b"more\r\n",
        MAIL.replace(b"\r\n", b"\n"),
        MAIL.replace(b"Hello", b"Hello" + b"x" * 1_000_000),
        b"",
        b"\r\n",
    ],
)
def test_a_damaged_mail_is_held(damaged: bytes) -> None:
    assert damaged != MAIL
    assert scan(damaged, FIELDS, BOUNDARY) is not None


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"\x0b", b"\x1c"]), max_size=12).map(b"".join))
def test_exactly_crlf_ends_a_line(inner: bytes) -> None:
    mail = MAIL.replace(b"Hello", inner)

    is_clean = b"\r" not in inner.replace(b"\r\n", b"") and b"\n" not in inner.replace(b"\r\n", b"")

    assert (scan(mail, FIELDS, BOUNDARY) is None) == is_clean
