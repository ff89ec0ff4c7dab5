"""`jo event`: records events of the outside world, by hand or from a file, each once."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import click

from jo.cli.exits import Exit
from jo.cli.instants import read_instant
from jo.cli.loading import load_workspace, show_diagnosis
from jo.cli.options import Format, Place, json_option, workspace_options
from jo.diagnostics.codes import WRONG_VALUE
from jo.diagnostics.diagnostic import Diagnostic
from jo.diagnostics.span import Position, Span
from jo.ports.errors import WorldError
from jo.reports.diagnosis import Diagnosis
from jo.reports.wording import counted

if TYPE_CHECKING:
    from jo.flow.arrival import Arrival, Given
    from jo.model.project import Project
    from jo.ports.store import Store, Transaction

SOURCE = "cli"
"""Who tells an event that does not say so."""
BATCH = 500
"""Events that are recorded in one transaction."""


@click.command("event")
@click.argument("name", required=False)
@click.option("--contact", metavar="KEY", help="Whom it concerns, by the key in the source of contacts.")
@click.option("--email", metavar="ADDRESS", help="Whom it concerns, by an address that jo has written to.")
@click.option("--id", "id_", metavar="ID", help="The event's id; by default a new one each time.")
@click.option("--at", metavar="TIME", help="When it happened; by default now.")
@click.option("--set", "sets", metavar="FIELD=VALUE", multiple=True, help="A field; may be repeated.")
@click.option("--source", metavar="NAME", default=SOURCE, show_default=True, help="Who tells it.")
@click.option("--file", type=click.File("rb"), help="Events as JSON, one a line; `-` for standard input.")
@json_option
@workspace_options
def command(
    place: Place,
    *,
    name: str | None,
    contact: str | None,
    email: str | None,
    id_: str | None,
    at: str | None,
    sets: tuple[str, ...],
    source: str,
    file: BinaryIO | None,
    as_json: bool,
) -> int:
    """Record the event NAME, which the project declares. The same id from the same source counts once.

    \b
      jo event trial.activated --contact c17 --set seats=3
      jo event --file events.jsonl

    A line of a file is what `POST /events` of `jo serve` takes; NAME is for lines without a `type`:

    \b
      {"type": "trial.activated", "id": "e1", "time": "2026-12-01T09:00:00Z",
       "data": {"contact": "c17", "seats": 3}}

    When one does not fit its declaration, none is recorded, and the exit code is 3.
    """
    if file is None and name is None:
        raise click.UsageError("Which event? Give its name, or --file.")
    if file is not None and any((contact, email, id_, at, sets)):
        raise click.UsageError("With --file, all else stands in the file.")
    if contact is not None and email is not None:
        raise click.UsageError("--contact and --email exclude each other.")
    form = Format.JSON if as_json else Format.HUMAN
    settings = load_workspace(place, form).settings
    from jo.daemon.clocks import present_in
    from jo.flow.arrival import Given, Written
    from jo.plan.applied import applied_project
    from jo.wiring import open_store

    with closing(open_store(settings)) as store:
        with store.read() as work:
            live = {spec.revision.address: spec.revision.document for spec in work.specs.live()}
            now = present_in(work)
            whom = contact if email is None else _contact_at(work, email)
        if not live:
            place.console.error(
                "Nothing is live yet, so no event is known. Make the project live with\n    jo apply"
            )
            return Exit.FAILURE
        if file is not None:
            batch = _read_lines(file, source, name)
        else:
            given = Given(
                name=name or "",
                source=source,
                data={key: Written(value) for key, value in map(_field, sets)},
                id=id_ or uuid.uuid4().hex,
                time=read_instant(at, "--at", settings).isoformat() if at is not None else None,
                contact=whom,
            )
            batch = _Batch(given=[(None, given)], faults=[], texts={})
        arrivals, faults = _hold(batch.given, applied_project(live), now)
        faults += batch.faults
        if faults:
            show_diagnosis(place.console, Diagnosis.of(faults, batch.texts, len(batch.texts)), form)
            return Exit.INVALID
        new = _record(store, arrivals, now)
    report = {"taken": len(arrivals), "new": new}
    place.console.show(json.dumps(report) + "\n" if as_json else _summary(arrivals, new))
    return Exit.OK


class _Batch(NamedTuple):
    given: "list[tuple[Span | None, Given]]"
    """With the line where each stands."""
    faults: list[Diagnostic]
    texts: dict[str, str]
    """File → text, for showing where a fault stands."""


def _field(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.UsageError(f"--set takes FIELD=VALUE, not `{text}`.")
    return name, value


def _contact_at(work: "Transaction", email: str) -> str:
    """Return the one contact at an address. Raises WorldError when there is none, or more than one."""
    from jo.flow.mailbox import address_key

    found = work.reports.contacts_at(address_key(email))
    if not found:
        raise WorldError("jo has never planned a mail to that address; name the contact by --contact.")
    if len(found) > 1:
        raise WorldError(
            f"{len(found)} contacts share that address; name one by --contact: {', '.join(found)}."
        )
    return found[0]


def _read_lines(file: BinaryIO, source: str, name: str | None) -> _Batch:
    from jo.web.events import UnreadableEventsError, parse_line

    data = file.read()
    batch = _Batch(given=[], faults=[], texts={file.name: data.decode("utf-8", errors="replace")})
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        start = Position(number, 1)
        span = Span(file.name, start, Position(number, len(line.decode(errors="replace")) + 1))
        try:
            batch.given.append((span, parse_line(line, source, name)))
        except UnreadableEventsError as error:
            batch.faults.append(Diagnostic(code=WRONG_VALUE, detail=str(error), at=span))
    return batch


def _hold(
    given: "Iterable[tuple[Span | None, Given]]", project: "Project", now: datetime
) -> "tuple[list[Arrival], list[Diagnostic]]":
    """Hold events against their declarations."""
    from jo.flow.arrival import read_event

    arrivals: list[Arrival] = []
    faults: list[Diagnostic] = []
    for span, item in given:
        arrival, found = read_event(item, project, now)
        faults += (
            Diagnostic(code=fault.code, detail=fault.detail, at=span, help=fault.help) for fault in found
        )
        if arrival is not None:
            arrivals.append(arrival)
    return arrivals, faults


def _record(store: "Store", arrivals: "Sequence[Arrival]", now: datetime) -> int:
    """Record events; return how many were new."""
    from jo.web.received import Told
    from jo.web.recording import Outcome, record_event

    new = 0
    for batch in _batches(arrivals):
        with store.write() as work:
            outcomes = [record_event(work, Told(arrival=item, at=now)) for item in batch]
        new += outcomes.count(Outcome.NEW)
    return new


def _batches(arrivals: "Sequence[Arrival]") -> "Iterator[Sequence[Arrival]]":
    return (arrivals[start : start + BATCH] for start in range(0, len(arrivals), BATCH))


def _summary(arrivals: "Sequence[Arrival]", new: int) -> str:
    if len(arrivals) == 1:
        event = arrivals[0]
        whose = f" for contact {event.contact}" if event.contact is not None else ""
        if new:
            return f"Recorded {event.name}{whose}, id {event.id}.\n"
        return f"Nothing to do: {event.source} has told {event.name} with the id {event.id} before.\n"
    if not new:
        return f"Nothing to do: {counted(len(arrivals), 'event')} with the same ids were recorded before.\n"
    known = f"; {len(arrivals) - new} more were recorded before" if new < len(arrivals) else ""
    return f"Recorded {counted(new, 'event')}{known}.\n"
