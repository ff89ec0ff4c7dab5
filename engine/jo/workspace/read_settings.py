"""Reads the settings: `jo.toml`, the tables of the present environment over it, `JO_*` variables over both.

`JO_STORE_URL` sets `[store] url`, `JO_RELAY_DEFAULT_HOST` sets `[relay.default] host`: the section's words
and the key, joined by underscores. All environments are read, so that a fault shows before somebody deploys
there; only the present one counts. What is wrong becomes a diagnostic and is left out.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jo.diagnostics.codes import BAD_SETTINGS, MISSING_SETTING
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.nearest import suggestion
from jo.diagnostics.span import Position, Span
from jo.workspace.secrets import Secret, is_reference
from jo.workspace.settings import (
    FILE,
    JournalSettings,
    RelaySettings,
    RunSettings,
    Settings,
    SourceSettings,
    StoreSettings,
    WebSettings,
)
from jo.workspace.settings_rules import ANY, SECTIONS, Objection, Rule, rules_of

ENVIRONMENT = "JO_ENV"

_VALUE = r"\"[^\"]*\"|'[^']*'|\[[^\]]*\]|[^\s#]+"
"""A value on one line, as far as it can be told without reading TOML."""

Values = dict[tuple[str, str], Any]
"""(section, key) → value: `("relay.default", "port")` → 25."""


def load_settings(
    root: Path, environ: Mapping[str, str], environment: str | None = None
) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """Read the settings of a project folder. What is wrong becomes a diagnostic and keeps its default."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Settings(root=root), (_sourceless(f"`{FILE}` is not UTF-8 text."),)
    except OSError as error:
        return Settings(root=root), (_sourceless(f"`{FILE}` cannot be read: {error.strerror}."),)
    return parse_settings(text, root, environ, environment)


def parse_settings(
    text: str, root: Path, environ: Mapping[str, str], environment: str | None = None
) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """Read settings from the text of a `jo.toml`; `root` is what their relative paths begin at."""
    reader = _Reader(text)
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(root=root), (reader.broken(str(error)),)
    environments = raw.pop("env", {})
    name = environment or environ.get(ENVIRONMENT) or None
    values = reader.tables(raw, "")
    if not isinstance(environments, dict):
        reader.fault("env", "", Objection(detail="`env` is a section: it is written `[env.NAME]`."))
        environments = {}
    for each, tables in environments.items():
        if not isinstance(tables, dict):
            reader.fault("env", each, Objection(detail=f"`{each}` is a table: it is written `[env.{each}]`."))
            continue
        found = reader.tables(tables, f"env.{each}.")
        if each == name:
            _lay_over(values, found)
    if name is not None and name not in environments:
        help = suggestion(name, environments, noun="environment") if environments else ""
        declared = "" if environments else ", and declares none at all"
        reader.faults.append(_sourceless(f"`{FILE}` has no environment `{name}`{declared}.", help))
    _lay_over(values, reader.variables(environ, values))
    return _settings(root, values, name, reader), tuple(reader.faults)


class _Reader:
    """Gathers faults and finds their lines. TOML's parser gives no positions, so keys are looked for."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self.faults: list[Diagnostic] = []

    def broken(self, message: str) -> Diagnostic:
        found = re.search(r"\(at line (\d+), column (\d+)\)", message)
        where = Position(int(found[1]), int(found[2])) if found else Position(max(1, len(self._lines)), 1)
        why = re.sub(r" *[(]at .*[)]", "", message)
        return Diagnostic(
            code=BAD_SETTINGS, detail=f"This is not valid TOML: {why}.", at=Span(FILE, where, where)
        )

    def tables(self, tables: Mapping[str, Any], prefix: str) -> Values:
        """Return what fits its rules; the prefix is empty or `env.NAME.`."""
        values: Values = {}
        known = {section.partition(".")[0] for section in SECTIONS}
        for top, table in tables.items():
            if top not in known:
                help = suggestion(top, known, noun="section")
                self.fault(
                    prefix + top, "", Objection(detail=f"`{top}` is no section of `{FILE}`.", help=help)
                )
            elif not isinstance(table, dict):
                detail = f"`{top}` is a section: it is written `[{prefix}{top}]`."
                self.fault(prefix.rstrip("."), top, Objection(detail=detail))
            elif top in SECTIONS:
                self._keys(prefix, top, table, values)
            else:
                self._named(prefix, top, table, values)
        return values

    def _named(self, prefix: str, top: str, tables: dict[str, Any], values: Values) -> None:
        for name, table in tables.items():
            if isinstance(table, dict):
                self._keys(prefix, f"{top}.{name}", table, values)
            else:
                detail = f"`{name}` is a table: it is written `[{prefix}{top}.{name}]`."
                self.fault(prefix + top, name, Objection(detail=detail))

    def _keys(self, prefix: str, section: str, table: dict[str, Any], values: Values) -> None:
        rules = rules_of(section) or {}
        if not table:
            values[section, ""] = None  # the section is there, with nothing but defaults
        for key, value in table.items():
            rule = rules.get(key) or rules.get(ANY)
            if rule is None:
                help = suggestion(key, rules, noun="key")
                unknown = Objection(detail=f"`{key}` is no key of `[{section}]`.", help=help)
                self.fault(prefix + section, key, unknown, at_key=True)
            elif (objection := rule.object_to(key, value)) is not None:
                self.fault(prefix + section, key, objection)
            else:
                values[section, key] = value

    def variables(self, environ: Mapping[str, str], values: Values) -> Values:
        """Return the settings that `JO_*` variables give to sections that exist."""
        found: Values = {}
        for section, key, rule in _settable(values):
            name = "_".join(["JO", *section.split("."), key]).upper().replace("-", "_")
            text = environ.get(name)
            if text is None:
                continue
            value = _from_text(text, rule.type)
            objection = rule.object_to(name, value)
            if objection is None:
                found[section, key] = value
            else:
                self.faults.append(
                    Diagnostic(code=objection.code, detail=objection.detail, at=None, help=objection.help)
                )
        return found

    def fault(self, section: str, key: str, objection: Objection, *, at_key: bool = False) -> None:
        """Keep a fault of a value, or of its key; without a key, of the section."""
        place = self._find(section, key, 1 if at_key else 2)
        self.faults.append(
            Diagnostic(code=objection.code, detail=objection.detail, at=place, help=objection.help)
        )

    def _find(self, section: str, key: str, group: int) -> Span:
        """Return the place of a key or value, else of its section, else of the nearest one around it."""
        while section:
            header, found = self._look(section, key, group)
            if found is not None or header is not None:
                return found or header or Span.point(FILE)
            section, _, key = section.rpartition(".")
        return self._look("", key, group)[1] or Span.point(FILE)

    def _look(self, section: str, key: str, group: int) -> tuple[Span | None, Span | None]:
        """Return the places of a section's header, or of one below it, and of a key or value in it."""
        inside, header = section == "", None
        entry = re.compile(rf"\s*[\"']?({re.escape(key)})[\"']?\s*(?:\.|=\s*({_VALUE}))")
        for number, line in enumerate(self._lines, 1):
            title = re.fullmatch(r"\s*(\[+([^\[\]]+)\]+)\s*(#.*)?", line)
            if title:
                name = re.sub(r"[\"' ]", "", title[2])
                inside = name == section
                if inside or (section and header is None and name.startswith(f"{section}.")):
                    header = _span(number, *title.span(1))
            elif inside and key and (found := entry.match(line)):
                return header, _span(number, *found.span(group if found[group] else 1))
        return header, None


def _settable(values: Values) -> Iterator[tuple[str, str, Rule]]:
    """Yield every key that a variable may set: of fixed sections, and of those that the file names."""
    named = {section for section, _ in values if "." in section}
    fixed = {section for section in SECTIONS if ANY not in section}
    for section in sorted(named | fixed):
        for key, rule in (rules_of(section) or {}).items():
            if key != ANY and rule.type is not dict:
                yield section, key, rule


def _from_text(text: str, wanted: type) -> Any:
    if wanted is list:
        return [item.strip() for item in text.split(",") if item.strip()]
    return int(text) if wanted is int and text.isascii() and text.isdecimal() else text


def _lay_over(below: Values, above: Values) -> None:
    """Put the values of `above` over those of `below`; tables within values key by key."""
    for place, value in above.items():
        under = below.get(place)
        if isinstance(value, dict) and isinstance(under, dict):
            below[place] = {**under, **value}
        else:
            below[place] = value


def _settings(root: Path, values: Values, environment: str | None, reader: _Reader) -> Settings:
    project, web = _section(values, "project"), _section(values, "web")
    sources = {}
    for name in _names(values, "sources"):
        table = _section(values, f"sources.{name}")
        if "path" in table:
            sources[name] = SourceSettings(**table)
        else:
            detail = f"`[sources.{name}]` has no `path`, so nobody knows where its data lies."
            reader.fault(f"sources.{name}", "", Objection(detail=detail, code=MISSING_SETTING))
    relays = {name: _relay(root, _section(values, f"relay.{name}")) for name in _names(values, "relay")}
    if "signing_keys" in web:
        web["signing_keys"] = tuple(Secret(item, root) for item in web["signing_keys"])
    if "event_token" in web:
        web["event_token"] = Secret(web["event_token"], root)
    store = _section(values, "store")
    if is_reference(store.get("url", "")):
        store["url"] = Secret(store["url"], root)
    return Settings(
        root=root,
        name=project.get("name", root.resolve().name),
        zone=project.get("zone", "UTC"),
        domain=project.get("domain"),
        environment=environment,
        variables=_section(values, "variables"),
        store=StoreSettings(**store),
        journal=JournalSettings(**_section(values, "journal")),
        run=RunSettings(**_section(values, "run")),
        sources=sources,
        relays=relays,
        web=WebSettings(**web),
    )


def _relay(root: Path, table: dict[str, Any]) -> RelaySettings:
    if is_reference(table.get("username", "")):
        table["username"] = Secret(table["username"], root)
    if "password" in table:
        table["password"] = Secret(table["password"], root)
    if "dkim_keys" in table:
        table["dkim_keys"] = {name: Secret(key, root) for name, key in table["dkim_keys"].items()}
    return RelaySettings(**table)


def _names(values: Values, top: str) -> list[str]:
    return sorted({section.partition(".")[2] for section, _ in values if section.startswith(f"{top}.")})


def _section(values: Values, wanted: str) -> dict[str, Any]:
    return {key: value for (section, key), value in values.items() if section == wanted and key}


def _span(line: int, start: int, end: int) -> Span:
    return Span(FILE, Position(line, start + 1), Position(line, end + 1))


def _sourceless(detail: str, help: str = "") -> Diagnostic:
    return Diagnostic(code=BAD_SETTINGS, detail=detail, at=None, help=help)
