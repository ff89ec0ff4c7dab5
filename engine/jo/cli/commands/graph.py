"""`jo graph`: draws a program, or what refers to what, as Mermaid."""

import click

from jo.cli.exits import Exit
from jo.cli.loading import check_files, diagnose, find_address, find_workspace, present, refuse
from jo.cli.options import Format, Place, workspace_options
from jo.model.address import Kind
from jo.workspace.files import read_files


@click.command("graph")
@click.argument("address", required=False)
@click.option("--references", is_flag=True, help="Draw what ADDRESS refers to, directly or through others.")
@workspace_options
def command(place: Place, *, address: str | None, references: bool) -> int:
    """Draw a program, or what refers to what, as Mermaid, which GitHub and most editors show.

    \b
      jo graph onboarding                       the steps of program/onboarding
      jo graph program/onboarding --references  what it depends on
      jo graph                                  all resources, and what refers to what

    A program is drawn as far as it can be read, so that a fault in its graph can be seen.
    """
    workspace = find_workspace(place)
    checked = check_files(workspace, read_files(workspace.root), present())
    root = None if address is None else find_address(checked, address, Kind.PROGRAM)
    if root in checked.compiled.broken:
        found = [item for item in checked.found if (item.address or "").partition("#")[0] == str(root)]
        refuse(place.console, diagnose(found, checked.files, workspace.text), Format.HUMAN)
    from jo.graph.mermaid import mermaid, mermaid_references
    from jo.graph.references import references as find_references

    if root is None or references:
        place.console.show(mermaid_references(find_references(checked.project, root)))
    elif root.kind is Kind.PROGRAM:
        place.console.show(mermaid(checked.project.programs[root.name]))
    else:
        raise click.UsageError(f"`{root}` has no steps to draw. Add --references to see what it refers to.")
    return Exit.OK
