"""Write the reference of the language to `docs/reference/`: `python -m tools.reference_pages`.

One page a kind, one for the steps, one for what several kinds share, made from the schemas alone. A test
holds them fresh. A description is never written here: what is missing on a page is missing in its schema.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SCHEMAS = ROOT / "schema"
FOLDER = ROOT / "docs" / "reference"

Schema = Mapping[str, Any]

_COMMON = "common.schema.json"
_STEP = "step.schema.json"
_RESOURCES = (
    *("source", "power_list", "calendar", "sender", "topic", "template"),
    *("outreach", "program", "event", "policy", "permit", "overlay"),
)
"""Kinds in the order in which a project is usually written."""

PARTS = {
    "graph": "Where people go. People inside a program keep the graph that they entered with, and only new "
    "entrants get the new one. In sources and events: what conditions may name.",
    "content": "What a mail says. It follows what is applied: mail that is pending, without an attempt so "
    "far, is built with the new content.",
    "safety": "What protects people: windows, caps, exits, classes. It holds for everybody from the moment "
    "of the apply, people inside included.",
    "entry": "Who gets in, and when. It concerns future entrants; whoever is inside stays.",
    "description": "For readers only. A change of it changes nothing for anybody.",
    "transition": "What this change does to people inside. It is part of a plan and never of a revision.",
}


def pages() -> Mapping[str, str]:
    """Return the text of each file of the folder, by its name."""
    kinds = {name: _load(f"{name}.schema.json") for name in _RESOURCES}
    return {
        "README.md": _index(kinds),
        **{f"{name}.md": _kind_page(name, schema) for name, schema in kinds.items()},
        "step.md": _step_page(),
        "common.md": _common_page(),
    }


def _load(name: str) -> Schema:
    loaded: Schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return loaded


# -- pages -----------------------------------------------------------------------------------------------


def _index(kinds: Mapping[str, Schema]) -> str:
    listed = [f"| [{name}]({name}.md) | {schema['description']} |" for name, schema in kinds.items()]
    parts = [f"| {part} | {meaning} |" for part, meaning in PARTS.items()]
    return _text(
        "# Reference",
        "Every key that a manifest may hold. The pages are made from the schemas in `schema/`, which your "
        "editor reads as well: each file of a project may begin with a line such as "
        "`# yaml-language-server: $schema=../schema/program.schema.json`. "
        "[The language](../language.md) tells how the parts work together.",
        "\n".join(["| kind | |", "| --- | --- |", *listed]),
        "[Steps](step.md) stand within programs. [What several kinds share](common.md): names, durations, "
        "moments, conditions.",
        "## Parts",
        "Each key says which part of its resource it belongs to. The part decides what a change of the key "
        "means for people who are in the middle of a journey, and so what `jo plan` says of it.",
        "\n".join(["| part | |", "| --- | --- |", *parts]),
    )


def _kind_page(name: str, schema: Schema) -> str:
    required = _listed(f"`{key}`" for key in schema.get("required", ()))
    if name != "overlay":
        intro = f"Required: {required}."
    else:
        intro = f"Required: {required}. Every other key is one of the resource's own kind."
    return _text(
        f"# {schema['title']}",
        schema["description"],
        intro,
        *_examples(schema["examples"][:1]),
        *_sections(schema, level=2),
        *_later(schema),
    )


def _step_page() -> str:
    step = _load(_STEP)
    types = {
        reference["$ref"].removeprefix("steps/").removesuffix(".schema.json"): _load(reference["$ref"])
        for reference in step["anyOf"]
    }
    first, *others = (schema["properties"] for schema in types.values())
    shared = {key: value for key, value in first.items() if all(each.get(key) == value for each in others)}
    sections = []
    for name, schema in types.items():
        own = {key: value for key, value in schema["properties"].items() if key not in shared}
        sections += [
            f"## {name}",
            schema["description"],
            *_examples(schema["examples"]),
            *_sections({**schema, "properties": own}, level=3, prefix=f"{name}."),
            *_later(schema),
        ]
    listed = _listed(f"[`{name}`](#{name})" for name in types)
    return _text(
        "# Steps",
        f"A step is a map whose type is the one key that names it. The types of this release: {listed}.",
        *sections,
        "## What every step may have",
        *_sections({"properties": shared}, level=3),
    )


def _common_page() -> str:
    common = _load(_COMMON)
    sections = []
    for name, schema in common["$defs"].items():
        sections += [f"## {_title(name)}", schema["description"], _type(schema, "common.md")]
        sections += _examples(schema["examples"]) if "examples" in schema else ()
        sections += _sections(schema, level=3, prefix=f"{name}.", page="common.md")
    return _text("# What several kinds share", common["description"], *sections)


def _later(schema: Schema) -> Iterator[str]:
    later = schema.get("x-jo-later")
    if later:
        yield "Not in this release:"
        yield "\n".join(f"- `{key}`: {text}" for key, text in later.items())


# -- properties ------------------------------------------------------------------------------------------


def _sections(schema: Schema, *, level: int, prefix: str = "", page: str = "") -> Iterator[str]:
    """Yield a section for each property, those of its value behind it."""
    for path, property_, is_required in _properties(schema, prefix):
        notes = [_type(property_, page), "required" if is_required else "optional"]
        if "x-jo-part" in property_:
            notes.append(f"part: [{property_['x-jo-part']}](README.md#parts)")
        yield f"{'#' * level} {path}"
        yield " · ".join(notes)
        yield property_["description"].replace("Default:", "**Default:**")
        if property_.get("examples"):
            yield from _examples(property_["examples"][:1], path.rpartition(".")[2])


def _properties(schema: Schema, prefix: str) -> Iterator[tuple[str, Schema, bool]]:
    required = schema.get("required", ())
    for key, property_ in schema.get("properties", {}).items():
        yield f"{prefix}{key}", property_, key in required
        yield from _below(property_, f"{prefix}{key}")
    for each in schema.get("anyOf", ()):
        yield from _properties(each, prefix)


def _below(schema: Schema, path: str) -> Iterator[tuple[str, Schema, bool]]:
    """Yield the properties of a value: of the map itself, of a map's entries, of a list's items."""
    yield from _properties(schema, f"{path}.")
    entry = schema.get("additionalProperties")
    if isinstance(entry, dict):
        yield from _properties(entry, f"{path}.NAME.")
    if "items" in schema:
        yield from _properties(schema["items"], f"{path}.")


def _type(schema: Schema, page: str = "") -> str:
    """Say what a value is, in words; `page` is the page the words stand on."""
    if "$ref" in schema:
        return _reference(schema["$ref"], page)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return _listed((f"`{value}`" for value in schema["enum"]), "or")
    if "anyOf" in schema:
        return _listed(dict.fromkeys(_type(each, page) for each in schema["anyOf"]), "or")
    match schema.get("type"):
        case "array":
            each = re.sub(r"^a (text|map)\b", r"\1s", _type(schema["items"], page))
            return f"{'two' if schema.get('maxItems') == 2 else 'a list'} of {each}"
        case "object":
            return _map(schema, page)
        case "integer" | "number":
            return f"a {'whole ' if schema['type'] == 'integer' else ''}number{_range(schema)}"
        case "boolean":
            return "`true` or `false`"
        case "string":
            return "a text"
    return "anything"


def _map(schema: Schema, page: str) -> str:
    entry = schema.get("additionalProperties")
    if isinstance(entry, dict):
        return f"a map of a name to {_type(entry, page)}"
    keys = schema.get("properties", {})
    return f"a map with {_listed(f'`{key}`' for key in keys)}" if len(keys) < 5 else "a map"


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low:,} to {high:,}"
    if low is not None:
        return f" of at least {low:,}"
    return f" of at most {high:,}" if high is not None else ""


def _reference(reference: str, page: str) -> str:
    file, _, fragment = reference.partition("#")
    if file.endswith(_STEP):
        return "[a step](step.md)"
    name = fragment.removeprefix("/$defs/")
    target = "" if page == "common.md" else "common.md"
    return f"[{_title(name).lower()}]({target}#{_title(name).lower().replace(' ', '-')})"


# -- words and layout ------------------------------------------------------------------------------------


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _listed(words: Iterable[str], joint: str = "and") -> str:
    *before, last = words
    return f"{', '.join(before)} {joint} {last}" if before else last


def _text(*paragraphs: str) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _examples(values: Sequence[Any], key: str | None = None) -> Iterator[str]:
    """Show examples, of a value or of a key with it: short ones in the text, others as blocks."""
    written = [yaml_text(value if key is None else {key: value}) for value in values]
    if all("\n" not in text for text in written):
        yield f"Example{'s' if len(written) > 1 else ''}: {', '.join(f'`{text}`' for text in written)}"
    else:
        yield from (f"```yaml\n{text}\n```" for text in written)


# -- YAML as authors write it ----------------------------------------------------------------------------

_WIDTH = 76
"""Characters of a list or map that may stand in one line."""
_NEEDS_QUOTES = re.compile(
    r"""^[^\w(./-]              # begins with a sign that YAML reads as its own
        | ^-?[\d.:-]+$         # is a number, a time or a date, or begins with a date
        | ^\d{4}-\d\d-\d\d
        | ^(true|false|null)?$
        | :[ ] | [ ]\# | :$    # holds what would begin a map or a comment
    """,
    re.ASCII | re.VERBOSE,
)
_NEEDS_QUOTES_IN_BRACES = re.compile(r"[,?\[\]{}]")


def yaml_text(value: Any) -> str:
    """Write a value as YAML: maps as blocks, what is small in braces, quotes only where they are needed."""
    return "\n".join(_block(value)) if isinstance(value, dict) and value else _in_line(value)


def _block(value: Any) -> Iterator[str]:
    entries = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in entries:
        lead = "-" if key is None else f"{key}:"
        short = _in_line(item)
        if not isinstance(item, dict | list) or not item or len(short) <= _WIDTH:
            yield f"{lead} {short}"
        elif key is None:
            first, *rest = _block(item)
            yield from (f"- {first}", *(f"  {line}" for line in rest))
        else:
            yield from (lead, *(f"  {line}" for line in _block(item)))


def _in_line(value: Any, *, in_braces: bool = False) -> str:
    match value:
        case dict():
            return (
                f"{{{', '.join(f'{key}: {_in_line(item, in_braces=True)}' for key, item in value.items())}}}"
            )
        case list():
            return f"[{', '.join(_in_line(item, in_braces=True) for item in value)}]"
        case str():
            is_plain = not _NEEDS_QUOTES.search(value) and not (
                in_braces and _NEEDS_QUOTES_IN_BRACES.search(value)
            )
            return value if is_plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
