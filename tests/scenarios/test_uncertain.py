"""What becomes of a mail, and of its person, when nobody knows whether the relay took it."""

from collections.abc import Sequence

import pytest

from jo.flow.evidence import Ruling
from jo.ports.mailer import Outgoing, ReplyKind
from jo.ports.store.ledger import OPERATOR, Said
from tests.scenarios.conftest import MakeWorld
from tests.support.scenery import SOURCES, contact, mails, people, program
from tests.support.world import Killed, World, at

TEN = at("2026-12-01 10:00")
ADA = "ada@people.example"
TWO_STEPS = program("hello: {email: one}\nmore: {email: two, after: 1 day}")


def a_doubtful_world(a_world: MakeWorld, *, class_: str = "marketing", more: str = "") -> World:
    """Return a world in which the first mail to Ada is uncertain."""
    files = {**TWO_STEPS, **mails("one", class_=class_, more=more), **mails("two")}
    world = a_world(files, people(contact("ada")), TEN)
    world.mailer.behave(ADA, ReplyKind.UNCERTAIN)
    return world


def test_a_held_mail_keeps_its_person_at_the_step(a_world: MakeWorld) -> None:
    world = a_doubtful_world(a_world, more="on_uncertain: hold\n")

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one"]
    assert world.where("care", "ada") == "hello"
    assert world.ends("ada") == ["one uncertain: the relay said uncertain"]


def test_a_mail_that_is_assumed_sent_lets_its_person_go_on(a_world: MakeWorld) -> None:
    world = a_doubtful_world(a_world, class_="transactional", more="on_uncertain: assume_sent\n")

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-02 10:00 two"]
    assert world.ends("ada") == ["one uncertain: the relay said uncertain"]


def test_a_mail_is_sent_again_where_its_template_says_so(a_world: MakeWorld) -> None:
    world = a_doubtful_world(a_world, more="on_uncertain: resend\n")

    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 one", "2026-12-01 10:05 one", "2026-12-02 10:05 two"]
    first, second, _ = world.mailer.offered
    assert first.data == second.data


def test_what_a_template_says_now_holds_for_mail_that_is_under_way(a_world: MakeWorld) -> None:
    world = a_doubtful_world(a_world)
    world.apply(mails("one", more="on_uncertain: hold\n"))

    world.run("2026-12-31 00:00")

    assert world.where("care", "ada") == "hello"


def test_the_mail_of_a_worker_that_died_follows_its_template(a_world: MakeWorld) -> None:
    files = {**TWO_STEPS, **mails("one", more="on_uncertain: hold\n"), **mails("two")}
    world = a_world(files, people(contact("ada")), TEN)

    def die(relay: str, batch: Sequence[Outgoing]) -> None:
        raise Killed

    world.mailer.submit = die  # type: ignore[method-assign]  # the process ends with the mail on the wire
    with pytest.raises(Killed):
        world.run("2026-12-31 00:00")
    world.restart()
    world.run("2026-12-31 00:00")

    assert world.where("care", "ada") == "hello"
    assert world.ends("ada") == ["one uncertain: the worker ended while the attempt was under way"]


def test_a_mail_of_a_passage_that_is_over_needs_nothing_that_its_old_revision_read(
    a_world: MakeWorld,
) -> None:
    files = {**program("hello: {email: one, if: contact.role is not null}"), **mails("one")}
    world = a_world(files, people(contact("ada", role="VIP")), TEN)
    world.mailer.behave(ADA, ReplyKind.UNCERTAIN)
    world.run("2026-12-01 12:00")
    assert world.where("care", "ada") == "ended: completed"
    without_role = SOURCES.replace("  role: text?\n", "")
    world.apply({"lists/sources.yaml": without_role, **program("hello: {email: one}")})
    (intent,) = world.intents("ada")
    said = Said(at=world.now, source=OPERATOR, who="bob", text="the relay has no such mail")
    with world.store.write() as work:
        work.ledger.resolve([intent.id], Ruling.NOT_SENT, said)

    world.run("2026-12-03 00:00")

    assert world.ends("ada") == ["one withdrawn: completed"]
