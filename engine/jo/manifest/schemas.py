"""The published JSON Schemas as one value: fast yes or no, lookups for explanations, and the parts table.

The schemas come in as texts, because the core reads no files. Each is named by its path below `schema/`,
such as `program.schema.json` or `steps/email.schema.json`, and refers to others by relative paths, as
editors do. Inside this value every reference is absolute (`common.schema.json#/$defs/name`).

Beside the words of JSON Schema jo has a few of its own: `x-jo-part` (what a property belongs to),
`x-jo-code` (the code of a text that does not fit its pattern) and `x-jo-later` (keys or values that a later
release brings, each with a sentence to say).
"""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any

from jo.model.address import Kind
from jo.model.canonical import Part, Shape

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

Node = Mapping[str, Any]
"""A schema, or a part of one."""

_BASE = "jo:///"
"""Only a prefix that makes the paths absolute; nothing is ever fetched."""


class Schemas:
    """All schemas of this release. Validators are compiled when first used and then kept."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        """Take path below `schema/` → JSON text."""
        self._roots: dict[str, Node] = {
            name: _absolute(json.loads(text), name) for name, text in sorted(texts.items())
        }
        self._validators: dict[str, Draft202012Validator] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._roots)

    @cached_property
    def step_types(self) -> tuple[str, ...]:
        """Return the keys that make a map a step, sorted."""
        return tuple(name[6:-12] for name in self._roots if name.startswith("steps/"))

    def kind(self, kind: Kind) -> Node:
        return self._roots[f"{kind.value}.schema.json"]

    def step(self, name: str) -> Node:
        return self._roots[f"steps/{name}.schema.json"]

    def accepts(self, kind: Kind, value: object) -> bool:
        """Tell whether the schema of a kind accepts a document."""
        return self.accepts_at(f"{kind.value}.schema.json", value)

    def accepts_at(self, name: str, value: object) -> bool:
        """Tell whether the schema of that name accepts a value. Values are plain, as JSON has them."""
        validator = self._validators.get(name)
        if validator is None:
            validator = self._validators[name] = self._compile(name)
        try:
            return validator.is_valid(value)
        except (
            ValueError
        ):  # a number or a text that JSON does not have; the explanation finds it or lets it be
            return False

    def objection(self, kind: Kind, value: object) -> str:
        """Return what the library objects to first, in its own words; empty when it accepts the value."""
        self.accepts(kind, value)
        error = next(self._validators[f"{kind.value}.schema.json"].iter_errors(value), None)
        return "" if error is None else str(error.message)

    def follow(self, node: Node) -> Node:
        """Return the schema that a `$ref` leads to, with what stands beside the reference laid over it."""
        while "$ref" in node:
            name, _, pointer = node["$ref"].partition("#")
            found = self._roots[name]
            for key in pointer.split("/")[1:]:
                found = found[key]
            node = {**found, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    @cached_property
    def parts(self) -> Mapping[Kind, Shape]:
        """Return what every place of a document is part of, by kind."""
        return {kind: self._shape(self.kind(kind), Part.DESCRIPTION, frozenset()) for kind in Kind}

    def _shape(self, node: Node, part: Part, open_refs: frozenset[str]) -> Shape:
        """Gather the shape of all alternatives at one place; a reference within itself adds nothing."""
        part = Part(node.get("x-jo-part", part))
        properties: dict[str, Shape] = {}
        each: Shape | None = None
        for option, seen in self._options(node, open_refs):
            for key, inner in option.get("properties", {}).items():
                properties.setdefault(key, self._shape(inner, part, seen))
            others = option.get("additionalProperties") or option.get("items")
            if isinstance(others, Mapping) and each is None:
                each = self._shape(others, part, seen)
        return Shape(part=part, properties=properties, each=each)

    def _options(self, node: Node, seen: frozenset[str]) -> Iterator[tuple[Node, frozenset[str]]]:
        yield node, seen
        reference = node.get("$ref")
        if reference is not None and reference not in seen:
            yield from self._options(self.follow(node), seen | {reference})
        for option in node.get("anyOf", ()):
            yield from self._options(option, seen)

    def _compile(self, name: str) -> "Draft202012Validator":
        from jsonschema_rs import Draft202012Validator, Registry

        registry = Registry([(_BASE + other, _for_library(root)) for other, root in self._roots.items()])
        return Draft202012Validator(_for_library(self._roots[name]), registry=registry)


def _absolute(node: Any, name: str) -> Any:
    """Return a schema with every reference made absolute."""
    if isinstance(node, list):
        return [_absolute(item, name) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _absolute(value, name) for key, value in node.items()}
    reference = node.get("$ref")
    if isinstance(reference, str):
        file, _, pointer = reference.partition("#")
        result["$ref"] = f"{normpath(join(dirname(name), file)) if file else name}#{pointer}"
    return result


def _for_library(node: Any) -> Any:
    """Return a schema with its references under the base that the library knows it by."""
    if isinstance(node, list):
        return [_for_library(item) for item in node]
    if not isinstance(node, dict):
        return node
    result = {key: _for_library(value) for key, value in node.items() if key != "$id"}
    reference = node.get("$ref")
    if isinstance(reference, str):
        result["$ref"] = _BASE + reference
    return result
