"""What holds mail back and what drops it: windows, caps, pauses, opt-outs, unwilling relays."""

from datetime import timedelta

from jo.flow.intent import Scope
from jo.ports.mailer import ReplyKind
from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import FOOTER, SOURCES, company, contact, mails, outreach, people, program
from tests.support.world import at

TEN = at("2026-12-01 10:00")
ADA = "ada@people.example"


def policy(text: str) -> dict[str, str]:
    return {"journeys/policy.yaml": f"kind: policy\nname: attention\n{text}"}


def test_quiet_hours_hold_marketing_and_not_what_people_have_to_know(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}", name="tips"),
        **program("hello: {email: alarm}", name="alarms"),
        **policy('quiet_hours: {from: "21:00", to: "08:00"}\n'),
        **mails("one"),
        **mails("alarm", class_="transactional"),
    }
    rows = people(contact("ada"), contact("kei", zone="Asia/Tokyo"))
    world = a_world(files, rows, at("2026-12-01 22:30"))

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 22:30 alarm", "2026-12-02 08:00 one"]
    assert world.told_to("kei", "Asia/Tokyo") == ["2026-12-02 07:30 alarm", "2026-12-02 08:00 one"]


@on_both_databases
def test_a_cap_holds_until_it_is_free_and_takes_the_more_important_first(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: low}", name="low", more="priority: 1\n"),
        **program("hello: {email: high}", name="high", more="priority: 20\n"),
        **program("hello: {email: middle}", name="middle", more="priority: 10\n"),
        **program("hello: {email: bill}", name="bills"),
        **policy("caps: {marketing: 1 per 1 day}\n"),
        **mails("low", "high", "middle"),
        **mails("bill", class_="transactional"),
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.run("2026-12-01 12:00")
    held = {item.template: item.why for item in world.intents("ada") if item.state == "pending"}
    assert held == {"low": "cap", "middle": "cap"}

    world.run("2026-12-31 00:00")

    days = {mail.template: mail.at.day for mail in world.mails("ada")}
    assert days == {"high": 1, "bill": 1, "middle": 2, "low": 3}


@on_both_databases
def test_a_cap_counts_a_mail_that_may_have_gone_and_waits_to_go_again(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}", name="first", more="priority: 20\n"),
        **program("pause: {wait: 1 minute}\nhello: {email: two}", name="second"),
        **policy("caps: {marketing: 1 per 1 day}\n"),
        **mails("one", more="on_uncertain: resend\n"),
        **mails("two"),
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.mailer.behave(ADA, ReplyKind.UNCERTAIN)

    world.run("2026-12-01 10:04")
    assert world.ends("ada") == ["one pending: uncertain: the relay said uncertain", "two pending"]
    assert world.audit().holds
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-01 10:05 one", "2026-12-02 10:05 two"]


def test_a_mail_that_is_held_for_too_long_expires(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one, expires_after: 1 day}\nmore: {email: two}"),
        **mails("one", "two"),
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.pause("template/one")

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-02 10:00 two"]
    assert world.ends("ada") == ["one expired: held by pause"]


def test_a_pause_holds_what_it_names_until_it_is_lifted_or_runs_out(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}", name="first"),
        **program("hello: {email: two}", name="second"),
        **mails("one", "two"),
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.pause("program/first")
    world.pause("program/second", until=TEN + timedelta(hours=2))
    world.run("2026-12-01 11:00")
    assert world.mails() == []

    world.run("2026-12-01 13:00")
    assert world.told_to("ada") == ["2026-12-01 12:00 two"]

    world.resume("program/first")
    world.run("2026-12-01 14:00")
    assert [mail.template for mail in world.mails()] == ["two", "one"]


def test_an_opt_out_stops_its_topic_and_the_person_goes_on(a_world: MakeWorld) -> None:
    files = {
        **program(
            """
            hello: {email: one}
            more: {email: two, after: 1 day}
            other: {email: letter}
            bill: {email: bill, after: 1 day}
            """
        ),
        **mails("one", "two"),
        **mails("letter", topic="news"),
        **mails("bill", class_="transactional"),
    }
    world = a_world(files, people(contact("ada"), contact("bob")), TEN)
    world.run("2026-12-01 12:00")

    world.unsubscribe(world.mails("ada")[0])
    world.suppress("BOB@people.example", Scope.ALL)
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == [
        "2026-12-01 10:00 one",
        "2026-12-02 10:00 letter",
        "2026-12-03 10:00 bill",
    ]
    assert world.ends("ada") == ["two suppressed: topic:tips (unsubscribe)"]
    assert world.told_to("bob") == ["2026-12-01 10:00 one"]
    assert world.where("care", "bob") == "ended: completed"


def test_who_does_not_consent_gets_no_marketing(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}\nbill: {email: bill}"),
        **mails("one"),
        **mails("bill", class_="transactional"),
    }
    rows = people(contact("ada", consent="no"), contact("bob", consent="yes"), contact("cleo"))
    world = a_world(files, rows, TEN)

    world.run("2026-12-02 00:00")

    assert sorted(str(mail)[17:] for mail in world.mails()) == [
        *("bill → ada", "bill → bob", "bill → cleo"),
        *("one → bob", "one → cleo"),
    ]
    assert world.ends("ada") == ["one suppressed: no consent to marketing"]


@on_both_databases
def test_a_deferred_mail_is_tried_again_with_the_same_bytes(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}"), **mails("one")}
    world = a_world(files, people(contact("ada", first_name="Ada")), TEN)
    world.mailer.behave(ADA, ReplyKind.DEFERRED, ReplyKind.DEFERRED)
    world.run("2026-12-01 10:02")
    tried = world.mailer.offered

    world.change("contacts", "ada", first_name="Grace")
    world.apply({"templates/one.md.j2": "Something else." + FOOTER})
    world.run("2026-12-02 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:15 one"]
    assert {outgoing.data for outgoing in world.mailer.offered} == {tried[0].data}
    assert len(world.mailer.offered) == 3


def test_a_rejected_mail_has_failed_and_the_person_goes_on(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}\nmore: {email: two, after: 1 day}"), **mails("one", "two")}
    world = a_world(files, people(contact("ada")), TEN)
    world.mailer.behave(ADA, ReplyKind.REJECTED)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-02 10:00 two"]
    assert world.ends("ada") == ["one failed: the relay said rejected"]


def test_an_uncertain_marketing_mail_counts_as_sent_and_is_listed(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}\nmore: {email: two, after: 1 day}"), **mails("one", "two")}
    world = a_world(files, people(contact("ada")), TEN)
    world.mailer.behave(ADA, ReplyKind.UNCERTAIN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 two"]
    assert world.ends("ada") == ["one uncertain: the relay said uncertain"]


@on_both_databases
def test_an_uncertain_transactional_mail_goes_again_with_the_same_message_id(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: bill}"), **mails("bill", class_="transactional")}
    world = a_world(files, people(contact("ada")), TEN)
    world.mailer.behave(ADA, ReplyKind.UNCERTAIN)

    world.run("2026-12-31 00:00")

    first, second = world.mailer.offered
    assert first.data == second.data
    assert [item.state for item in world.intents("ada")] == ["accepted"]


def test_marketing_waits_while_its_links_would_be_dead(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}\nbill: {email: bill}", name="care"),
        **program("hello: {email: bill}", name="bills"),
        **mails("one"),
        **mails("bill", class_="transactional"),
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.links.alive = False
    world.run("2026-12-01 11:00")
    assert world.told_to("ada") == ["2026-12-01 10:00 bill"]

    world.links.alive = True
    world.run("2026-12-01 12:00")
    assert [mail.template for mail in world.mails("ada")] == ["bill", "one", "bill"]


LINKED = {"templates/one.md.j2": "[Your page]({{ contact.role | default('https://x.example') }})" + FOOTER}
UNSENDABLE = contact("ada", role="javascript:alert(1)")
"""Somebody in whose mail a link would be harmful."""


def test_a_mail_that_cannot_be_built_is_quarantined_until_its_template_is_mended(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}"), **mails("one"), **LINKED}
    world = a_world(files, people(UNSENDABLE, contact("bob")), TEN)
    world.run("2026-12-01 12:00")
    assert [str(mail) for mail in world.mails()] == ["2026-12-01 10:00 one → bob"]
    assert [item.state for item in world.intents("ada")] == ["quarantined"]

    world.apply({"templates/one.md.j2": "Hello." + FOOTER})
    world.run("2026-12-02 00:00")

    assert world.told_to("ada") == ["2026-12-01 12:00 one"]


def test_a_quarantined_mail_that_nobody_mends_expires(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}\nmore: {email: two}"), **mails("one", "two"), **LINKED}
    world = a_world(files, people(UNSENDABLE), TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-04 10:00 two"]
    assert [item.state for item in world.intents("ada")] == ["expired", "accepted"]


def test_spacing_keeps_a_programs_own_mails_apart(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}\nmore: {email: two}", more="spacing: 2 days\n"),
        **mails("one", "two"),
    }
    world = a_world(files, people(contact("ada")), TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-03 10:00 two"]


def test_a_resend_guard_keeps_a_second_outreach_with_the_same_mail_away(a_world: MakeWorld) -> None:
    guard = "resend_guard: 30 days\n"
    files = {
        **outreach('at: "2026-12-02 09:00"', name="first", more=guard),
        **outreach('at: "2026-12-20 09:00"', name="second", more=guard),
        **outreach('at: "2027-01-20 09:00"', name="third", more=guard),
        **mails("release"),
    }
    world = a_world(files, people(contact("ada")), TEN)

    world.run("2027-02-01 00:00")

    assert world.told_to("ada") == ["2026-12-02 09:00 release", "2027-01-20 09:00 release"]
    assert world.decisions("outreach/second") == {"ada": "had this mail already"}


def test_who_is_suppressed_leaves_a_program_that_says_so(a_world: MakeWorld) -> None:
    steps = """\
hello: {email: one}
settle: {wait: 2 days}
more: {email: two}
later: {wait: 9 days}
last: {email: two}"""
    leaving = program(steps, name="leaving", more="on_unreachable: exit\n")
    staying = program(steps, name="staying")
    world = a_world({**leaving, **staying, **mails("one", "two")}, people(contact("ada")), TEN)
    world.run("2026-12-02 00:00")

    world.suppress("ada@people.example", "all")
    world.run("2026-12-06 00:00")

    assert world.where("leaving", "ada") == "ended: unreachable"
    assert world.where("staying", "ada") == "later"


def test_a_mail_waits_while_what_is_known_of_the_company_is_too_old(a_world: MakeWorld) -> None:
    sources = SOURCES.replace("roles: {zone: zone}\n", "roles: {zone: zone}\nmax_age: 26 hours\n")
    files = program("settle: {wait: 3 days}\nhello: {email: one}") | {"lists/sources.yaml": sources}
    world = a_world({**files, **mails("one")}, people(contact("ada")), TEN)
    world.run("2026-12-01 12:00")

    world.lose("companies")
    world.run("2026-12-05 00:00")
    assert world.mails() == []

    world.change_rows({"companies": [company()]})
    world.run("2026-12-05 04:00")
    assert len(world.mails()) == 1


def test_a_resend_guard_goes_by_address_and_heeds_what_is_planned_at_the_same_instant(
    a_world: MakeWorld,
) -> None:
    guard = "resend_guard: 30 days\n"
    files = {
        **outreach('at: "2026-12-02 09:00"', name="first", more=guard),
        **outreach('at: "2026-12-02 09:00"', name="second", more=guard),
        **outreach('at: "2026-12-20 09:00"', name="third", more=guard),
        **mails("release"),
    }
    world = a_world(files, people(contact("ada")), TEN)
    world.run("2026-12-10 00:00")
    assert len(world.mails()) == 1

    world.remove("contacts", "ada")
    world.add("contacts", contact("eve", email="ADA@people.example"))
    world.run("2026-12-21 00:00")

    assert len(world.mails()) == 1
    assert world.decisions("outreach/third")["eve"] == "had this mail already"
