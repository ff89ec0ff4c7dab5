"""The look at every byte before a mail may leave: damaged headers and damaged parts of bodies are caught."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.render.scan import scan, trouble_of
from tests.unit.render.samples import a_template, compiled, is_whole, rendered

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
HEADER = MAIL[: MAIL.index(b"\r\n\r\n") + 2].decode()
MADE = "Ana =C5=BB=C3=B3=C5=82=C4=87=\r\nhttps://go.aurora.example/u/x=\r\n"
BOUNDARY = "=_jo_" + "0123456789abcdef" * 4


def test_a_whole_mail_passes() -> None:
    assert scan(HEADER, FIELDS, [MADE]) is None
    assert scan(HEADER, FIELDS, []) is None
    assert is_whole(MAIL)


@pytest.mark.parametrize(
    "damaged",
    [
        HEADER.replace("Subject: Welcome\r\n", "Subject: Welcome\r\nBcc: evil@x.example\r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Welcome\nBcc: evil@x.example\r\n"),
        HEADER.replace("Subject: Welcome\r\n", ""),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Welcome\r\nSubject: again\r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Wel\rcome\r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Wel\x00come\r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Wel\x7fcome\r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Welcömé\r\n"),
        HEADER.replace("<team@aurora.example>", "<t\udcc3\udc28m@aurora.example>"),
        HEADER.replace("<team@aurora.example>", "<te\u202eam@aurora.example>"),
        HEADER.replace("Aurora Team", "Auröra Team"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Welcome\r\n   \r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject Welcome\r\n"),
        HEADER.replace("Subject: Welcome\r\n", "Subject: Welcome\r\n\r\n"),
        " continues nothing\r\n" + HEADER,
        HEADER.replace("Subject: Welcome\r\n", "Subject: " + "x" * 990 + "\r\n"),
        HEADER[:-2],
        HEADER + "\r\n",
        HEADER.replace("\r\n", "\n"),
        "",
        "\r\n",
    ],
)
def test_a_damaged_header_is_held(damaged: str) -> None:
    assert damaged != HEADER
    assert scan(damaged, FIELDS, [MADE]) is not None


@pytest.mark.parametrize(
    "damaged",
    [
        "Hel\nlo=\r\n",
        "Hel\rlo=\r\n",
        "Hel\x00lo=\r\n",
        "Hel\x7flo=\r\n",
        "Helló=\r\n",
        "Hello",
        "Hello=\n",
        "Hello=\r\n" + "x" * 77 + "\r\n",
        f"--{BOUNDARY}\r\n\r\nHello=\r\n",
        f"{BOUNDARY}\r\n",
        "Hello\tyou=\r\n",
    ],
)
def test_a_damaged_part_of_a_body_is_held(damaged: str) -> None:
    assert trouble_of([damaged]) is not None
    assert scan(HEADER, FIELDS, [MADE, damaged]) is not None
    assert scan(HEADER, FIELDS, [damaged, MADE]) is not None


_SNIPPETS = ["\r", "\n", "\r\n", "a", "\x0b", "\x1c", "=\r\n", "x" * 76, "=_jo", "_", "--"]


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(st.lists(st.lists(st.sampled_from(_SNIPPETS), max_size=8).map("".join), max_size=4))
def test_parts_that_pass_make_a_whole_mail_in_any_order(parts: list[str]) -> None:
    good = [part for part in parts if trouble_of([part]) is None]

    for made in (good, good[::-1]):
        first, text, rest = MAIL.partition(b"quoted-printable\r\n\r\n")
        assert is_whole(first + text + "".join(made).encode() + rest)


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(["\r", "\n", "\r\n", "a", "\x0b", "\x1c"]), max_size=12).map("".join))
def test_exactly_crlf_ends_a_line(inner: str) -> None:
    is_clean = inner.replace("\r\n", "").strip("a") == ""

    assert (trouble_of([inner + "\r\n"]) is None) == is_clean
