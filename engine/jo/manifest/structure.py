"""Structure: does a document have the keys and values that the schema of its kind asks for, and if not, why.

The yes or no is the library's and takes microseconds. Only a no is explained, by a walk of our own over the
schema and the value: where a schema offers alternatives, the walk follows the one that the value was
probably meant to be (by its type, then by its keys; a step by the key that names its type), so that one
fault is one finding. It knows the words of JSON Schema that our schemas use, which a test holds it to.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from jo.diagnostics import codes
from jo.diagnostics.codes import Code
from jo.diagnostics.nearest import nearest, suggestion
from jo.diagnostics.span import Path
from jo.manifest.schemas import Node, Schemas
from jo.model.address import LATER_KINDS, Kind, is_name
from jo.model.cursor import Cursor, DocumentFault
from jo.steps import LATER_TYPES

KNOWN_WORDS = frozenset(
    {
        *("$ref", "anyOf", "type", "const", "enum", "pattern", "minLength", "minimum", "maximum"),
        *("properties", "required", "additionalProperties", "propertyNames", "minProperties"),
        *("items", "minItems", "maxItems", "uniqueItems"),
    }
)
"""The words of JSON Schema that the walk understands, besides those that only annotate."""

_TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a map",
}

_KINDS = {kind.value: kind for kind in Kind}

_WORDS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What other readers of YAML take for true and false."""

_SHOWN = 60
"""Most characters of a value that a message repeats."""


def kind_of(value: object) -> Kind | DocumentFault:
    """Return the kind of a document, or why it has none."""
    known = ", ".join(f"`{kind}`" for kind in _KINDS)
    if not isinstance(value, Mapping):
        return DocumentFault(
            code=codes.NOT_A_RESOURCE,
            path=(),
            detail=f"A resource is a map with `kind` and `name`, and this is {_found(value)}.",
            help="Begin the document with `kind:` and `name:`.",
        )
    if value.get("kind") is None:
        return DocumentFault(
            code=codes.NOT_A_RESOURCE,
            path=(),
            detail="The document does not say what it declares: it has no `kind`.",
            help=f"Add `kind:` with one of {known}.",
        )
    kind = value["kind"]
    if not isinstance(kind, str):
        return DocumentFault(
            code=codes.WRONG_TYPE,
            path=("kind",),
            detail=f"Expected a text, found {_found(kind)}.",
            help=f"Write one of {known}.",
        )
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in LATER_KINDS:
        return DocumentFault(
            code=codes.LATER_RELEASE,
            path=("kind",),
            detail=f"Resources of the kind `{kind}` come with a later release of jo.",
            help="Take the document out for now.",
        )
    return DocumentFault(
        code=codes.UNKNOWN_KIND,
        path=("kind",),
        detail=f"There is no kind `{_shown(kind)}`.",
        help=suggestion(kind, _KINDS, noun="kind"),
    )


def check(schemas: Schemas, kind: Kind, value: Mapping[str, Any]) -> list[DocumentFault]:
    """Return what is wrong with the structure of a document, in its order; nothing when it fits."""
    if schemas.accepts(kind, value):
        return []
    walk = _Walk(schemas)
    walk.visit(schemas.kind(kind), value, (), f"`{kind}`")
    if not walk.faults:
        walk.fault(codes.WRONG_VALUE, ("kind",), f"The schema objects: {schemas.objection(kind, value)}.")
    return walk.faults


class _Walk:
    def __init__(self, schemas: Schemas) -> None:
        self.schemas = schemas
        self.faults: list[DocumentFault] = []

    def fault(self, code: Code, path: Path, detail: str, advice: str = "", *, at_key: bool = False) -> None:
        self.faults.append(DocumentFault(code=code, path=path, detail=detail, help=advice, at_key=at_key))

    def visit(self, node: Node, value: Any, path: Path, owner: str) -> None:
        """Compare a value with its schema; `owner` names the place in messages.

        Where that finds nothing, a text in a language of its own is read for its faults as well, because a
        document with the wrong structure is not lowered.
        """
        found = len(self.faults)
        self._compare(node, value, path, owner)
        if found == len(self.faults) and "$ref" in node:
            cursor = Cursor({}, path, self.faults)
            match node["$ref"].rpartition("/")[2]:
                case "duration":
                    cursor.as_duration(value)
                case "condition":
                    cursor.as_condition(value)
                case "moment":
                    cursor.as_time(value)

    def _compare(self, node: Node, value: Any, path: Path, owner: str) -> None:
        form = self.schemas.follow({"$ref": node["$ref"]})["description"] if "$ref" in node else ""
        node = self.schemas.follow(node)
        options = node.get("anyOf")
        if options is not None and all("steps/" in option.get("$ref", "") for option in options):
            self._step(value, path)
            return
        if options is not None:
            chosen = self._choose(options, value)
            if chosen is not None:
                self.visit(chosen, value, path, owner)
                return
            self._wrong_type(
                _types_of([self.schemas.follow(option) for option in options]), node, value, path
            )
            return
        if not _fits(node, value):
            self._wrong_type(_types_of([node]), node, value, path)
        elif "enum" in node:
            self._enum(node, value, path)
        elif isinstance(value, str):
            self._text(node, value, path, form)
        elif isinstance(value, Mapping):
            self._map(node, value, path, owner)
        elif isinstance(value, list):
            self._list(node, value, path, owner)
        elif isinstance(value, int | float):
            self._number(node, value, path)

    def _choose(self, options: list[Node], value: Any) -> Node | None:
        """Return the alternative that the value was probably meant to be."""
        fitting = [option for option in options if _fits(self.schemas.follow(option), value)]
        if len(fitting) < 2 or not isinstance(value, Mapping):
            return fitting[0] if fitting else None

        def shared(option: Node) -> tuple[int, int]:
            inner = self.schemas.follow(option)
            return len(value.keys() & inner["properties"].keys()), -len(value.keys() ^ set(inner["required"]))

        return max(fitting, key=shared)

    def _wrong_type(self, expected: list[str], node: Node, value: Any, path: Path) -> None:
        detail = f"Expected {_listed(expected)}, found {_found(value)}."
        if value is None:
            advice = "Write a value, or leave the key out."
        elif expected == [_TYPES["boolean"]] and value in _WORDS:
            advice = f"Write `{_WORDS[value]}`."
        elif "a text" in expected and isinstance(value, bool | int | float) and "pattern" in node:
            advice = f'Put it in quotes: "{_shown(value)}".'
        elif isinstance(value, str) and "a text" not in expected and re.fullmatch(r"\d+|true|false", value):
            advice = f"Leave out the quotes: {value}."
        elif node.get("examples"):
            advice = f"For example: {_written(node['examples'][0])}."
        else:
            advice = ""
        self.fault(codes.WRONG_TYPE, path, detail, advice)

    def _enum(self, node: Node, value: str, path: Path) -> None:
        if value in node["enum"]:
            return
        later = node.get("x-jo-later", {}).get(value)
        if later is not None:
            self.fault(codes.LATER_RELEASE, path, later, f"Take `{value}` out for now.")
            return
        allowed = ", ".join(f"`{word}`" for word in node["enum"])
        close = nearest(value, node["enum"])
        detail = f"`{_shown(value)}` is not one of {allowed}."
        self.fault(
            codes.WRONG_VALUE,
            path,
            detail,
            f"Did you mean `{close}`?" if close else f"Write one of {allowed}.",
        )

    def _text(self, node: Node, value: str, path: Path, form: str) -> None:
        if len(value) < node.get("minLength", 0):
            self.fault(codes.WRONG_VALUE, path, "The text is empty.", "Write a value, or leave the key out.")
        elif "pattern" in node and re.search(node["pattern"], value) is None:
            if node.get("x-jo-code") == codes.BAD_NAME.id:
                self._bad_name(value, path, form)
            else:
                self.fault(
                    codes.WRONG_VALUE, path, f"`{_shown(value)}` is not allowed here.", f"Write this: {form}"
                )

    def _bad_name(self, value: str, path: Path, form: str, *, at_key: bool = False) -> None:
        separator = "-" if "-" in form else "_"
        close = re.sub(r"[^a-z0-9._-]+", separator, value.strip().lower()).strip("._-")
        close = close.replace("-", "_").replace(".", "_") if separator == "_" else close
        hint = f" Did you mean `{close}`?" if is_name(close) and close != value else ""
        self.fault(
            codes.BAD_NAME, path, f"`{_shown(value)}` cannot be a name.", f"{form}{hint}", at_key=at_key
        )

    def _number(self, node: Node, value: float, path: Path) -> None:
        if value < node.get("minimum", value):
            self.fault(codes.WRONG_VALUE, path, f"{value} is too small.", f"Write {node['minimum']} or more.")
        elif value > node.get("maximum", value):
            self.fault(codes.WRONG_VALUE, path, f"{value} is too large.", f"Write {node['maximum']} or less.")

    def _list(self, node: Node, value: list[Any], path: Path, owner: str) -> None:
        least, most = node.get("minItems", 0), node.get("maxItems", len(value))
        if not least <= len(value) <= most:
            wanted = f"{least}" if least == most else f"{least} or more"
            entries = "entry" if wanted == "1" else "entries"
            detail = (
                f"The list has {len(value)} {'entry' if len(value) == 1 else 'entries'} and needs {wanted}."
            )
            self.fault(codes.WRONG_VALUE, path, detail, f"Write {wanted} {entries}.")
            return
        seen: list[Any] = []
        for index, item in enumerate(value):
            if node.get("uniqueItems") and item in seen:
                self.fault(
                    codes.WRONG_VALUE, (*path, index), f"`{_shown(item)}` stands here twice.", "Take one out."
                )
            seen.append(item)
            if "items" in node:
                self.visit(node["items"], item, (*path, index), f"An entry of {owner}")

    def _map(self, node: Node, value: Mapping[str, Any], path: Path, owner: str) -> None:
        properties: Mapping[str, Node] = node.get("properties", {})
        missing = [key for key in node.get("required", ()) if key not in value]
        others = node.get("additionalProperties", True)
        for key, inner in value.items():
            if key in properties:
                self.visit(properties[key], inner, (*path, key), f"`{key}`")
            elif others is False:
                self._unknown_key(node, key, path, owner, missing)
            elif isinstance(others, Mapping):
                self._key(node, key, path)
                self.visit(others, inner, (*path, key), f"`{key}`")
        for key in missing:
            self._missing_key(properties[key], key, path, owner, value)
        if len(value) < node.get("minProperties", 0):
            advice = f"For example: {_written(node['examples'][0])}." if node.get("examples") else ""
            self.fault(codes.WRONG_VALUE, path, f"{owner} is empty.", advice)

    def _key(self, node: Node, key: str, path: Path) -> None:
        rule = node.get("propertyNames")
        if rule is None:
            return
        names = self.schemas.follow(rule)
        if re.search(names["pattern"], key) is None:
            self._bad_name(key, (*path, key), names["description"], at_key=True)

    def _unknown_key(self, node: Node, key: str, path: Path, owner: str, missing: list[str]) -> None:
        """Report a key that does not exist here; one that was meant to be a required key answers for it."""
        here = (*path, key)
        later = node.get("x-jo-later", {}).get(key)
        if later is not None:
            self.fault(codes.LATER_RELEASE, here, later, f"Leave `{key}` out for now.", at_key=True)
            return
        allowed = node["properties"]
        close = nearest(key, allowed)
        if close in missing:
            missing.remove(close)
        advice = suggestion(key, allowed, noun="key")
        self.fault(codes.UNKNOWN_KEY, here, f"{owner} has no key `{_shown(key)}`.", advice, at_key=True)

    def _missing_key(self, node: Node, key: str, path: Path, owner: str, value: Mapping[str, Any]) -> None:
        node = self.schemas.follow(node)
        examples = node.get("examples") or node.get("enum") or [node.get("const", "…")]
        advice = f"Add it: `{key}: {_written(examples[0])}`, for example."
        at = path or (("name",) if "name" in value else ("kind",))
        detail = f"{owner} needs `{key}`. {node['description']}"
        self.fault(codes.MISSING_KEY, at, detail, advice, at_key=True)

    def _step(self, value: Any, path: Path) -> None:
        """Check a step by its type, which is the one key that names a type."""
        if not isinstance(value, Mapping):
            detail = f"A step is a map, and this is {_found(value)}."
            self.fault(
                codes.WRONG_TYPE, path, detail, "Write its type and what goes with it: `{email: welcome}`."
            )
            return
        known = self.schemas.step_types
        types = [key for key in value if key in known]
        if len(types) == 1:
            self.visit(self.schemas.step(types[0]), value, path, f"`{types[0]}`")
        elif types:
            both = " and ".join(f"`{name}`" for name in types)
            detail = f"A step does one thing, and this one has {both}."
            self.fault(codes.MIXED_STEP, (*path, types[1]), detail, "Make a step of each.", at_key=True)
        else:
            self._untyped_step(value, path, known)

    def _untyped_step(self, value: Mapping[str, Any], path: Path, known: tuple[str, ...]) -> None:
        later = next((key for key in value if key in LATER_TYPES), None)
        if later is not None:
            detail = f"Steps of the type `{later}` come with a later release of jo."
            self.fault(codes.LATER_RELEASE, (*path, later), detail, "Take the step out for now.", at_key=True)
            return
        usual = {key for name in known for key in self.schemas.step(name)["properties"]}
        strange = [key for key in value if key not in usual]
        meant = next((key for key in strange if nearest(key, known)), strange[0] if strange else None)
        if meant is None:
            types = ", ".join(f"`{name}`" for name in known)
            detail = "The step does not say what it does."
            self.fault(codes.UNKNOWN_STEP_TYPE, path, detail, f"Add one of {types}.", at_key=True)
        else:
            detail = f"There is no step type `{_shown(meant)}`."
            advice = suggestion(meant, known, noun="type")
            self.fault(codes.UNKNOWN_STEP_TYPE, (*path, meant), detail, advice, at_key=True)


def _fits(node: Node, value: Any) -> bool:
    """Tell whether a value has a type that the schema allows."""
    allowed = node.get("type")
    if allowed is None and "enum" in node:
        return isinstance(value, str)
    names = (allowed,) if isinstance(allowed, str) else allowed
    return names is None or any(_is(value, name) for name in names)


def _is(value: Any, name: str) -> bool:
    match name:
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, Mapping)


def _types_of(nodes: list[Node]) -> list[str]:
    """Return the types that any of the schemas allow, in words."""
    return list(dict.fromkeys(_TYPES[node.get("type", "string")] for node in nodes))


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text `{_shown(value)}`"
    if isinstance(value, bool | int | float):
        return f"`{_shown(value)}`"
    return "a list" if isinstance(value, list) else "a map"


def _shown(value: Any) -> str:
    """Return a scalar as YAML has it, on one line and not too long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _written(example: Any) -> str:
    """Return an example as an author would write it in braces."""
    if isinstance(example, Mapping):
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(_written(item) for item in example) + "]"
    if isinstance(example, str) and re.search(r"[,\[\]{}:#'\"]|^\W|^\d", example):
        return json.dumps(example, ensure_ascii=False)
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
