"""The schemas hold together: with the model, with JSON Schema 2020-12, and with what jo explains of them."""

import dataclasses
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any

import jsonschema_rs
import pytest

from jo.manifest.structure import KNOWN_WORDS
from jo.model import calendar, content, event, outreach, policy, power_list, program, source
from jo.model.address import Kind
from jo.model.canonical import Part
from jo.model.step import Step
from jo.steps import types
from jo.timing.calendars import Calendar
from tests.support.manifests import SCHEMA_FOLDER, SCHEMAS

LANGUAGE = [
    *(f"{kind}.schema.json" for kind in Kind),
    *(f"steps/{name}.schema.json" for name in SCHEMAS.step_types),
    "step.schema.json",
    "common.schema.json",
    "overlay.schema.json",
]
CLASSES: Mapping[Kind, type] = {
    Kind.SOURCE: source.Source,
    Kind.POWER_LIST: power_list.PowerList,
    Kind.CALENDAR: calendar.CalendarResource,
    Kind.SENDER: content.Sender,
    Kind.TOPIC: content.Topic,
    Kind.TEMPLATE: content.Template,
    Kind.OUTREACH: outreach.Outreach,
    Kind.PROGRAM: program.Program,
    Kind.EVENT: event.Event,
    Kind.POLICY: policy.Policy,
    Kind.PERMIT: policy.Permit,
}
ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "examples"}
OWN = {"x-jo-part", "x-jo-code", "x-jo-later"}

Node = Mapping[str, Any]


def _root(name: str) -> Node:
    return SCHEMAS.follow({"$ref": f"{name}#"})


def _nodes(node: Any, path: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every schema within a schema, with a path for messages."""
    if isinstance(node, bool) or not isinstance(node, Mapping):
        return
    yield path, node
    for key in ("properties", "$defs"):
        for name, inner in node.get(key, {}).items():
            yield from _nodes(inner, f"{path}/{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        yield from _nodes(node.get(key), f"{path}/{key}")
    for index, inner in enumerate(node.get("anyOf", ())):
        yield from _nodes(inner, f"{path}/{index}")


def test_every_kind_and_step_type_has_a_schema_and_nothing_else_has() -> None:
    assert set(SCHEMAS.step_types) == set(types())
    assert set(LANGUAGE) <= set(SCHEMAS.names)
    assert sorted(CLASSES) == sorted(Kind)


@pytest.mark.parametrize("name", LANGUAGE)
def test_every_schema_is_valid_and_names_itself_by_its_path(name: str) -> None:
    root = _root(name)
    jsonschema_rs.meta.validate(dict(root))
    assert root["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert root["$id"] == name
    assert "http" not in (SCHEMA_FOLDER / name).read_text().replace(root["$schema"], "")


@pytest.mark.parametrize("name", LANGUAGE)
def test_the_explanation_knows_every_word_that_a_schema_uses(name: str) -> None:
    for path, node in _nodes(_root(name)):
        unknown = node.keys() - KNOWN_WORDS - ANNOTATIONS - OWN
        assert not unknown, path


@pytest.mark.parametrize("name", LANGUAGE)
def test_every_example_is_accepted(name: str) -> None:
    for path, node in _nodes(_root(name)):
        for example in node.get("examples", ()):
            assert _accepts(node, example), (path, example)


def _accepts(node: Node, value: object) -> bool:
    """Validate against a part of a schema, by making it the whole of one."""
    return jsonschema_rs.Draft202012Validator(_based(node), registry=_registry()).is_valid(value)


@cache
def _registry() -> jsonschema_rs.Registry:
    return jsonschema_rs.Registry([("jo:///" + name, _based(_root(name))) for name in SCHEMAS.names])


def _based(node: Any) -> Any:
    if isinstance(node, list):
        return [_based(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: "jo:///" + value if key == "$ref" and isinstance(value, str) else _based(value)
        for key, value in node.items()
        if key != "$id"
    }


@pytest.mark.parametrize("name", [name for name in LANGUAGE if name != "common.schema.json"])
def test_every_property_is_described_and_belongs_to_a_part(name: str) -> None:
    for path, node in _nodes(_root(name)):
        for key, inner in node.get("properties", {}).items():
            assert inner["description"].endswith("."), f"{path}/{key}"
            assert inner["x-jo-part"] in list(Part), f"{path}/{key}"


def test_every_shared_definition_is_described() -> None:
    for path, node in _nodes(_root("common.schema.json")):
        for inner in (node.get("properties", {}) | node.get("$defs", {})).values():
            assert inner["description"].endswith("."), path


@pytest.mark.parametrize("name", [name for name in LANGUAGE if name != "overlay.schema.json"])
def test_every_map_with_properties_refuses_others(name: str) -> None:
    for path, node in _nodes(_root(name)):
        if "properties" in node:
            assert node["additionalProperties"] is False, path


def test_steps_that_share_a_key_put_it_in_the_same_part() -> None:
    parts: dict[str, str] = {}
    for name in SCHEMAS.step_types:
        for key, inner in SCHEMAS.step(name)["properties"].items():
            assert parts.setdefault(key, inner["x-jo-part"]) == inner["x-jo-part"], (name, key)


# -- schema and model ------------------------------------------------------------------------------------

NOT_IN_MODEL = {(Kind.PROGRAM, "rollout")}
"""Properties that are read where a plan is made and are part of no resource."""


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_has_the_fields_that_its_schema_has(kind: Kind) -> None:
    properties = dict(SCHEMAS.kind(kind)["properties"])
    properties.pop("kind")
    for key in [key for key in properties if (kind, key) in NOT_IN_MODEL]:
        del properties[key]
    cls = CLASSES[kind]
    names = {name.rstrip("_") for name in _fields(cls)}
    if kind is Kind.CALENDAR:  # its hours are a calendar, whose fields stand in the document themselves
        names |= set(_fields(Calendar))
    assert names == properties.keys()
    for name, annotation in _fields(cls).items():
        if kind is not Kind.CALENDAR:
            _compare(annotation, properties[name.rstrip("_")], f"{kind}.{name}")


@pytest.mark.parametrize("name", list(types()))
def test_a_step_type_has_the_fields_that_its_schema_has(name: str) -> None:
    properties = SCHEMAS.step(name)["properties"]
    declared = _fields(types()[name])
    assert {field.rstrip("_") for field in declared} == properties.keys()
    for field, annotation in declared.items():
        _compare(annotation, properties[field.rstrip("_")], f"{name}.{field}")


def _fields(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _records(annotation: Any) -> Iterator[type]:
    """Yield the records in an annotation that stand in a document as maps with keys of their own."""
    if (
        typing.get_origin(annotation) in (typing.Union, UnionType)
        or typing.get_origin(annotation) is not None
    ):
        for inner in typing.get_args(annotation):
            yield from _records(inner)
    elif dataclasses.is_dataclass(annotation) and annotation.__module__.startswith(("jo.model", "jo.steps")):
        assert isinstance(annotation, type)
        own_form = annotation.__name__ in {"Goto", "Leave", "Between", "Bounded", "Schedule"}
        if not own_form and not issubclass(annotation, Step):
            yield annotation


def _compare(annotation: Any, node: Node, path: str) -> None:
    """Hold the records that a field may have to the maps that its schema allows."""
    for record in _records(annotation):
        names = {name.rstrip("_") for name in _fields(record)}
        assert any(names == option.keys() for option in _maps(node)), f"{path}: {sorted(names)}"
        for option in _maps(node):
            if names == option.keys():
                for name, inner in _fields(record).items():
                    _compare(inner, option[name.rstrip("_")], f"{path}.{name}")


def _maps(node: Node, seen: frozenset[str] = frozenset()) -> Iterator[Mapping[str, Node]]:
    reference = node.get("$ref")
    if reference is not None:
        if reference in seen:
            return
        seen |= {reference}
    node = SCHEMAS.follow(node)
    if "properties" in node:
        yield node["properties"]
    named = [inner for inner in node.get("properties", {}).values() if "properties" in inner]
    for inner in [node.get("items"), node.get("additionalProperties"), *node.get("anyOf", ()), *named]:
        if isinstance(inner, Mapping):
            yield from _maps(inner, seen)


def test_parts_are_those_of_the_deepest_property() -> None:
    parts = SCHEMAS.parts[Kind.PROGRAM]
    assert parts.part_of(("steps", "hello", "email")) is Part.GRAPH
    assert parts.part_of(("steps", "hello", "send_window")) is Part.SAFETY
    assert parts.part_of(("steps", "hello", "description")) is Part.DESCRIPTION
    assert parts.part_of(("steps", "reading", "wait_for", "within")) is Part.GRAPH
    assert parts.part_of(("exit_when", "churned")) is Part.SAFETY
    assert parts.part_of(("entry", "identity", 0)) is Part.ENTRY
    assert parts.part_of(("rollout", "in_flight")) is Part.TRANSITION
    assert SCHEMAS.parts[Kind.TEMPLATE].part_of(("versions", "ja", "subject")) is Part.CONTENT
    assert SCHEMAS.parts[Kind.SOURCE].part_of(("roles", "marketing_consent")) is Part.SAFETY
