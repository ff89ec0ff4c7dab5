"""The published schemas mean the same to another validator: jsonschema, the reference implementation.

jo asks jsonschema-rs, editors ask whatever they ship. So the schema files are read here as they lie on disk,
by the library that wrote the standard's test suite, and both have to answer alike on documents that are
right and on documents that were spoiled at random.
"""

import copy
import json
import random
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jo.model.address import Kind
from tests.support.documents import DOCUMENTS
from tests.support.manifests import SCHEMA_FOLDER, SCHEMAS

SPOILED_PER_KIND = 150
OTHER_VALUES: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "x", "3 days", "10:30", [], ["x"], {}, {"x": 1})


@cache
def validator(kind: Kind) -> Draft202012Validator:
    """Return the reference validator of a kind, over the files themselves."""
    texts = {
        path.relative_to(SCHEMA_FOLDER).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in SCHEMA_FOLDER.rglob("*.schema.json")
    }
    registry: Registry[Any] = Registry().with_resources(
        (name, Resource.from_contents(text)) for name, text in texts.items()
    )
    schema = texts[f"{kind.value}.schema.json"]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, registry=registry)


@pytest.mark.parametrize("kind", Kind)
def test_a_full_document_of_each_kind_is_valid_for_both(kind: Kind) -> None:
    assert SCHEMAS.accepts(kind, DOCUMENTS[kind])
    assert validator(kind).is_valid(DOCUMENTS[kind])


@pytest.mark.parametrize("kind", Kind)
def test_both_answer_alike_on_spoiled_documents(kind: Kind) -> None:
    random_ = random.Random(f"spoil {kind}")
    refused = 0

    for _ in range(SPOILED_PER_KIND):
        document = spoiled(DOCUMENTS[kind], random_)
        answer = SCHEMAS.accepts(kind, document)
        assert validator(kind).is_valid(document) is answer, json.dumps(document)
        refused += not answer

    assert refused > SPOILED_PER_KIND / 4


def spoiled(document: dict[str, Any], random_: random.Random) -> dict[str, Any]:
    """Return a copy in which one to three places were changed, dropped, renamed or added to."""
    spoil = copy.deepcopy(document)
    for _ in range(random_.randint(1, 3)):
        owner, key = random_.choice(places(spoil))
        match random_.randrange(4):
            case 0:
                owner[key] = random_.choice(OTHER_VALUES)
            case 1 if isinstance(owner, dict):
                owner[f"{key}x"] = owner.pop(key)
            case 2 if isinstance(owner, dict):
                owner["surplus"] = random_.choice(OTHER_VALUES)
            case _:
                del owner[key]
    return spoil


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return (container, key or index) of everything within a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[tuple[Any, Any]] = []
    for key, inner in list(items):
        found.append((value, key))
        found.extend(places(inner))
    return found
