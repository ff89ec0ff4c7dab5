"""Power lists over data that nobody of the project wrote, against plain SQL and a plain loop over the file.

The project does not copy the data: the folder is named by `JO_TEST_DATA`, else it is `shared/data` beside
the checkout.
"""

import csv
import os
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from jo.ports.warehouse import Warehouse
from jo.warehouse import open_warehouse
from jo.warehouse.location import SourceLocation
from tests.support.files import NOW, Given, accepted
from tests.support.manifests import compiled

DATA = Path(os.environ.get("JO_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))

pytestmark = pytest.mark.skipif(
    not (DATA / "chinook").is_dir() or not (DATA / "telco").is_dir(),
    reason=f"`chinook` and `telco` are not in {DATA}; name their folder in JO_TEST_DATA",
)

CHINOOK = """
kind: source
name: customers
key: id
stable: [id]
fields:
  id: integer
  first_name: text
  last_name: text
  company: text?
  country: text
  state: text?
  email: text
  rep: ref employees
roles: {address: email}
---
kind: source
name: employees
key: id
fields: {id: integer, first_name: text, title: text, boss: ref employees?, born: date, hired: timestamp}
---
kind: source
name: invoices
key: id
fields: {id: integer, customer: ref customers, day: date, total: number}
---
kind: power_list
name: everybody
from: customers
distinct: address
refresh: daily at 02:00
---
kind: power_list
name: quiet-companies
from: customers
where:
  - contact.company is not null
  - count(invoices, days_since(invoice.day) <= 365) = 0
refresh: daily at 02:00
---
kind: power_list
name: big-days
from: invoices
recipient: invoice.customer
where: [invoice.total > 10, contact.rep.first_name = 'Jane']
refresh: daily at 02:00
"""

CHINOOK_FILES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "customers": (
        "chinook/customer.csv",
        {
            "id": "CustomerId",
            "first_name": "FirstName",
            "last_name": "LastName",
            "company": "Company",
            "country": "Country",
            "state": "State",
            "email": "Email",
            "rep": "SupportRepId",
        },
    ),
    "employees": (
        "chinook/employee.csv",
        {
            "id": "EmployeeId",
            "first_name": "FirstName",
            "title": "Title",
            "boss": "ReportsTo",
            "born": "BirthDate",
            "hired": "HireDate",
        },
    ),
    "invoices": (
        "chinook/invoice.csv",
        {"id": "InvoiceId", "customer": "CustomerId", "day": "InvoiceDate", "total": "Total"},
    ),
}

TELCO = """
kind: source
name: customers
key: id
fields:
  id: text
  contract: text
  tenure: integer
  monthly: number
  total: number?
  senior: boolean
  churned: boolean
---
kind: power_list
name: at-risk
from: customers
where: [customer.contract = 'Month-to-month', customer.tenure < 6, customer.monthly > 70]
refresh: daily at 02:00
---
kind: power_list
name: never-billed
from: customers
where: customer.total is null
refresh: daily at 02:00
---
kind: power_list
name: seniors-who-left
from: customers
where: [customer.senior, customer.churned]
refresh: daily at 02:00
"""

TELCO_FILES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "customers": (
        "telco/Telco-Customer-Churn.csv",
        {
            "id": "customerID",
            "contract": "Contract",
            "monthly": "MonthlyCharges",
            "total": "TotalCharges",
            "senior": "SeniorCitizen",
            "churned": "Churn",
        },
    )
}


def located(files: Mapping[str, tuple[str, Mapping[str, str]]]) -> Warehouse:
    return open_warehouse(
        {
            name: SourceLocation(name=name, root=DATA, path=path, columns=columns)
            for name, (path, columns) in files.items()
        }
    )


@pytest.fixture
def chinook() -> Iterator[Given]:
    warehouse = located(CHINOOK_FILES)
    yield Given(root=DATA, project=accepted(compiled(CHINOOK)), warehouse=warehouse)
    warehouse.close()


@pytest.fixture
def telco() -> Iterator[Given]:
    warehouse = located(TELCO_FILES)
    yield Given(root=DATA, project=accepted(compiled(TELCO)), warehouse=warehouse)
    warehouse.close()


def rows(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_sql(query: str) -> list[str]:
    with duckdb.connect() as connection:
        return [str(key) for (key,) in connection.execute(query).fetchall()]


@pytest.mark.parametrize("source", CHINOOK_FILES)
def test_the_files_are_as_declared(chinook: Given, source: str) -> None:
    assert chinook.check(source) == []


def test_names_are_unharmed(chinook: Given) -> None:
    facts = {fact.key: fact.data for fact in chinook.facts("customers")}

    assert len(facts) == 59
    for row in rows("chinook/customer.csv"):
        fact = facts[row["CustomerId"]]
        assert [fact["first_name"], fact["last_name"], fact["company"] or "", fact["email"]] == [
            row["FirstName"],
            row["LastName"],
            row["Company"],
            row["Email"],
        ]
        assert fact["rep"] == int(row["SupportRepId"])
    assert facts["1"]["company"] == "Embraer - Empresa Brasileira de Aeronáutica S.A."


def test_dates_and_times_are_read(chinook: Given) -> None:
    [andrew] = chinook.facts("employees", ["1"])

    assert (andrew.data["born"], andrew.data["hired"]) == ("1962-02-18", "2002-08-14T00:00:00+00:00")
    assert andrew.data["boss"] is None


def test_everybody_has_an_address_of_their_own(chinook: Given) -> None:
    audience = chinook.audience("everybody")

    assert len(audience.members) == 59
    assert audience.left_out == {}


def test_companies_without_an_invoice_in_the_last_year_of_the_data(chinook: Given) -> None:
    last = max(date.fromisoformat(row["InvoiceDate"][:10]) for row in rows("chinook/invoice.csv"))
    recent = {
        row["CustomerId"]
        for row in rows("chinook/invoice.csv")
        if date.fromisoformat(row["InvoiceDate"][:10]) >= last - timedelta(days=365)
    }
    by_loop = sorted(
        row["CustomerId"]
        for row in rows("chinook/customer.csv")
        if row["Company"] and row["CustomerId"] not in recent
    )
    by_sql = plain_sql(f"""
        select CustomerId from '{DATA}/chinook/customer.csv' as c
        where Company is not null and not exists (
            select 1 from '{DATA}/chinook/invoice.csv' as i
            where i.CustomerId = c.CustomerId and cast(InvoiceDate as date) >= date '{last}' - 365)
        order by cast(CustomerId as varchar)""")

    quiet = chinook.project.lists["quiet-companies"]
    audience = chinook.warehouse.audience(chinook.project, quiet, today=last, now=NOW)

    assert by_loop
    assert [member.key for member in audience.members] == by_loop == by_sql


def test_a_list_over_invoices_reaches_the_customer_and_their_representative(chinook: Given) -> None:
    customers = {row["CustomerId"]: row for row in rows("chinook/customer.csv")}
    janes = {row["EmployeeId"] for row in rows("chinook/employee.csv") if row["FirstName"] == "Jane"}
    by_loop = sorted(
        (row["InvoiceId"], row["CustomerId"])
        for row in rows("chinook/invoice.csv")
        if float(row["Total"]) > 10 and customers[row["CustomerId"]]["SupportRepId"] in janes
    )

    assert by_loop
    assert chinook.audience("big-days").members == by_loop


def test_customers_at_risk_are_those_of_plain_sql_and_of_a_loop(telco: Given) -> None:
    path = TELCO_FILES["customers"][0]
    by_loop = sorted(
        row["customerID"]
        for row in rows(path)
        if row["Contract"] == "Month-to-month"
        and int(row["tenure"]) < 6
        and float(row["MonthlyCharges"]) > 70
    )
    by_sql = plain_sql(f"""
        select customerID from '{DATA}/{path}'
        where Contract = 'Month-to-month' and tenure < 6 and MonthlyCharges > 70 order by customerID""")

    assert len(by_loop) > 100
    assert telco.keys("at-risk") == by_loop == by_sql
    assert telco.check("customers") == []


def test_a_blank_charge_is_null_and_not_zero(telco: Given) -> None:
    blank = sorted(
        row["customerID"] for row in rows(TELCO_FILES["customers"][0]) if not row["TotalCharges"].strip()
    )

    assert telco.keys("never-billed") == blank
    assert len(blank) == 11


def test_yes_no_one_and_zero_are_truth_values(telco: Given) -> None:
    by_loop = sorted(
        row["customerID"]
        for row in rows(TELCO_FILES["customers"][0])
        if row["SeniorCitizen"] == "1" and row["Churn"] == "Yes"
    )

    assert telco.keys("seniors-who-left") == by_loop
