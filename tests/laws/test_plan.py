"""Laws of plans: a diff leads from one state to the other and nowhere else, and survives its document."""

import json
import random
from dataclasses import replace

import pytest

from jo.model.canonical import Fingerprints, Part
from jo.plan.change import Action, Edit, Update, action, address, change_digest, edits, kind, reach
from jo.plan.diff import diff, patched
from jo.plan.plan import Plan, PlanFormatError, compare, read_reviewed, to_document
from jo.plan.state import Life, Spec, State, by_address, digest

KINDS = ("program", "template", "power_list", "source", "outreach", "topic")


def a_spec(address: str, **document: object) -> Spec:
    parts = {
        Part.CONTENT: digest(document.get("text")),
        Part.GRAPH: digest(document.get("steps")),
        Part.DESCRIPTION: digest(document.get("description")),
    }
    return Spec(
        address=address, document=document, fingerprints=Fingerprints(whole=digest(document), parts=parts)
    )


def a_state(random_: random.Random) -> State:
    specs = []
    for kind_ in KINDS:
        for number in range(random_.randrange(4)):
            document = {"text": random_.randrange(3), "steps": {"a": random_.randrange(2)}}
            life = random_.choice([Life.LIVE, Life.LIVE, Life.RETIRED])
            specs.append(replace(a_spec(f"{kind_}/r{number}", **document), life=life))
    return by_address(specs)


def only_live(state: State) -> State:
    return {name: spec for name, spec in state.items() if spec.life is Life.LIVE}


SEEDS = range(200)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_diff_leads_from_the_live_state_to_the_desired_one(seed: int) -> None:
    random_ = random.Random(seed)
    live, desired = a_state(random_), only_live(a_state(random_))

    after = patched(live, diff(live, desired))

    assert only_live(after) == desired
    assert diff(after, desired) == ()
    assert {name for name in after if name not in desired} <= set(live)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_a_state_does_not_differ_from_itself(seed: int) -> None:
    state = only_live(a_state(random.Random(seed)))

    assert diff(state, state) == ()


@pytest.mark.parametrize("seed", SEEDS[:50])
def test_a_plan_survives_its_document_and_recognizes_its_changes(seed: int) -> None:
    random_ = random.Random(seed)
    live, desired = a_state(random_), only_live(a_state(random_))
    plan = Plan(generation=3, changes=diff(live, desired))

    reviewed = read_reviewed(json.loads(json.dumps(to_document(plan))))

    assert reviewed.digest == plan.digest
    assert not compare(reviewed, plan).is_stale
    assert not compare(reviewed, replace(plan, changes=plan.changes[:1])).is_stale
    assert set(reviewed.changes) == {change_digest(change) for change in plan.changes}


def test_a_change_that_was_not_reviewed_makes_a_plan_stale() -> None:
    live = by_address([a_spec("template/a", text=1)])

    def plan_for(text: int) -> Plan:
        return Plan(generation=1, changes=diff(live, by_address([a_spec("template/a", text=text)])))

    reviewed, present = read_reviewed(to_document(plan_for(2))), plan_for(3)

    assert compare(reviewed, present).unreviewed == ("template/a",)


@pytest.mark.parametrize("spoil", ["format", "digest", "changes"])
def test_a_spoiled_plan_document_is_refused_with_a_reason(spoil: str) -> None:
    plan = Plan(generation=1, changes=diff({}, by_address([a_spec("template/a", text=1)])))
    document = to_document(plan)
    document[spoil] = [] if spoil == "changes" else "other"

    with pytest.raises(PlanFormatError):
        read_reviewed(document)
    with pytest.raises(PlanFormatError):
        read_reviewed(["no plan"])


def test_absence_retires_and_only_a_permit_deletes() -> None:
    live = by_address([a_spec("program/a", steps={}), a_spec("program/b", steps={})])

    changes = diff(live, {}, permits={"program/b": "drop-b"})

    assert [(address(change), action(change)) for change in changes] == [
        ("program/a", Action.RETIRE),
        ("program/b", Action.DELETE),
    ]


def test_a_change_is_classed_by_the_parts_that_differ() -> None:
    before = a_spec("template/a", text=1, description="x")
    cosmetic = diff(by_address([before]), by_address([a_spec("template/a", text=1, description="y")]))
    content = diff(by_address([before]), by_address([a_spec("template/a", text=2, description="x")]))

    assert [(str(kind(change)), str(reach(change))) for change in (*cosmetic, *content)] == [
        ("cosmetic", "none"),
        ("content", "pending sends"),
    ]


def test_a_change_that_could_let_people_in_again_is_destructive() -> None:
    before = a_spec("program/a", steps={}, entry={"reentry": "never"})
    after = a_spec("program/a", steps={}, entry={"reentry": {"after": "1 day"}})

    (change,) = diff(by_address([before]), by_address([after]))

    assert str(kind(change)) == "destructive"


def test_edits_say_where_documents_differ_and_also_that_only_an_order_does() -> None:
    before = a_spec("program/a", exit_when={"one": 1, "two": 2}, text="same")
    moved = a_spec("program/a", exit_when={"two": 2, "one": 1}, text="same")
    changed = a_spec("program/a", exit_when={"one": 1, "two": 3}, text="same")

    assert edits(Update(before=before, after=changed)) == (
        Edit(path=("exit_when", "two"), before=2, after=3),
    )
    assert [edit.path for edit in edits(Update(before=before, after=moved))] == [("exit_when", "order")]
