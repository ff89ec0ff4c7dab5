"""`jo why`: what happened to a person, why it did or did not, and what comes next."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from jo.cli.exits import Exit
from jo.cli.loading import load_workspace
from jo.cli.options import Format, Place, json_option, workspace_options

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from jo.daemon.live import Live
    from jo.flow.intent import Intent
    from jo.flow.passage import Note
    from jo.flow.person import Person
    from jo.model.source import Source
    from jo.ports.store import IntentLine, PassageLine, Transaction
    from jo.reports.timeline import Happened, Next, Refused, Sort, Timeline


_LAST = 1_000_000
"""Ranks the end of a passage behind all its steps."""


@click.command("why")
@click.argument("person")
@json_option
@workspace_options
def command(place: Place, *, person: str, as_json: bool) -> int:
    """Tell what happened to PERSON, a contact's key or a mail address, and what comes next.

    Each journey they entered, or why they did not; each step; each mail with what became of it; what they
    did; and where they stand now. Times are the person's own.
    """
    settings = load_workspace(place, Format.JSON if as_json else Format.HUMAN).settings
    from jo.daemon.live import load
    from jo.views import timeline as view
    from jo.wiring import open_store_to_read

    with closing(open_store_to_read(settings)) as store, store.read() as work:
        live = load(work, work.specs.generation())
        found = _find(work, live, person)
        timelines = [_Reading(work, live, source, key).timeline() for source, key in found]
    if not timelines:
        place.console.error(
            f"Nothing is known of `{person}`. jo knows the people of lists that applied journeys use, since "
            "the last refresh."
        )
        return Exit.FAILURE
    place.console.show(view.as_json(timelines) if as_json else view.render(timelines, place.console.look))
    return Exit.OK


def _find(work: "Transaction", live: "Live", person: str) -> "list[tuple[Source, str]]":
    """Return the contacts with that key, else those with that address, each with its source."""
    sources = [source for source in live.project.sources.values() if source.has_contacts]
    found = [(source, person) for source in sources if work.facts.rows(source.name, [person])]
    return found or [pair for source in sources for pair in _with_address(work, source, person)]


def _with_address(work: "Transaction", source: "Source", address: str) -> "Iterator[tuple[Source, str]]":
    """Yield the contacts of a source with an address, in any spelling; reads all of them."""
    from jo.flow.mailbox import address_key

    wanted, role = address_key(address), source.roles.address
    keys = work.facts.keys(source.name)
    for start in range(0, len(keys), 1000):
        rows = work.facts.rows(source.name, keys[start : start + 1000])
        for key, row in sorted(rows.items()):
            value = row.data.get(role) if role else None
            if isinstance(value, str) and address_key(value) == wanted:
                yield source, key


class _Reading:
    """Reads what one transaction knows of one person."""

    def __init__(self, work: "Transaction", live: "Live", source: "Source", contact: str) -> None:
        from jo.daemon.people import Who, load_people

        self._work = work
        self._live = live
        self._contact = contact
        who = Who(contact)
        self._person: Person = load_people(work, live, source, [who])[who]
        self._zone: ZoneInfo = self._person.zone

    def timeline(self) -> "Timeline":
        from jo.daemon.clocks import present_in
        from jo.flow.mailbox import address_key
        from jo.reports.timeline import Timeline

        work, person = self._work, self._person
        passages = work.reports.passages(contact=self._contact)
        mails = work.reports.intents(contact=self._contact)
        lists = [
            name
            for name in self._live.used_lists()
            if self._contact in work.audiences.present(name, [self._contact])
        ]
        known = {person.address, *(line.intent.address for line in mails)} - {None, ""}
        keys = sorted({address_key(address) for address in known if address is not None})
        suppressions = [item for found in work.people.suppressions(keys).values() for item in found]
        happened = [
            *(item for line in passages for item in self._passage(line)),
            *(item for line in mails for item in self._mail(line)),
            *self._person_did(),
            *(
                self._happened(item.at, "", f"opted out of {item.scope} ({item.cause})")
                for item in suppressions
            ),
        ]
        return Timeline(
            contact=self._contact,
            address=person.address,
            now=present_in(work).astimezone(self._zone),
            zone=self._zone.key,
            is_gone=person.is_gone,
            lists=tuple(lists),
            optouts={item.scope: item.cause for item in suppressions},
            happened=tuple(sorted(happened, key=lambda item: (item.at, item.rank))),
            next=(*self._standing(passages, mails), *self._pending(mails)),
            refused=tuple(self._refused()),
        )

    def _passage(self, line: "PassageLine") -> "Iterator[Happened]":
        from jo.reports.timeline import Sort

        for note in line.notes:
            what = self._note(line.passage.program, note)
            if what is not None:
                where = f"program/{line.passage.program}"
                where += f"#{note.step}" if note.what in ("skipped", "took") else ""
                rank = _LAST if note.what == "ended" else self._rank(line.passage.program, note.step)
                yield self._happened(note.at, where, what, Sort.PASSAGE, rank)

    def _note(self, program: str, note: "Note") -> str | None:
        """Return a line of a passage's history in plain words; None for steps that simply went on."""
        match note.what:
            case "entered":
                return "entered"
            case "skipped":
                return f"skipped: {note.detail}"
            case "ended":
                return f"ended: {note.detail}"
            case "took" if note.detail == "next":
                return None
            case _:
                return f"went on by {self._edge(program, note)}"

    def _edge(self, program: str, note: "Note") -> str:
        """Return an edge's name with what it means, as the present program says it."""
        current = self._live.project.programs.get(program)
        step = current.steps.get(note.step) if current is not None else None
        known = step is not None and any(edge.name == note.detail for edge in step.edges())
        label = step.label(note.detail) if step is not None and known else ""
        return f"`{note.detail}`" + (f" ({label})" if label and label != note.detail else "")

    def _rank(self, program: str, step: str | None) -> int:
        current = self._live.project.programs.get(program)
        steps = list(current.steps) if current is not None else []
        return steps.index(step) if step in steps else 0

    def _mail(self, line: "IntentLine") -> "Iterator[Happened]":
        from jo.flow.state import UNSENT, IntentState
        from jo.reports.timeline import Sort

        intent = line.intent
        mail = f"mail `{intent.template}`"
        answer = f"{line.last_code} {line.last_text}" if line.last_code is not None else line.last_text
        if line.evidence:
            answer = "; ".join((answer, *(f"{item.says}: {item.said.text}" for item in line.evidence)))
        version = _version(intent)
        rank = self._rank(intent.journey.partition("/")[2], intent.step)
        moment = intent.outcome_at or intent.ended_at
        if intent.state is IntentState.ACCEPTED and moment is not None:
            said = f" ({answer})" if answer else ""
            yield self._happened(moment, _where(intent), f"{mail} went out{version}{said}", Sort.MAIL, rank)
        elif intent.state is IntentState.UNCERTAIN and moment is not None:
            what = f"{mail} may or may not have gone out{version}: {answer}"
            yield self._happened(moment, _where(intent), what, Sort.UNSENT, rank)
        elif intent.state in UNSENT and moment is not None:
            why = f": {intent.detail}" if intent.detail else ""
            yield self._happened(moment, _where(intent), f"{mail} was {intent.state}{why}", Sort.UNSENT, rank)

    def _person_did(self) -> "Iterator[Happened]":
        for event in self._work.reports.happenings(self._contact):
            yield self._happened(event.at, "", f"event {event.name}")
        for item in self._work.reports.engagement(self._contact):
            link = f" the link `{item.link}`" if item.link else ""
            yield self._happened(item.at, "", f"{item.what}{link} in mail `{item.template}`")

    def _happened(
        self, at: "datetime", where: str, what: str, sort: "Sort | None" = None, rank: int = 0
    ) -> "Happened":
        from jo.reports.timeline import Happened, Sort

        moment = at.astimezone(self._zone)
        return Happened(at=moment, where=where, what=what, sort=sort or Sort.PERSON, rank=rank)

    def _standing(self, passages: "Sequence[PassageLine]", mails: "Sequence[IntentLine]") -> "Iterator[Next]":
        """Yield where the person is in programs; who waits for a mail is told by the mail."""
        from jo.flow.state import UNDER_WAY
        from jo.reports.timeline import Next

        with_mail = {line.intent.passage for line in mails if line.intent.state in UNDER_WAY}
        for line in passages:
            passage, stand = line.passage, line.passage.stand
            if passage.is_open and passage.id not in with_mail:
                at = stand.due_at.astimezone(self._zone) if stand.due_at is not None else None
                where = f"program/{passage.program}#{stand.step}"
                yield Next(where=where, what=stand.why or "is about to be looked at", at=at)

    def _pending(self, mails: "Sequence[IntentLine]") -> "Iterator[Next]":
        from jo.flow.state import UNDER_WAY, IntentState
        from jo.reports.status import WAITS
        from jo.reports.timeline import Next

        for line in mails:
            intent = line.intent
            if intent.state not in UNDER_WAY:
                continue
            at = intent.due_at.astimezone(self._zone) if intent.state is IntentState.PENDING else None
            held = WAITS.get(intent.why, "") if intent.why is not None else intent.state.value
            detail = f" ({intent.detail})" if intent.detail else ""
            yield Next(where=_where(intent), what=f"mail `{intent.template}`, {held}{detail}", at=at)

    def _refused(self) -> "Iterator[Refused]":
        from jo.reports.timeline import Refused

        for item in self._work.reports.decisions(contact=self._contact):
            if item.reason:
                yield Refused(
                    where=f"{item.journey} {item.occurrence}".rstrip(),
                    why=item.reason,
                    at=item.at.astimezone(self._zone),
                    is_final=item.final,
                )


def _where(intent: "Intent") -> str:
    if intent.step is not None:
        return f"{intent.journey}#{intent.step}"
    return f"{intent.journey} {intent.occurrence}"


def _version(intent: "Intent") -> str:
    """Return the version of the mail in words, empty for the default one."""
    from jo.model.content import DEFAULT_VERSION

    if intent.fixed is None or intent.fixed.version == DEFAULT_VERSION:
        return ""
    return f", version {intent.fixed.version}"
