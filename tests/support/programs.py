"""Programs for tests, from the YAML of their steps alone."""

from typing import Any

import yaml

from jo.model.cursor import Cursor
from jo.model.program import Entry, Existing, Program
from jo.model.step import Goto, Leave, Step
from jo.steps import types


def program(steps: str, *, name: str = "onboarding") -> Program:
    """Return a program over the list `people` with these steps, given as a YAML map."""
    documents: dict[str, dict[str, Any]] = yaml.safe_load(steps)
    names = list(documents)
    lowered: dict[str, Step] = {}
    for place, (step, document) in enumerate(documents.items()):
        following = Goto(names[place + 1]) if place + 1 < len(names) else Leave()
        [type_] = [found for key, found in types().items() if key in document]
        cursor = Cursor(document, ("steps", step))
        lowered[step] = type_.lower(cursor, following)
        assert not cursor.faults, cursor.faults
    return Program(
        name=name,
        audience="people",
        entry=Entry(existing=Existing.SKIP),
        fields={},
        exit_when={},
        steps=lowered,
    )
