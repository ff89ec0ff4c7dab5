"""What most scenarios have in common: sources, lists, senders, templates, and rows for them.

A scenario adds its own programs and outreaches to `BASE` and names only the fields of people that matter.
"""

from collections.abc import Iterable, Mapping
from textwrap import dedent, indent
from typing import Any

Row = Mapping[str, Any]

SOURCES = """\
kind: source
name: companies
key: id
stable: [id]
fields:
  id: text
  name: text
  segment: text?
  plan: text?
  customer_since: date?
  live_at: date?
  renewal_date: date?
  csm: text?
  churned_at: date?
  health: text?
  zone: text?
roles: {zone: zone}
---
kind: source
name: contacts
key: id
stable: [id, company]
fields:
  id: text
  company: ref companies?
  email: text?
  first_name: text?
  role: text?
  language: text?
  zone: text?
  consent: boolean?
roles: {address: email, zone: zone, language: language, company: company, marketing_consent: consent}
"""

LISTS = """\
kind: power_list
name: everybody
from: contacts
refresh: daily at 02:00
"""

CALENDARS = """\
kind: calendar
name: business-hours
hours: {weekdays: "09:00-17:00"}
holidays: ["2026-12-25", "2027-01-01"]
"""

SENDERS = """\
kind: sender
name: team
from_name: Aurora
from_address: team@aurora.example
postal: Aurora, Harbour Street 12, Dublin
---
kind: topic
name: tips
title: Tips
---
kind: topic
name: news
title: News
"""

FOOTER = "\n\n{{ postal }} · [Unsubscribe]({{ unsubscribe_url }})\n"
PLAIN_FOOTER = "\n\n{{ sender_name }}\n"


def template(name: str, *, class_: str = "marketing", topic: str | None = "tips", more: str = "") -> str:
    """Return the YAML of a template whose body is `NAME.md.j2`."""
    said = (
        f"kind: template\nname: {name}\nclass: {class_}\nsender: team\nsubject: {name}\nbody: {name}.md.j2\n"
    )
    if topic is not None and class_ == "marketing":
        said += f"topic: {topic}\n"
    return said + more


def mails(*names: str, class_: str = "marketing", topic: str = "tips", more: str = "") -> dict[str, str]:
    """Return the files of simple templates: their YAML and their bodies."""
    footer = FOOTER if class_ == "marketing" else PLAIN_FOOTER
    files = {
        f"templates/{name}.yaml": template(name, class_=class_, topic=topic, more=more) for name in names
    }
    bodies = {
        f"templates/{name}.md.j2": f"# {name}\n\nHello {{{{ contact.first_name | default('you') }}}}!{footer}"
        for name in names
    }
    return files | bodies


BASE: Mapping[str, str] = {
    "lists/sources.yaml": SOURCES,
    "lists/audiences.yaml": LISTS,
    "lists/calendars.yaml": CALENDARS,
    "templates/senders.yaml": SENDERS,
}


def program(
    steps: str,
    *,
    name: str = "care",
    audience: str = "everybody",
    entry: str = "existing: enter",
    more: str = "",
) -> dict[str, str]:
    """Return the file of a program: its steps as YAML, `entry` and further keys as they stand in it."""
    head = f"kind: program\nname: {name}\naudience: {audience}\nentry: {{{entry}}}\n"
    return {f"journeys/{name}.yaml": f"{head}{dedent(more)}steps:\n{indent(dedent(steps), '  ')}"}


def outreach(
    schedule: str,
    *,
    name: str = "release",
    audience: str = "everybody",
    template: str = "release",
    more: str = "",
) -> dict[str, str]:
    """Return the file of an outreach: its schedule and further keys as they stand in it."""
    head = f"kind: outreach\nname: {name}\naudience: {audience}\ntemplate: {template}\n"
    return {f"journeys/{name}.yaml": f"{head}schedule: {{{schedule}}}\n{dedent(more)}"}


_CONTACT = dict.fromkeys(("id", "company", "email", "first_name", "role", "language", "zone", "consent"), "")
_COMPANY = dict.fromkeys(
    (
        *("id", "name", "segment", "plan", "customer_since", "live_at"),
        *("renewal_date", "csm", "churned_at", "health", "zone"),
    ),
    "",
)


def contact(key: str, **fields: Any) -> Row:
    """Return a contact of the company `acme` whom mail reaches at KEY@people.example."""
    return {**_CONTACT, "id": key, "company": "acme", "email": f"{key}@people.example", **fields}


def company(key: str = "acme", **fields: Any) -> Row:
    return {**_COMPANY, "id": key, "name": key.title(), **fields}


def people(*contacts: Row, companies: Iterable[Row] = ()) -> dict[str, list[Row]]:
    """Return the rows of both sources; without companies, there is `acme`."""
    return {"contacts": list(contacts), "companies": list(companies) or [company()]}
