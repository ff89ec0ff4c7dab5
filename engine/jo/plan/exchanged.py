"""Who would be taken for somebody else: people whose keys a change looks up in another source.

The store knows people by keys: of the contact, and of the row behind it where a list is over other rows.
Nothing but the journey's list says from which source the keys are. When a list goes over to another source,
a program to a list over another one, or a source to another key, the same key may be another person, and
would get the mail, or have the name, of whoever is inside. So a change of that kind waits until nobody is
inside and nothing is planned.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jo.diagnostics.codes import EXCHANGED_SOURCE
from jo.model.address import Address, Kind
from jo.model.outreach import Outreach
from jo.model.program import Program
from jo.model.project import Project
from jo.plan.plan import Guard, GuardLevel
from jo.plan.state import Life, State


@dataclass(frozen=True, slots=True)
class _Keys:
    """What people are known by: the key of a source."""

    source: str
    key: str

    def __str__(self) -> str:
        return f"`{self.key}` of the source `{self.source}`"


def exchanged_sources(
    before: Project,
    after: Project,
    state: State,
    pinned: Iterable[tuple[Program, int]],
    planned: Mapping[str, int],
) -> tuple[Guard, ...]:
    """Return what would take people for others.

    `state` is that after the change, `pinned` are revisions with how many people go by them, `planned` the
    mails of each journey, by its address, that may still go.
    """
    people: dict[Address, int] = {}
    moves: dict[Address, _Move] = {}
    for program, number in pinned:
        current = after.programs.get(program.name)
        for form in (program, current):
            found = _move(before, program, after, form) if form is not None else None
            if found is not None and current is not None:
                people[program.address] = people.get(program.address, 0) + number
                moves.setdefault(program.address, found)
                break
    for name in planned:
        address = Address.parse(name)
        spec = state.get(name)
        is_withdrawn = spec is None or (spec.life is Life.RETIRED and address.kind is Kind.OUTREACH)
        if is_withdrawn or address in moves or address not in before.resources:
            continue
        found = _move(before, before.journey(address), after, after.journey(address))
        if found is not None:
            moves[address] = found
    return tuple(
        _guard(address, move, people.get(address, 0), planned.get(str(address), 0))
        for address, move in sorted(moves.items())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """From which keys to which a journey's people would go, and where in git that is said."""

    known: _Keys
    sought: _Keys
    address: Address
    path: tuple[str, ...]


def _move(
    before: Project, journey: Program | Outreach, after: Project, form: Program | Outreach
) -> _Move | None:
    """Compare what people of a journey are known by with what its form after the change looks up."""
    for known, sought in zip(_keys(before, journey), _keys(after, form), strict=True):
        if known is not None and sought is not None and known != sought:
            address, path = _reason(before, journey, after, form, known, sought)
            return _Move(known=known, sought=sought, address=address, path=path)
    return None


def _keys(project: Project, journey: Program | Outreach) -> Iterator[_Keys | None]:
    """Yield what contacts are known by, then what the rows behind them are, which may be the contacts."""
    contacts = project.contacts_of(journey)
    rows = project.row_source(journey) if isinstance(journey, Program) else None
    for source in (contacts, rows or contacts):
        yield _Keys(source.name, source.key) if source is not None else None


def _reason(
    before: Project,
    journey: Program | Outreach,
    after: Project,
    form: Program | Outreach,
    known: _Keys,
    sought: _Keys,
) -> tuple[Address, tuple[str, ...]]:
    """Return what in git has changed: the audience, the list, or the source's key."""
    if journey.audience != form.audience:
        return form.address, ("audience",)
    if known.source == sought.source:
        return after.sources[sought.source].address, ("key",)
    if not isinstance(form.audience, str):
        return form.address, ("audience",)
    old, new = before.lists[form.audience], after.lists[form.audience]
    return new.address, ("from",) if old.from_ != new.from_ else ("recipient",)


def _guard(journey: Address, move: _Move, people: int, planned: int) -> Guard:
    counts = []
    if people:
        counts.append(f"{people} {'person is' if people == 1 else 'people are'} inside `{journey}`")
    if planned:
        mails = f"{planned} {'mail is' if planned == 1 else 'mails are'} still to go"
        counts.append(mails if people else f"{mails} by `{journey}`")
    return Guard(
        code=EXCHANGED_SOURCE.id,
        level=GuardLevel.REFUSES,
        address=str(move.address),
        path=move.path,
        detail=(
            f"{' and '.join(counts)}, for people who are known by {move.known}. They would be looked up by"
            f" {move.sought}, where the same key may be somebody else."
        ),
        help=(
            f"Leave this as it is, and write to the people of `{move.sought.source}` by a list and a"
            f" {journey.kind} of their own. Or take `{journey}` out of git, and change this when `jo status`"
            " shows that nobody is inside and nothing is pending."
        ),
    )
