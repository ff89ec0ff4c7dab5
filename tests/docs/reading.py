"""Reads the Markdown of `docs/`: fenced blocks with what stands before them, headings, links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_BLOCK = re.compile(
    r"(?:^<!-- raises (?P<raises>[J\d ]+) -->\n+)?"
    r"(?:^`(?P<title>[\w./-]+)`\n+)?"
    r"^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"(?<!\!)\[[^\]\n]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block."""

    page: Path
    line: int
    language: str
    text: str
    title: str | None
    """The file that it is, as the line before the block says."""
    raises: frozenset[str]
    """The codes that it has to raise, as a comment before the block says."""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def guides() -> list[Path]:
    """Return the pages that people write."""
    return [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def every_page() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    """Yield the blocks of a page in these languages, in order; of all languages when none is named."""
    text = page.read_text(encoding="utf-8")
    for found in _BLOCK.finditer(text):
        if not languages or found["language"] in languages:
            yield Block(
                page=page,
                line=text.count("\n", 0, found.start("language")) + 1,
                language=found["language"],
                text=found["text"],
                title=found["title"],
                raises=frozenset((found["raises"] or "").split()),
            )


def links(page: Path) -> Iterator[str]:
    yield from _LINK.findall(_prose(page))


def anchors(page: Path) -> set[str]:
    """Return the fragments that headings make, as GitHub makes them."""
    plain = (re.sub(r"\[([^\]]+)\]\([^)]*\)|`", r"\1", heading) for heading in _HEADING.findall(_prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def _prose(page: Path) -> str:
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))
