"""Write the pages of all codes to `docs/rules/`: `python -m tools.rule_pages`.

They are what `jo explain CODE` prints, with links. A test holds them fresh.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from jo.checks.catalog import catalog
from jo.checks.explain import page
from jo.diagnostics.codes import FAMILIES, Code, every

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "rules"

_CODE = re.compile(r"```.*?```|`[^`]*`|\bJ\d{3}\b", re.DOTALL)


def pages() -> Mapping[str, str]:
    """Return the text of each file of the folder, by its name."""
    found = {f"{code.id}.md": _linked(page(code), code) for code in catalog()}
    return {"README.md": _index(), **found}


def _linked(text: str, own: Code) -> str:
    """Link the codes that a page names, outside of code."""

    def link(match: re.Match[str]) -> str:
        word = match[0]
        return word if word.startswith("`") or word == own.id else f"[{word}]({word}.md)"

    return _CODE.sub(link, text)


def _index() -> str:
    lines = [
        "# Rules",
        "",
        "Everything jo can find fault with, each with a page. `jo explain CODE` prints the same.",
        "",
        "The examples lie on top of a small project, which is not repeated on each page:",
        "[the files](../../tests/rules/prelude).",
    ]
    for digit, family in FAMILIES.items():
        codes = [code for code in every() if code.id[1] == digit]
        if codes:
            lines += ["", f"## J{digit}: {family}", "", "| code | | |", "| --- | --- | --- |"]
            lines += [f"| [{code.id}]({code.id}.md) | `{code.slug}` | {code.summary} |" for code in codes]
    return "\n".join(lines) + "\n"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
