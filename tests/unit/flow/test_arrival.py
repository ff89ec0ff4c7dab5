"""What comes in from outside: opt-outs with their scope, events held against their declaration."""

from datetime import UTC, datetime
from typing import Any

import pytest

from jo.conditions.types import Field, FieldType
from jo.flow.arrival import Choice, Given, Written, opt_out, read_event
from jo.flow.intent import Suppression
from jo.model.event import Event, EventRoles
from jo.model.project import Project
from jo.model.source import Source
from tests.support.builders import NOON, an_intent

ACTIVATED = Event(
    name="trial.activated",
    fields={
        "id": Field(FieldType.TEXT),
        "at": Field(FieldType.TIMESTAMP),
        "contact": Field(FieldType.TEXT, ref="contacts"),
        "seats": Field(FieldType.INTEGER, nullable=True),
        "price": Field(FieldType.NUMBER, nullable=True),
        "paid": Field(FieldType.BOOLEAN, nullable=True),
        "until": Field(FieldType.DATE, nullable=True),
    },
    roles=EventRoles(id="id", time="at", contact="contact"),
)
NUMBERED = Source(name="contacts", key="id", fields={"id": Field(FieldType.INTEGER)}, row="contact")
PROJECT = Project(resources={ACTIVATED.address: ACTIVATED})
BASE = {"id": "e1", "at": "2026-03-01T10:00:00Z", "contact": "c1"}


def given(data: dict[str, Any], **fields: Any) -> Given:
    return Given(**{"name": "trial.activated", "source": "app", "data": data, **fields})


def faults_of(data: dict[str, Any], **fields: Any) -> list[tuple[str, str]]:
    arrival, faults = read_event(given(data, **fields), PROJECT, NOON)
    assert arrival is None
    return [(fault.code.slug, fault.detail) for fault in faults]


class TestOptOut:
    def test_leaving_a_topic_holds_back_that_topic_only(self) -> None:
        intent = an_intent(address=" Ada@Example.com", topic="onboarding")

        key, suppression = opt_out(intent, Choice.TOPIC, NOON)

        assert key == "ada@example.com"
        assert suppression == Suppression(scope="topic:onboarding", cause="unsubscribe", at=NOON)

    @pytest.mark.parametrize(
        ("topic", "choice"),
        [("onboarding", Choice.MARKETING), (None, Choice.TOPIC), (None, Choice.MARKETING)],
    )
    def test_marketing_is_left_when_asked_for_or_when_the_mail_has_no_topic(
        self, topic: str | None, choice: Choice
    ) -> None:
        assert opt_out(an_intent(topic=topic), choice, NOON)[1].scope == "marketing"


class TestEvents:
    def test_an_event_is_kept_with_every_declared_field(self) -> None:
        data = {**BASE, "seats": 3, "price": 9.5, "paid": True, "until": "2027-01-01"}

        arrival, faults = read_event(given(data), PROJECT, NOON)

        assert not faults
        assert arrival is not None
        assert (arrival.name, arrival.source, arrival.id) == ("trial.activated", "app", "e1")
        assert arrival.at == datetime(2026, 3, 1, 10, tzinfo=UTC)
        assert arrival.contact == "c1"
        assert arrival.payload == {**data, "at": "2026-03-01T10:00:00+00:00"}

    def test_times_are_kept_in_utc(self) -> None:
        arrival, _ = read_event(given({**BASE, "at": "2026-03-01T10:00:00+09:00"}), PROJECT, NOON)

        assert arrival is not None
        assert arrival.payload["at"] == "2026-03-01T01:00:00+00:00"

    def test_id_time_and_contact_may_come_beside_the_payload(self) -> None:
        arrival, _ = read_event(given({}, id="e7", time="2026-03-01 10:00", contact="c9"), PROJECT, NOON)

        assert arrival is not None
        assert (arrival.id, arrival.contact) == ("e7", "c9")
        assert arrival.payload["id"] == "e7"

    def test_what_the_payload_says_goes_first(self) -> None:
        arrival, _ = read_event(given(BASE, id="other", contact="other"), PROJECT, NOON)

        assert arrival is not None
        assert (arrival.id, arrival.contact) == ("e1", "c1")

    def test_an_event_without_a_time_happened_when_it_was_received(self) -> None:
        arrival, _ = read_event(given({"id": "e1", "contact": "c1"}), PROJECT, NOON)

        assert arrival is not None
        assert arrival.at == NOON

    def test_typed_text_is_read_by_the_field_it_is_for(self) -> None:
        texts = {"seats": "3", "price": "9.5", "paid": "yes", "until": "2027-01-01"}
        data = {**BASE, **{name: Written(text) for name, text in texts.items()}}

        arrival, _ = read_event(given(data), PROJECT, NOON)

        assert arrival is not None
        assert arrival.payload["seats"] == 3
        assert (arrival.payload["price"], arrival.payload["paid"]) == (9.5, True)

    def test_a_contact_is_of_the_type_of_its_key(self) -> None:
        project = Project(resources={ACTIVATED.address: ACTIVATED, NUMBERED.address: NUMBERED})

        arrival, _ = read_event(given({**BASE, "contact": 17}), project, NOON)
        beside, _ = read_event(given({"id": "e1"}, contact="17"), project, NOON)
        refused, faults = read_event(given({**BASE, "contact": "c1"}), project, NOON)

        assert arrival is not None
        assert beside is not None
        assert (arrival.contact, beside.contact) == ("17", "17")
        assert refused is None
        assert faults[0].code.slug == "wrong-type"

    def test_a_near_miss_of_the_name_is_told(self) -> None:
        _, (fault,) = read_event(given(BASE, name="trial.activted"), PROJECT, NOON)

        assert str(fault.code) == "J202 dangling-reference"
        assert fault.help == "Did you mean `trial.activated`?"

    def test_a_near_miss_of_a_field_is_told(self) -> None:
        _, (fault,) = read_event(given({**BASE, "seat": 3}), PROJECT, NOON)

        assert fault.detail == "`seat` of the event `trial.activated` is not declared."
        assert fault.help == "Did you mean `seats`?"

    def test_what_may_not_be_null_has_to_be_there(self) -> None:
        assert faults_of({"contact": None}) == [
            ("missing-key", "`id` of the event `trial.activated` has no value and may not be NULL."),
            ("missing-key", "`contact` of the event `trial.activated` has no value and may not be NULL."),
        ]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("id", 7),
            ("at", "yesterday"),
            ("at", 1_700_000_000),
            ("seats", "3"),
            ("seats", 3.0),
            ("seats", True),
            ("seats", 2**53 + 1),
            ("seats", Written("٣")),
            ("seats", Written("three")),
            ("price", float("inf")),
            ("price", 10**400),
            ("price", Written("nan")),
            ("price", Written("1e999")),
            ("paid", 1),
            ("paid", "true"),
            ("until", "2026-02-30"),
            ("until", "2300-01-01"),
            ("contact", ["c1"]),
            ("contact", {"id": "c1"}),
        ],
    )
    def test_a_value_of_another_type_or_outside_the_domain_is_refused(self, field: str, value: Any) -> None:
        ((slug, detail),) = faults_of({**BASE, field: value})

        assert slug == "wrong-type"
        assert detail.startswith(f"`{field}` of the event `trial.activated` does not hold ")

    @pytest.mark.parametrize("text", ["a\x00b", "half \ud800"])
    def test_a_character_that_no_database_keeps_is_refused(self, text: str) -> None:
        assert {slug for slug, _ in faults_of({**BASE, "id": text})} == {"wrong-value"}
        assert {slug for slug, _ in faults_of(BASE, source=text)} == {"wrong-value"}

    @pytest.mark.parametrize(
        "fields", [{"source": ""}, {"source": "x" * 201}, {"data": {**BASE, "id": "x" * 201}}]
    )
    def test_identities_are_neither_empty_nor_endless(self, fields: dict[str, Any]) -> None:
        arrival, (fault,) = read_event(given(**{"data": BASE, **fields}), PROJECT, NOON)

        assert arrival is None
        assert fault.code.slug == "wrong-value"

    def test_a_contact_for_an_event_that_concerns_none_is_refused(self) -> None:
        event = Event(
            name="tick",
            fields={"id": Field(FieldType.TEXT), "at": Field(FieldType.TIMESTAMP)},
            roles=EventRoles(id="id", time="at"),
        )
        project = Project(resources={event.address: event})

        _, (fault,) = read_event(given({"id": "e1"}, name="tick", contact="c1"), project, NOON)

        assert fault.detail == "The event `tick` concerns no contact."

    def test_messages_name_no_values_and_stay_short(self) -> None:
        data = {
            **BASE,
            "seats": "ada@example.com",
            **{f"x{n}" + "y" * 5000: 1 for n in range(50)},
            "\x1b[2J": 1,
        }

        faults = faults_of(data)

        assert len(faults) <= 7
        assert not any("ada@" in detail or "\x1b" in detail or len(detail) > 150 for _, detail in faults)
