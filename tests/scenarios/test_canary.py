"""A canary: some mails of an outreach go first, and the others can still be stopped."""

from collections import Counter

from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import contact, mails, outreach, people, template
from tests.support.world import World, at

TEN = at("2026-12-01 10:00")
CANARY = "canary: {first: 5, wait: 30 minutes}\n"
FILES = {**outreach('at: "2026-12-01 12:00"', more=CANARY), **mails("release")}
TWENTY = people(*(contact(f"c{number:02}") for number in range(20)))


def sent(world: World) -> dict[str, int]:
    return dict(sorted(Counter(f"{mail.at:%d %H:%M}" for mail in world.mails()).items()))


@on_both_databases
def test_the_first_ones_go_at_once_and_the_others_when_the_wait_is_over(a_world: MakeWorld) -> None:
    world = a_world(FILES, TWENTY, TEN)

    world.run("2026-12-01 12:10")
    assert Counter(item.why for item in world.intents()) == {None: 5, "canary": 15}

    world.run("2026-12-02 12:00")
    assert sent(world) == {"01 12:00": 5, "01 12:30": 15}
    assert [mail.to[:3] for mail in world.mails()][:5] == ["c00", "c01", "c02", "c03", "c04"]


def test_a_breaker_stops_what_is_behind_the_canary(a_world: MakeWorld) -> None:
    rows = people(*(contact(f"c{number:03}") for number in range(80)))
    canary = outreach('at: "2026-12-01 12:00"', more="canary: {first: 30, wait: 30 minutes}\n")
    world = a_world({**FILES, **canary}, rows, TEN)
    world.mailer.refusal = "5.7.1 spam"

    world.run("2026-12-02 12:00")

    assert Counter(item.state for item in world.intents()) == {"failed": 30, "pending": 50}


def test_who_is_due_later_than_the_wait_goes_at_their_own_time(a_world: MakeWorld) -> None:
    files = {**outreach('at: "2026-12-01 12:00", timezone: contact', more=CANARY), **mails("release")}
    rows = [
        *(contact(f"t{number:02}", zone="Asia/Tokyo") for number in range(8)),
        *(contact(f"b{number:02}", zone="Europe/Berlin") for number in range(8)),
    ]
    world = a_world(files, people(*rows), at("2026-11-30 00:00"))

    world.run("2026-12-03 00:00")

    assert sent(world) == {"01 03:00": 5, "01 03:30": 3, "01 11:00": 8}


def test_the_wait_counts_from_when_a_window_lets_the_first_ones_go(a_world: MakeWorld) -> None:
    files = {
        **outreach(
            'at: "2026-12-01 20:00"', more=f"{CANARY}send_window: business-hours\nexpires_after: 14 hours\n"
        ),
        **mails("release"),
    }
    world = a_world(files, TWENTY, TEN)

    world.run("2026-12-03 00:00")

    assert sent(world) == {"02 09:00": 5, "02 09:30": 15}


def test_a_worker_that_starts_anew_knows_the_canary(a_world: MakeWorld) -> None:
    files = {**outreach('at: "2026-12-01 12:00", timezone: contact', more=CANARY), **mails("release")}
    rows = [contact("t00", zone="Asia/Tokyo"), *(contact(f"b{number:02}", zone="UTC") for number in range(8))]
    world = a_world(files, people(*rows), at("2026-11-30 00:00"))
    world.run("2026-12-01 04:00")

    world.restart()
    world.run("2026-12-03 00:00")

    assert sent(world) == {"01 03:00": 1, "01 12:00": 4, "01 12:30": 4}


def test_a_version_at_an_earlier_time_carries_the_canary(a_world: MakeWorld) -> None:
    when = "when: \"contact.language = 'ja'\""
    release = template("release", more=f'versions:\n  ja: {{{when}, subject: "新", body: release.md.j2}}\n')
    canary = outreach('at: "2026-12-01 12:00"', more=CANARY + 'versions: {ja: {at: "2026-12-01 11:50"}}\n')
    files = {**FILES, **canary, "templates/release.yaml": release}
    rows = [contact(f"c{number:02}", language="ja" if number % 2 else "en") for number in range(16)]
    world = a_world(files, people(*rows), TEN)

    world.run("2026-12-03 00:00")

    assert sent(world) == {"01 11:50": 5, "01 12:20": 11}
