"""Who enters, who does not, and what becomes of people whom the outside world changes."""

from datetime import timedelta

from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import SOURCES, company, contact, mails, outreach, people, program
from tests.support.world import at

TEN = at("2026-12-01 10:00")

ADMINS = {
    "lists/admins.yaml": """\
kind: power_list
name: admins
from: contacts
where: contact.role = 'Admin'
refresh: daily at 02:00
bounds: {max: 5, max_change: 50%}
"""
}


def test_those_in_the_list_at_the_first_apply_are_skipped_when_it_says_so(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}", entry="existing: skip")
    world = a_world({**files, **mails("one")}, people(contact("ada")), TEN)
    world.run("2026-12-03 00:00")

    world.add("contacts", contact("bob"))
    world.run("2026-12-05 00:00")

    assert [str(mail) for mail in world.mails()] == ["2026-12-03 02:00 one → bob"]
    assert world.decisions("program/care") == {"ada": "in the list before the first apply", "bob": ""}


def test_a_passing_refusal_is_decided_anew_at_each_refresh(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}", more="exit_when: {churned: company.churned_at is not null}\n")
    rows = people(
        contact("ada", email=""),
        contact("bob", email="not an address"),
        contact("cleo", company="gone"),
        companies=[company(), company("gone", churned_at="2026-10-01")],
    )
    world = a_world({**files, **mails("one")}, rows, TEN)
    world.run("2026-12-01 12:00")
    assert world.decisions("program/care") == {
        "ada": "no usable address",
        "bob": "no usable address",
        "cleo": "leaves at once: churned",
    }

    world.change("contacts", "ada", email="ada@people.example")
    world.change("companies", "gone", churned_at="")
    world.run("2026-12-03 00:00")

    assert [str(mail) for mail in world.mails()] == [
        "2026-12-02 02:00 one → ada",
        "2026-12-02 02:00 one → cleo",
    ]


def test_held_out_people_get_nothing_and_are_counted(a_world: MakeWorld) -> None:
    files = program("hello: {email: one}", more="holdout: {percent: 15, by: company}\n")
    companies = [company(f"c{number:03}") for number in range(100)]
    rows = people(
        *(
            contact(f"{who}{number:03}", company=f"c{number:03}")
            for number in range(100)
            for who in ("a", "b")
        ),
        companies=companies,
    )
    world = a_world({**files, **mails("one")}, rows, TEN)

    world.run("2026-12-02 00:00")

    status = world.status("program/care")
    held_out = {key for key, reason in world.decisions("program/care").items() if reason == "held out"}
    assert {key[1:] for key in held_out if key[0] == "a"} == {key[1:] for key in held_out if key[0] == "b"}
    assert status.refused == {"held out": len(held_out)}
    assert 10 <= len(held_out) <= 50
    assert status.admitted == len(world.mails()) == 200 - len(held_out)


def test_the_first_true_exit_ends_the_passage_and_withdraws_its_mail(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        settle: {wait: 3 days}
        more: {email: two}
        """,
        more="""\
        send_window: business-hours
        exit_when:
          churned: company.churned_at is not null
          handed-over: company.csm is not null
        """,
    )
    rows = people(
        contact("ada"),
        contact("bob", company="big"),
        contact("cleo", company="calm"),
        companies=[company(), company("big"), company("calm")],
    )
    world = a_world({**files, **mails("one", "two")}, rows, at("2026-12-02 12:00"))
    world.run("2026-12-05 18:00")  # all three wait for Monday's window with their second mail

    world.change("companies", "acme", csm="s1", churned_at="2026-12-05")
    world.change("companies", "big", csm="s1")
    world.run("2026-12-31 00:00")

    assert [str(mail) for mail in world.mails(template="two")] == ["2026-12-07 09:00 two → cleo"]
    assert world.where("care", "ada") == "ended: churned"
    assert world.where("care", "bob") == "ended: handed-over"
    assert world.ends("ada") == ["two withdrawn: churned"]


def test_who_is_gone_from_the_source_leaves(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        more: {email: two, after: 3 days}
        """
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada"), contact("bob")), TEN)
    world.run("2026-12-02 00:00")

    world.remove("contacts", "ada")
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one"]
    assert world.where("care", "ada") == "ended: gone"
    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-04 10:00 two"]


def test_who_left_the_list_stays_inside_unless_the_list_is_rechecked(a_world: MakeWorld) -> None:
    steps = """
        hello: {email: one}
        more: {email: two, after: 3 days}
        """
    files = {
        **program(steps, name="loose", audience="admins"),
        **program(steps, name="strict", audience="admins", more="recheck: true\n"),
        **ADMINS,
        **mails("one", "two"),
    }
    world = a_world(files, people(*(contact(key, role="Admin") for key in ("ada", "bob", "cleo"))), TEN)
    world.run("2026-12-02 00:00")

    world.change("contacts", "ada", role="User")
    world.run("2026-12-31 00:00")

    assert world.where("loose", "ada") == "ended: completed"
    assert world.where("strict", "ada") == "ended: left list"
    assert world.where("strict", "bob") == "ended: completed"


def test_a_broken_bound_keeps_the_members_before(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}", audience="admins"), **ADMINS, **mails("one")}
    world = a_world(files, people(*(contact(key, role="Admin") for key in ("ada", "bob"))), TEN)
    world.run("2026-12-02 00:00")

    world.add("contacts", *(contact(f"x{number}", role="Admin") for number in range(4)))
    world.run("2026-12-03 00:00")

    assert len(world.mails()) == 2
    kept = [event.fields for event in world.told if event.name == "refresh.kept"]
    assert kept == [{"list": "admins", "because": "6 members, at most 5 are allowed"}]


def test_nobody_leaves_as_gone_while_an_export_is_half_empty(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        more: {email: two, after: 9 days}
        """,
        audience="admins",
    )
    everybody = [contact(key, role="Admin") for key in ("ada", "bob", "cleo", "dora")]
    world = a_world({**files, **ADMINS, **mails("one", "two")}, people(*everybody), TEN)
    world.run("2026-12-02 12:00")

    world.change_rows({"contacts": everybody[:1]})
    world.run("2026-12-04 12:00")  # two refreshes, of which none is believed
    assert [world.where("care", key) for key in ("ada", "bob", "cleo", "dora")] == ["more"] * 4

    world.change_rows({"contacts": everybody[:3]})
    world.run("2026-12-31 00:00")
    assert world.where("care", "bob") == world.where("care", "cleo") == "ended: completed"
    assert world.where("care", "dora") == "ended: gone"


def test_who_is_gone_leaves_while_a_list_is_kept_whose_members_are_all_there(a_world: MakeWorld) -> None:
    steps = """
    hello: {email: one}
    more: {email: two, after: 9 days}
    """
    audiences = {**program(steps), **program("hello: {email: one}", name="small", audience="admins")}
    admins = [contact(key, role="Admin") for key in ("ada", "bob")]
    world = a_world({**audiences, **ADMINS, **mails("one", "two")}, people(*admins, contact("cleo")), TEN)
    world.run("2026-12-02 12:00")

    more = [contact(f"x{number}", role="Admin") for number in range(4)]
    world.change_rows({"contacts": [*admins, *more]})
    world.run("2026-12-04 12:00")

    assert "refresh.kept" in {event.name for event in world.told}
    assert world.where("care", "cleo") == "ended: gone"


def test_one_address_is_written_to_once_in_an_outreach(a_world: MakeWorld) -> None:
    files = {**outreach('at: "2026-12-02 09:00"'), **mails("release")}
    rows = people(
        contact("ada"),
        contact("ada2", email=" ADA@people.example "),
        contact("bob", email=""),
        contact("cleo"),
    )
    world = a_world(files, rows, TEN)

    world.run("2026-12-31 00:00")

    assert [str(mail) for mail in world.mails()] == [
        "2026-12-02 09:00 release → ada",
        "2026-12-02 09:00 release → cleo",
    ]
    assert world.decisions("outreach/release") == {
        "ada": "",
        "ada2": "duplicate",
        "bob": "no usable address",
        "cleo": "",
    }


def test_a_corrected_name_and_address_show_in_the_next_mail(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        more: {email: two, after: 3 days}
        """
    )
    world = a_world({**files, **mails("one", "two")}, people(contact("ada", first_name="Adda")), TEN)
    world.run("2026-12-02 00:00")

    world.change("contacts", "ada", first_name="Ada", email="ada@new.example")
    world.run("2026-12-31 00:00")

    first, second = world.mails("ada")
    assert "Hello Adda!" in first.text
    assert "Hello Ada!" in second.text
    assert second.to == "ada@new.example"


def test_a_source_that_is_away_stops_only_whose_facts_are_too_old(a_world: MakeWorld) -> None:
    files = program(
        """
        hello: {email: one}
        more: {email: two, after: 1 day}
        late: {email: three, after: 3 days}
        """
    )
    dated = {"lists/sources.yaml": SOURCES + "max_age: 2 days\n"}
    rows = people(contact("ada"))
    world = a_world({**files, **dated, **mails("one", "two", "three")}, rows, TEN)
    world.run("2026-12-01 12:00")

    world.lose("contacts")
    world.run("2026-12-06 10:00")
    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 two"]
    assert [item.why for item in world.intents("ada") if item.state == "pending"] == ["stale-facts"]
    assert "refresh.failed" in {event.name for event in world.told}

    world.change_rows({"contacts": rows["contacts"]})
    world.run(timedelta(hours=1))
    assert [mail.template for mail in world.mails("ada")] == ["one", "two", "three"]


TICKETS = """\
kind: source
name: tickets
key: id
fields: {id: text, contact: ref contacts, state: text}
"""


def test_a_program_goes_by_how_many_rows_refer_to_somebody(a_world: MakeWorld) -> None:
    files = program(
        """\
hello: {email: one}
calm:
  wait_for: {when: "count(tickets, ticket.state = 'open') = 0", within: 30 days}
  met: thanks
  timeout: end
thanks: {email: two}"""
    )
    rows = people(contact("ada"), contact("bob"))
    tickets = [
        {"id": "t1", "contact": "bob", "state": "open"},
        {"id": "t2", "contact": "bob", "state": "closed"},
    ]
    world = a_world(
        {**files, **mails("one", "two"), "lists/tickets.yaml": TICKETS}, {**rows, "tickets": tickets}, TEN
    )

    world.run("2026-12-04 00:00")
    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-01 10:00 two"]
    assert world.told_to("bob") == ["2026-12-01 10:00 one"]

    world.change("tickets", "t1", state="closed")
    world.run("2026-12-06 00:00")

    assert world.told_to("bob") == ["2026-12-01 10:00 one", "2026-12-04 02:00 two"]
