import json

import pytest

from jo.manifest.reader import read
from jo.model.address import Kind
from tests.docs.reading import blocks
from tools.reference_pages import FOLDER, SCHEMAS, pages, yaml_text


def test_the_committed_pages_are_those_of_the_schemas():
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert committed == pages(), "run `python -m tools.reference_pages`"


def test_every_kind_has_a_page():
    assert {f"{kind}.md" for kind in Kind} == pages().keys() - {
        *("README.md", "step.md", "common.md", "overlay.md")
    }


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda page: page.stem)
def test_examples_are_yaml_that_jo_reads_without_a_remark(page):
    for block in blocks(page, "yaml"):
        reading = read(str(block), block.text.encode())
        assert not reading.diagnostics, f"{block}: {reading.diagnostics}"


def test_written_yaml_says_what_the_schemas_say():
    written = list(_examples(*(json.loads(path.read_text()) for path in SCHEMAS.rglob("*.schema.json"))))
    assert len(written) > 100
    for value in written:
        assert [each.value for each in read("example", yaml_text(value).encode()).documents] == [value]


def _examples(*values):
    """Yield every map under an `examples` anywhere in the schemas; the reader takes only maps."""
    for value in values:
        if isinstance(value, dict):
            for example in value.get("examples", ()):
                yield example if isinstance(example, dict) else {"key": example}
            yield from _examples(*value.values())
        elif isinstance(value, list):
            yield from _examples(*value)
