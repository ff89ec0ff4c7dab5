"""What stops by itself: a template that relays refuse, and a relay that takes nothing."""

from datetime import timedelta

from jo.ports.mailer import ReplyKind
from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import contact, mails, people, program
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
FILES = {
    **program("hello: {email: one}", name="first"),
    **program("hello: {email: two}", name="second"),
    **mails("one", "two"),
}
SPAM = "5.7.1 this looks like spam, says ada@people.example"


def people_of(count: int) -> dict[str, list[dict[str, object]]]:
    return people(*(contact(f"c{number:03}") for number in range(count)))  # type: ignore[return-value]


def pauses(world: World) -> dict[str, tuple[str, str]]:
    with world.store.read() as work:
        return {item.scope: (item.who, item.why) for item in work.operations.overrides()}


@on_both_databases
def test_a_template_whose_mails_are_refused_is_paused_until_somebody_resumes_it(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}"), **mails("one")}
    world = a_world(files, people_of(60), TEN)
    world.mailer.refusal = SPAM

    world.run("2026-12-01 11:00")

    states = [item.state for item in world.intents()]
    assert 30 <= states.count("failed") <= 34
    assert states.count("failed") + states.count("pending") == 60
    ((who, why),) = pauses(world).values()
    assert who == "jo"
    assert why.endswith("mails were refused: 5.7.1 this looks like spam, says …")
    (told,) = [event.fields for event in world.told if event.name == "breaker.opened"]
    assert told["scope"] == "template/one"

    world.mailer.refusal = None
    world.resume("template/one")
    world.run("2026-12-01 12:00")
    assert pauses(world) == {}
    assert len(world.mails()) == states.count("pending")


def test_a_pause_that_has_run_out_keeps_no_breaker_from_its_own(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}"), **mails("one")}
    world = a_world(files, people_of(60), TEN)
    world.mailer.refusal = SPAM
    world.pause("template/one", until=at("2026-12-01 10:30"))

    world.run("2026-12-01 10:29")
    assert pauses(world) == {"template/one": ("ada", "a test")}

    world.run("2026-12-01 11:30")
    assert [who for who, _ in pauses(world).values()] == ["jo"]


def test_what_a_breaker_has_seen_outlives_the_worker(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one}"), **mails("one")}
    world = a_world(files, people_of(20), TEN)
    world.mailer.refusal = SPAM
    world.run("2026-12-01 11:00")
    assert pauses(world) == {}

    world.restart()
    world.add("contacts", *(contact(f"d{number:03}") for number in range(20)))
    world.run("2026-12-02 11:00")

    assert list(pauses(world)) == ["template/one"]


def test_recipients_that_do_not_exist_open_no_breaker(a_world: MakeWorld) -> None:
    world = a_world(FILES, people_of(40), TEN)
    for number in range(40):
        world.mailer.behave(f"c{number:03}@people.example", ReplyKind.REJECTED, ReplyKind.REJECTED)

    world.run("2026-12-01 11:00")

    assert pauses(world) == {}
    assert {item.state for item in world.intents()} == {"failed"}


def test_a_pause_by_a_person_is_left_as_it_is(a_world: MakeWorld) -> None:
    world = a_world(FILES, people_of(40), TEN)
    world.mailer.slow = {f"c{number:03}@people.example" for number in range(40)}
    world.tick()
    world.pause("template/one")
    world.mailer.slow.clear()
    world.mailer.refusal = SPAM

    world.run("2026-12-01 11:00")

    assert pauses(world)["template/one"] == ("ada", "a test")
    assert pauses(world)["template/two"][0] == "jo"


def test_a_relay_that_defers_everything_rests_for_longer_and_longer(a_world: MakeWorld) -> None:
    files = {**program("hello: {email: one, expires_after: 1 day}"), **mails("one")}
    world = a_world(files, people_of(100), TEN)
    for number in range(100):
        world.mailer.behave(f"c{number:03}@people.example", *[ReplyKind.DEFERRED] * 12)

    world.run(TEN + timedelta(hours=12))

    rests = [event.fields["minutes"] for event in world.told if event.name == "relay.trouble"]
    assert rests[:5] == [1, 2, 4, 8, 15]
    world.run(TEN + timedelta(days=2))
    assert (
        len({mail.to for mail in world.mails()})
        + len([item for item in world.intents() if item.state == "expired"])
        == 100
    )
