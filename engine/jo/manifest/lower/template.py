"""Lower a `template`: bodies and layout come from the files they name, or stand in the document."""

from collections.abc import Mapping
from typing import Any

from jo.diagnostics.codes import BAD_NAME, MISSING_FILE, NOT_TEXT, WRONG_VALUE
from jo.diagnostics.nearest import nearest
from jo.model.content import (
    DEFAULT_VERSION,
    LAYOUT,
    Body,
    MailClass,
    OnUncertain,
    Syntax,
    Template,
    Tracking,
    Version,
)
from jo.model.cursor import Cursor

_SYNTAX = {f".{syntax}.j2": syntax for syntax in Syntax}
_LAYOUTS = (Syntax.MJML, Syntax.HTML)
_NOTHING = Body(syntax=Syntax.MARKDOWN, text="")


def lower(cursor: Cursor, bodies: Mapping[str, bytes]) -> Template:
    versions = {}
    for name, inner in cursor.into("versions").items():
        if name in (DEFAULT_VERSION, LAYOUT):
            inner.fault(
                BAD_NAME, f"`{name}` has a meaning of its own and cannot name a version.", at_key=True
            )
        versions[name] = Version(
            when=inner.as_condition(inner.get("when"), "when"),
            subject=inner.get("subject"),
            preheader=inner.get("preheader"),
            body=_body(inner, "body", bodies) if "body" in inner else None,
        )
    return Template(
        name=cursor.text("name"),
        description=cursor.text("description"),
        class_=MailClass(cursor.get("class")),
        topic=cursor.get("topic"),
        tracking=Tracking(cursor.get("tracking", Tracking.OFF)),
        sender=cursor.text("sender"),
        subject=cursor.text("subject"),
        preheader=cursor.text("preheader"),
        body=_body(cursor, "body", bodies),
        layout=_layout(cursor, bodies),
        versions=versions,
        expires_after=cursor.duration("expires_after"),
        on_uncertain=OnUncertain(cursor.get("on_uncertain")) if "on_uncertain" in cursor else None,
    )


def body_files(document: Mapping[str, Any], bodies: Mapping[str, bytes]) -> dict[str, str]:
    """Return version, or `layout`, → path below `templates/`, for all that a template takes from files."""
    named = {DEFAULT_VERSION: document.get("body")}
    named |= {name: version.get("body") for name, version in (document.get("versions") or {}).items()}
    files = {name: file for name, file in named.items() if isinstance(file, str) and file in bodies}
    layout = document.get("layout")
    if isinstance(layout, str):
        found = next((path for path in _layout_paths(layout) if path in bodies), None)
        files |= {} if found is None else {LAYOUT: found}
    return files


def _body(cursor: Cursor, key: str, bodies: Mapping[str, bytes]) -> Body:
    raw = cursor.get(key)
    if not isinstance(raw, str):
        return Body(syntax=Syntax(raw["syntax"]), text=raw["text"])
    syntax = next((syntax for ending, syntax in _SYNTAX.items() if raw.endswith(ending)), None)
    if syntax is None:
        endings = ", ".join(f"`{ending}`" for ending in _SYNTAX)
        cursor.fault(
            WRONG_VALUE,
            f"The ending of `{raw}` does not say what the body is written in.",
            key,
            advice=f"Name a file below `templates/` that ends with one of {endings}.",
        )
        return _NOTHING
    if raw not in bodies:
        close = nearest(raw, bodies)
        advice = f"Did you mean `{close}`?" if close else f"Write the body in `templates/{raw}`."
        cursor.fault(MISSING_FILE, f"There is no file `templates/{raw}`.", key, advice=advice)
        return _NOTHING
    return Body(syntax=syntax, text=_text(cursor, key, raw, bodies[raw]))


def _layout_paths(name: str) -> tuple[str, ...]:
    return tuple(f"layouts/{name}.{syntax}.j2" for syntax in _LAYOUTS)


def _layout(cursor: Cursor, bodies: Mapping[str, bytes]) -> Body | None:
    raw = cursor.get("layout")
    if raw is None:
        return None
    if not isinstance(raw, str):
        return Body(syntax=Syntax(raw["syntax"]), text=raw["text"])
    for syntax, path in zip(_LAYOUTS, _layout_paths(raw), strict=True):
        if path in bodies:
            return Body(syntax=syntax, text=_text(cursor, "layout", path, bodies[path]))
    known = {
        path[len("layouts/") : -len(ending)]
        for path in bodies
        for ending in _SYNTAX
        if path.startswith("layouts/") and path.endswith(ending)
    }
    close = nearest(raw, known)
    files = " nor ".join(f"`templates/{path}`" for path in _layout_paths(raw))
    advice = f"Did you mean `{close}`?" if close else "Write the layout in one of these files."
    cursor.fault(MISSING_FILE, f"There is neither {files}.", "layout", advice=advice)
    return None


def _text(cursor: Cursor, key: str, path: str, data: bytes) -> str:
    """Decode a file; line ends are those of Unix, so that a checkout elsewhere changes no fingerprint."""
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        cursor.fault(
            NOT_TEXT, f"`templates/{path}` is not UTF-8 text.", key, advice="Save the file as UTF-8."
        )
        return ""
