"""The addresses in a page: checked, numbered, and taken out.

Every `<a href>` becomes a hole, tracked or not, so that HTML, text part and redirect share one address; so
does every other address that holds a token. An address is static text and tokens: statements and logic have
no place in it, because the redirect has to know it without a template.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from operator import itemgetter
from urllib.parse import urlsplit

from jo.diagnostics.codes import REFUSED_TEMPLATE_FEATURE, UNSAFE_LINK, Code, Severity
from jo.model.address import is_name
from jo.render.escape import Context
from jo.render.faults import ContentFault, Place, UnusableError
from jo.render.filling import printer
from jo.render.holes import Hole, Holes, LinkHole
from jo.render.names import UNSUBSCRIBE_URL
from jo.render.pieces import Piece, PieceKind
from jo.render.plan import Printed, Values
from jo.render.syntax import Token

ADDRESS_ATTRIBUTES = frozenset({"href", "src", "background"})

_TAG = re.compile(r"<([a-z][a-z0-9:]*)((?:\s+[^\s=>/]+(?:=\"[^\"]*\")?)*)(\s*/?)>")
_ATTRIBUTE = re.compile(r"\s+([^\s=>/]+)(?:=\"([^\"]*)\")?")
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_IMAGE_SCHEMES = frozenset({"http", "https"})
_HOST_BEHIND = re.compile(r"(?:\.[A-Za-z0-9-]+){2,}(?::\d+)?(?:[/?#]|\Z)")
"""What has to follow a token in the host of an address: a domain that the data cannot change."""
_OUTSIDE_ADDRESSES = re.compile(r"[\s<>\"\\^`{|}\x00-\x1f\x7f]")


class AddressError(Exception):
    """An address that cannot be used."""

    def __init__(
        self, detail: str, help: str = "", *, at: Place | None = None, code: Code = UNSAFE_LINK
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.help = help
        self.at = at
        self.code = code


Parts = tuple[str | Printed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address of a version, by its number."""

    index: int
    name: str | None
    """What `clicked(step, name)` knows it by."""
    parts: Parts
    """Static text and tokens."""
    tracked: bool
    """Whether clicks on it go through jo first."""
    url: str | None
    """The address where it is the same for everybody."""
    is_unsubscribe: bool
    make: Callable[[Values], str] = field(repr=False, compare=False)
    """Make the address for one person; raises UnusableError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """A page whose addresses are taken out."""

    html: str
    links: tuple[Link, ...]
    faults: tuple[ContentFault, ...]


def take_links(
    html: str,
    holes: Holes,
    tokens: Mapping[Piece, Token],
    *,
    tracking: bool,
    place: Callable[[str], Place],
) -> Anchors:
    """Replace the addresses of a page in canonical form by holes.

    `place` finds the place of an address in the author's texts.
    """
    taker = _Taker(holes, tokens, tracking, place)
    return Anchors(html=_TAG.sub(taker.take, html), links=tuple(taker.links), faults=tuple(taker.faults))


class _Taker:
    def __init__(
        self, holes: Holes, tokens: Mapping[Piece, Token], tracking: bool, place: Callable[[str], Place]
    ) -> None:
        self.links: list[Link] = []
        self.faults: list[ContentFault] = []
        self._holes = holes
        self._tokens = tokens
        self._tracking = tracking
        self._place = place

    def take(self, found: re.Match[str]) -> str:
        tag = found[1]
        attributes = {name: unescape(value or "") for name, value in _ATTRIBUTE.findall(found[2])}
        concerned = [name for name in attributes if name in ADDRESS_ATTRIBUTES]
        if not concerned:
            return found[0]
        link_name = attributes.pop("data-link", None) or (
            attributes.pop("name", None) if tag == "a" else None
        )
        for name in concerned:
            value = attributes[name]
            try:
                parts = self._parts(value, _LINK_SCHEMES if name == "href" else _IMAGE_SCHEMES)
            except AddressError as trouble:
                at = trouble.at or self._place(value)
                self._fault(trouble.code, at, trouble.detail, trouble.help)
                attributes[name] = "#"
                continue
            self._warn_unencrypted(value, parts)
            is_anchor = tag == "a" and name == "href"
            if is_anchor or not all(isinstance(part, str) for part in parts):
                link = self._add(parts, self._checked_name(link_name, value), is_anchor)
                attributes[name] = self._holes.word(LinkHole(index=link.index))
        return (
            f"<{tag}"
            + "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
            + f"{found[3]}>"
        )

    def _add(self, parts: Parts, name: str | None, is_anchor: bool) -> Link:
        web = not isinstance(parts[0], str) or parts[0].casefold().startswith("http")
        is_unsubscribe = _is_unsubscribe(parts)
        link = Link(
            index=len(self.links),
            name=name,
            parts=parts,
            tracked=self._tracking and is_anchor and web and not is_unsubscribe,
            url=None if any(isinstance(part, Printed) for part in parts) else "".join(map(str, parts)),
            is_unsubscribe=is_unsubscribe,
            make=_maker(parts),
        )
        self.links.append(link)
        return link

    def _fault(
        self, code: Code, at: Place, detail: str, help: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        self.faults.append(ContentFault(code=code, at=at, detail=detail, help=help, severity=severity))

    def _warn_unencrypted(self, value: str, parts: Parts) -> None:
        if isinstance(parts[0], str) and parts[0].casefold().startswith("http:"):
            detail = "The address is not encrypted: others on the way can read and change what comes from it."
            self._fault(UNSAFE_LINK, self._place(value), detail, "Use `https:`.", Severity.WARNING)

    def _checked_name(self, name: str | None, value: str) -> str | None:
        if name is None or is_name(name):
            return name
        detail = "The name of a link is not one that conditions can use."
        self._fault(
            UNSAFE_LINK, self._place(value), detail, "Use lower-case letters, digits, `-`, `_` and `.`."
        )
        return None

    def _parts(self, value: str, schemes: frozenset[str]) -> Parts:
        """Read an address. Raises AddressError."""
        items = [self._constant(item) for item in self._holes.split(value.strip())]
        parts: list[str | Printed] = []
        for index, item in enumerate(items):
            if isinstance(item, str):
                parts.append(item)
            elif isinstance(item, Piece):
                parts.append(self._token(item, _shape(items[:index]), _shape(items[index + 1 :])))
            else:
                raise AddressError("An address cannot hold this.")
        if not items or isinstance(items[0], str):
            _check_static(_shape(items), schemes)
        return tuple(parts)

    def _constant(self, item: str | Hole) -> str | Hole:
        """Write out a token whose value is known, such as a variable of the project."""
        token = self._tokens.get(item) if isinstance(item, Piece) else None
        if token is None or token.path or not isinstance(item, Piece):
            return item
        try:
            return printer(Printed(context=Context.PLAIN, token=token, source=item.inner))({})
        except UnusableError as fault:
            raise AddressError(f"{fault}.", at=item.at) from None

    def _token(self, piece: Piece, before: str, behind: str) -> Printed:
        if piece.kind is PieceKind.STATEMENT or piece not in self._tokens:
            detail = "An address holds text and tokens, and no logic."
            help = "Put the `if` around the whole link."
            raise AddressError(detail, help, at=piece.at, code=REFUSED_TEMPLATE_FEATURE)
        context = _context(before, behind, piece.at)
        return Printed(context=context, token=self._tokens[piece], source=piece.inner)


def _is_unsubscribe(parts: Parts) -> bool:
    first = parts[0] if len(parts) == 1 else None
    return isinstance(first, Printed) and first.token is not None and first.token.path == (UNSUBSCRIBE_URL,)


def _maker(parts: Parts) -> Callable[[Values], str]:
    match parts:
        case (Printed(token=Token(path=(name,), filters=())),) if name == UNSUBSCRIBE_URL:
            return itemgetter(name)  # jo's own address is not looked at once more
        case _:
            return printer(*parts)


def _shape(items: Sequence[object]) -> str:
    """Write an address with a letter for each of its tokens."""
    return "".join(item if isinstance(item, str) else "x" for item in items)


def _context(before: str, behind: str, at: Place) -> Context:
    """Say how a token has to be escaped between these two parts of an address."""
    if not before:
        if not behind:
            return Context.ADDRESS
        detail = "A token at the start of an address has to be all of it."
        raise AddressError(detail, "Write `https://` and the host out, or let the token be all of it.", at=at)
    _, separator, rest = before.partition("://")
    if separator and not re.search(r"[/?#]", rest):
        if (rest == "" or rest.endswith(".")) and _HOST_BEHIND.match(behind):
            return Context.ADDRESS_HOST
        detail = "The data would decide which host this address leads to."
        raise AddressError(detail, "Write the host out, or give the whole address as one token.", at=at)
    return Context.ADDRESS_PART


def _check_static(address: str, schemes: frozenset[str]) -> None:
    """Raise AddressError unless an address (with letters for tokens) can be used in a mail."""
    if not address:
        raise AddressError("There is no address.")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise AddressError(f"`{address}` cannot be read as an address.") from None
    scheme = parts.scheme.casefold()
    if not scheme:
        detail = f"`{address}` has no scheme; a mail has no page that it could be relative to."
        raise AddressError(detail, "Write the whole address, beginning with `https://`.")
    if scheme not in schemes:
        raise AddressError(f"`{scheme}:` cannot be used here.", f"Use one of {', '.join(sorted(schemes))}.")
    if scheme in _IMAGE_SCHEMES and not parts.netloc:
        raise AddressError(f"`{address}` names no host.")
    if _OUTSIDE_ADDRESSES.search(address):
        raise AddressError(f"`{address}` holds a character that an address cannot have.")
