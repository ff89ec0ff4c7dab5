"""Conditions as people say them."""

import pytest

from jo.conditions.parse import parse
from jo.conditions.to_english import to_english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (
            "contact.role = 'Admin' and company.segment in ('SMB', 'MM')"
            " and days_since(company.customer_since) <= 30",
            "contact's role is Admin and company's segment is SMB or MM"
            " and at most 30 days since company's customer_since",
        ),
        ("company.csm is not null", "company's csm is known"),
        ("contact.language is null", "contact's language is unknown"),
        ("contact.language not in ('en', 'de', 'fr')", "contact's language is not en, de or fr"),
        ("contact.name = ''", "contact's name is “”"),
        ("company.churned", "company's churned is true"),
        ("not company.churned", "company's churned is false"),
        ("company.churned = false", "company's churned is false"),
        ("contact.created > '2026-01-01'", "contact's created is after 2026-01-01"),
        ("5 < days_until(company.renewal)", "more than 5 days until company's renewal"),
        ("hours_since(sent('hello')) > 4", "more than 4 hours since hello was sent"),
        ("sent('hello') and not opened('hello')", "hello was sent and hello was not opened"),
        ("clicked('hello')", "a link in hello was clicked"),
        ("not clicked('hello', 'pricing')", "the link pricing in hello was not clicked"),
        ("sent('a') < sent('b')", "the moment when a was sent is before the moment when b was sent"),
        ("received('welcome', 30)", "welcome was received in the last 30 days"),
        ("events('login', 7) >= 3", "at least 3 login events in the last 7 days"),
        ("not enrolled('winter', 90)", "the contact was not in the program winter in the last 90 days"),
        ("not in_list('vip')", "the contact is not in the list vip"),
        (
            "count(tickets, ticket.status = 'open') > 2",
            "more than 2 tickets where ticket's status is open",
        ),
        ("count(tickets) = 0", "exactly 0 tickets"),
        (
            "count(meetings.host, meeting.late) > 1",
            "more than 1 meetings by host where meeting's late is true",
        ),
        ("foo(a.x) = days_since()", "foo(a's x) is days_since()"),
        ("a.x = 1 or b.y = 2 and c.z = 3", "a's x is 1 or (b's y is 2 and c's z is 3)"),
        ("a.x = 1 or b.y = 2 or c.z = 3", "either a's x is 1 or b's y is 2 or c's z is 3"),
        ("not (a.x = 1 or b.y > 2)", "a's x is not 1 and b's y is at most 2"),
        ("not (a.x = 1 and b.y = 2)", "a's x is not 1 or b's y is not 2"),
        ("contact.score / 2 + 1 > 3", "(contact's score divided by 2) plus 1 is more than 3"),
        ("lower(contact.mail) like '%@x.com'", "contact's mail in lower case looks like %@x.com"),
        ("coalesce(a.x, b.y) = 'z'", "the first known of a's x and b's y is z"),
        ("true", "always"),
        ("not true", "never"),
    ],
)
def test_a_condition_reads_as_english(text: str, english: str) -> None:
    expr = parse(text).expr
    assert expr is not None
    assert to_english(expr) == english
