"""What an apply means for people who are inside programs and for mails that are planned."""

from datetime import timedelta

from jo.ports.mailer import ReplyKind
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import LISTS, SOURCES, contact, mails, outreach, people, program
from tests.support.world import at

TEN = at("2026-12-01 10:00")
VIP = (
    LISTS
    + "---\nkind: power_list\nname: vip\nfrom: contacts\nwhere: contact.role = 'VIP'\nrefresh: daily at 02:00\n"
)

STEPS = """
hello: {email: one}
settle: {wait: 3 days}
more: {email: two}
"""


def test_an_exit_of_today_is_read_for_those_who_entered_yesterday(a_world: MakeWorld) -> None:
    files = {**program(STEPS), **mails("one", "two"), "lists/audiences.yaml": VIP}
    world = a_world(files, people(contact("ada", role="VIP"), contact("bob")), TEN)
    world.run("2026-12-01 12:00")

    world.apply(program(STEPS, more="exit_when: {vip: in_list('vip')}\n"))
    world.run("2026-12-31 00:00")

    assert world.where("care", "ada") == "ended: vip"
    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-04 10:00 two"]


def test_a_wait_for_a_list_is_met_at_its_refresh(a_world: MakeWorld) -> None:
    steps = """
    wait: {wait_for: {when: in_list('vip'), within: 30 days}, met: one, timeout: end}
    one: {email: one}
    """
    files = {
        **program(steps),
        **mails("one"),
        "lists/audiences.yaml": VIP.replace("= 'VIP'", "= 'VIP' or days_since(company.customer_since) > 10"),
    }
    from tests.support.scenery import company

    world = a_world(files, people(contact("ada"), companies=[company(customer_since="2026-11-25")]), TEN)
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-06 02:00 one"]


def test_field_removed(a_world: MakeWorld) -> None:
    old = """
    hello: {email: one}
    settle: {wait: 3 days}
    more: {email: two, if: contact.language is not null}
    """
    world = a_world({**program(old), **mails("one", "two")}, people(contact("ada", language="de")), TEN)
    world.run("2026-12-01 12:00")
    world.apply(
        {
            **program(STEPS),
            "lists/sources.yaml": SOURCES.replace("  language: text?\n", "").replace(
                " language: language,", ""
            ),
        }
    )
    world.run("2026-12-31 00:00")


def test_field_retyped_while_away(a_world: MakeWorld) -> None:
    world = a_world({**program(STEPS), **mails("one", "two")}, people(contact("ada", language="de")), TEN)
    world.run("2026-12-01 12:00")
    world.lose("contacts")
    world.apply(
        {
            "lists/sources.yaml": SOURCES.replace("  language: text?\n", "  language: date?\n").replace(
                " language: language,", ""
            ),
            **program(STEPS, more="exit_when: {vip: contact.language > '2020-01-01'}\n"),
        }
    )
    world.run("2026-12-31 00:00")


def test_template_deleted(a_world: MakeWorld) -> None:
    world = a_world({**program(STEPS), **mails("one", "two")}, people(contact("ada", language="de")), TEN)
    world.run("2026-12-01 12:00")
    with world.store.read() as work:
        [spec] = [s for s in work.specs.live() if s.revision.address == "template/two"]
    permit = f"kind: permit\nname: drop\nallow: {{delete: template/two, fingerprint: '{spec.revision.fingerprint}'}}\nreason: x\nexpires: 2026-12-31\n"
    world.apply(
        {
            **program("hello: {email: one}"),
            "templates/two.yaml": None,
            "templates/two.md.j2": None,
            "journeys/p.yaml": permit,
        }
    )
    world.run("2026-12-31 00:00")


def test_retired_outreach_deferred(a_world: MakeWorld) -> None:
    world = a_world(
        {**outreach('at: "2026-12-01 12:00"'), **mails("release", "two"), **program("a: {wait: 10 days}")},
        people(contact("ada")),
        TEN,
    )
    world.run("2026-12-01 11:00")
    world.mailer.behave("ada@people.example", ReplyKind.DEFERRED)
    inner = world.mailer.exchange

    def exchange(batch):
        answer = inner(batch)
        if not retired:
            retired.append(1)
            world.apply({"journeys/release.yaml": None})
        return answer

    retired = []
    world.mailer.exchange = exchange
    world.run("2026-12-31 00:00")
    assert world.told_to("ada") == []
    assert world.ends("ada") == ["x"]


def test_two_enroll_at_once(a_world: MakeWorld) -> None:
    files = {
        **program("a: {enroll: care3}"),
        **program("a: {enroll: care3}", name="care2"),
        **program("a: {email: one}", name="care3", audience="vip"),
        **mails("one"),
        "lists/audiences.yaml": VIP,
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.run("2026-12-31 00:00")
    print(world.decisions("program/care3"))
    assert len(world.mails()) == 1


def test_overlapping_occurrences(a_world: MakeWorld) -> None:
    world = a_world(
        {**outreach('cron: "0 9 * * *", timezone: contact'), **mails("release")},
        people(contact("pago", zone="Pacific/Pago_Pago"), contact("kiri", zone="Pacific/Kiritimati")),
        TEN,
    )
    world.run("2026-12-04 00:00")
    print(world.told_to("pago"), world.told_to("kiri"))
    assert all(" 19:00 " in x for x in world.told_to("kiri"))


def test_new_member_between(a_world: MakeWorld) -> None:
    world = a_world(
        {**outreach('at: "2026-12-02 00:00", timezone: contact'), **mails("release")},
        people(contact("pago", zone="Pacific/Pago_Pago")),
        TEN,
    )
    world.run("2026-12-01 12:00")
    world.add("contacts", contact("ada"))
    world.run("2026-12-04 00:00")
    assert world.told_to("ada") == ["2026-12-02 02:00 release"]


def test_sender_mended(a_world: MakeWorld) -> None:
    from tests.support.scenery import SENDERS

    world = a_world(
        {
            **outreach('at: "2026-12-01 12:00"'),
            **mails("release"),
            "templates/senders.yaml": SENDERS.replace("team@aurora.example", "'{{ company.csm }}'"),
        },
        people(contact("ada")),
        TEN,
    )
    world.run("2026-12-01 14:00")
    print(world.ends("ada"))
    world.apply({"templates/senders.yaml": SENDERS})
    world.run("2026-12-03 00:00")
    assert world.told_to("ada") == ["2026-12-01 14:00 release"]
