"""The examples of the guides are read; those that are resources are checked beside the sample project."""

import ast
import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from jo.checks.runner import run
from jo.diagnostics import codes
from jo.diagnostics.diagnostic import Diagnostic
from jo.manifest.compile import compile_project
from jo.manifest.reader import read
from jo.workspace.files import load_schemas, read_files
from jo.workspace.read_settings import parse_settings
from tests.docs.reading import ROOT, Block, blocks, guides

TODAY = date(2026, 11, 20)
STANDS_ALONE = frozenset({codes.UNUSED_RESOURCE})
"""What is said of an example only because it is shown without what uses it."""

_ADDRESS = re.compile(r"(?<!^overlay: staging\n)^kind: *(\w+)\nname: *(\S+)", re.MULTILINE)
"""Of a resource that is declared whole, as an overlay is not."""


def _examples(*languages: str) -> list[Block]:
    return [block for page in guides() for block in blocks(page, *languages)]


def _is_checked_here(block: Block) -> bool:
    """Tell whether it is a resource of the sample project; the guide's own project is run by its commands."""
    return block.page.name != "guide.md" and bool(re.search("^kind:", block.text, re.MULTILINE))


@pytest.mark.parametrize("block", _examples("yaml"), ids=str)
def test_yaml_is_read_without_a_remark(block):
    assert not read(str(block), block.text.encode()).diagnostics


@pytest.mark.parametrize("block", list(filter(_is_checked_here, _examples("yaml"))), ids=str)
def test_resources_compile_and_raise_what_the_page_says(block):
    found = [f"{each.code} {each.detail}" for each in _check(block) if each.code not in STANDS_ALONE]
    assert {text.split()[0] for text in found} == block.raises, found


@pytest.mark.parametrize("block", _examples("toml"), ids=str)
def test_settings_are_settings(block):
    tomllib.loads(block.text)
    _, found = parse_settings(block.text, ROOT, {})
    assert not found


def test_python_parses():
    for block in _examples("python"):
        ast.parse(block.text)


def _check(block: Block) -> list[Diagnostic]:
    """Return what is said of the example, with the bodies that its page shows."""
    own = block.title or "journeys/example.yaml"
    addresses = set(_ADDRESS.findall(block.text))
    manifests, bodies = _sample()
    beside = {
        name: text for name, text in manifests.items() if not addresses.intersection(_ADDRESS.findall(text))
    }
    shown = {
        each.title.removeprefix("templates/"): each.text.encode()
        for each in blocks(block.page, "markdown", "html", "xml")
        if each.title
    }
    compiled = compile_project(
        {own: block.text.encode(), **{name: text.encode() for name, text in beside.items()}},
        {**bodies, **shown},
        load_schemas(),
        zone="America/Los_Angeles",
        variables={"product": "Aurora CI"},
        environment="staging" if "overlay: staging" in block.text else None,
    )
    files = {own, *(f"templates/{name}" for name in shown)}
    return [each for each in run(compiled, today=TODAY) if each.at is None or each.at.file in files]


@cache
def _sample() -> tuple[dict[str, str], dict[str, bytes]]:
    """Return the sample project's manifests, one document a file, and its bodies."""
    files = read_files(Path(ROOT))
    documents = {
        f"{Path(name).with_suffix('')}.{index}.yaml": text
        for name, data in files.manifests.items()
        for index, text in enumerate(data.decode().split("\n---\n"))
    }
    return documents, dict(files.bodies)
