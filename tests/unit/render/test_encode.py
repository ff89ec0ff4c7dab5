"""Quoted-printable in parts that join without a look at each other."""

from quopri import decodestring

from hypothesis import given, settings
from hypothesis import strategies as st

from jo.render.encode import encode_text, encode_value

LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=120)
PARTS = st.lists(st.tuples(st.booleans(), st.lists(LINE, min_size=1, max_size=3)), max_size=8)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(PARTS)
def test_parts_join_to_the_text_they_were_made_from(parts: list[tuple[bool, list[str]]]) -> None:
    texts = ["\n".join(lines) if is_static else lines[0] for is_static, lines in parts]

    encoded = "".join(
        encode_text(text) if is_static else encode_value(text)
        for text, (is_static, _) in zip(texts, parts, strict=True)
    )

    assert decodestring(encoded.encode("ascii")).decode().replace("\r\n", "\n") == "".join(texts)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(LINE, max_size=4))
def test_no_line_is_longer_than_76_characters_or_ends_in_space(lines: list[str]) -> None:
    encoded = encode_text("\n".join(lines)) + "".join(map(encode_value, lines))

    for line in encoded.split("\r\n"):
        assert len(line) <= 76
        assert not line.endswith((" ", "\t"))
        assert "\r" not in line
        assert "\n" not in line


def test_line_ends_of_every_kind_become_crlf() -> None:
    assert encode_text("a\nb\r\nc\rd\n") == "a\r\nb\r\nc\r\nd\r\n"
