"""The last look at where a click leads, before it goes into a header."""

import re
from urllib.parse import quote, urlsplit

LONGEST = 8000
"""Characters; what browsers and proxies take in a header without trouble."""

_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")


def web_address(address: str) -> str | None:
    """Return an address as it stands in a Location header: ASCII, of the web, with a host. Else None."""
    if _UNSAFE.search(address):
        return None
    encoded = quote(address, safe=":/?#[]@!$&'()*+,;=%-._~")
    try:
        parts = urlsplit(encoded)
        is_web = parts.scheme in ("http", "https") and parts.hostname is not None
    except ValueError:
        return None
    return encoded if is_web and len(encoded) <= LONGEST else None
