"""Write the sample project's CRM export: `python -m tools.make_crm` fills `lists/data/`.

The export looks like a real one: several languages and zones, things missing, and names that break careless
software. It is made from a fixed seed, and each company draws from a stream of its own, so the same script
always writes the same bytes and an edit moves few other rows. An empty field means "not known" (NULL). Dates
are ISO 8601, `created_at` is UTC. Every domain is reserved for examples (RFC 2606).

The sample's virtual time starts on 2026-12-01. Companies 181 to 240 became customers, or will, between
2026-11-01 and 2027-01-31; `churned_at` and `created_at` too may lie ahead. So people enter and leave while
time passes, though the files stay the same.

    companies.csv   id, name, segment (SMB, MM, ENT, Public), plan (saas, self-managed), customer_since,
                    live_at, csm (id in csms.csv), churned_at, region, country, zone, language,
                    health (green, yellow, red), annual_value (euros)
    contacts.csv    id, company, email, first_name, last_name, role (Admin, Sold-To, User, Billing), language,
                    zone, marketing_consent (yes, no), created_at
    contracts.csv   id, company, contact (Admin, else Sold-To, else anybody), renewal_date,
                    status (active, renewed, churned)
    csms.csv        id, name, email, zone

`CASES` are companies that each stand for one branch of the onboarding journey; what is odd is strewn over the
others.
"""

import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from tools.crm_words import (
    COUNTRIES,
    CSM_OF_REGION,
    CSMS,
    FIRMS,
    FIRST_NAMES,
    FORMS,
    LAST_NAMES,
    ODD_COMPANIES,
    ODD_CONTACTS,
    OFFICES,
    PLACES,
    Row,
)

T = TypeVar("T")

START = date(2026, 12, 1)
COMPANIES = 240
FIRST_NEW = 181
"""The first company of the three months around START; those before it are older customers."""

COLUMNS = {
    "companies.csv": (
        "id name segment plan customer_since live_at csm churned_at"
        " region country zone language health annual_value"
    ),
    "contacts.csv": "id company email first_name last_name role language zone marketing_consent created_at",
    "contracts.csv": "id company contact renewal_date status",
    "csms.csv": "id name email zone",
}


class Case(NamedTuple):
    """A company of the onboarding journey, written out where that matters."""

    company: Row
    contacts: tuple[Row, ...]


def _person(role: str, created_at: str = "", **fields: str) -> Row:
    given = {"role": role, "marketing_consent": "yes", **fields}
    return given | ({"created_at": created_at} if created_at else {})


_TWICE = {"email": "mei.tanaka@two-companies.example", "first_name": "Mei", "last_name": "Tanaka"}
_SMB_SAAS = {"segment": "SMB", "plan": "saas", "csm": "", "churned_at": ""}
_MM_SELF = {"segment": "MM", "plan": "self-managed", "csm": "", "churned_at": ""}

CASES = (
    # Both Admins of one company are participants, each on their own.
    Case(
        {**_SMB_SAAS, "customer_since": "2026-11-30"}, (_person("Admin"), _person("Admin"), _person("User"))
    ),
    # The other version of each mail.
    Case({**_MM_SELF, "customer_since": "2026-12-01"}, (_person("Admin"), _person("Sold-To"))),
    # Nobody is Admin: the fallback serves Sold-To.
    Case({**_MM_SELF, "customer_since": "2026-11-28"}, (_person("Sold-To"), _person("User"))),
    Case({**_SMB_SAAS, "customer_since": "2026-12-03"}, (_person("Sold-To"), _person("Sold-To"))),
    # Left out: a CSM looks after it; the public sector; a large one.
    Case(
        {**_MM_SELF, "customer_since": "2026-11-27", "csm": "csm-2"}, (_person("Admin"), _person("Sold-To"))
    ),
    Case({**_SMB_SAAS, "customer_since": "2026-11-29", "segment": "Public"}, (_person("Admin"),)),
    Case({**_MM_SELF, "customer_since": "2026-11-30", "segment": "ENT"}, (_person("Admin"),)),
    # One Admin from the start, one who comes on day 10.
    Case(
        {**_SMB_SAAS, "customer_since": "2026-12-01"},
        (_person("Admin"), _person("Admin", created_at="2026-12-11T08:00:00Z")),
    ),
    # The only Admin comes on day 10; Sold-To is served until then.
    Case(
        {**_SMB_SAAS, "customer_since": "2026-12-02"},
        (_person("Sold-To"), _person("Admin", created_at="2026-12-12T15:30:00Z")),
    ),
    # Churns in mid-journey.
    Case({**_SMB_SAAS, "customer_since": "2026-12-01", "churned_at": "2026-12-20"}, (_person("Admin"),)),
    # Nobody to write to: no contacts; neither Admin nor Sold-To; no address.
    Case({**_SMB_SAAS, "customer_since": "2026-12-01"}, ()),
    Case({**_MM_SELF, "customer_since": "2026-12-01"}, (_person("User"), _person("Billing"))),
    Case({**_SMB_SAAS, "customer_since": "2026-12-02"}, (_person("Admin", email=""), _person("Sold-To"))),
    # One person is Admin at two companies.
    Case({**_SMB_SAAS, "customer_since": "2026-12-01"}, (_person("Admin", **_TWICE),)),
    Case(
        {**_MM_SELF, "customer_since": "2026-12-04"},
        (_person("Admin", **_TWICE | {"email": "Mei.Tanaka@two-companies.example "}),),
    ),
    # No to marketing; not asked yet.
    Case({**_SMB_SAAS, "customer_since": "2026-12-01"}, (_person("Admin", marketing_consent="no"),)),
    Case({**_MM_SELF, "customer_since": "2026-12-01"}, (_person("Admin", marketing_consent=""),)),
    # A zone from the company, from the project, and one that is none.
    Case(
        {**_SMB_SAAS, "customer_since": "2026-12-01", "zone": "Asia/Tokyo"},
        (_person("Admin", zone=""),),
    ),
    Case(
        {**_SMB_SAAS, "customer_since": "2026-12-01", "zone": ""}, (_person("Admin", zone="", language=""),)
    ),
    Case(
        {**_MM_SELF, "customer_since": "2026-12-01", "zone": "Europe/Atlantis"},
        (_person("Admin", zone="Mars/Olympus_Mons", first_name=""),),
    ),
    # Signs later than virtual time starts.
    Case({**_SMB_SAAS, "customer_since": "2027-01-15"}, (_person("Admin"), _person("Sold-To"))),
)


class Dice:
    """Draws from one stream, with `random()` alone: other methods may change with Python."""

    def __init__(self, stream: str) -> None:
        self._random = Random(f"jo sample crm/{stream}")  # noqa: S311 - repeatable, not secret

    def chance(self, percent: int) -> bool:
        return self._random.random() * 100 < percent

    def between(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.between(0, len(choices) - 1)]

    def weighted(self, choices: dict[T, int]) -> T:
        left = self._random.random() * sum(choices.values())
        for choice, weight in choices.items():
            left -= weight
            if left < 0:
                return choice
        return choice

    def word(self, words: str) -> tuple[str, str]:
        """Return a word as it is written and as it is in an address."""
        written, _, ascii_form = self.pick(words.split()).partition("=")
        return written, ascii_form or written.lower()


def make_company(number: int, given: Row, dice: Dice) -> tuple[Row, str]:
    """Return a company, drawn except for what is given, and its mail domain."""
    country = dice.weighted({country: country.weight for country in COUNTRIES})
    languages = country.languages.split()
    language = languages[0] if dice.chance(75) else dice.pick(languages)
    segment = given.get("segment") or dice.weighted({"SMB": 42, "MM": 32, "ENT": 16, "Public": 10})
    if segment == "Public":
        stem, domain = dice.word(PLACES[language])
        name = OFFICES[language].format(stem)
    else:
        stem, domain = dice.word(FIRMS[language])
        name = dice.pick(FORMS[language]).format(stem)

    if "customer_since" in given:
        since = date.fromisoformat(given["customer_since"])
    elif number < FIRST_NEW:
        since = START - timedelta(days=31 + int((FIRST_NEW - number) ** 1.5))
    else:
        since = START + timedelta(days=(number - FIRST_NEW) * 41 % 92 - 30)
    live = since + timedelta(days=dice.between(14, 80))
    churned = since + timedelta(days=dice.between(60, 700))
    has_csm = dice.chance({"SMB": 6, "MM": 35, "ENT": 92, "Public": 50}[segment])
    is_churned = number < FIRST_NEW and churned < START + timedelta(days=60) and dice.chance(15)
    row = {
        "id": company_id(number),
        "name": name,
        "segment": segment,
        "plan": dice.weighted({"saas": 65, "self-managed": 35}),
        "customer_since": since.isoformat(),
        "live_at": live.isoformat() if dice.chance(70) else "",
        "csm": dice.pick(CSM_OF_REGION[country.region]) if has_csm else "",
        "churned_at": churned.isoformat() if is_churned else "",
        "region": country.region,
        "country": country.code,
        "zone": dice.pick(country.zones.split()) if dice.chance(93) else "",
        "language": language,
        "health": dice.weighted({"green": 68, "yellow": 21, "red": 11}),
        "annual_value": str(
            dice.between(2, 40) * {"SMB": 300, "MM": 2000, "ENT": 15000, "Public": 4000}[segment]
        ),
    }
    return row | given, f"{domain}-{number}.example"


def company_id(number: int) -> str:
    return f"co-{number:03}"


def make_contact(company: Row, domain: str, taken: set[str], dice: Dice) -> Row:
    """Return a contact without id and role; `taken` are the addresses of the company, and grows."""
    language = company["language"] if dice.chance(88) else dice.pick(list(FIRST_NAMES))
    first, first_ascii = dice.word(FIRST_NAMES[language])
    last, last_ascii = dice.word(LAST_NAMES[language])
    local_part = f"{first_ascii}.{last_ascii}"
    while f"{local_part}@{domain}" in taken:
        local_part += "2"
    taken.add(f"{local_part}@{domain}")
    # Contacts are known before the company is a customer; older customers get further ones later.
    created = date.fromisoformat(company["customer_since"]) + timedelta(days=dice.between(-20, 0))
    if company["id"] < company_id(FIRST_NEW):
        created += timedelta(days=dice.weighted({0: 60, 30: 30, dice.between(60, 500): 10}))
        created = min(created, START)
    zone = dice.weighted({company["zone"]: 60, "": 32, dice.pick(COUNTRIES).zones.split()[0]: 8})
    return {
        "email": f"{local_part}@{domain}",
        "first_name": first,
        "last_name": last,
        "language": dice.weighted({language: 86, "": 14}),
        "zone": zone,
        "marketing_consent": dice.weighted({"yes": 70, "": 18, "no": 12}),
        "created_at": f"{created.isoformat()}T{dice.between(6, 18):02}:{dice.between(0, 59):02}:00Z",
    }


def draw_roles(dice: Dice) -> list[str]:
    """Return the roles of a company's contacts; some companies have no Admin, a few have nobody."""
    if dice.chance(3):
        return []
    admins = dice.weighted({0: 14, 1: 60, 2: 20, 3: 6})
    return [
        *["Admin"] * admins,
        *["Sold-To"] * dice.weighted({0: 35, 1: 60, 2: 5}),
        *["User"] * dice.weighted({0: 45, 1: 35, 2: 20}),
        *["Billing"] * dice.weighted({0: 75, 1: 25}),
    ]


def make_contracts(company: Row, contacts: Sequence[Row], dice: Dice) -> list[Row]:
    """Return a company's contracts, one or two, each renewed once a year; none before it is a customer."""
    since = date.fromisoformat(company["customer_since"])
    if since > START:
        return []
    by_role = {contact["role"]: contact["id"] for contact in reversed(contacts)}
    contact = next((by_role[role] for role in ("Admin", "Sold-To", "User", "Billing") if role in by_role), "")
    contracts = []
    for _ in range(2 if dice.chance(12) else 1):
        years = (START - since).days // 365 + 1
        renewal = since + timedelta(days=365 * years + dice.between(0, 3))
        status = "churned" if company["churned_at"] else dice.weighted({"active": 90, "renewed": 10})
        contracts.append(
            {
                "company": company["id"],
                "contact": contact,
                "renewal_date": renewal.isoformat(),
                "status": status,
            }
        )
    return contracts


def make_rows() -> dict[str, list[Row]]:
    """Return the rows of each table, by file name."""
    companies: list[Row] = []
    contacts: list[Row] = []
    contracts: list[Row] = []
    cases = dict(enumerate(CASES, FIRST_NEW))
    for number in range(1, COMPANIES + 1):
        dice = Dice(f"company {number}")
        case = cases.get(number)
        company, domain = make_company(number, case.company if case else {}, dice)
        people = case.contacts if case else [{"role": role} for role in draw_roles(dice)]
        taken: set[str] = set()
        own = [
            {
                "id": f"ct-{n:04}",
                "company": company["id"],
                **make_contact(company, domain, taken, dice),
                **person,
            }
            for n, person in enumerate(people, len(contacts) + 1)
        ]
        companies.append(company)
        contacts += own
        contracts += make_contracts(company, own, dice)
    case_ids = {company_id(number) for number in cases}
    strew([contact for contact in contacts if contact["company"] not in case_ids], ODD_CONTACTS)
    strew([company for company in companies if company["id"] not in case_ids], ODD_COMPANIES)
    return {
        "companies.csv": companies,
        "contacts.csv": contacts,
        "contracts.csv": [{"id": f"cr-{n:03}", **contract} for n, contract in enumerate(contracts, 1)],
        "csms.csv": [dict(zip(("id", "name", "email", "zone"), csm, strict=True)) for csm in CSMS],
    }


def strew(rows: Sequence[Row], changes: Sequence[Row]) -> None:
    """Spread the changes evenly over the rows."""
    for n, change in enumerate(changes, 1):
        rows[n * len(rows) // (len(changes) + 1)].update(change)


def to_csv(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Write rows as CSV (RFC 4180, but LF between lines)."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def make_files() -> dict[str, bytes]:
    """Return the content of each file, by name."""
    return {name: to_csv(COLUMNS[name].split(), rows).encode() for name, rows in make_rows().items()}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in make_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "lists/data"))
