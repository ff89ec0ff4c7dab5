"""`jo preview`: the mail of a person in each version, on the screen and as files."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import Checked, find_address, load_checked, present
from jo.cli.options import Format, Place, json_option, workspace_options
from jo.model.address import Kind
from jo.ports.errors import WorldError
from jo.reports.preview import PreviewMail, PreviewReport
from jo.workspace.cache import local_folder
from jo.workspace.private import make_private, open_private

if TYPE_CHECKING:
    from jo.cli.preview.mails import Built
    from jo.flow.person import Person
    from jo.model.content import Template
    from jo.model.power_list import PowerList
    from jo.model.project import Project
    from jo.model.source import Source


@click.command("preview")
@click.argument("name")
@click.option("--contact", metavar="KEY", help="For the contact of this key in the source.")
@click.option("--email", metavar="ADDRESS", help="For the first contact with this address.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the files go; by default .jo/preview.",
)
@json_option
@workspace_options
def command(
    place: Place, *, name: str, contact: str | None, email: str | None, out: Path | None, as_json: bool
) -> int:
    """Show the mail of a person in each version: on the screen, and as .eml, .html and .txt files.

    NAME is a program, outreach or template. Without a contact the person is made up. Nothing is sent, and the
    links in previewed mails do nothing.

    \b
      jo preview onboarding
      jo preview template/welcome --email ada@example.com
    """
    if contact is not None and email is not None:
        raise click.UsageError("--contact and --email exclude each other.")
    now = present()
    checked = load_checked(place, now, Format.JSON if as_json else Format.HUMAN)
    address = find_address(checked, name, Kind.PROGRAM, Kind.OUTREACH, Kind.TEMPLATE)
    if address.kind not in (Kind.PROGRAM, Kind.OUTREACH, Kind.TEMPLATE):
        raise click.UsageError(f"`{address}` has no mails; name a program, an outreach or a template.")
    from jo.cli.preview.mails import build, preview_site, templates_of
    from jo.wiring import open_renderer

    project, mails = checked.project, templates_of(checked.project, address)
    if not mails:
        raise click.UsageError(f"`{address}` sends no mail.")
    contacts, rows = _sources(project, project.templates[next(iter(mails))])
    person = _person(checked, contacts, rows, contact, email, now)
    site, renderer = preview_site(checked.settings), open_renderer()
    try:
        built = [
            mail
            for name, steps in mails.items()
            for mail in build(project, project.templates[name], steps, person, site, renderer, now)
        ]
    finally:
        renderer.close()
    folder = out if out is not None else local_folder(checked.workspace.root) / "preview"
    report = PreviewReport(
        address=str(address),
        person=_words(person, is_real=contact is not None or email is not None),
        mails=tuple(_write(folder, mail) for mail in built),
    )
    from jo.views import preview as view

    console = place.console
    console.show(view.as_json(report) if as_json else view.render(report, console.look))
    return Exit.FAILURE if any(mail.trouble for mail in report.mails) else Exit.OK


def _person(
    checked: Checked,
    contacts: "Source",
    rows: "Source | None",
    contact: str | None,
    email: str | None,
    now: datetime,
) -> "Person":
    """Return the one that is asked for; ends the command when there is nobody like that."""
    from jo.cli.preview.made_up import made_up_person
    from jo.cli.preview.real import find_contact, real_person
    from jo.wiring import open_warehouse

    project = checked.project
    if contact is None and email is None:
        return made_up_person(project, contacts, rows, now)
    warehouse = open_warehouse(checked.settings)
    try:
        key = contact if email is None else find_contact(project, contacts, email, warehouse)
        over, today = _list_over(project, rows), checked.workspace.today(now)
        person = None
        if key is not None:
            person = real_person(project, contacts, key, over, warehouse, today=today, now=now)
    finally:
        warehouse.close()
    if person is None:
        raise WorldError(f"source/{contacts.name} has nobody with {email or f'the key {contact}'}.")
    return person


def _sources(project: "Project", template: "Template") -> "tuple[Source, Source | None]":
    """Return the source of a mail's contacts, and of the rows behind them where there are such."""
    scope = project.template_scope(template)
    assert scope is not None  # a rule has seen to it
    others = [name for word, name in scope.namespaces.items() if word not in ("contact", "company")]
    return project.sources[scope.namespaces["contact"]], project.sources[others[0]] if others else None


def _list_over(project: "Project", rows: "Source | None") -> "PowerList | None":
    """Return the first list over these rows, by name."""
    lists = sorted(project.lists.values(), key=lambda item: item.name)
    return next((item for item in lists if rows is not None and item.from_ == rows.name), None)


def _words(person: "Person", *, is_real: bool) -> str:
    if not is_real:
        return "a made-up person"
    if person.behind is not None and not person.behind[1]:
        return f"contact {person.key}, who has no {person.behind[0].row} in a list now"
    return f"contact {person.key}"


def _write(folder: Path, mail: "Built") -> PreviewMail:
    """Write the files of one mail, named after its template and version."""
    if mail.rendered is None:
        return mail.shown
    stem = f"{mail.shown.template}-{mail.shown.version}"
    contents = {
        ".eml": mail.rendered.data,
        ".html": mail.rendered.html.encode(),
        ".txt": mail.rendered.text.encode(),
    }
    try:
        make_private(folder)
        for ending, data in contents.items():
            with open_private(folder / f"{stem}{ending}") as file:
                file.write(data)
    except OSError as error:
        raise WorldError(f"Previews cannot be written to {folder}: {error.strerror}.") from error
    shown = _from_here(folder)
    return replace(mail.shown, files=tuple(str(shown / f"{stem}{ending}") for ending in contents))


def _from_here(folder: Path) -> Path:
    """Return a folder as somebody in the present one would write it."""
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
