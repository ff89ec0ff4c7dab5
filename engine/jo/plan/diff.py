"""The difference between two states, as changes. `diff(x, x)` is empty; applying a diff gives the target."""

from collections.abc import Mapping
from dataclasses import replace

from jo.plan.change import Change, Create, Delete, Retire, Update
from jo.plan.state import Life, State


def diff(live: State, desired: State, permits: Mapping[str, str] | None = None) -> tuple[Change, ...]:
    """Return the changes that lead from `live` to `desired`, sorted by address.

    Absence retires. Only an address in `permits` (→ name of the permit) is deleted.
    """
    allowed = permits or {}
    changes: list[Change] = []
    for address in sorted(live.keys() | desired.keys()):
        before, after = live.get(address), desired.get(address)
        if after is not None:
            if before is None or before.life is Life.RETIRED:
                changes.append(Create(after=after, before=before))
            elif before.fingerprints.whole != after.fingerprints.whole:
                changes.append(Update(before=before, after=after))
        elif before is not None:
            if address in allowed:
                changes.append(Delete(before=before, permit=allowed[address]))
            elif before.life is Life.LIVE:
                changes.append(Retire(before=before))
    return tuple(changes)


def patched(live: State, changes: tuple[Change, ...]) -> State:
    """Return the state after the changes: what the store holds once they are applied."""
    after = dict(live)
    for change in changes:
        match change:
            case Create() | Update():
                after[change.after.address] = change.after
            case Retire():
                after[change.before.address] = replace(change.before, life=Life.RETIRED)
            case Delete():
                del after[change.before.address]
    return dict(sorted(after.items()))
