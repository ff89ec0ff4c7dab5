"""The scope that these tests read conditions in: contacts of companies, with tickets that refer to them."""

from jo.conditions.types import Field, FieldType, Place, Scope, Table

TEXT, INTEGER, NUMBER = FieldType.TEXT, FieldType.INTEGER, FieldType.NUMBER
BOOLEAN, DATE, TIMESTAMP = FieldType.BOOLEAN, FieldType.DATE, FieldType.TIMESTAMP

REPS = Table("reps", "id", {"id": Field(TEXT), "name": Field(TEXT)}, "rep")
COMPANIES = Table(
    "companies",
    "id",
    {
        "id": Field(TEXT),
        "segment": Field(TEXT),
        "customer_since": Field(DATE),
        "live_at": Field(TIMESTAMP, nullable=True),
        "churned": Field(BOOLEAN),
        "csm": Field(TEXT, nullable=True, ref="reps"),
    },
    "company",
)
CONTACTS = Table(
    "contacts",
    "id",
    {
        "id": Field(TEXT),
        "role": Field(TEXT),
        "language": Field(TEXT, nullable=True),
        "logins": Field(INTEGER),
        "score": Field(NUMBER, nullable=True),
        "active": Field(BOOLEAN),
        "blocked": Field(BOOLEAN, nullable=True),
        "born": Field(DATE, nullable=True),
        "created_at": Field(TIMESTAMP),
        "company": Field(TEXT, ref="companies"),
    },
    "contact",
)
TICKETS = Table(
    "tickets",
    "id",
    {
        "id": Field(TEXT),
        "status": Field(TEXT, nullable=True),
        "contact": Field(TEXT, ref="contacts"),
        "owner": Field(TEXT, ref="reps"),
    },
    "ticket",
)
MEETINGS = Table(
    "meetings",
    "id",
    {"id": Field(TEXT), "host": Field(TEXT, ref="contacts"), "guest": Field(TEXT, ref="contacts")},
)
ORDERS = Table("orders", "id", {"id": Field(TEXT), "company": Field(TEXT, ref="companies")}, "order")
TABLES = {table.name: table for table in (REPS, COMPANIES, CONTACTS, TICKETS, MEETINGS, ORDERS)}


def scope(place: Place = Place.LIST) -> Scope:
    return Scope(
        place=place,
        tables=TABLES,
        namespaces={"contact": "contacts", "company": "companies"},
        roots={"company": ("contact", "company")},
        declared={"participant": {"tier": Field(TEXT, nullable=True)}} if place is Place.PROGRAM else {},
        steps=frozenset({"hello", "nudge"}) if place is Place.PROGRAM else frozenset(),
        events=frozenset({"trial.activated", "login"}),
        lists=frozenset({"vip", "new-admins"}),
        templates=frozenset({"welcome"}),
        programs=frozenset({"onboarding"}),
    )
