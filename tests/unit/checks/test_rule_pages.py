from tools.rule_pages import FOLDER, pages


def test_the_committed_pages_are_those_of_the_rules():
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert committed == pages(), "run `python -m tools.rule_pages`"


def test_pages_link_to_each_other_but_not_within_code():
    text = pages()["J205.md"]
    assert "](J205.md)" not in text
    assert "# jo: ignore[J205]" in text
    assert "[J505](J505.md) missing-postal-address" in pages()["J504.md"]
