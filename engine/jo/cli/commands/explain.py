"""`jo explain`: the page of a diagnostic code, or the list of all codes."""

import json
import re
from collections.abc import Mapping
from typing import Any

import click

from jo.cli.exits import Exit
from jo.cli.options import console_option, json_option
from jo.diagnostics import codes
from jo.diagnostics.codes import Code
from jo.views.console import Console

_NUMBER = re.compile(r"[Jj]\d*")
"""What looks like a code: a number that is near to another means nothing."""


@click.command("explain")
@click.argument("code", required=False)
@json_option
@console_option
def command(console: Console, *, code: str | None, as_json: bool) -> int:
    """Explain a diagnostic code, such as J302 or unreachable-step; without CODE, list all of them."""
    if code is None:
        _list(console, as_json=as_json)
        return Exit.OK
    from jo.checks.explain import near_miss, page

    found = codes.find(code)
    if found is None:
        close = None if _NUMBER.fullmatch(code) else near_miss(code)
        hint = f" Did you mean {close}?" if close is not None else ""
        raise click.UsageError(f"There is no code `{code}`.{hint} `jo explain` lists all of them.")
    if as_json:
        console.show(_json({**_plain(found), "page": page(found)}))
    else:
        from jo.views import page as view

        console.show(view.render(page(found), console.look))
    return Exit.OK


def _list(console: Console, *, as_json: bool) -> None:
    known = codes.every()
    if as_json:
        console.show(_json({"codes": [_plain(code) for code in known]}))
        return
    from jo.views import code_list

    console.show(code_list.render(known, console.look))


def _plain(code: Code) -> dict[str, str]:
    return {"code": code.id, "slug": code.slug, "family": codes.FAMILIES[code.id[1]], "summary": code.summary}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps({"format": "jo.explanation/1", **document}, ensure_ascii=False, indent=2) + "\n"
