import pytest

from tests.docs.console import matches, session
from tests.docs.reading import DOCS, ROOT, blocks

PAGES = [page for page in sorted(DOCS.glob("*.md")) if any(blocks(page, "console"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_do_what_the_page_shows(page, tmp_path):
    with session(tmp_path) as opened:
        for block, command, output in opened.play(page):
            if command.shown.strip():
                assert matches(command.shown, output), f"{block}\n$ {command.line}\n{output}"


def test_the_commands_of_the_readme_work_one_after_the_other(tmp_path):
    [text] = [block.text for block in blocks(ROOT / "README.md", "console") if "jo init" in block.text]
    lines = [line.partition(" #")[0].rstrip() for line in text.splitlines() if line.startswith("jo ")]
    with session(tmp_path) as opened:
        for line in lines:
            opened.run("jo apply --yes" if line == "jo apply" else line)


@pytest.mark.parametrize(
    ("shown", "output"),
    [
        ("4 to create\n", "4 to create"),
        ("… to create\n", "12 to create\n"),
        ("first\n…\nlast\n", "first\nsecond\nthird\nlast\n"),
        ("first\n…\n", "first\n"),
    ],
)
def test_shown_output_with_gaps_matches(shown, output):
    assert matches(shown, output)


@pytest.mark.parametrize(
    ("shown", "output"), [("4 to create", "5 to create"), ("first\n", "first\nsecond\n"), ("a … c", "a\nc")]
)
def test_other_output_does_not(shown, output):
    assert not matches(shown, output)
