"""People are those of the source that they came from, also when lists go over to another source."""

from jo.plan.plan import Guard, GuardLevel, Plan
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import LISTS, SOURCES, contact, mails, outreach, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")

LEADS = SOURCES.partition("---\n")[2].replace("name: contacts", "name: leads")
PROSPECTS = LISTS.replace("name: everybody", "name: prospects").replace("from: contacts", "from: leads")
CONTRACTS = """
kind: source
name: contracts
key: id
stable: [id, contact, signer]
fields: {id: text, contact: ref contacts, signer: "ref leads?"}
---
kind: power_list
name: active
from: contracts
recipient: contract.contact
refresh: daily at 02:00
"""

STEPS = """
hello: {email: one}
settle: {wait: 3 days}
more: {email: two}
"""
FILES = {
    **program(STEPS),
    **mails("one", "two", "release"),
    "lists/leads.yaml": f"{LEADS}---\n{PROSPECTS}",
    "lists/contracts.yaml": CONTRACTS,
}
ROWS = {
    **people(contact("1", email="ada@people.example", first_name="Ada")),
    "leads": [contact("1", email="eve@people.example", first_name="Eve")],
    "contracts": [{"id": "7", "contact": "1", "signer": "1"}],
}

OVER_LEADS = {"lists/audiences.yaml": LISTS.replace("from: contacts", "from: leads")}


def refusal(plan: Plan) -> Guard:
    (guard,) = (item for item in plan.guards if item.level is GuardLevel.REFUSES)
    assert guard.code == "J704"
    return guard


def words(world: World) -> list[str]:
    """Return `to: first line behind the title` of each mail."""
    return [f"{mail.to}: {mail.text.splitlines()[2]}" for mail in world.mails()]


def test_a_list_does_not_go_over_to_another_source_while_people_are_inside(a_world: MakeWorld) -> None:
    world = a_world(FILES, ROWS, TEN)
    world.run("2026-12-01 12:00")

    guard = refusal(world.plan(OVER_LEADS))

    assert (guard.address, guard.path) == ("power_list/everybody", ("from",))
    assert "1 person is inside `program/care`" in guard.detail
    assert "`id` of the source `contacts`" in guard.detail
    assert "`id` of the source `leads`" in guard.detail
    world.run("2026-12-31 00:00")
    assert words(world) == ["ada@people.example: Hello Ada!"] * 2
    world.apply(OVER_LEADS)


def test_a_program_does_not_go_over_to_a_list_of_another_source_while_people_are_inside(
    a_world: MakeWorld,
) -> None:
    world = a_world(FILES, ROWS, TEN)
    world.run("2026-12-01 12:00")
    other = program(STEPS, audience="prospects")

    guard = refusal(world.plan(other))

    assert (guard.address, guard.path) == ("program/care", ("audience",))
    world.run("2026-12-31 00:00")
    world.apply(other)
    world.run("2027-01-31 00:00")
    assert words(world) == ["ada@people.example: Hello Ada!"] * 2


def test_a_retired_program_keeps_its_source_until_everybody_has_left(a_world: MakeWorld) -> None:
    world = a_world(FILES, ROWS, TEN)
    world.run("2026-12-01 12:00")
    world.apply({"journeys/care.yaml": None})

    refusal(world.plan(OVER_LEADS))

    world.run("2026-12-31 00:00")
    world.apply(OVER_LEADS)


def test_a_list_does_not_go_over_to_other_recipients_while_people_are_inside(a_world: MakeWorld) -> None:
    world = a_world({**FILES, **program(STEPS, audience="active")}, ROWS, TEN)
    world.run("2026-12-01 12:00")
    signers = {"lists/contracts.yaml": CONTRACTS.replace("contract.contact", "contract.signer")}

    guard = refusal(world.plan(signers))

    assert (guard.address, guard.path) == ("power_list/active", ("recipient",))


def test_a_program_over_rows_does_not_go_over_to_other_rows_while_people_are_inside(
    a_world: MakeWorld,
) -> None:
    world = a_world({**FILES, **program(STEPS, audience="active")}, ROWS, TEN)
    world.run("2026-12-01 12:00")

    guard = refusal(world.plan(program(STEPS, audience="everybody")))

    assert (guard.address, guard.path) == ("program/care", ("audience",))
    assert "`id` of the source `contracts`" in guard.detail


def test_a_source_does_not_get_another_key_while_people_are_inside(a_world: MakeWorld) -> None:
    world = a_world(FILES, ROWS, TEN)
    world.run("2026-12-01 12:00")
    companies, _, contacts = SOURCES.partition("---\n")
    by_address = contacts.replace("key: id", "key: email").replace("[id, company]", "[email, company]")
    by_address = by_address.replace("email: text?", "email: text")

    guard = refusal(world.plan({"lists/sources.yaml": f"{companies}---\n{by_address}"}))

    assert (guard.address, guard.path) == ("source/contacts", ("key",))


def test_planned_mail_of_an_outreach_keeps_its_source(a_world: MakeWorld) -> None:
    release = outreach('at: "2026-12-01 18:00"', more="send_window: business-hours\n")
    world = a_world({**FILES, "journeys/care.yaml": "", **release}, ROWS, TEN)
    world.run("2026-12-01 20:00")

    guard = refusal(world.plan(OVER_LEADS))

    assert (guard.address, guard.path) == ("power_list/everybody", ("from",))
    assert "1 mail is still to go by `outreach/release`" in guard.detail
    gone = world.plan({**OVER_LEADS, "journeys/release.yaml": None})
    assert not gone.is_refused, "what is planned is withdrawn with the outreach"
    world.run("2026-12-03 00:00")
    assert words(world) == ["ada@people.example: Hello Ada!"]
    world.apply(OVER_LEADS)


def test_a_list_that_changes_otherwise_is_not_held_up(a_world: MakeWorld) -> None:
    world = a_world(FILES, ROWS, TEN)
    world.run("2026-12-01 12:00")

    world.apply({"lists/audiences.yaml": LISTS + "where: contact.role = 'Admin'\n"})
    world.run("2026-12-31 00:00")

    assert words(world) == ["ada@people.example: Hello Ada!"] * 2
