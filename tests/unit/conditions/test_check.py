"""Conditions are checked against the declared sources, at the smallest faulty stretch."""

import pytest

from jo.conditions.check import check, check_condition
from jo.conditions.condition import Condition
from jo.conditions.parse import parse
from jo.conditions.types import Place
from jo.diagnostics.codes import (
    BAD_CONDITION,
    DANGLING_REFERENCE,
    MISTYPED_CONDITION,
    NULL_COMPARISON,
    UNKNOWN_FIELD,
    UNKNOWN_FUNCTION,
    Code,
    Severity,
)
from tests.unit.conditions.scopes import scope

LIST, PROGRAM, TEMPLATE = Place.LIST, Place.PROGRAM, Place.TEMPLATE


@pytest.mark.parametrize(
    "text",
    [
        "contact.role = 'Admin'",
        "company.segment in ('SMB', 'MM') and company.customer_since > '2026-01-01'",
        "contact.company.csm.name like 'A%'",
        "company.csm is not null",
        "contact.created_at between '2026-01-01' and '2026-01-02 09:30'",
        "'2026-01-01' < contact.born",
        "contact.logins / 2 + 1.5 >= abs(-contact.score)",
        "coalesce(contact.language, 'en') != 'en'",
        "coalesce(contact.born, '2026-01-01') > today()",
        "coalesce(contact.blocked, false)",
        "least(contact.logins, contact.score, 3) = 1",
        "days_since(company.customer_since) <= 30 and days_since(contact.created_at) > 2",
        "days_until('2026-12-31') > 1",
        "contact.active and contact.active = true",
        "count(tickets) > 2 and count(tickets, ticket.owner.name = 'Ada' and tickets.status = 'open') = 0",
        "count(meetings.host) > 1",
        "count(orders) > 1",
        "in_list('vip')",
    ],
)
def test_good_conditions_have_no_fault(text: str) -> None:
    assert check(parse(text), scope()) == ()


@pytest.mark.parametrize(
    ("text", "code", "stretch", "help_"),
    [
        ("contact.rol = 'x'", UNKNOWN_FIELD, "rol", "`contact.role`"),
        ("contcat.role = 'x'", UNKNOWN_FIELD, "contcat", "`contact`"),
        ("role = 'x'", UNKNOWN_FIELD, "role", "`contact.role`"),
        ("contact.role = Admin", UNKNOWN_FIELD, "Admin", "`'Admin'`"),
        ("contact.company.sgment = 'x'", UNKNOWN_FIELD, "sgment", "`contact.company.segment`"),
        ("contact.role.x = 'x'", UNKNOWN_FIELD, "x", "`contact.role`"),
        ("contact is null", UNKNOWN_FIELD, "contact", "`role`"),
        ("contact.role = 5", MISTYPED_CONDITION, "contact.role = 5", "one type"),
        ("contact.logins = '5'", MISTYPED_CONDITION, "contact.logins = '5'", "without quotes"),
        ("contact.logins in (1, 'x')", MISTYPED_CONDITION, "contact.logins in (1, 'x')", "without quotes"),
        ("contact.born = 'yesterday'", MISTYPED_CONDITION, "'yesterday'", "'2026-12-31'"),
        ("contact.born < now()", MISTYPED_CONDITION, "contact.born < now()", "days_since"),
        ("contact.role", MISTYPED_CONDITION, "contact.role", "is not null"),
        ("contact.active and 1", MISTYPED_CONDITION, "1", "is not null"),
        ("not contact.logins", MISTYPED_CONDITION, "contact.logins", "is not null"),
        ("contact.created_at or contact.active", MISTYPED_CONDITION, "contact.created_at", "is not null"),
        ("1 < contact.logins < 3", MISTYPED_CONDITION, "1 < contact.logins < 3", "between"),
        ("contact.active > true", MISTYPED_CONDITION, "contact.active > true", "`=`"),
        ("contact.role + 1 = 2", MISTYPED_CONDITION, "contact.role", "number"),
        ("contact.born + 3 > 5", MISTYPED_CONDITION, "contact.born", "days_since"),
        ("-contact.role = 2", MISTYPED_CONDITION, "contact.role", "number"),
        ("contact.logins like 'x'", MISTYPED_CONDITION, "contact.logins", "`=`"),
        ("contact.role like contact.id", MISTYPED_CONDITION, "contact.id", "starts_with"),
        ("days_since(contact.role) < 3", MISTYPED_CONDITION, "contact.role", "days_since"),
        ("hours_since(contact.born) < 3", MISTYPED_CONDITION, "contact.born", "hours_since"),
        ("length(5) = 1", MISTYPED_CONDITION, "5", "length"),
        ("round(contact.score, 2) = 1", MISTYPED_CONDITION, "round(contact.score, 2)", "round(…)"),
        ("coalesce(contact.role) = 'x'", MISTYPED_CONDITION, "coalesce(contact.role)", "coalesce"),
        ("least(true, false)", MISTYPED_CONDITION, "least(true, false)", "and"),
        ("coalesce(contact.role, 3) = 'x'", MISTYPED_CONDITION, "coalesce(contact.role, 3)", "one type"),
        ("day_since(contact.born) < 3", UNKNOWN_FUNCTION, "day_since", "`days_since`"),
        ("nvl(contact.role, '') = ''", UNKNOWN_FUNCTION, "nvl", "`coalesce`"),
        ("sent('hello')", UNKNOWN_FUNCTION, "sent", "program"),
        ("received('welcome', 30)", UNKNOWN_FUNCTION, "received", "program"),
        ("events('login', 30) > 1", UNKNOWN_FUNCTION, "events", "program"),
        ("enrolled('onboarding')", UNKNOWN_FUNCTION, "enrolled", "program"),
        ("in_list('vipp')", DANGLING_REFERENCE, "'vipp'", "`vip`"),
        ("in_list(vip)", MISTYPED_CONDITION, "vip", "`in_list('vip')`"),
        ("count(tikets) > 1", DANGLING_REFERENCE, "tikets", "`tickets`"),
        ("count('tickets') > 1", MISTYPED_CONDITION, "'tickets'", "count(tickets)"),
        ("count(reps) > 1", MISTYPED_CONDITION, "reps", "ref NAME"),
        ("count(meetings) > 1", MISTYPED_CONDITION, "meetings", "`meetings.host`, `meetings.guest`"),
        ("count(tickets, ticket.stat = 'x') > 1", UNKNOWN_FIELD, "stat", "`ticket.status`"),
        ("count(tickets, contact.role = 'x') > 1", UNKNOWN_FIELD, "contact", "ticket"),
        ("count(tickets, ticket.status) > 1", MISTYPED_CONDITION, "ticket.status", "is not null"),
        ("count(tickets, in_list('vip')) > 1", UNKNOWN_FUNCTION, "in_list", "out of"),
    ],
)
def test_a_fault_points_at_the_smallest_stretch_and_helps(
    text: str, code: Code, stretch: str, help_: str
) -> None:
    [fault] = check(parse(text), scope())
    assert (fault.code, text[fault.start : fault.end]) == (code, stretch)
    assert help_ in fault.help
    assert fault.severity is Severity.ERROR


def test_a_function_of_programs_says_that_in_a_list_it_is_not_in_this_release() -> None:
    [fault] = check(parse("received('welcome', 30)"), scope(LIST))
    assert "a power list" in fault.detail
    assert "in this release it stands only in programs" in fault.detail


@pytest.mark.parametrize(
    "text",
    [
        "sent('hello')",
        "sent('hello') and not opened('hello') or clicked('nudge', 'pricing')",
        "hours_since(sent('hello')) > 4",
        "sent('hello') < opened('hello')",
        "happened('trial.activated') is not null",
        "received('welcome', 30) and events('login', 7) >= 3",
        "enrolled('onboarding') or enrolled('onboarding', 90)",
        "participant.tier = 'gold'",
    ],
)
def test_programs_know_their_passages(text: str) -> None:
    assert check(parse(text), scope(PROGRAM)) == ()


@pytest.mark.parametrize(
    ("text", "code", "stretch"),
    [
        ("sent('helo')", DANGLING_REFERENCE, "'helo'"),
        ("sent(hello)", MISTYPED_CONDITION, "hello"),
        ("sent('hello') = true", MISTYPED_CONDITION, "sent('hello') = true"),
        ("happened('trial.ended')", DANGLING_REFERENCE, "'trial.ended'"),
        ("received('welcom', 30)", DANGLING_REFERENCE, "'welcom'"),
        ("received('welcome')", MISTYPED_CONDITION, "received('welcome')"),
        ("received('welcome', 0)", MISTYPED_CONDITION, "0"),
        ("received('welcome', contact.logins)", MISTYPED_CONDITION, "contact.logins"),
        ("enrolled('onbording')", DANGLING_REFERENCE, "'onbording'"),
    ],
)
def test_names_in_functions_must_exist(text: str, code: Code, stretch: str) -> None:
    [fault] = check(parse(text), scope(PROGRAM))
    assert (fault.code, text[fault.start : fault.end]) == (code, stretch)


def test_versions_of_templates_know_no_passage() -> None:
    [fault] = check(parse("sent('hello')"), scope(TEMPLATE))
    assert fault.code is UNKNOWN_FUNCTION


def test_one_mistake_is_one_fault_and_several_are_in_order() -> None:
    text = "days_since(contact.rol) + 1 > 3 and contact.logins = 'x' and foo()"
    faults = check(parse(text), scope())
    assert [text[fault.start : fault.end] for fault in faults] == ["rol", "contact.logins = 'x'", "foo"]


def test_a_condition_is_checked_by_its_normal_text() -> None:
    parsed = parse("(contact.role)='x'   and contact.rol   = 'y'")
    assert parsed.expr is not None
    condition = Condition(parsed.expr)
    [fault] = check(condition, scope())
    assert condition.text[fault.start : fault.end] == "rol"


def test_a_text_that_cannot_be_read_gives_its_own_fault() -> None:
    assert [fault.code for fault in check(parse("a =="), scope())] == [BAD_CONDITION]


# -- NULL --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stretch"),
    [
        ("contact.language != 'en'", "contact.language != 'en'"),
        ("contact.active and contact.language <> 'en'", "contact.language <> 'en'"),
        ("contact.language not in ('en', 'de')", "contact.language not in ('en', 'de')"),
        ("contact.language not like 'e%'", "contact.language not like 'e%'"),
        ("not (contact.language = 'en')", "not (contact.language = 'en')"),
        ("not contact.blocked", "not contact.blocked"),
        ("not (contact.active and contact.blocked)", "not (contact.active and contact.blocked)"),
        ("lower(contact.language) != 'en'", "lower(contact.language) != 'en'"),
        ("company.csm.name != 'Ada'", "company.csm.name != 'Ada'"),
        ("contact.role = 'x' or contact.score != 3", "contact.score != 3"),
        ("count(tickets, ticket.status != 'open') > 1", "ticket.status != 'open'"),
    ],
)
def test_a_negation_over_a_field_that_may_be_null_warns(text: str, stretch: str) -> None:
    [fault] = check(parse(text), scope())
    assert (fault.code, fault.severity) == (NULL_COMPARISON, Severity.WARNING)
    assert text[fault.start : fault.end] == stretch
    assert "is null" in fault.help


@pytest.mark.parametrize(
    "text",
    [
        "contact.role != 'Admin'",
        "not contact.active",
        "contact.language = 'en'",
        "contact.language is not null and contact.language != 'en'",
        "contact.language is null or contact.language != 'en'",
        "contact.language is null or not (contact.language = 'en')",
        "contact.language like 'e%' and contact.language != 'en'",
        "coalesce(contact.language, '') != 'en'",
        "not (contact.language is null)",
        "not in_list('vip')",
        "not coalesce(contact.blocked, false)",
    ],
)
def test_a_negation_that_speaks_of_null_does_not_warn(text: str) -> None:
    assert check(parse(text), scope()) == ()


def test_a_moment_in_boolean_position_is_never_unknown() -> None:
    assert check(parse("not sent('hello')"), scope(PROGRAM)) == ()
    [fault] = check(parse("sent('hello') != opened('hello')"), scope(PROGRAM))
    assert fault.code is NULL_COMPARISON


# -- conditions as YAML writes them ------------------------------------------------------------------------


def test_each_text_of_a_list_has_its_path() -> None:
    raw = ["contact.rol = 'x'", {"any": ["contact.active", "contact.logins = 'y'"]}]
    assert [fault.path for fault in check_condition(raw, scope())] == [(0,), (1, "any", 1)]


def test_texts_of_one_list_speak_of_null_for_each_other() -> None:
    assert check_condition(["contact.language is not null", "contact.language != 'en'"], scope()) == ()
    assert check_condition({"any": ["contact.language is null", "contact.language != 'en'"]}, scope()) == ()
    [fault] = check_condition({"any": ["contact.language is not null", "contact.language != 'en'"]}, scope())
    assert fault.path == ("any", 1)


def test_not_in_yaml_warns_like_not_in_a_text() -> None:
    [fault] = check_condition({"not": "contact.language = 'en'"}, scope())
    assert (fault.path, fault.fault.code) == (("not",), NULL_COMPARISON)
    assert check_condition({"not": "contact.role = 'Admin'"}, scope()) == ()


def test_what_parsing_reports_is_not_reported_again() -> None:
    assert check_condition(["contact.role ==", 5, {"or": []}], scope()) == ()
