"""What each step does to people, over time."""

from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import contact, mails, people
from tests.support.world import at


def program(steps: str, *, entry: str = "{existing: enter}", more: str = "") -> dict[str, str]:
    text = f"kind: program\nname: care\naudience: everybody\nentry: {entry}\n{more}steps:\n"
    return {"journeys/care.yaml": text + "".join(f"  {line}\n" for line in steps.strip().splitlines())}


def test_mails_follow_each_other_by_the_waits_between_them(a_world: MakeWorld) -> None:
    files = program(
        """
hello: {email: one}
settle: {wait: 3 days}
more: {email: two, after: 2 hours}
"""
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada")), at("2026-12-01 10:00"))

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-04 12:00 two"]
    assert world.where("care", "ada") == "ended: completed"
