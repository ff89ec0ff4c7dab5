"""What the daemon tells is a contract: every event that is told has a row, with the fields it carries."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jo
from jo.daemon.events import EVENTS

ENGINE = Path(jo.__file__).parent


def told() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield name and fields of each `Event(…)` in the sources; None where the fields come from elsewhere."""
    for path in [*ENGINE.glob("daemon/*.py"), *ENGINE.glob("cli/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Event":
                given = {keyword.arg: keyword.value for keyword in node.keywords}
                name, fields = given.get("name"), given.get("fields")
                if isinstance(name, ast.Constant):
                    keys = fields.keys if isinstance(fields, ast.Dict) else None
                    known = frozenset(str(ast.literal_eval(key)) for key in keys if key) if keys else None
                    yield str(name.value), known


def test_what_is_told_and_what_has_a_row_are_the_same() -> None:
    assert {name for name, _ in told()} == EVENTS.keys()


def test_events_carry_the_fields_of_their_rows() -> None:
    for name, fields in told():
        if fields is not None:
            assert fields <= EVENTS[name].fields.keys(), name
