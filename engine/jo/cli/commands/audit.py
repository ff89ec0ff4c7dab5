"""`jo audit`: whether the store is as it must be, whatever happened to its workers."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options
from jo.reports.wording import counted

if TYPE_CHECKING:
    from jo.audit.witness import Witness


@click.command("audit")
@click.option(
    "--witness",
    "witness_path",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="What a relay accepted: the folder of `jo sink`, or a file with a Message-ID a line.",
)
@json_option
@workspace_options
def command(place: Place, *, witness_path: Path | None, as_json: bool) -> int:
    """Hold the store against what must be so; ends with 1 when something is not.

    The state of each mail is what its attempts say, nobody was written to after opting out, caps held, every
    candidate is accounted for, and so on: the audit says what holds, on how many mails, and what each
    violation means. It changes nothing, and may run while jo does.

    \b
      jo audit
      jo audit --witness .jo/mail            with what `jo sink` took
      jo audit --witness relay-ids.txt       with the Message-IDs in a relay's log
    """
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    from jo.audit.auditing import audit
    from jo.views import audit as view
    from jo.wiring import open_store_to_read

    witness = _read(place, witness_path) if witness_path is not None else None
    with closing(open_store_to_read(settings)) as store, place.console.progress("Auditing"):
        report = audit(store, witness)
    place.console.show(view.as_json(report) if as_json else view.render(report, place.console.look))
    return Exit.OK if report.holds else Exit.FAILURE


def _read(place: Place, path: Path) -> "Witness":
    from jo.audit.witness import Witness, public_of
    from jo.workspace.witness import message_ids

    publics, others = [], 0
    for text in message_ids(path):
        public = public_of(text)
        if public is None:
            others += 1
        else:
            publics.append(public)
    if others:
        are = "is" if others == 1 else "are"
        place.console.warn(f"{counted(others, 'mail')} of the witness {are} none of jo's, and left out.")
    return Witness(publics)
