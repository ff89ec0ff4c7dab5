"""Unsubscribing: the page shows and changes nothing, a person's gesture and the one-click POST do."""

import re
from html.parser import HTMLParser

import pytest

from jo.render.tokens import Key, Keys, unsubscribe_token
from tests.integration.web.conftest import NOW, Jo, MakeJo
from tests.support.world import SITE

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class FormReader(HTMLParser):
    """Reads a page's forms: their fields as a script would submit them, and their buttons."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, str] = {}
        self.actions: list[str | None] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = dict(attrs)
        if tag == "form":
            self.actions.append(found.get("action"))
        if tag == "input" and (found["type"] == "hidden" or "checked" in found):
            self.fields[str(found["name"])] = str(found["value"])
        if tag == "button":
            self.buttons[str(found["name"])] = str(found["value"])


def test_the_page_shows_what_would_be_left_and_changes_nothing(jo: Jo) -> None:
    before = jo.everything()

    answer = jo.client.get(jo.mails["ada", "guide"].leave)

    assert answer.status_code == 200
    assert "a•••@people.example" in answer.text
    assert "ada@" not in answer.text
    assert ">Tips<" in answer.text
    assert '<html lang="en">' in answer.text
    assert jo.everything() == before


def test_the_page_needs_no_script_sets_no_cookie_and_lets_nobody_look(jo: Jo) -> None:
    answer = jo.client.get(jo.mails["ada", "guide"].leave)

    form = FormReader(answer.text)
    assert not form.tags & {"script", "img", "link", "iframe", "a"}
    assert form.actions == [None]
    assert "set-cookie" not in answer.headers
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_page_speaks_the_contacts_language_before_the_browsers(jo: Jo) -> None:
    german = jo.client.get(jo.mails["bea", "guide"].leave, headers={"Accept-Language": "fr"})
    japanese = jo.client.get(jo.mails["kei", "guide"].leave)
    french = jo.client.get(
        jo.mails["ada", "guide"].leave, headers={"Accept-Language": "xx, fr-CA;q=0.8, es;q=0.5"}
    )

    assert '<html lang="de">' in german.text
    assert '<html lang="ja">' in japanese.text
    assert '<html lang="fr">' in french.text


@pytest.mark.parametrize("kind", ["form", "multipart", "browser"])
def test_one_click_leaves_the_topic_without_cookie_or_page(jo: Jo, kind: str) -> None:
    sent = jo.mails["ada", "guide"]

    if kind == "multipart":
        answer = jo.client.post(sent.leave, files={"List-Unsubscribe": (None, "One-Click")})
    elif kind == "browser":
        body = "list-unsubscribe=one-click"
        answer = jo.client.post(
            sent.leave,
            content=body,
            headers={"Content-Type": "Application/X-WWW-Form-Urlencoded; charset=utf-8"},
        )
    else:
        answer = jo.client.post(sent.leave, data=ONE_CLICK)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    (found,) = jo.suppressed(sent)
    assert (found.scope, found.cause, found.at) == ("topic:tips", "unsubscribe", NOW)


def test_one_click_leaves_marketing_where_there_is_no_topic(jo: Jo) -> None:
    sent = jo.mails["ada", "offer"]

    jo.client.post(sent.leave, data=ONE_CLICK)

    assert jo.suppressions(sent) == ["marketing"]


def test_one_click_counts_once_and_says_yes_again(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]

    answers = [jo.client.post(sent.leave, data=ONE_CLICK).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert jo.count("suppressions") == 1


def test_an_address_is_held_back_however_it_was_spelled(jo: Jo) -> None:
    jo.client.post(jo.mails["kei", "guide"].leave, data=ONE_CLICK)

    assert [row[1] for row in jo.rows("suppressions")] == ["k@people.example"]


def test_the_pressed_button_leaves_what_was_chosen_and_the_rest_is_offered(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    form = FormReader(jo.client.get(sent.leave).text)

    answer = jo.client.post(sent.leave, data={**form.fields, **form.buttons})

    assert answer.status_code == 200
    assert jo.suppressions(sent) == ["topic:tips"]
    assert "You will get no more mails about “<bdi>Tips</bdi>”." in answer.text
    offered = FormReader(answer.text)
    more = jo.client.post(sent.leave, data={**offered.fields, **offered.buttons})
    assert jo.suppressions(sent) == ["marketing", "topic:tips"]
    assert "You will get no more marketing mail." in more.text
    assert not FormReader(more.text).buttons


def test_all_marketing_can_be_chosen_at_once(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    form = FormReader(jo.client.get(sent.leave).text)

    jo.client.post(sent.leave, data={**form.fields, **form.buttons, "choice": "marketing"})

    assert jo.suppressions(sent) == ["marketing"]


def test_a_mail_without_a_topic_offers_marketing_only(jo: Jo) -> None:
    page = jo.client.get(jo.mails["ada", "offer"].leave).text

    assert re.findall(r'type="radio" name="choice" value="(\w+)"', page) == ["marketing"]


def test_scanners_that_get_head_and_submit_forms_by_script_change_nothing(jo: Jo) -> None:
    before = jo.everything()

    for sent in jo.mails.values():
        page = jo.client.get(sent.leave)
        jo.client.head(sent.leave)
        # What `form.submit()` sends: every field, no button.
        answer = jo.client.post(sent.leave, data=FormReader(page.text).fields)
        assert answer.status_code == 200
        assert "<fieldset>" in answer.text

    assert jo.everything() == before


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", b""),
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=No"),
        ("application/x-www-form-urlencoded", b"page=yes&leave=yes&choice=all"),
        ("application/x-www-form-urlencoded", b"page=yes&leave=no&choice=topic"),
        ("application/x-www-form-urlencoded", b"page=yes&List-Unsubscribe=One-Click"),
        ("application/x-www-form-urlencoded", b"\xff=\xfe&%ff=%fe"),
        ("application/x-www-form-urlencoded", b"a=b&" * 1000),
        ("application/json", b'{"List-Unsubscribe": "One-Click"}'),
        ("text/plain", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data", b"List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=", b"----\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n--x\r\nContent-Disposition: form-data\r\n\r\nOne-Click"),
        ("multipart/form-data; boundary*=utf-8''%ff", b"--x--"),
        ("multipart/" + "a" * 5000, b"x"),
    ],
)
def test_any_other_post_shows_the_page_and_changes_nothing(jo: Jo, content_type: str, body: bytes) -> None:
    sent = jo.mails["ada", "guide"]

    answer = jo.client.post(sent.leave, content=body, headers={"Content-Type": content_type})

    assert answer.status_code == 200
    assert "<fieldset>" in answer.text
    assert jo.count("suppressions") == 0


def _forged(jo: Jo) -> list[str]:
    token = jo.mails["ada", "guide"].leave.removeprefix("/u/")
    other = Keys(current=Key(id="k1", secret=b"f" * 32))
    key, intent, mac = token.split(".")
    return [
        "x",
        "%00",
        "%ff%fe",
        "..%2f..%2fetc",
        "a" * 5000,
        token[:-1],
        token + "A",
        token.upper(),
        f"{key}.{intent[::-1]}.{mac}",
        f"gone.{intent}.{mac}",
        unsubscribe_token(other, intent),
        jo.mails["ada", "guide"].clicks[0].removeprefix("/c/"),
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "é" * 20,
        token.replace(".", "%2E%00"),
    ]


def test_forged_and_broken_links_get_a_plain_friendly_page(jo: Jo) -> None:
    for token in _forged(jo):
        for answer in (jo.client.get(f"/u/{token}"), jo.client.post(f"/u/{token}", data=ONE_CLICK)):
            assert answer.status_code == 404, token
            assert "This link does not work" in answer.text
            assert "script" not in answer.text
            assert answer.headers["cache-control"] == "no-store"
    assert jo.count("suppressions") == 0


def test_a_mail_that_the_store_has_lost_is_not_confirmed(jo: Jo) -> None:
    """A restored backup may know less than was sent; whoever wants to leave has to learn that it failed."""
    lost = f"/u/{unsubscribe_token(SITE.keys, 'f' * 32)}"

    assert jo.client.get(lost).status_code == 404
    assert jo.client.post(lost, data=ONE_CLICK).status_code == 404


def test_what_is_too_large_is_refused(jo: Jo) -> None:
    answer = jo.client.post(jo.mails["ada", "guide"].leave, content=b"x" * 65537)

    assert answer.status_code == 413
    assert jo.client.request("PUT", jo.mails["ada", "guide"].leave).status_code == 405


def test_links_work_below_a_path_whether_the_proxy_strips_it_or_not(make_jo: MakeJo) -> None:
    jo = make_jo(path="/jo")
    leave = jo.mails["ada", "guide"].leave

    assert jo.client.get(f"/jo{leave}").status_code == 200
    assert jo.client.get(leave).status_code == 200
    assert jo.client.get(f"/jonathan{leave}").status_code == 404


def test_what_is_told_names_no_address_and_no_token(jo: Jo) -> None:
    sent = jo.mails["ada", "guide"]
    jo.client.get(sent.leave)
    jo.client.post(sent.leave, data=ONE_CLICK)
    jo.client.get("/some/thing")
    jo.client.get(f"/{sent.leave.removeprefix('/u/')}")

    assert [name for name, _ in jo.told] == ["web.answered"] * 4
    assert [(fields["method"], fields["door"], fields["status"]) for _, fields in jo.told] == [
        ("GET", "u", 200),
        ("POST", "u", 200),
        ("GET", "", 404),
        ("GET", "", 404),
    ]
    assert sent.leave.removeprefix("/u/")[:20] not in str(jo.told)


def test_a_bug_is_told_by_its_place_and_shown_to_nobody(jo: Jo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(token: str) -> None:
        raise RuntimeError(f"ada@example.com {token}")

    monkeypatch.setattr(jo.desk, "leaving", fail)
    sent = jo.mails["ada", "guide"]

    answer = jo.client.get(sent.leave)
    one_click = jo.client.post(sent.leave, data=ONE_CLICK)

    assert (answer.status_code, one_click.status_code) == (500, 200)
    assert "One moment, please" in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    ((fields),) = [fields for name, fields in jo.told if name == "web.bug"]
    assert fields["error"] == "RuntimeError"
    assert "test_unsubscribe.py" in fields["at"]
    assert "ada@" not in str(jo.told)
    assert jo.suppressions(sent) == ["topic:tips"]
