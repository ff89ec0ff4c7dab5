"""Clicks: counted raw, and sent on to where the mail's own template leads, nowhere else."""

from jo.ports.store import Engaged
from jo.render.tokens import click_token
from tests.integration.web.conftest import NOW, Jo
from tests.support.builders import a_change, a_deployment
from tests.support.world import SITE


def clicks(jo: Jo) -> list[tuple[str, str]]:
    """Return (what, link) of all engagement."""
    return [(what, link) for _, _, what, link, _ in jo.rows("engagement")]


def test_a_click_is_counted_and_leads_to_the_templates_target(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]

    answer = jo.client.get(sent.clicks[0])

    assert answer.status_code == 302
    assert answer.headers["location"] == "https://docs.example/start?who=Ada#top"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert clicks(jo) == [(Engaged.CLICKED, "docs")]
    ((_, intent, _, _, moment),) = jo.rows("engagement")
    assert intent == sent.intent.id
    assert moment == NOW.timestamp() * 1_000_000


def test_every_click_counts_and_links_without_a_name_are_told_apart(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]

    for path in (*sent.clicks, sent.clicks[1]):
        assert jo.client.get(path).status_code == 302

    assert clicks(jo) == [("clicked", name) for name in ("docs", "#1", "#2", "#1")]


def test_what_the_data_brings_into_an_address_stays_a_part_of_it(jo: Jo) -> None:
    answer = jo.client.get(jo.mails["bea", "guide"].clicks[0])

    assert answer.headers["location"] == "https://docs.example/start?who=Bea%20%26%20%3Cb%3E#top"


def test_a_whole_address_from_the_data_is_followed_when_it_is_of_the_web(jo: Jo) -> None:
    targets = [
        jo.client.get(jo.mails[name, "guide"].clicks[2]).headers["location"] for name in ("ada", "kei")
    ]

    assert targets == ["https://ada.example/caf%C3%A9", "http://kei.example/%5C%5Cevil"]


def test_an_address_that_is_not_of_the_web_is_not_followed(jo: Jo) -> None:
    answer = jo.client.get(jo.mails["eve", "guide"].clicks[2])

    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert jo.count("engagement") == 0


def test_a_mail_keeps_its_links_when_the_template_changes(jo: Jo) -> None:
    """The revision that the mail was built from is the one that its links are answered from."""
    with jo.store.write() as work:
        live = {spec.revision.address: spec.revision for spec in work.specs.live()}
        old = live["template/guide"]
        document = {**old.document, "body": {**old.document["body"], "text": "[Docs](https://evil.example)"}}
        change = a_change("template/guide", "fp1:new", document=document)
        work.specs.commit([change], a_deployment(work.specs.generation() + 1))

    answer = jo.client.get(jo.mails["ada", "guide"].clicks[0])

    assert answer.headers["location"] == "https://docs.example/start?who=Ada#top"


def test_head_leads_on_and_counts_nothing(jo: Jo) -> None:
    answer = jo.client.head(jo.mails["ada", "guide"].clicks[0])

    assert answer.status_code == 302
    assert jo.count("engagement") == 0


def test_forged_clicks_lead_nowhere_and_count_nothing(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    token = sent.clicks[0].removeprefix("/c/")
    key, intent, _, mac = token.split(".")
    unsigned = [
        f"{key}.{intent}.1.{mac}",
        f"{key}.{intent}.0.{mac}?to=https://evil.example",
        f"{key}.{intent}.0.{mac[::-1]}",
        f"{key}.{intent}.0%0d%0aLocation:%20https:%2f%2fevil.example.{mac}",
        "https:%2f%2fevil.example",
        "/evil.example",
        sent.leave.removeprefix("/u/"),
        click_token(SITE.keys, intent, 9999),
        click_token(SITE.keys, "f" * 32, 0),
        "x" * 10_000,
    ]

    for forged in unsigned:
        answer = jo.client.get(f"/c/{forged}")
        if forged.endswith("?to=https://evil.example"):
            assert "evil" not in answer.headers["location"]
            continue
        assert answer.status_code == 404, forged
        assert "location" not in answer.headers
    assert clicks(jo) == [("clicked", "docs")]


def test_only_get_and_head_follow_a_link(jo: Jo) -> None:
    assert jo.client.post(jo.mails["ada", "guide"].clicks[0]).status_code == 405
    assert jo.count("engagement") == 0
