"""Each rule's folder: what `bad*.yaml` raises stands in `bad*.out`, and `ok*.yaml` raises nothing.

Cases lie on top of the prelude. Files in Jinja beside them are their bodies.
"""

from pathlib import Path

import pytest

from jo.checks.catalog import catalog
from jo.checks.rule import FoundBy
from tests.support.rules import check_case, folder_case, shown

HERE = Path(__file__).parent


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("manifest", sorted(HERE.glob("J*/bad*.yaml")), ids=name)
def test_what_is_wrong_is_said_at_its_place(manifest, update_golden):
    golden = manifest.with_suffix(".out")
    said = shown(check_case(folder_case(manifest)))
    if update_golden:
        golden.write_text(said)
    assert said == golden.read_text()
    assert manifest.parent.name.partition("_")[0] in said


@pytest.mark.parametrize("manifest", sorted(HERE.glob("J*/ok*.yaml")), ids=name)
def test_what_is_right_raises_nothing(manifest):
    said = shown(check_case(folder_case(manifest)))
    assert said == ""


@pytest.mark.parametrize(
    "rule",
    [rule for rule in catalog().values() if rule.found_by is FoundBy.CHECKING],
    ids=lambda rule: rule.code.id,
)
def test_every_rule_has_a_folder_with_both(rule):
    folder = HERE / f"{rule.code.id}_{rule.code.slug.replace('-', '_')}"
    assert list(folder.glob("bad*.yaml"))
    assert list(folder.glob("ok*.yaml"))
