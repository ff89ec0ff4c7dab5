"""Journeys that people really run: newsletter, release notice, renewal reminders, trial nudges."""

from collections import Counter

from tests.scenarios.conftest import MakeWorld, on_both_databases
from tests.support.scenery import (
    FOOTER,
    SENDERS,
    company,
    contact,
    mails,
    outreach,
    people,
    program,
    template,
)
from tests.support.world import World, at

PACIFIC = "America/Los_Angeles"


# --- 2: a monthly newsletter ---------------------------------------------------------------------------

NEWSLETTER = {
    "lists/audiences.yaml": """\
kind: power_list
name: readers
from: contacts
where: contact.role = 'Admin'
fallback: {per: company, where: "contact.role = 'Sold-To' and company.csm is null"}
distinct: address
refresh: before_send
""",
    **outreach(
        'cron: "0 9 * * FRI#4", timezone: America/Los_Angeles',
        name="newsletter",
        audience="readers",
        template="newsletter",
    ),
    **mails("newsletter", topic="news"),
    "templates/newsletter.yaml": template(
        "newsletter",
        topic="news",
        more="versions:\n"
        "  public: {when: company.segment = 'Public', subject: For the public sector}\n"
        "  with-csm: {when: company.csm is not null, subject: From your CSM}\n",
    ),
}


@on_both_databases
def test_a_newsletter_goes_to_each_address_once_a_month_and_adds_up(a_world: MakeWorld) -> None:
    rows = people(
        contact("ada", role="Admin"),
        contact("ada2", role="Admin", company="big", email="Ada@people.example"),
        contact("bob", role="Admin", company="big"),
        contact("cleo", role="Admin", company="state"),
        contact("dora", role="Sold-To", company="small"),
        contact("eve", role="Sold-To", company="served"),
        contact("finn", role="Sold-To"),
        contact("gil", role="Admin"),
        contact("hana", role="Admin", email=""),
        companies=[
            company(),
            company("big", csm="s1"),
            company("state", segment="Public", csm="s2"),
            company("small"),
            company("served", csm="s1"),
        ],
    )
    world = a_world(NEWSLETTER, rows, at("2027-01-04 12:00", PACIFIC), zone=PACIFIC)
    world.suppress("gil@people.example", "topic:news")
    world.suppress("bob@people.example", "topic:surveys")

    world.run(at("2027-02-27 00:00", PACIFIC))

    assert {mail.local(PACIFIC) for mail in world.mails()} == {"2027-01-22 09:00", "2027-02-26 09:00"}
    january = [mail for mail in world.mails() if mail.local(PACIFIC).startswith("2027-01")]
    assert {mail.to.partition("@")[0]: mail.subject for mail in january} == {
        "ada": "newsletter",
        "bob": "From your CSM",
        "cleo": "For the public sector",
        "dora": "newsletter",
    }
    status = world.status("outreach/newsletter")
    target = len(world.candidates("outreach/newsletter"))
    assert target == 2 * 6
    assert dict(status.intents) == {("accepted", ""): 8, ("suppressed", ""): 2}
    assert status.refused == {"no usable address": 2}


def test_downtime_sends_the_latest_issue_only(a_world: MakeWorld) -> None:
    rows = people(contact("ada", role="Admin"))
    world = a_world(NEWSLETTER, rows, at("2027-01-04 12:00", PACIFIC), zone=PACIFIC)
    world.run(at("2027-01-05 00:00", PACIFIC))

    world.clock.instant = at("2027-02-27 10:00", PACIFIC)  # nothing ran for two issues
    world.run(at("2027-03-02 00:00", PACIFIC))

    assert [mail.intent.occurrence for mail in world.mails()] == ["2027-02-26"]


# --- 3: release and maintenance notice -----------------------------------------------------------------


def notices(schedule: str, more: str = "") -> dict[str, str]:
    """Return a release note, which is marketing, and a maintenance notice, which is not."""
    versions = "versions:\n" + "".join(
        f"  {code}: {{when: contact.language = '{code}', subject: release {code}}}\n" for code in ("de", "ja")
    )
    return {
        "lists/audiences.yaml": "kind: power_list\nname: customers\nfrom: contacts\nrefresh: before_send\n",
        **outreach(schedule, audience="customers", more=more),
        **outreach(schedule, name="maintenance", audience="customers", template="maintenance", more=more),
        **mails("release", topic="news"),
        "templates/release.yaml": template("release", topic="news", more=versions),
        **mails("maintenance", class_="transactional"),
    }


def when(world: World, name: str) -> dict[str, str]:
    """Return contact → `day time` UTC of a mail."""
    return {mail.intent.contact: f"{mail.at:%d %H:%M}" for mail in world.mails(template=name)}


def test_everybody_gets_it_at_nine_of_their_own(a_world: MakeWorld) -> None:
    rows = people(
        contact("kei", zone="Asia/Tokyo", language="ja"),
        contact("ada", zone="Europe/Berlin", language="de"),
        contact("bob", company="east"),
        contact("cleo", zone="Mars/Crater", company="east"),
        contact("dora"),
        companies=[company(), company("east", zone="America/New_York")],
    )
    world = a_world(
        notices('at: "2026-12-08 09:00", timezone: contact'), rows, at("2026-12-01 12:00"), zone=PACIFIC
    )

    world.run("2026-12-10 00:00")

    assert when(world, "release") == {
        "kei": "08 00:00",
        "ada": "08 08:00",
        "bob": "08 14:00",
        "cleo": "08 14:00",
        "dora": "08 17:00",
    }
    subjects = Counter(mail.subject for mail in world.mails(template="release"))
    assert subjects == {"release": 3, "release de": 1, "release ja": 1}


def test_who_opted_out_gets_the_maintenance_notice_and_not_the_release_note(a_world: MakeWorld) -> None:
    rows = people(contact("ada"), contact("bob"))
    world = a_world(notices('at: "2026-12-08 09:00", timezone: contact'), rows, at("2026-12-01 12:00"))
    world.suppress("ada@people.example", "marketing")

    world.run("2026-12-10 00:00")

    assert when(world, "release") == {"bob": "08 09:00"}
    assert when(world, "maintenance") == {"ada": "08 09:00", "bob": "08 09:00"}


def test_who_is_added_late_gets_it_at_once_or_not_at_all_as_configured(a_world: MakeWorld) -> None:
    for more, expected in (
        ("", {"ada": "08 17:00", "bob": "08 09:00"}),
        ("catch_up: {policy: skip}\n", {"bob": "08 09:00"}),
        ("catch_up: {policy: latest, within: 6 hours}\n", {"bob": "08 09:00"}),
    ):
        rows = people(contact("bob"), contact("zoe", zone="America/Los_Angeles"))
        files = notices('at: "2026-12-08 09:00", timezone: contact', more=more)
        world = a_world(files, rows, at("2026-12-01 12:00"))
        world.run("2026-12-08 16:00")
        world.add("contacts", contact("ada"))
        world.run("2026-12-10 00:00")

        found = when(world, "release")
        assert found.pop("zoe") == "08 17:00"
        assert found == expected


def test_on_the_days_of_the_clock_change_everybody_gets_it_once(a_world: MakeWorld) -> None:
    """02:30 does not exist in Berlin on 28 March 2027 and comes twice in New York on 7 November."""
    rows = people(contact("ada", zone="Europe/Berlin"), contact("bob", zone="America/New_York"))
    spring = outreach('at: "2027-03-28 02:30", timezone: contact', audience="everybody")
    fall = outreach('at: "2027-11-07 01:30", timezone: contact', name="fall", template="fall")
    world = a_world({**spring, **fall, **mails("release", "fall")}, rows, at("2027-03-27 00:00"))

    world.run("2027-03-30 00:00")
    assert when(world, "release") == {"ada": "28 01:00", "bob": "28 06:30"}

    world.clock.instant = at("2027-11-06 00:00")
    world.run("2027-11-09 00:00")
    assert when(world, "fall") == {"ada": "07 00:30", "bob": "07 05:30"}
    assert len(world.mails(template="fall")) == 2


# --- 5: renewal reminders ------------------------------------------------------------------------------

RENEWAL = {
    "lists/audiences.yaml": "kind: power_list\nname: admins\nfrom: contacts\nwhere: contact.role = 'Admin'\n"
    "refresh: daily at 02:00\n",
    **program(
        """
        ninety:
          email: ninety
          between: [company.renewal_date - 90 days at 09:00, company.renewal_date - 80 days]
        until-sixty: {wait: {until: company.renewal_date - 60 days at 09:00}}
        health:
          branch:
            - when: company.health = 'red'
              next: {exit: needs-a-call}
          otherwise: sixty
        sixty:
          email: sixty
          between: [company.renewal_date - 60 days, company.renewal_date - 50 days]
        thirty:
          email: thirty
          between: [company.renewal_date - 30 days at 09:00, company.renewal_date - 20 days]
        """,
        name="renewal",
        audience="admins",
        more="exit_when: {renewed: company.plan = 'renewed', churned: company.churned_at is not null}\n",
    ),
    **mails("ninety", "sixty", "thirty", class_="transactional"),
}
RENEWS = "2027-06-30"


def a_renewal(a_world: MakeWorld) -> World:
    rows = people(contact("ada", role="Admin"), companies=[company(renewal_date=RENEWS)])
    return a_world(RENEWAL, rows, at("2027-03-20 12:00"))


def test_three_reminders_before_the_renewal(a_world: MakeWorld) -> None:
    world = a_renewal(a_world).run("2027-07-01 00:00")
    assert world.told_to("ada") == [
        "2027-04-01 09:00 ninety",
        "2027-05-01 09:00 sixty",
        "2027-05-31 09:00 thirty",
    ]


def test_red_health_stops_them_at_sixty_days(a_world: MakeWorld) -> None:
    world = a_renewal(a_world).run("2027-04-29 12:00")
    world.change("companies", "acme", health="red")
    world.run("2027-07-01 00:00")
    assert world.told_to("ada") == ["2027-04-01 09:00 ninety"]
    assert world.where("renewal", "ada") == "ended: needs-a-call"


def test_renewed_in_between_gets_no_third(a_world: MakeWorld) -> None:
    world = a_renewal(a_world).run("2027-05-15 12:00")
    world.change("companies", "acme", plan="renewed")
    world.run("2027-07-01 00:00")
    assert [mail.template for mail in world.mails()] == ["ninety", "sixty"]
    assert world.where("renewal", "ada") == "ended: renewed"


def test_a_date_that_moves_before_the_first_mail_moves_them_all(a_world: MakeWorld) -> None:
    world = a_renewal(a_world).run("2027-03-25 12:00")
    world.change("companies", "acme", renewal_date="2027-08-29")
    world.run("2027-06-15 00:00")
    assert world.told_to("ada") == ["2027-05-31 09:00 ninety"]


def test_a_date_that_moves_after_a_mail_does_not_send_it_again(a_world: MakeWorld) -> None:
    world = a_renewal(a_world).run("2027-04-10 12:00")
    world.change("companies", "acme", renewal_date="2027-08-29")
    world.run("2027-09-01 00:00")
    assert world.told_to("ada") == [
        "2027-04-01 09:00 ninety",
        "2027-06-30 09:00 sixty",
        "2027-07-30 09:00 thirty",
    ]


# --- 6: trial nudges, as far as waiting goes -----------------------------------------------------------

TRIAL = {
    "lists/events.yaml": "kind: event\nname: trial.activated\n"
    "fields: {id: text, at: timestamp, contact: ref contacts}\n"
    "roles: {id: id, time: at, contact: contact}\n",
    **program(
        """
        first: {wait_for: {event: trial.activated, within: 3 days}, met: thanks, timeout: nudge}
        nudge: {email: nudge}
        second: {wait_for: {event: trial.activated, within: 4 days}, met: thanks, timeout: again}
        again: {email: again, next: end}
        thanks: {email: thanks}
        """,
        name="trial",
    ),
    **mails("nudge", "again", "thanks"),
}


@on_both_databases
def test_a_trial_that_is_activated_gets_thanks_and_no_nudge_after_it(a_world: MakeWorld) -> None:
    rows = people(contact("ada"), contact("bob"), contact("cleo"))
    world = a_world(TRIAL, rows, at("2026-12-01 10:00"))
    world.run("2026-12-01 10:00:45")
    world.event("trial.activated", "ada")
    world.run("2026-12-06 12:00")
    world.event("trial.activated", "bob")
    world.run("2026-12-31 00:00")

    assert world.told_to("ada") == ["2026-12-01 10:00 thanks"]
    assert world.told_to("bob") == ["2026-12-04 10:00 nudge", "2026-12-06 12:00 thanks"]
    assert world.told_to("cleo") == ["2026-12-04 10:00 nudge", "2026-12-08 10:00 again"]


# --- Chinook's habit: somebody else's name in From ------------------------------------------------------


def test_a_mail_goes_out_in_the_name_of_whoever_the_company_has(a_world: MakeWorld) -> None:
    files = {
        **program("hello: {email: one}"),
        **mails("one"),
        "templates/senders.yaml": SENDERS
        + '---\nkind: sender\nname: own\nfrom_name: "{{ company.csm }}"\nfrom_address: csm@aurora.example\n'
        "fallback_name: The team\nfallback_address: team@aurora.example\npostal: Dublin\n",
        "templates/one.yaml": template("one").replace("sender: team", "sender: own"),
        "templates/one.md.j2": "{{ sender_name }}" + FOOTER,
    }
    rows = people(
        contact("ada"),
        contact("bob", company="big"),
        companies=[company(), company("big", csm="Jürgen O'Brien")],
    )
    world = a_world(files, rows, at("2026-12-01 10:00")).run("2026-12-01 11:00")

    assert {mail.intent.contact: mail.text.splitlines()[0] for mail in world.mails()} == {
        "ada": "The team",
        "bob": "Jürgen O'Brien",
    }
