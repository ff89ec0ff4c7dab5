"""What was applied: revisions, live specs, deployments, step keys."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, case, delete, func, select, update

from jo.ports.store.errors import ChangeRefusedError, StaleGenerationError
from jo.ports.store.specs import Deployment, LiveSpec, Revision, SpecChange, SpecState
from jo.store.bulk import tell_each
from jo.store.section import Section
from jo.store.tables import deployments, revisions, specs, step_keys
from jo.store.twins import among, insert

_GENERATION = select(func.coalesce(func.max(deployments.c.generation), 0))

_LIVE = (
    select(revisions, specs.c.state, specs.c.since_at)
    .join_from(specs, revisions, revisions.c.id == specs.c.revision)
    .order_by(specs.c.address)
)

_REVISIONS = select(revisions).where(among(revisions.c.id, "ids"))

_REVISION_OF_FORM = select(revisions.c.id).where(
    revisions.c.address == bindparam("address"), revisions.c.fingerprint == bindparam("fingerprint")
)

_ADD_REVISION = insert(revisions).returning(revisions.c.id)

_WAS_RETIRED = specs.c.state == SpecState.RETIRED

_put_spec = insert(specs)
_PUT_SPEC = _put_spec.on_conflict_do_update(
    index_elements=[specs.c.address],
    set_={
        "revision": _put_spec.excluded.revision,
        "state": _put_spec.excluded.state,
        "since_at": case((_WAS_RETIRED, _put_spec.excluded.since_at), else_=specs.c.since_at),
    },
)

_new_state = bindparam("b_state", type_=specs.c.state.type)
_CHANGE_STATE = (
    update(specs)
    .where(specs.c.address == bindparam("b_address"))
    .values(
        state=_new_state,
        since_at=case(
            (_WAS_RETIRED & (_new_state == SpecState.LIVE), bindparam("b_at", type_=specs.c.since_at.type)),
            else_=specs.c.since_at,
        ),
    )
)

_DELETE_SPEC = delete(specs).where(specs.c.address == bindparam("b_address"))

_put_step_key = insert(step_keys)
_PUT_STEP_KEY = _put_step_key.on_conflict_do_update(
    index_elements=[step_keys.c.program, step_keys.c.step], set_={"key": _put_step_key.excluded.key}
)

_STEP_KEYS = select(step_keys.c.step, step_keys.c.key).where(step_keys.c.program == bindparam("program"))

_HISTORY = select(deployments).order_by(deployments.c.generation.desc()).limit(bindparam("limit"))


class SqlSpecs(Section):
    __slots__ = ()

    def generation(self) -> int:
        ((generation,),) = self._ask(_GENERATION)
        return int(generation)

    def live(self) -> Sequence[LiveSpec]:
        return [
            LiveSpec(
                revision=Revision(id=id_, address=address, fingerprint=form, document=document),
                state=state,
                since=since,
            )
            for id_, address, form, document, state, since in self._connection.execute(_LIVE)
        ]

    def revisions(self, ids: Collection[int]) -> Mapping[int, Revision]:
        rows = self._connection.execute(_REVISIONS, {"ids": list(ids)})
        return {row.id: Revision(**row._mapping) for row in rows}

    def commit(self, changes: Sequence[SpecChange], deployment: Deployment) -> None:
        generation = self.generation()
        if deployment.generation != generation + 1:
            raise StaleGenerationError(
                f"Another apply came first: the store is at generation {generation}, "
                f"this apply would have been {deployment.generation}."
            )
        for change in changes:
            self._change(change, deployment)
        values = {
            "generation": deployment.generation,
            "at": deployment.at,
            "actor": deployment.actor,
            "commit_id": deployment.commit,
            "digest": deployment.digest,
            "plan": deployment.plan,
            "approvals": list(deployment.approvals),
        }
        self._connection.execute(insert(deployments), values)

    def step_keys(self, program: str) -> Mapping[str, str]:
        rows = self._connection.execute(_STEP_KEYS, {"program": program})
        return {row.step: row.key for row in rows}

    def history(self, limit: int) -> Sequence[Deployment]:
        return [
            Deployment(
                generation=row.generation,
                at=row.at,
                actor=row.actor,
                commit=row.commit_id,
                digest=row.digest,
                plan=row.plan,
                approvals=tuple(row.approvals),
            )
            for row in self._connection.execute(_HISTORY, {"limit": limit})
        ]

    def _change(self, change: SpecChange, deployment: Deployment) -> None:
        address = {"b_address": change.address}
        if change.state is None:
            self._connection.execute(_DELETE_SPEC, address)
        elif change.document is None:
            values = {**address, "b_state": change.state, "b_at": deployment.at}
            if not self._connection.execute(_CHANGE_STATE, values).rowcount:
                raise ChangeRefusedError(f"There is no live revision of {change.address} to keep.")
        else:
            values = {
                "address": change.address,
                "revision": self._revision(change),
                "state": change.state,
                "since_at": deployment.at,
            }
            self._connection.execute(_PUT_SPEC, values)
        if change.step_keys:
            program = change.address.partition("/")[2]
            rows = [{"program": program, "step": step, "key": key} for step, key in change.step_keys.items()]
            tell_each(self._connection, _PUT_STEP_KEY, rows)

    def _revision(self, change: SpecChange) -> int:
        """Return the id of the revision of this form, a new one when it was never applied before."""
        form = {"address": change.address, "fingerprint": change.fingerprint}
        known: int | None = self._connection.execute(_REVISION_OF_FORM, form).scalar()
        if known is None:
            known = self._connection.execute(
                _ADD_REVISION, {**form, "document": change.document}
            ).scalar_one()
        return known
