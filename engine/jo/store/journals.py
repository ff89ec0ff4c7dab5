"""The marks of journals, and the sends that journals know and this store does not."""

from collections.abc import Collection, Sequence, Set

from sqlalchemy import BigInteger, ColumnElement, bindparam, cast, func, select, update

from jo.ports.journal import Entry, Mark
from jo.ports.store.errors import JournalMovedError
from jo.ports.store.journals import KnownJournal
from jo.store.known import MAY_SETTLE
from jo.store.operations import SqlOperations
from jo.store.section import Section
from jo.store.tables import deployments, intents, journals, known_sends, suppressions
from jo.store.twins import among, insert

_STORE_ID = "store-id"

_ALL = select(
    journals.c.id, journals.c.place, journals.c.file, journals.c.position, journals.c.digest, journals.c.at
).order_by(journals.c.id)


def _or_zero(found: ColumnElement[int]) -> ColumnElement[int]:
    return select(cast(func.coalesce(found, 0), BigInteger)).scalar_subquery()


_PROGRESS = select(
    _or_zero(func.sum(journals.c.position))
    + _or_zero(func.max(deployments.c.generation))
    + _or_zero(func.max(suppressions.c.id))
)
_put = insert(journals)
_PUT = _put.on_conflict_do_update(
    index_elements=[journals.c.id],
    set_={column.name: _put.excluded[column.name] for column in journals.c if not column.primary_key},
)
_ADVANCE = (
    update(journals)
    .where(
        journals.c.id == bindparam("b_id"),
        journals.c.position == bindparam("b_position"),
        journals.c.digest == bindparam("b_digest"),
    )
    .values(position=bindparam("position"), digest=bindparam("digest"))
)

_ATTEMPTS_OF = select(intents.c.public, intents.c.attempts).where(among(intents.c.public, "publics"))
_KNOWN = select(known_sends.c.public).where(among(known_sends.c.public, "publics"), MAY_SETTLE).distinct()
_know = insert(known_sends)
_KNOW = _know.on_conflict_do_update(
    index_elements=[known_sends.c.public, known_sends.c.number],
    set_={"state": _know.excluded.state, "at": _know.excluded.at},
)


class SqlJournals(Section):
    __slots__ = ()

    def store_id(self) -> str | None:
        return SqlOperations(self._connection).recall(_STORE_ID)

    def name_store(self, id: str) -> None:
        SqlOperations(self._connection).remember(_STORE_ID, id)

    def progress(self) -> int:
        ((progress,),) = self._ask(_PROGRESS)
        return int(progress)

    def all(self) -> Sequence[KnownJournal]:
        return [
            KnownJournal(id=id_, place=place, file=file, mark=Mark(position=position, check=check), at=at)
            for id_, place, file, position, check, at in self._ask(_ALL)
        ]

    def put(self, journal: KnownJournal) -> None:
        values = {
            "id": journal.id,
            "place": journal.place,
            "file": journal.file,
            "position": journal.mark.position,
            "digest": journal.mark.check,
            "at": journal.at,
        }
        self._tell(_PUT, values)

    def advance(self, id: str, before: Mark, after: Mark) -> None:
        values = {
            "b_id": id,
            "b_position": before.position,
            "b_digest": before.check,
            "position": after.position,
            "digest": after.check,
        }
        if not self._tell(_ADVANCE, values):
            raise JournalMovedError(
                "The store is not as this worker left it: it was restored, or another worker uses the same "
                "journal. Nothing was sent."
            )

    def unknown(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        publics = list({entry.public for entry in entries})
        attempts: dict[str, int] = dict(self._ask(_ATTEMPTS_OF, {"publics": publics}))
        return [entry for entry in entries if attempts.get(entry.public, 0) < entry.number]

    def know(self, entries: Sequence[Entry]) -> None:
        if entries:
            rows = [
                {"public": entry.public, "number": entry.number, "state": entry.state, "at": entry.at}
                for entry in entries
            ]
            self._connection.execute(_KNOW, rows)

    def known(self, publics: Collection[str]) -> Set[str]:
        return {public for (public,) in self._ask(_KNOWN, {"publics": list(publics)})}
