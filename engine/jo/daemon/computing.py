"""Computes what a refresh changes, without changing anything: the steps of `jo.ports.refresher`.

Three kinds of differences are found, each on its own: who enters and leaves lists, here; the rows of
everybody in a used list or inside a program, in `copying`; and who has to be looked at again because of
either. All of them are written to files of this process first, because no step may come before it is known
that every list holds its bounds, and because they are needed in another order than they are found.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from jo.daemon.copying import Copying, Reading
from jo.daemon.live import Live, load
from jo.daemon.spool import Spool, parts
from jo.flow.reading import needs
from jo.model.power_list import Bounds, PowerList
from jo.model.usage import used_counts, used_fields
from jo.ports.refresher import End, Enter, Failure, Leave, Mark, Taken, Task, Wake, encode
from jo.ports.store import Snapshot, Store, Transaction
from jo.ports.warehouse import Audience, Member, SourceError, Warehouse
from jo.timing.zones import local_date

PAGE = 5_000
"""Rows that are read from the store at once."""


def compute(store: Store, warehouse: Warehouse, task: Task) -> Iterator[bytes]:
    """Yield the steps of a run, encoded. Raises WorldError before the first of them, or not at all."""
    with ExitStack() as stack:
        run = _Run(store, warehouse, task, stack)
        run.compute()
        yield from run.steps()


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """A list that was computed and may be taken over."""

    taken: Taken
    members: Mapping[str, str | None]
    """Key → contact."""


class _Run:
    def __init__(self, store: Store, warehouse: Warehouse, task: Task, stack: ExitStack) -> None:
        self._store = store
        self._warehouse = warehouse
        self._now = task.now
        with store.read() as work:
            self._live = load(work, work.specs.generation())
            pinned = [self._live.pinned(work, revision) for revision in sorted(work.passages.pinned())]
        self._pinned = pinned
        used = set(self._live.used_lists())
        self._due = [self._live.project.lists[name] for name in task.lists if name in used]
        self._lists: dict[str, _List] = {}
        self._kept: list[Taken] = []
        self._failures: list[Failure] = []
        self._memberships = stack.enter_context(Spool())
        self._woken = stack.enter_context(Spool())
        programs = [of.program for of in pinned]
        self._copying = Copying(
            store=store,
            warehouse=warehouse,
            live=self._live,
            reading=Reading(
                fields=used_fields(self._live.project, programs),
                counts=used_counts(self._live.project, programs),
                now=self._now,
            ),
            stack=stack,
        )

    def compute(self) -> None:
        for power_list in self._due:
            self._compute_list(power_list)
        self._copying.compute(self._wanted(), self._kept_members())

    def steps(self) -> Iterator[bytes]:
        copying = self._copying
        yield from copying.steps()
        yield from self._memberships.lines()
        yield encode(
            Mark(
                as_of=copying.as_of,
                lists=[*(each.taken for each in self._lists.values()), *self._kept],
                failures=[*self._failures, *copying.failures],
                reading=self._live.reading,
            )
        )
        yield from self._woken.lines()
        yield from copying.wakes()
        yield encode(End())

    def _compute_list(self, power_list: PowerList) -> None:
        name, live = power_list.name, self._live
        try:
            audience = self._warehouse.audience(
                live.project, power_list, today=local_date(self._now, live.zone), now=self._now
            )
        except SourceError as error:
            self._failures.append(Failure(list=name, source=None, error=str(error)))
            return
        with self._store.read() as work:
            before = work.audiences.snapshot(name)
            is_asked_for = _is_asked_for(work, live, name)
        snapshot = Snapshot(
            refreshed_at=self._now,
            as_of=audience.as_of,
            size=len(audience.members),
            generation=live.generation,
            left_out=audience.left_out,
            number=before.number + 1 if before is not None else 1,
        )
        members = dict(audience.members)
        entering, leaving = self._difference(name, members)
        broken = _broken(power_list.bounds, audience, len(entering) + len(leaving), before)
        if broken is not None and before is not None:
            kept = replace(snapshot, size=before.size, number=before.number, kept_because=broken)
            self._kept.append(Taken(name=name, snapshot=kept, entered=0, left=0))
            return
        for keys in parts([member.key for member in leaving]):
            self._memberships.add(Leave(list=name, number=snapshot.number, keys=keys))
        for some in parts(entering):
            self._memberships.add(Enter(list=name, number=snapshot.number, members=some))
        contacts = sorted({contact for _, contact in (*entering, *leaving) if contact is not None})
        for woken in parts(contacts if is_asked_for else []):
            self._woken.add(Wake(contacts=woken))
        taken = Taken(name=name, snapshot=snapshot, entered=len(entering), left=len(leaving))
        self._lists[name] = _List(taken=taken, members=members)

    def _difference(self, name: str, members: Mapping[str, str | None]) -> tuple[list[Member], list[Member]]:
        """Return who enters and who leaves. Whose contact is another one than before does both."""
        leaving: list[Member] = []
        same: set[str] = set()
        for member in self._members(name):
            if member.key in members and members[member.key] == member.contact:
                same.add(member.key)
            else:
                leaving.append(member)
        return [Member(key, contact) for key, contact in members.items() if key not in same], leaving

    def _members(self, name: str) -> Iterator[Member]:
        """Yield the present members as the store has them."""
        after = ""
        while True:
            with self._store.read() as work:
                page = work.audiences.members(name, after, PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key

    def _wanted(self) -> dict[str, list[str]]:
        """Return source → keys, sorted: contacts, and the rows of lists that are over other rows."""
        live = self._live
        wanted: dict[str, set[str]] = {}
        for name in live.used_lists():
            power_list, source = live.project.lists[name], live.project.contact_source(name)
            computed = self._lists.get(name)
            members = computed.members.items() if computed is not None else self._members(name)
            for key, contact in members:
                if source is not None and contact is not None:
                    wanted.setdefault(source.name, set()).add(contact)
                if power_list.recipient is not None:
                    wanted.setdefault(power_list.from_, set()).add(key)
        for program in live.project.programs.values():
            source, rows = live.contacts_of(program), live.project.row_source(program)
            for contact, row in self._inside(program.name):
                wanted.setdefault(source.name, set()).add(contact)
                if rows is not None and row:
                    wanted.setdefault(rows.name, set()).add(row)
        return {name: sorted(keys) for name, keys in wanted.items()}

    def _inside(self, program: str) -> Iterator[tuple[str, str]]:
        """Yield the contacts of a program's open passages, and the rows behind them."""
        after = ""
        while True:
            with self._store.read() as work:
                page = work.passages.inside(program, after, PAGE)
            for _, contact, row in page:
                yield contact, row
            if len(page) < PAGE:
                return
            after = page[-1][0]

    def _kept_members(self) -> dict[str, set[str]]:
        """Return source → keys of the members of lists that are kept as before because of a broken bound."""
        live, found = self._live, dict[str, set[str]]()
        kept = {taken.name for taken in self._kept}
        with self._store.read() as work:
            for name in live.used_lists():
                snapshot = work.audiences.snapshot(name)
                if name not in self._lists and snapshot is not None and snapshot.kept_because is not None:
                    kept.add(name)
        for name in kept:
            contacts, rows = live.project.contact_source(name), live.project.lists[name].from_
            for key, contact in self._members(name):
                found.setdefault(rows, set()).add(key)
                if contacts is not None and contact is not None:
                    found.setdefault(contacts.name, set()).add(contact)
        return found


def _is_asked_for(work: Transaction, live: Live, name: str) -> bool:
    """Tell whether something in a program depends on who is in a list, today or for those inside."""
    pinned = (live.pinned(work, revision) for revision in work.passages.pinned())
    if any(name in of.needs.lists for of in pinned):
        return True
    return any(
        name in needs(program).lists or (program.recheck and program.audience == name)
        for program in live.project.programs.values()
    )


def _broken(bounds: Bounds, audience: Audience, changed: int, before: Snapshot | None) -> str | None:
    if before is None:
        return None
    return broken_bound(bounds, len(audience.members), changed, before.size)


def broken_bound(bounds: Bounds, size: int, changed: int, before: int) -> str | None:
    """Return which bound a new snapshot breaks, in words, or None.

    `changed` counts the members who would enter or leave, `before` is the size until now.
    """
    if bounds.max is not None and size > bounds.max:
        return f"{size} members, at most {bounds.max} are allowed"
    if bounds.min is not None and size < bounds.min:
        return f"{size} members, at least {bounds.min} are required"
    if bounds.max_change is not None and changed * 100 > bounds.max_change * max(before, 1):
        return f"{changed} of {before} members would change, at most {bounds.max_change} % are allowed"
    return None
