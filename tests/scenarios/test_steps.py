"""What each step does to people, over time."""

from datetime import timedelta

from jo.ports.mailer import ReplyKind
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import company, contact, mails, outreach, people, program
from tests.support.world import at

EVENTS = {
    "lists/events.yaml": """\
kind: event
name: trial.activated
fields: {id: text, at: timestamp, contact: ref contacts, trial: text}
roles: {id: id, time: at, contact: contact}
"""
}

TEN = at("2026-12-01 10:00")
"""A Tuesday."""


def test_mails_follow_each_other_by_the_waits_between_them(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        settle: {wait: 3 days}
        more: {email: two, after: 2 hours}
        """
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada")), TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-04 12:00 two"]
    assert world.where("care", "ada") == "ended: completed"


def test_a_wait_counts_from_when_the_mail_went_out(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        more: {email: two, after: 1 day}
        """,
        more="send_window: business-hours\n",
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada")), at("2026-12-04 18:00"))

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-07 09:00 one", "2026-12-08 09:00 two"]


def test_a_wait_follows_its_field_when_that_moves(a_world: MakeWorld) -> None:
    files = program(
        """
        until: {wait: {until: company.renewal_date - 10 days at 09:00}}
        remind: {email: one}
        """
    )
    rows = people(contact("ada"), companies=[company(renewal_date="2027-01-20")])
    world = a_world({**files, **mails("one")}, rows, TEN)
    world.run("2026-12-20 12:00")

    world.change("companies", "acme", renewal_date="2027-03-20")
    world.run("2027-02-01 00:00")
    assert world.mails() == []

    world.change("companies", "acme", renewal_date="2027-02-15")
    world.run("2027-03-31 00:00")
    assert world.told_to("ada") == ["2027-02-05 09:00 one"]


def test_a_missing_date_holds_and_a_past_one_is_met_at_once(a_world: MakeWorld) -> None:
    files = program(
        """
        until: {wait: {until: company.live_at at 09:00}}
        remind: {email: one}
        """
    )
    world = a_world({**files, **mails("one")}, people(contact("ada")), TEN)
    world.run("2026-12-10 12:00")
    assert world.where("care", "ada") == "until"

    world.change("companies", "acme", live_at="2026-12-03")
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-11 02:00 one"]


def test_a_click_is_met_and_silence_times_out(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        reading:
          wait_for: {when: clicked('hello'), within: 5 days}
          met: thanks
          timeout: nudge
        thanks: {email: two, next: end}
        nudge: {email: three}
        """
    )
    world = a_world({**files, **mails("one", "two", "three")}, people(contact("ada"), contact("bob")), TEN)
    world.run("2026-12-03 08:00")

    world.click(world.mails("ada")[0])
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-03 08:00 two"]
    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-06 10:00 three"]


def test_an_event_is_met_when_it_comes_and_at_once_when_it_came_before(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        settle: {wait: 1 day}
        trial:
          wait_for: {event: trial.activated, where: "event.trial = 'pro'", within: 3 days}
          met: thanks
          timeout: end
        thanks: {email: two}
        """
    )
    world = a_world(
        {**files, **mails("one", "two"), **EVENTS},
        people(contact("ada"), contact("bob"), contact("cleo")),
        TEN,
    )
    world.run("2026-12-01 12:00")
    assert world.event("trial.activated", "ada", trial="pro", id="e1")
    assert not world.event("trial.activated", "ada", trial="pro", id="e1")
    world.event("trial.activated", "cleo", trial="basic")
    world.run("2026-12-03 08:00:45")
    world.event("trial.activated", "bob", trial="pro")
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 two"]
    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-03 08:00 two"]
    assert world.told_to("cleo") == ["2026-12-01 10:00 one"]


def test_a_branch_takes_the_first_that_is_true(a_world: MakeWorld) -> None:
    files = program(
        """
        size:
          branch:
            - when: company.segment = 'SMB'
              next: small
            - when: company.segment is not null
              next: large
          otherwise: {exit: unknown}
        small: {email: one, next: end}
        large: {email: two}
        """
    )
    rows = people(
        contact("ada"),
        contact("bob", company="big"),
        contact("cleo", company="odd"),
        companies=[company(segment="SMB"), company("big", segment="ENT"), company("odd")],
    )
    world = a_world({**files, **mails("one", "two")}, rows, TEN)

    world.run("2026-12-02 00:00")

    assert [str(mail) for mail in world.mails()] == [
        "2026-12-01 10:00 one → ada",
        "2026-12-01 10:00 two → bob",
    ]
    assert world.where("care", "cleo") == "ended: unknown"


def test_a_split_is_stable_and_near_its_weights(a_world: MakeWorld) -> None:
    files = program(
        """
        dice: {split: {small: 25, large: 75}}
        small: {email: one, next: end}
        large: {email: two}
        """
    )
    rows = people(*(contact(f"p{number:03}") for number in range(200)))
    sent = []
    for _ in range(2):
        world = a_world({**files, **mails("one", "two")}, rows, TEN)
        world.run("2026-12-02 00:00")
        sent.append({mail.to: mail.template for mail in world.mails()})

    assert sent[0] == sent[1]
    assert len(sent[0]) == 200
    assert 30 <= sum(template == "one" for template in sent[0].values()) <= 70


def test_a_false_if_skips_the_step_and_starts_no_wait(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        tips: {email: two, after: 1 day, if: contact.language is not null}
        more: {email: three, after: 1 day}
        """
    )
    world = a_world(
        {**files, **mails("one", "two", "three")},
        people(contact("ada"), contact("bob", language="de")),
        TEN,
    )

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 three"]
    assert world.told_to("bob") == [
        "2026-12-01 10:00 one",
        "2026-12-02 10:00 two",
        "2026-12-03 10:00 three",
    ]


def test_an_if_is_read_again_when_the_mail_goes_out(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one, if: company.health is null}
        """,
        more="send_window: business-hours\n",
    )
    world = a_world({**files, **mails("one")}, people(contact("ada")), at("2026-12-04 18:00"))
    world.run("2026-12-05 12:00")

    world.change("companies", "acme", health="red")
    world.run("2026-12-31 00:00")

    assert world.mails() == []
    assert world.ends("ada") == ["one skipped: its condition is false"]
    assert world.where("care", "ada") == "ended: completed"


def test_between_holds_to_its_first_moment_and_skips_at_its_end(a_world: MakeWorld) -> None:
    files = program(
        """
        early: {email: one, between: [company.live_at + 1 day, company.live_at + 3 days]}
        later: {email: two, between: [company.live_at + 10 days at 09:00, company.live_at + 14 days]}
        """
    )
    rows = people(
        contact("ada"),
        contact("bob", company="old"),
        companies=[company(live_at="2026-12-05"), company("old", live_at="2026-11-25")],
    )
    world = a_world({**files, **mails("one", "two")}, rows, TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-06 00:00 one", "2026-12-15 09:00 two"]
    assert world.told_to("bob") == ["2026-12-05 09:00 two"]


def test_a_window_without_an_allowed_moment_is_too_late(a_world: MakeWorld) -> None:
    files = program(
        """
        early: {email: one, between: [company.live_at, company.live_at + 2 days]}
        later: {email: two}
        """,
        more="send_window: business-hours\n",
    )
    rows = people(contact("ada"), companies=[company(live_at="2026-12-05")])
    world = a_world({**files, **mails("one", "two")}, rows, TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-07 09:00 two"]
    assert world.ends("ada") == ["one skipped: too late"]


def test_a_repeat_sends_its_count_and_counts_from_each_outcome(a_world: MakeWorld) -> None:
    files = program(
        """
        tips: {email: one, repeat: {every: 10 days, count: 3}}
        bye: {email: two, after: 1 day}
        """
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada")), TEN)
    world.mailer.behave("ada@people.example", ReplyKind.ACCEPTED, ReplyKind.DEFERRED)

    world.run("2027-01-31 00:00")

    assert world.told_to("ada") == [
        "2026-12-01 10:00 one",
        "2026-12-11 10:05 one",
        "2026-12-21 10:05 one",
        "2026-12-22 10:05 two",
    ]


def test_a_circle_ends_at_its_bound(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one, next: answer}
        answer:
          wait_for: {when: clicked('hello'), within: 4 days}
          met: end
          timeout: {next: remind, times: 2, then: {exit: no-answer}}
        remind: {email: two, next: answer}
        """
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada"), contact("bob")), TEN)
    world.run("2026-12-06 00:00")

    world.click(world.mails("bob", "one")[0])
    world.run("2027-01-31 00:00")

    assert world.told_to("ada") == [
        "2026-12-01 10:00 one",
        "2026-12-05 10:00 two",
        "2026-12-09 10:00 two",
    ]
    assert world.where("care", "ada") == "ended: no-answer"
    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-05 10:00 two"]
    assert world.where("care", "bob") == "ended: completed"


def test_enroll_offers_people_to_another_program(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        on: {enroll: extra}
        """
    )
    second = program("only: {email: two, after: 1 day}", name="extra", audience="nobody")
    nobody = {
        "lists/nobody.yaml": "kind: power_list\nname: nobody\nfrom: contacts\nwhere: contact.role = 'x'\n"
        "refresh: daily at 02:00\n"
    }
    world = a_world({**files, **second, **nobody, **mails("one", "two")}, people(contact("ada")), TEN)

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 two"]


def test_a_second_look_at_the_same_instant_does_nothing(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        wait: {wait: 1 day}
        more: {email: two}
        """
    )
    release = outreach('at: "2026-12-02 10:00"')
    world = a_world({**files, **release, **mails("one", "two", "release")}, people(contact("ada")), TEN)
    for _ in range(5):
        world.tick()
        before = (world.mails(), world.intents(), world.histories(), world.store.commits)
        again = world.tick()
        assert (world.mails(), world.intents(), world.histories()) == before[:3]
        assert again.counts == {}
        assert again.next_at is None or again.next_at > world.now
        world.clock.instant += timedelta(hours=8)
    assert len(world.mails()) == 3
