"""Two relays: whatever one of them does, the other one's mails go out."""

from collections.abc import Mapping
from datetime import timedelta

from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import SENDERS, contact, mails, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
CROWD = 30
"""More people than the mails that are built at once for the slow relay."""

OTHER = (
    "---\nkind: sender\nname: bills\nfrom_name: Aurora\nfrom_address: bills@aurora.example\nrelay: bills\n"
)


def files() -> Mapping[str, str]:
    """Everybody gets `one` from the default relay, and Zoe, behind all of them, a bill from another one."""
    bill = {
        name: text.replace("sender: team", "sender: bills")
        for name, text in mails("bill", class_="transactional").items()
    }
    for_zoe = (
        "kind: power_list\nname: zoe\nfrom: contacts\nrefresh: daily at 02:00\nwhere: contact.id = 'zoe'\n"
    )
    return {
        **program("hello: {email: one}", more="priority: 5\n"),
        **program("pay: {email: bill}", name="billing", audience="zoe"),
        **mails("one"),
        **bill,
        "lists/zoe.yaml": for_zoe,
        "templates/senders.yaml": SENDERS + OTHER,
    }


def crowded(a_world: MakeWorld) -> World:
    crowd = [contact(f"c{number:02}") for number in range(CROWD)]
    world = a_world(files(), people(*crowd, contact("zoe")), TEN)
    world.mailer.relays.add("bills")
    world.restart()
    world.mailer.slow.update(f"{row['id']}@people.example" for row in crowd)
    return world


def test_a_relay_that_hangs_keeps_no_mail_from_another_one(a_world: MakeWorld) -> None:
    world = crowded(a_world)

    tick = world.tick()

    assert tick.is_under_way
    assert [mail.template for mail in world.mails("zoe")] == ["bill"]
    world.mailer.slow.clear()
    world.run(TEN + timedelta(minutes=1))
    assert len(world.mails(template="one")) == CROWD + 1
