"""`jo plan`: shows what an apply would change, and for whom."""

from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_checked, present, present_in
from jo.cli.options import Format, Place, json_option, workspace_options
from jo.cli.plans import PlanFormat, live_plan, plan_against, plan_text, show_plan
from jo.ports.errors import WorldError

_GIT = "git:"


@click.command("plan")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the plan for `jo apply`.",
)
@click.option("--markdown", is_flag=True, help="Write Markdown, for a comment on a pull request.")
@json_option
@click.option(
    "--against",
    metavar="git:REF",
    help="Compare with another commit; needs no store, no data and no secret.",
)
@click.option("--no-data", is_flag=True, help="Count nobody: the source files are not read.")
@click.option("--detailed-exitcode", is_flag=True, help="End with 2 when there are changes.")
@workspace_options
def command(
    place: Place,
    *,
    out: Path | None,
    markdown: bool,
    as_json: bool,
    against: str | None,
    no_data: bool,
    detailed_exitcode: bool,
) -> int:
    """Show what an apply would change, and for whom; changes nothing.

    Each change says what kind it is (cosmetic, content, behavior, destructive) and whom it reaches (nobody,
    future entrants, pending sends, people inside). The dangerous ones come first.

    \b
      jo plan                               against what is live
      jo plan --out plan.json               keep it, to apply exactly this later
      jo plan --against git:origin/main     against another commit, without a store
    """
    if markdown and as_json:
        raise click.UsageError("--markdown and --json exclude each other.")
    if against is not None and not (against.startswith(_GIT) and len(against) > len(_GIT)):
        raise click.UsageError(f"--against takes `git:` and a commit, such as git:main, not `{against}`.")
    form = PlanFormat.MARKDOWN if markdown else PlanFormat.JSON if as_json else PlanFormat.TEXT
    checked = load_checked(place, present(), Format.JSON if as_json else Format.HUMAN)
    if against is not None:
        plan = plan_against(checked, against.removeprefix(_GIT), place.console)
    else:
        from jo.wiring import open_store_to_read

        store = open_store_to_read(checked.settings)
        try:
            plan = live_plan(checked, store, present_in(store), place.console, count=not no_data)
        finally:
            store.close()
    from jo.plan.plan import to_document

    document = {**to_document(plan), "against": against}
    if out is not None:
        _keep(out, plan_text(document))
    show_plan(place.console, document, form, plan)
    if form is PlanFormat.TEXT and not plan.is_empty and not plan.is_refused and against is None:
        place.console.remark(f"\nMake it live with\n    jo apply{f' {out}' if out is not None else ''}")
    if plan.is_refused:
        return Exit.REFUSED
    return Exit.CHANGES if detailed_exitcode and not plan.is_empty else Exit.OK


def _keep(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise WorldError(f"The plan cannot be kept in {file}: {error.strerror}.") from error
