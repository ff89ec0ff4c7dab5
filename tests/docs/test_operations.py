"""The page for operators is held to the code's own tables."""

import re

from jo.cli.exits import Exit
from jo.flow.state import IntentState, Why
from tests.docs.reading import DOCS
from tools.operations_page import filled

PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")


def _section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_made_parts_are_those_of_the_code():
    assert filled(PAGE) == PAGE, "run `python -m tools.operations_page`"


def test_every_exit_code_is_told():
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", _section("Exit codes"), re.M)] == list(Exit)


def test_every_state_and_every_hold_is_told():
    section = _section("The states of a mail")
    told = re.findall(r"^\| `(\w+)` \|", section.partition("<!-- made: attempt -->")[0], re.M)
    assert told == list(IntentState)
    assert all(f"`{why}`" in section for why in Why)
