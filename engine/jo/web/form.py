"""Reads what is POSTed to an unsubscribe link, and tells who means it: a mail program, a person or nobody."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

from jo.flow.arrival import Choice
from jo.web.pages import CHOICE_FIELD, GESTURE_FIELD, PAGE_FIELD, YES

MOST_FIELDS = 20
_FIELD_NAME = re.compile(rb'content-disposition:[^\r\n]*?;[ \t]*name="?([^";\r\n]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OneClick:
    """The mail program speaks for its user (RFC 8058)."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person pressed the button of the page."""

    choice: Choice


def gesture(content_type: str, body: bytes) -> OneClick | Pressed | None:
    """Tell what was asked for; None for anything that no person has meant, such as a scanner's own try."""
    fields = {name.casefold(): value for name, value in _fields(content_type, body).items()}
    if PAGE_FIELD in fields:
        is_pressed = fields.get(GESTURE_FIELD) == YES and fields.get(CHOICE_FIELD) in set(Choice)
        return Pressed(Choice(fields[CHOICE_FIELD])) if is_pressed else None
    return OneClick() if fields.get("list-unsubscribe", "").casefold() == "one-click" else None


def _fields(content_type: str, body: bytes) -> Mapping[str, str]:
    """Return the fields of a form in either of the two codings that RFC 8058, section 3.1 allows."""
    header = Message()
    header["Content-Type"] = re.sub(r"[\r\n]", "", content_type)
    match header.get_content_type():
        case "application/x-www-form-urlencoded":
            return _urlencoded(body)
        case "multipart/form-data":
            return _multipart(header.get_boundary(""), body)
        case _:
            return {}


def _urlencoded(body: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def _multipart(boundary: str, body: bytes) -> Mapping[str, str]:
    """Read the fields of RFC 7578; the file that a field may hold is taken for its value."""
    fields: dict[str, str] = {}
    if not boundary:
        return fields
    for part in body.split(b"--" + boundary.encode(errors="replace"), MOST_FIELDS + 1)[1:]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = _FIELD_NAME.search(head)
        if name is not None:
            fields[name[1].decode(errors="replace")] = value.removesuffix(b"\r\n").decode(errors="replace")
    return fields
