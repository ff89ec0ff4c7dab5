"""The Chinook customers, real names and all: an outreach to them in the name of their own representative.

The folder is a setting, because the project does not copy the data: `JO_TEST_DATA`, by default the folder
`shared/data` beside the checkout.
"""

import csv
import os
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.support.world import World, at

DATA = Path(os.environ.get("JO_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "chinook"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"the Chinook data is not there ({DATA}); name its folder's parent in JO_TEST_DATA",
)

START = at("2025-12-22 12:00")
"""The day of the last invoice of the data."""

FILES = {
    "lists/sources.yaml": """\
kind: source
name: contacts
key: id
fields: {id: text, email: text, first_name: text, last_name: text, company: text?, rep: ref reps}
roles: {address: email}
---
kind: source
name: reps
key: id
fields: {id: text, first_name: text, last_name: text, email: text}
---
kind: source
name: invoices
key: id
fields: {id: text, customer: ref contacts, at: timestamp, total: number}
""",
    "lists/lists.yaml": """\
kind: power_list
name: quiet-companies
description: Customers with a company who have bought nothing in twelve months
from: contacts
where:
  - contact.company is not null
  - count(invoices, days_since(invoice.at) <= 365) = 0
refresh: before_send
---
kind: power_list
name: everybody
from: contacts
refresh: before_send
""",
    "templates/mails.yaml": """\
kind: sender
name: rep
from_name: "{{ contact.rep.first_name }} {{ contact.rep.last_name }}"
from_address: "{{ contact.rep.email }}"
postal: Chinook, Calgary
---
kind: topic
name: news
title: News
---
kind: template
name: hello
class: marketing
topic: news
sender: rep
subject: "Hello {{ contact.first_name }} {{ contact.last_name }}"
body: hello.md.j2
""",
    "templates/hello.md.j2": """\
Dear {{ contact.first_name }} {{ contact.last_name }}, how is {{ contact.company | default('life') }}?

{{ contact.rep.first_name }}

{{ postal }} [Unsubscribe]({{ unsubscribe_url }})
""",
    "journeys/hello.yaml": """\
kind: outreach
name: hello
audience: everybody
template: hello
schedule: {at: "2025-12-23 09:00"}
---
kind: outreach
name: miss-you
audience: quiet-companies
template: hello
schedule: {at: "2025-12-24 09:00"}
""",
}


def table(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows(name: str, **columns: str) -> list[dict[str, str]]:
    """Return a file's rows with our own names for its columns."""
    return [{ours: row[theirs] for ours, theirs in columns.items()} for row in table(name)]


@pytest.fixture
def chinook(tmp_path: Path) -> Iterator[World]:
    with World(
        tmp_path,
        FILES,
        {
            "contacts": rows(
                "customer",
                id="CustomerId",
                email="Email",
                first_name="FirstName",
                last_name="LastName",
                company="Company",
                rep="SupportRepId",
            ),
            "reps": rows(
                "employee", id="EmployeeId", first_name="FirstName", last_name="LastName", email="Email"
            ),
            "invoices": rows(
                "invoice", id="InvoiceId", customer="CustomerId", at="InvoiceDate", total="Total"
            ),
        },
        start=START,
    ) as world:
        yield world
        world.check_accounts()


def test_every_customer_gets_a_mail_in_the_name_of_their_own_representative(chinook: World) -> None:
    customers = {row["Email"]: row for row in table("customer")}
    reps = {row["EmployeeId"]: row for row in table("employee")}

    chinook.run("2025-12-23 12:00")

    sent = [outgoing for _, outgoing in chinook.mailer.taken]
    assert sorted(outgoing.recipient for outgoing in sent) == sorted(customers)
    for outgoing in sent:
        customer = customers[outgoing.recipient]
        rep = reps[customer["SupportRepId"]]
        message = message_from_bytes(outgoing.data, policy=policy.default)
        (sender,) = message["From"].addresses
        name = f"{customer['FirstName']} {customer['LastName']}"
        assert isinstance(sender, Address)
        assert sender.display_name == f"{rep['FirstName']} {rep['LastName']}"
        assert sender.addr_spec == rep["Email"]
        assert message["Subject"] == f"Hello {name}"
        for part in ("plain", "html"):
            body = message.get_body((part,))
            assert body is not None
            assert name in body.get_content()


def test_who_has_a_company_and_bought_nothing_for_a_year_is_what_a_loop_says(chinook: World) -> None:
    moment = datetime(2025, 12, 24, 9, tzinfo=ZoneInfo("UTC"))
    bought = {
        row["CustomerId"]
        for row in table("invoice")
        if (moment - datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=ZoneInfo("UTC"))).days <= 365
    }
    expected = {
        row["CustomerId"] for row in table("customer") if row["Company"] and row["CustomerId"] not in bought
    }

    chinook.run("2025-12-24 12:00")

    assert set(chinook.decisions("outreach/miss-you")) == expected
    assert expected
