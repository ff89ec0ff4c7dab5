"""Quoted-printable (RFC 2045, section 6.7) in parts that can be put together in any order.

Static text is encoded when a template is compiled, values when a mail is built. Every part begins at the
first column of a line and leaves the next part there, with a soft line break where the text itself does not
end a line; so parts join without a look at each other and no line is ever longer than 76 characters.

A dot at the beginning of a text's line is encoded as well. SMTP would double it on its way, and a text behind
a value often begins with one: hardly a mail has to be rewritten for that.
"""

import re
from binascii import b2a_qp

LINE = 76

_PLAIN = re.compile(r"(?!\.)[A-Za-z0-9 !\"#$%&'()*+,./:;<>?@\[\]_{|}~-]{1,74}+(?<! )").fullmatch
"""Text that quoted-printable leaves as it is and that fits one line with its soft break."""


def encode_value(text: str) -> str:
    """Encode one line of text, such as the value of a token; nothing for an empty one."""
    if _PLAIN(text):
        return text + "=\r\n"
    if not text:
        return ""
    encoded = _encode_line(text)
    if len(encoded) >= LINE and len(encoded) - encoded.rfind("\n") > LINE:
        encoded = _break_late(encoded)
    return encoded + "=\r\n"


def encode_text(text: str) -> str:
    """Encode a text of any number of lines; its line ends become CRLF."""
    *lines, last = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    encoded = "".join(_encode_line(line) + "\r\n" for line in lines)
    return encoded + encode_value(last)


def _break_late(encoded: str) -> str:
    """Break a last line that is full, so that it has room for a soft break of its own."""
    position = len(encoded) - 3
    position -= next((back for back in (1, 2) if encoded[position - back] == "="), 0)
    return encoded[:position] + "=\r\n" + encoded[position:]


def _encode_line(line: str) -> str:
    if line.startswith("."):  # for a moment a character of the same width that is always encoded
        return "=2E" + _encode_line("\x01" + line[1:])[3:]
    # b2a_qp breaks lines so that they have 76 characters with the `=`, and ends them like its input would.
    encoded = b2a_qp(line.encode(), istext=False).decode("ascii")
    return encoded if len(encoded) <= LINE else encoded.replace("=\n", "=\r\n")
