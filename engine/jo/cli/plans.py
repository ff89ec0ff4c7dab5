"""Plans as the commands make, read and show them."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jo.cli.loading import Checked, present
from jo.views.console import Console
from jo.workspace import git
from jo.workspace.files import FOLDERS, split
from jo.workspace.settings import FILE

if TYPE_CHECKING:
    from jo.plan.plan import Guard, Plan, ReviewedPlan
    from jo.ports.store import Store


class PlanFormat(StrEnum):
    """How a plan is shown."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def live_plan(checked: Checked, store: "Store", now: datetime, console: Console, *, count: bool) -> "Plan":
    """Compare the project with what is live. Without `count` no source is read, and nobody is counted."""
    from jo.apply.planning import Origin, make_plan
    from jo.wiring import open_warehouse

    settings = checked.settings
    warehouse = open_warehouse(settings) if count else None
    try:
        with console.progress("Counting the people behind each change"), store.read() as work:
            plan = make_plan(
                work,
                checked.project,
                checked.schemas,
                today=checked.workspace.today(now),
                now=now,
                warehouse=warehouse,
                origin=Origin(commit=git.commit(settings.root), environment=settings.environment),
            )
    finally:
        if warehouse is not None:
            warehouse.close()
    return _with_places(plan, checked)


def _with_places(plan: "Plan", checked: Checked) -> "Plan":
    return replace(plan, guards=tuple(_placed(guard, checked) for guard in plan.guards))


def _placed(guard: "Guard", checked: Checked) -> "Guard":
    """Say where in git a guard points; nowhere for what is no longer there."""
    from jo.manifest.document import Part
    from jo.model.address import Address

    address = Address.parse(guard.address) if guard.address is not None else None
    if address is None or address not in checked.project.resources:
        return guard
    span = checked.compiled.origins.locate(address, guard.path or ("name",), Part.KEY)
    return replace(guard, place=f"{span.file}:{span.start.line}")


def plan_against(checked: Checked, ref: str, console: Console) -> "Plan":
    """Compare the project with another commit; needs no store and no source. Raises GitError."""
    from jo.apply.planning import Origin, offline_plan
    from jo.manifest.compile import compile_project
    from jo.plan.state import desired_state
    from jo.workspace.read_settings import parse_settings

    settings = checked.settings
    files = git.files_at(settings.root, ref, [*FOLDERS, FILE])
    text = files.get(FILE, b"").decode("utf-8", errors="replace")
    former, _ = parse_settings(text, settings.root, os.environ)
    project_files = split(files)
    before = compile_project(
        project_files.manifests,
        project_files.bodies,
        checked.schemas,
        zone=former.zone,
        variables=former.variables,
        environment=settings.environment,
    )
    if before.broken:
        console.warn(f"The project is not valid at {ref}; what could not be read there shows as new.")
    plan = offline_plan(
        desired_state(before.project, checked.schemas),
        checked.project,
        checked.schemas,
        present(),
        Origin(commit=git.commit(settings.root), environment=settings.environment),
    )
    return _with_places(plan, checked)


def read_plan(path: Path) -> tuple["ReviewedPlan", Mapping[str, Any]]:
    """Read a plan file. Raises click's error for what is none."""
    from jo.plan.plan import PlanFormatError, read_reviewed

    try:
        document = json.loads(path.read_bytes())
        return read_reviewed(document), document
    except OSError as error:
        raise click.UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except PlanFormatError as error:
        raise click.UsageError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path} is no plan: it is not JSON.") from error


def show_plan(
    console: Console, document: Mapping[str, Any], form: PlanFormat, plan: "Plan | None" = None
) -> None:
    """Write a plan document to standard output; with the plan itself, a comment has graphs as well."""
    if form is PlanFormat.JSON:
        console.show(plan_text(document))
        return
    from jo.reports.plan_report import plan_report

    report = plan_report(document)
    if form is PlanFormat.MARKDOWN:
        from jo.reports.plan_graphs import plan_graphs
        from jo.views import plan_markdown

        console.show(plan_markdown.render(report, plan_graphs(plan) if plan is not None else {}))
    else:
        from jo.views import plan_text as view

        console.show(view.render(report, console.look))


def plan_text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def same_changes(plan: "Plan", newer: "Plan") -> "Plan":
    """Return a plan as of the generation of a newer one that would do the same."""
    return replace(plan, generation=newer.generation)
