"""The page of settings lists every setting, and no other."""

import re

from jo.workspace.settings_rules import SECTIONS
from tests.docs.reading import DOCS

ROW = re.compile(r"^\| `\[([^\]]+)\] ([^`]+)` \|", re.MULTILINE)


def test_every_setting_has_a_row_and_every_row_a_setting() -> None:
    rows = ROW.findall((DOCS / "settings.md").read_text(encoding="utf-8"))

    assert sorted(rows) == sorted((section, key) for section, keys in SECTIONS.items() for key in keys)
