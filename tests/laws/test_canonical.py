"""Laws of the canonical form and the fingerprint, over documents of every kind."""

import copy
import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jo.manifest.lower import lower_document
from jo.manifest.reader import read
from jo.model.address import Kind
from jo.model.canonical import Part, document, fingerprint
from tests.support.documents import DOCUMENTS
from tests.support.manifests import SCHEMAS, compiled

Plain = Any


def _prints(plain: Mapping[str, Plain]) -> Mapping[str, str]:
    resource = lower_document(Kind(plain["kind"]), plain)
    found = fingerprint(resource, SCHEMAS.parts)
    return {"whole": found.whole, **found.parts}


def _paths(plain: Plain, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(plain, dict):
        return []
    return [inner for key, value in plain.items() for inner in ((*path, key), *_paths(value, (*path, key)))]


def _without(plain: Plain, path: tuple[Any, ...]) -> Plain:
    head, *rest = path
    if head not in plain:
        return plain
    if not rest:
        return {key: value for key, value in plain.items() if key != head}
    return {**plain, head: _without(plain[head], tuple(rest))}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Plain]:
    """A full document of some kind from which optional keys, at any depth, were taken away."""
    plain = DOCUMENTS[draw(st.sampled_from(list(Kind)))]
    for path in draw(st.lists(st.sampled_from(_paths(plain)), max_size=12)):
        smaller = _without(plain, path)
        if SCHEMAS.accepts(Kind(plain["kind"]), smaller):
            plain = smaller
    return plain


def _lowers(plain: Mapping[str, Plain]) -> bool:
    try:
        lower_document(Kind(plain["kind"]), plain)
    except ValueError:
        return False
    return True


def _shuffled(plain: Plain, ordered: frozenset[str], key: str = "") -> Plain:
    """Return the document with the keys of each map in another order, but for maps whose order counts."""
    if isinstance(plain, list):
        return [_shuffled(item, ordered) for item in plain]
    if not isinstance(plain, dict):
        return plain
    keys = list(plain)
    if key not in ordered:
        random.Random(len(keys)).shuffle(keys)
        keys.reverse()
    return {name: _shuffled(plain[name], ordered, name) for name in keys}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_canonical_form_of_a_full_document_is_that_document(kind: Kind) -> None:
    plain = DOCUMENTS[kind]
    assert SCHEMAS.accepts(kind, plain), SCHEMAS.objection(kind, plain)
    found = document(lower_document(kind, plain))
    defaults = {"row", "per"}
    assert {k: v for k, v in found.items() if k != "fields"} == {
        k: ({a: b for a, b in v.items() if a not in defaults} if k == "fallback" else v)
        for k, v in plain.items()
        if k != "fields"
    }


@settings(max_examples=400, derandomize=True, deadline=None)
@given(documents().filter(_lowers))
def test_lowering_a_canonical_form_gives_the_same_resource_in_the_same_order(plain: dict[str, Plain]) -> None:
    resource = lower_document(Kind(plain["kind"]), plain)
    form = document(resource)
    again = lower_document(resource.kind, form)
    assert again == resource
    assert json.dumps(document(again)) == json.dumps(form)  # compares the order of keys as well
    assert SCHEMAS.accepts(resource.kind, form), SCHEMAS.objection(resource.kind, form)
    assert fingerprint(again, SCHEMAS.parts) == fingerprint(resource, SCHEMAS.parts)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(documents().filter(_lowers), st.booleans(), st.integers(2, 8))
def test_formatting_changes_no_fingerprint(plain: dict[str, Plain], flow: bool, indent: int) -> None:
    text = yaml.safe_dump(plain, default_flow_style=flow, indent=indent, sort_keys=False, allow_unicode=True)
    for written in (text, json.dumps(plain)):
        [found] = read("x.yaml", b"# a comment\n" + written.encode()).documents
        assert isinstance(found.value, dict)
        assert _prints(found.value) == _prints(plain)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_order_of_keys_changes_no_fingerprint_where_it_says_nothing(kind: Kind) -> None:
    plain = DOCUMENTS[kind]
    ordered = frozenset({"exit_when", "versions", "split", "steps"})
    assert _prints(_shuffled(plain, ordered)) == _prints(plain)


def test_the_order_of_steps_is_only_a_way_to_write_explicit_edges() -> None:
    plain = DOCUMENTS[Kind.PROGRAM]
    first, *rest = plain["steps"].items()
    moved = {**plain, "steps": dict([first, *reversed(rest)])}
    assert _prints(moved) == _prints(plain)
    assert document(lower_document(Kind.PROGRAM, moved)) == document(lower_document(Kind.PROGRAM, plain))


def test_another_first_step_is_another_graph() -> None:
    plain = DOCUMENTS[Kind.PROGRAM]
    first, second, *rest = plain["steps"].items()
    moved = {**plain, "steps": dict([second, first, *rest])}
    assert _prints(moved)[Part.GRAPH] != _prints(plain)[Part.GRAPH]


@pytest.mark.parametrize(
    ("kind", "key"), [(Kind.PROGRAM, "exit_when"), (Kind.TEMPLATE, "versions")], ids=["exits", "versions"]
)
def test_the_order_of_exits_and_versions_counts(kind: Kind, key: str) -> None:
    plain = DOCUMENTS[kind]
    turned = {**plain, key: dict(reversed(plain[key].items()))}
    assert _prints(turned)["whole"] != _prints(plain)["whole"]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_value_is_in_the_fingerprint_and_in_one_part(kind: Kind) -> None:
    plain = DOCUMENTS[kind]
    before = _prints(plain)
    for path in _paths(plain):
        smaller = _without(plain, path)
        if not SCHEMAS.accepts(kind, smaller) or not _lowers(smaller):
            continue
        if document(lower_document(kind, smaller)) == document(lower_document(kind, plain)):
            continue  # it said the default
        after = _prints(smaller)
        changed = {part for part in Part if before.get(part) != after.get(part)}
        assert before["whole"] != after["whole"], path
        below = {SCHEMAS.parts[kind].part_of(inner) for inner in _paths(plain) if inner[: len(path)] == path}
        assert changed <= below, path
        assert changed, path


def test_files_and_their_order_change_no_fingerprint() -> None:
    texts = [json.dumps(plain) for plain in DOCUMENTS.values()]
    apart, together = compiled(*texts), compiled("\n---\n".join(reversed(texts)))
    assert apart.project.resources.keys() == together.project.resources.keys()
    for address, resource in apart.project.resources.items():
        other = together.project.resources[address]
        assert fingerprint(resource, SCHEMAS.parts) == fingerprint(other, SCHEMAS.parts)


def test_a_stored_document_that_is_broken_is_said_to_be() -> None:
    plain = copy.deepcopy(DOCUMENTS[Kind.PROGRAM])
    plain["steps"]["settle"]["wait"] = "soon"
    with pytest.raises(ValueError, match=r"program 'onboarding' is broken at steps\.settle\.wait"):
        lower_document(Kind.PROGRAM, plain)
    del plain["steps"]["settle"]
    plain["audience"] = {}
    with pytest.raises(ValueError, match="program 'onboarding' is broken"):
        lower_document(Kind.PROGRAM, plain)
