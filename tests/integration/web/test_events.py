"""Events by HTTP: held against their declaration, all or none, each counted once."""

import json
from typing import Any

import pytest
from httpx import Response

from tests.integration.web.conftest import NOW, SECRET, Jo, MakeJo

ACTIVATED = {
    "specversion": "1.0",
    "type": "trial.activated",
    "source": "app",
    "id": "e1",
    "time": "2026-12-01T09:30:00Z",
    "data": {"contact": "ada", "seats": 3},
}


def post(jo: Jo, body: Any, **headers: str) -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return jo.client.post(
        "/events", content=content, headers={"Authorization": f"Bearer {SECRET}", **headers}
    )


def test_an_event_is_recorded_and_its_contact_looked_at_again(jo: Jo) -> None:
    answer = post(jo, ACTIVATED)

    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "new": 1})
    ((_, source, id_, name, contact, at, received, payload),) = jo.rows("events")
    assert (source, id_, name, contact) == ("app", "e1", "trial.activated", "ada")
    assert at == (NOW.timestamp() - 1800) * 1_000_000
    assert received == NOW.timestamp() * 1_000_000
    assert json.loads(payload) == {
        "id": "e1",
        "at": "2026-12-01T09:30:00+00:00",
        "contact": "ada",
        "seats": 3,
    }
    assert [row[1] for row in jo.rows("signals")] == ["ada"]


def test_the_same_source_and_id_count_once(jo: Jo) -> None:
    post(jo, ACTIVATED)

    again = post(jo, [ACTIVATED, {**ACTIVATED, "source": "shop"}, {**ACTIVATED, "id": "e2"}])

    assert again.json() == {"taken": 3, "new": 2}
    assert jo.count("events") == 3


def test_an_event_for_a_contact_that_nobody_knows_yet_is_kept(jo: Jo) -> None:
    answer = post(jo, {**ACTIVATED, "data": {"contact": "somebody new"}})

    assert answer.status_code == 200
    assert jo.rows("events")[0][4] == "somebody new"


def test_none_is_recorded_when_one_does_not_fit(jo: Jo) -> None:
    answer = post(jo, [ACTIVATED, {**ACTIVATED, "id": "e2", "data": {"contact": "ada", "seat": 1}}])

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["faults"] == [
        {
            "event": 1,
            "code": "J203",
            "detail": "`seat` of the event `trial.activated` is not declared.",
            "help": "Did you mean `seats`?",
        }
    ]
    assert jo.count("events") == 0


def test_an_unknown_event_is_told_with_the_near_miss(jo: Jo) -> None:
    answer = post(jo, {**ACTIVATED, "type": "trial.activate"})

    (fault,) = answer.json()["faults"]
    assert (fault["code"], fault["help"]) == ("J202", "Did you mean `trial.activated`?")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"7",
        b'"x"',
        b"[[]]",
        b'{"type": 7}',
        b'{"data": {}}',
        b'{"type": "trial.activated", "data": []}',
        b'{"type": "trial.activated", "data": "x"}',
        b'{"type": "trial.activated", "id": 7}',
        b'{"type": "trial.activated", "data": {"seats": NaN}}',
        b'{"type": "trial.activated", "data": {"seats": ' + b"9" * 5000 + b"}}",
        b"\xff\xfe\x00",
        b"[" * 60_000,
        b'{"a":' * 12_000,
    ],
)
def test_what_holds_no_events_is_refused(jo: Jo, body: bytes) -> None:
    answer = post(jo, body)

    assert answer.status_code == 400
    assert answer.json()["title"] == "The body holds no events"
    assert jo.count("events") == 0


def test_an_empty_list_is_no_fault(jo: Jo) -> None:
    assert post(jo, []).json() == {"taken": 0, "new": 0}


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer é"]
)
def test_strangers_are_turned_away_before_they_are_read(jo: Jo, shown: str) -> None:
    answer = jo.client.post("/events", content=b"{", headers={"Authorization": shown.encode()})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert SECRET not in answer.text


def test_without_a_secret_in_the_settings_nothing_is_taken(make_jo: MakeJo) -> None:
    jo = make_jo(secret=None)

    answer = post(jo, ACTIVATED)

    assert answer.status_code == 403
    assert "event_token" in answer.json()["detail"]
    assert jo.count("events") == 0


def test_hostile_fields_cost_little(jo: Jo) -> None:
    many = {f"field{n}": n for n in range(5000)}

    answer = post(jo, {**ACTIVATED, "data": many})

    assert answer.status_code == 413
    few = post(jo, {**ACTIVATED, "data": {"x" * 60_000: 1}})
    assert few.status_code == 422
    assert len(few.content) < 2000


def test_a_get_of_events_is_refused(jo: Jo) -> None:
    assert jo.client.get("/events").status_code == 405
