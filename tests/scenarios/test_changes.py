"""What an apply means for people who are inside programs and for mails that are planned."""

from collections.abc import Sequence

from jo.plan.plan import GuardLevel
from jo.ports.mailer import Outgoing, ReplyKind
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import LISTS, SENDERS, SOURCES, company, contact, mails, outreach, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")

VIP = f"""{LISTS}---
kind: power_list
name: vip
from: contacts
where: contact.role = 'VIP' or days_since(company.customer_since) > 10
refresh: daily at 02:00
"""

STEPS = """
hello: {email: one}
settle: {wait: 3 days}
more: {email: two}
"""


def permit(world: World, target: str) -> dict[str, str]:
    """Return the file of a permit to delete a resource in the form that is live."""
    with world.store.read() as work:
        (form,) = (item.revision.fingerprint for item in work.specs.live() if item.revision.address == target)
    allow = f'allow: {{delete: {target}, fingerprint: "{form}"}}'
    return {"journeys/permit.yaml": f"kind: permit\nname: go\n{allow}\nreason: over\nexpires: 2026-12-31\n"}


def test_an_exit_of_today_is_read_for_those_who_entered_yesterday(a_world: MakeWorld) -> None:
    files = {**program(STEPS), **mails("one", "two"), "lists/audiences.yaml": VIP}
    world = a_world(files, people(contact("ada", role="VIP"), contact("bob")), TEN)
    world.run("2026-12-01 12:00")

    world.apply(program(STEPS, more="exit_when: {vip: in_list('vip')}\n"))
    world.run("2026-12-31 00:00")

    assert world.where("care", "ada") == "ended: vip"
    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-04 10:00 two"]


def test_a_wait_for_a_list_is_met_when_the_list_is_computed(a_world: MakeWorld) -> None:
    steps = """
    until: {wait_for: {when: in_list('vip'), within: 30 days}, met: reward, timeout: end}
    reward: {email: one}
    """
    files = {**program(steps), **mails("one"), "lists/audiences.yaml": VIP}
    rows = people(contact("ada"), companies=[company(customer_since="2026-11-25")])
    world = a_world(files, rows, TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-06 02:00 one"]


def test_what_people_inside_still_read_is_not_taken_away(a_world: MakeWorld) -> None:
    before = f"{STEPS}nudge: {{email: two, if: contact.role = 'Admin'}}\n"
    world = a_world({**program(before), **mails("one", "two")}, people(contact("ada")), TEN)
    world.run("2026-12-01 12:00")
    without = {**program(STEPS), "lists/sources.yaml": SOURCES.replace("  role: text?\n", "")}

    plan = world.plan(without)

    (guard,) = (item for item in plan.guards if item.level is GuardLevel.REFUSES)
    assert guard.code == "J703"
    assert guard.address == "program/care"
    assert "1 person goes by an earlier form" in guard.detail
    assert "role" in guard.detail
    world.run("2026-12-31 00:00")
    assert world.where("care", "ada") == "ended: completed"
    world.apply(without)


def test_a_link_that_people_inside_still_wait_for_keeps_its_name(a_world: MakeWorld) -> None:
    steps = """
    hello: {email: one}
    reading: {wait_for: {when: "clicked('hello', 'tour')", within: 5 days}, met: more, timeout: more}
    more: {email: two}
    """
    body = mails("one")["templates/one.md.j2"]
    named = {"templates/one.md.j2": f'[Tour](https://aurora.example/tour "tour")\n\n{body}'}
    world = a_world({**program(steps), **mails("one", "two"), **named}, people(contact("ada")), TEN)
    world.run("2026-12-01 12:00")
    without = {**program("hello: {email: one}"), "templates/one.md.j2": body}

    plan = world.plan(without)

    (guard,) = (item for item in plan.guards if item.level is GuardLevel.REFUSES)
    assert (guard.code, guard.address) == ("J703", "program/care")
    assert "There is no link `tour` in the mails of the step 'hello'." in guard.detail
    world.run("2026-12-31 00:00")
    world.apply(without)


def test_a_template_that_people_inside_still_get_is_not_deleted(a_world: MakeWorld) -> None:
    world = a_world({**program(STEPS), **mails("one", "two")}, people(contact("ada")), TEN)
    world.run("2026-12-01 12:00")
    without = {"templates/two.yaml": None, "templates/two.md.j2": None, **permit(world, "template/two")}

    plan = world.plan({**program("hello: {email: one}"), **without})

    assert [item.code for item in plan.guards if item.level is GuardLevel.REFUSES] == ["J703"]
    world.run("2026-12-31 00:00")
    world.apply({**program("hello: {email: one}"), **without})


def test_a_field_of_another_type_is_unknown_until_its_source_is_read_again(a_world: MakeWorld) -> None:
    files = {**program(STEPS), **mails("one", "two")}
    world = a_world(files, people(contact("ada", role="VIP")), TEN)
    world.run("2026-12-01 12:00")

    world.lose("contacts")
    world.apply(
        {
            "lists/sources.yaml": SOURCES.replace("  role: text?\n", "  role: date?\n"),
            **program(STEPS, more="exit_when: {late: contact.role > '2020-01-01'}\n"),
        }
    )
    world.run("2026-12-04 12:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-04 10:00 two"]


def test_a_retired_outreach_takes_back_what_waits_and_a_retired_program_lets_people_finish(
    a_world: MakeWorld,
) -> None:
    files = {**outreach('at: "2026-12-01 18:00"', more="send_window: business-hours\n"), **program(STEPS)}
    world = a_world({**files, **mails("release", "one", "two")}, people(contact("ada")), TEN)
    world.run("2026-12-01 20:00")

    world.apply({"journeys/release.yaml": None, "journeys/care.yaml": None})
    world.add("contacts", contact("bob"))
    world.run("2026-12-31 00:00")

    assert world.ends("ada") == ["release withdrawn: the outreach was retired"]
    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-04 10:00 two"]
    assert world.told_to("bob") == []


def test_who_is_inside_a_deleted_program_leaves_and_their_mail_is_withdrawn(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}", more="send_window: business-hours\n")
    world = a_world({**files, **mails("one")}, people(contact("ada")), at("2026-12-01 20:00"))
    world.run("2026-12-01 21:00")

    world.apply({"journeys/care.yaml": None, **permit(world, "program/care")})
    world.run("2026-12-31 00:00")

    assert world.where("care", "ada") == "ended: program deleted"
    assert world.ends("ada") == ["one withdrawn: program deleted"]


def test_a_mail_of_a_retired_outreach_that_comes_back_deferred_is_withdrawn(a_world: MakeWorld) -> None:
    files = {**outreach('at: "2026-12-01 12:00"'), **mails("release")}
    world = a_world(files, people(contact("ada")), TEN)
    _apply_while_on_the_wire(world, {"journeys/release.yaml": None})

    world.run("2026-12-05 00:00")

    assert world.mails() == []
    assert world.ends("ada") == ["release withdrawn: the outreach was retired"]


def test_a_mail_of_a_deleted_outreach_that_comes_back_deferred_is_withdrawn(a_world: MakeWorld) -> None:
    files = {**outreach('at: "2026-12-01 12:00"'), **mails("release")}
    world = a_world(files, people(contact("ada")), TEN)
    _apply_while_on_the_wire(world, {"journeys/release.yaml": None, **permit(world, "outreach/release")})

    world.run("2026-12-05 00:00")

    assert world.mails() == []
    assert world.ends("ada") == ["release withdrawn: its journey or template was deleted"]


def test_a_mail_that_its_sender_spoiled_goes_when_the_sender_is_mended(a_world: MakeWorld) -> None:
    spoiled = SENDERS.replace("team@aurora.example", '"{{ company.csm }}"')
    files = {**outreach('at: "2026-12-01 12:00"'), **mails("release"), "templates/senders.yaml": spoiled}
    world = a_world(files, people(contact("ada")), TEN)
    world.run("2026-12-01 14:00")
    assert world.ends("ada") == ["release quarantined: is not a mail address"]

    world.apply({"templates/senders.yaml": SENDERS})
    world.run("2026-12-03 00:00")

    assert world.told_to("ada") == ["2026-12-01 14:00 release"]


def test_two_programs_that_offer_somebody_to_a_third_at_once_let_them_in_once(a_world: MakeWorld) -> None:
    files = {
        **program("on: {enroll: rewards}"),
        **program("on: {enroll: rewards}", name="trial"),
        **program("thanks: {email: one}", name="rewards", audience="vip"),
        **mails("one"),
        "lists/audiences.yaml": VIP,
    }
    world = a_world(files, people(contact("ada")), TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one"]
    assert world.decisions("program/rewards") == {"ada": ""}


def test_occurrences_that_overlap_around_the_earth_reach_everybody_at_their_time(a_world: MakeWorld) -> None:
    files = {**outreach('cron: "0 9 * * *", timezone: contact'), **mails("release")}
    first, last = contact("kiri", zone="Pacific/Kiritimati"), contact("pago", zone="Pacific/Pago_Pago")
    world = a_world(files, people(first, last), TEN)

    world.run("2026-12-03 12:00")

    assert world.told_to("kiri") == ["2026-12-01 19:00 release", "2026-12-02 19:00 release"]
    assert world.told_to("pago") == ["2026-12-01 20:00 release", "2026-12-02 20:00 release"]


def test_who_comes_into_the_list_while_others_wait_for_their_time_does_not_wait_for_them(
    a_world: MakeWorld,
) -> None:
    files = {**outreach('at: "2026-12-02 00:00", timezone: contact'), **mails("release")}
    world = a_world(files, people(contact("pago", zone="Pacific/Pago_Pago")), TEN)
    world.run("2026-12-01 12:00")

    world.add("contacts", contact("ada"))
    world.run("2026-12-04 00:00")

    assert world.told_to("ada") == ["2026-12-02 02:00 release"]
    assert world.told_to("pago") == ["2026-12-02 11:00 release"]


def test_mail_waits_and_expires_where_a_worker_has_no_relay(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one, expires_after: 1 hour}"), **mails("one")}
    world = a_world(files, people(contact("ada")), TEN)
    world.mailer.relays.clear()
    world.restart()

    world.run("2026-12-02 00:00")

    assert world.ends("ada") == ["one expired: held by retry"]
    assert [event.name for event in world.told].count("relay.trouble") >= 1


def _apply_while_on_the_wire(world: World, files: dict[str, str | None]) -> None:
    """Apply the files while the relay is asked for the first time; it takes nothing that time."""
    world.mailer.behave("ada@people.example", ReplyKind.DEFERRED)
    submit = world.mailer.submit

    def submit_first(relay: str, batch: Sequence[Outgoing]) -> None:
        world.mailer.submit = submit  # type: ignore[method-assign]  # once only
        submit(relay, batch)
        world.apply(files)

    world.mailer.submit = submit_first  # type: ignore[method-assign]  # see above


def test_a_held_mail_whose_template_moves_to_another_topic_heeds_who_left_that_one(
    a_world: MakeWorld,
) -> None:
    before = mails("one")
    after = {name: text.replace("topic: tips", "topic: news") for name, text in before.items()}
    assert after != before
    world = a_world({**program("hello: {email: one}"), **before}, people(contact("ada")), TEN)
    world.pause("all")
    world.run("2026-12-01 12:00")
    world.suppress("ada@people.example", "topic:news")

    world.apply(after)
    world.resume("all")
    world.run("2026-12-02 00:00")

    assert world.mails() == []
    assert world.ends("ada") == ["one suppressed: topic:news (unsubscribe)"]
