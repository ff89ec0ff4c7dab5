"""Case 1: the tech-touch onboarding series, six mails by contract day, once per contact for ever."""

from collections.abc import Mapping
from datetime import date

import pytest

from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import Row, company, contact, mails, people, template
from tests.support.world import World, at

ZONE = "Europe/Berlin"
WINDOWS = {
    "enrolment": (0, 2),
    "start": (2, 5),
    "ci": (15, 20),
    "security": (35, 40),
    "cd": (55, 60),
    "agile": (65, 70),
}
"""Mail → first and last contract day."""

VERSIONS = """\
versions:
  self-managed:
    when: company.plan = 'self-managed'
    subject: On your own servers
    body: start.own.md.j2
"""

FILES: Mapping[str, str] = {
    "lists/audiences.yaml": """\
kind: power_list
name: new-admins
from: contacts
where:
  - contact.role = 'Admin'
  - company.segment in ('MM', 'SMB')
  - days_since(company.customer_since) between 0 and 30
  - company.csm is null
fallback: {per: company, where: "contact.role = 'Sold-To'"}
exclude: [public-sector]
distinct: address
refresh: daily at 02:00
---
kind: power_list
name: public-sector
from: contacts
where: company.segment = 'Public'
refresh: daily at 02:00
""",
    "journeys/onboarding.yaml": """\
kind: program
name: onboarding
audience: new-admins
entry: {identity: contact, reentry: never, existing: enter}
holdout: {percent: 15, by: company}
exit_when:
  churned: company.churned_at is not null
  handed-over: company.csm is not null
send_window: business-hours
steps:
"""
    + "".join(
        f"  {name}:\n    email: {name}\n"
        f"    between: [company.customer_since + {first} days, company.customer_since + {last + 1} days]\n"
        for name, (first, last) in WINDOWS.items()
    ),
    **mails(*WINDOWS),
    "templates/start.yaml": template("start", more=VERSIONS),
    "templates/start.own.md.j2": "On your own servers. {{ postal }} [Unsubscribe]({{ unsubscribe_url }})\n",
}

IN = "acme"
"""A company that the hash does not hold out."""


def new_company(key: str = IN, since: str = "2027-03-01", **fields: str) -> Row:
    return company(key, customer_since=since, segment="SMB", plan="saas", **fields)


def admin(key: str, **fields: str) -> Row:
    return contact(key, role="Admin", zone=ZONE, **fields)


def days(world: World, who: str, since: str = "2027-03-01") -> dict[str, int]:
    """Return mail → contract day on which it was sent, by the contact's calendar."""
    begin = date.fromisoformat(since)
    return {
        mail.template: (date.fromisoformat(mail.local(ZONE)[:10]) - begin).days for mail in world.mails(who)
    }


@on_both_databases
def test_who_joins_on_the_first_day_gets_six_mails_inside_their_windows(a_world: MakeWorld) -> None:
    rows = people(admin("ada"), companies=[new_company()])
    world = a_world(FILES, rows, at("2027-03-01 00:30", ZONE), zone=ZONE)

    world.run(at("2027-05-20 00:00", ZONE))

    found = days(world, "ada")
    assert list(found) == list(WINDOWS)
    assert all(first <= found[name] <= last for name, (first, last) in WINDOWS.items())
    for mail in world.mails():
        assert "09:00" <= mail.local(ZONE)[11:] < "17:00"
        assert mail.at.weekday() < 5
    assert world.where("onboarding", "ada") == "ended: completed"


def test_a_window_that_holds_no_allowed_moment_is_skipped_as_too_late(a_world: MakeWorld) -> None:
    """A contract that begins on a Friday evening: its first days are a week-end."""
    rows = people(admin("ada"), companies=[new_company(since="2027-03-05")])
    world = a_world(FILES, rows, at("2027-03-05 18:00", ZONE), zone=ZONE)

    world.run(at("2027-03-12 00:00", ZONE))

    assert world.ends("ada") == ["enrolment skipped: too late"]
    assert days(world, "ada", "2027-03-05") == {"start": 3}


def test_an_admin_who_is_added_later_gets_no_burst_of_the_past(a_world: MakeWorld) -> None:
    rows = people(admin("ada"), companies=[new_company()])
    world = a_world(FILES, rows, at("2027-03-01 00:30", ZONE), zone=ZONE)
    world.run(at("2027-03-11 12:00", ZONE))

    world.add("contacts", admin("bob"))
    world.run(at("2027-04-30 00:00", ZONE))

    assert days(world, "ada")["enrolment"] == 0
    assert days(world, "bob") == {"ci": 15, "security": 35, "cd": 56}
    assert "bob" not in [mail.intent.contact for mail in world.mails() if mail.at < at("2027-03-16 00:00")]


def test_two_admins_are_two_participants_and_sold_to_stands_in_where_there_is_none(
    a_world: MakeWorld,
) -> None:
    rows = people(
        admin("ada"),
        admin("bob"),
        contact("cleo", role="Sold-To", zone=ZONE),
        contact("dora", role="Sold-To", zone=ZONE, company="small"),
        contact("eve", role="User", zone=ZONE, company="small"),
        admin("finn", company="state"),
        admin("gil", company="old"),
        admin("hana", company="served"),
        companies=[
            new_company(),
            new_company("small"),
            {**new_company("state"), "segment": "Public"},
            new_company("old", since="2027-01-10"),
            new_company("served", csm="s1"),
        ],
    )
    world = a_world(FILES, rows, at("2027-03-01 00:30", ZONE), zone=ZONE)

    world.run(at("2027-03-02 00:00", ZONE))

    entered = {who for who, reason in world.decisions("program/onboarding").items() if not reason}
    held_out = {who for who, reason in world.decisions("program/onboarding").items() if reason == "held out"}
    assert entered | held_out == {"ada", "bob", "dora"}
    assert {"ada", "bob"} <= entered


@pytest.mark.parametrize(
    ("field", "value", "reason"), [("churned_at", "2027-03-10", "churned"), ("csm", "s1", "handed-over")]
)
def test_churn_and_a_csm_end_it(a_world: MakeWorld, field: str, value: str, reason: str) -> None:
    rows = people(admin("ada"), companies=[new_company()])
    world = a_world(FILES, rows, at("2027-03-01 00:30", ZONE), zone=ZONE)
    world.run(at("2027-03-10 12:00", ZONE))

    world.change("companies", IN, **{field: value})
    world.run(at("2027-04-20 00:00", ZONE))

    assert list(days(world, "ada")) == ["enrolment", "start"]
    assert world.where("onboarding", "ada") == f"ended: {reason}"


def test_an_opt_out_stops_the_mails_and_nobody_enters_twice(a_world: MakeWorld) -> None:
    rows = people(admin("ada"), admin("bob"), companies=[new_company()])
    world = a_world(FILES, rows, at("2027-03-01 00:30", ZONE), zone=ZONE)
    world.run(at("2027-03-02 00:00", ZONE))

    world.unsubscribe(world.mails("ada")[0])
    world.remove("contacts", "bob")
    world.run(at("2027-03-20 00:00", ZONE))
    world.add("contacts", admin("bob"))
    world.run(at("2027-04-10 00:00", ZONE))

    assert days(world, "ada") == {"enrolment": 0}
    assert days(world, "bob") == {"enrolment": 0}
    assert world.where("onboarding", "bob") == "ended: gone"


def test_versions_go_by_the_companys_plan(a_world: MakeWorld) -> None:
    own = {**new_company("own"), "plan": "self-managed"}
    rows = people(admin("ada"), admin("bob", company="own"), companies=[new_company(), own])
    world = a_world(FILES, rows, at("2027-03-01 00:30", ZONE), zone=ZONE)

    world.run(at("2027-03-04 00:00", ZONE))

    subjects = {mail.intent.contact: mail.subject for mail in world.mails(template="start")}
    held_out = {who for who, reason in world.decisions("program/onboarding").items() if reason}
    expected = {"ada": "start", "bob": "On your own servers"}
    assert subjects == {who: subject for who, subject in expected.items() if who not in held_out}
    assert "bob" in subjects
