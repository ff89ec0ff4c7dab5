"""The table of codes: every fault jo can report, under a number that never changes its meaning.

A code is `J`, a family digit and two digits, plus a slug that names the bad thing. Families: J0 YAML,
J1 structure, J2 references, J3 graph, J4 time, J5 content and compliance, J6 audience, J7 plan safety,
J8 policy, J9 environment and secrets. A retired code is never used again. The page behind
`jo explain CODE` is the docstring of the module of the same slug below `jo.checks.rules`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Code:
    id: str
    slug: str
    summary: str
    """One constant sentence without a period and without a name of the user's."""

    def __str__(self) -> str:
        return f"{self.id} {self.slug}"


FAMILIES = {
    "0": "yaml",
    "1": "structure",
    "2": "references",
    "3": "graph",
    "4": "timing",
    "5": "content",
    "6": "audience",
    "7": "plan",
    "8": "policy",
    "9": "environment",
}

_TABLE: dict[str, Code] = {}


def _code(id: str, slug: str, summary: str) -> Code:
    if id in _TABLE or any(other.slug == slug for other in _TABLE.values()):
        raise ValueError(f"diagnostic code {id} {slug} is defined twice")
    code = _TABLE[id] = Code(id, slug, summary)
    return code


# J0 YAML: the reader
BROKEN_YAML = _code("J001", "broken-yaml", "The file is not valid YAML")
DUPLICATE_KEY = _code("J002", "duplicate-key", "A key is given twice")
YAML_FEATURE = _code("J003", "refused-yaml-feature", "This feature of YAML is not accepted")
TOO_LARGE = _code("J004", "oversized-yaml", "The file is larger or deeper than jo reads")
NOT_TEXT = _code("J005", "undecodable-file", "The file is not UTF-8 text")
COMMA_IN_BRACES = _code("J006", "comma-in-braces", "A comma in braces cut this value short")
HASH_COMMENT = _code("J007", "swallowed-comment", "A # after a space cut this value short")
BARE_TIME = _code("J008", "unquoted-time", "A time without quotes")

# J1 structure: the schemas
NOT_A_RESOURCE = _code("J101", "shapeless-document", "The document is not a resource")
UNKNOWN_KIND = _code("J102", "unknown-kind", "This kind does not exist")
UNKNOWN_KEY = _code("J103", "unknown-key", "This key does not exist here")
MISSING_KEY = _code("J104", "missing-key", "A required key is missing")
WRONG_TYPE = _code("J105", "wrong-type", "The value has the wrong type")
WRONG_VALUE = _code("J106", "wrong-value", "The value is not allowed here")
LATER_RELEASE = _code("J107", "later-release", "Not in this release")
BAD_CONDITION = _code("J108", "broken-condition", "The condition cannot be read")
BAD_DURATION = _code("J109", "broken-duration", "The duration cannot be read")
BAD_NAME = _code("J110", "bad-name", "The name cannot be used")
UNKNOWN_STEP_TYPE = _code("J111", "unknown-step-type", "This step type does not exist")
MIXED_STEP = _code("J112", "mixed-step", "A step has more than one type")

# J2 references: names and types
DUPLICATE_NAME = _code("J201", "duplicate-name", "Two resources have the same address")
DANGLING_REFERENCE = _code("J202", "dangling-reference", "The name refers to nothing")
UNKNOWN_FIELD = _code("J203", "unknown-field", "The field is not declared")
MISTYPED_CONDITION = _code("J204", "mistyped-condition", "The types in the condition do not fit")
NULL_COMPARISON = _code("J205", "null-blind-comparison", "A comparison that leaves out NULL")
UNKNOWN_FUNCTION = _code("J206", "unknown-function", "The function does not exist or may not stand here")
REFERENCE_CIRCLE = _code("J207", "reference-circle", "Resources refer to each other in a circle")
MISSING_FILE = _code("J208", "missing-file", "The file does not exist")
BAD_ROLE = _code("J209", "bad-role", "The role names an unsuitable field")

# J3 graph
DANGLING_NEXT = _code("J301", "dangling-next", "The step leads to a step that does not exist")
UNREACHABLE_STEP = _code("J302", "unreachable-step", "No path leads to the step")
UNBOUNDED_CYCLE = _code(
    "J303", "unbounded-cycle", "The steps form a circle without a wait or without a bound"
)
DEAD_END = _code("J304", "dead-end", "No path from the step reaches an end")
MISSING_OTHERWISE = _code("J305", "missing-otherwise", "A branch does not say where everybody else goes")
UNLIMITED_WAIT = _code("J306", "unlimited-wait", "A wait may never end")
FALL_INTO_TARGET = _code("J307", "fall-into-target", "A step falls into the target of a branch")
ENROLL_CIRCLE = _code("J308", "enroll-circle", "Programs enroll people into each other in a circle")
OVERTAKEN_WINDOW = _code("J309", "overtaken-window", "A window is over before people can reach it")

# J4 time
UNKNOWN_ZONE = _code("J401", "unknown-zone", "The time zone is not known")
BAD_SCHEDULE = _code("J402", "broken-schedule", "The schedule cannot be read")
MIDNIGHT_SEND = _code("J403", "midnight-send", "A bare date would send at midnight")
EMPTY_WINDOW = _code("J404", "empty-window", "The window never opens")
BAD_TIME = _code("J405", "broken-time", "The time cannot be read")
PAST_SCHEDULE = _code("J406", "past-schedule", "The schedule lies in the past")

# J5 content and compliance
BROKEN_TEMPLATE = _code("J501", "broken-template", "The template cannot be read")
UNKNOWN_TOKEN = _code("J502", "unknown-token", "The template uses a field that is not declared")
COSTLY_TEMPLATE = _code("J503", "costly-template", "The template could use too much time or memory")
MISSING_UNSUBSCRIBE = _code(
    "J504", "missing-unsubscribe", "Marketing mail without a visible unsubscribe link"
)
MISSING_POSTAL = _code("J505", "missing-postal-address", "Marketing mail without a postal address")
HEADER_RISK = _code("J506", "header-break", "A header value could break the header")
NULL_TOKEN = _code("J507", "unguarded-null", "A token may be NULL and has no default")
UNSAFE_LINK = _code("J508", "unsafe-link", "The link cannot be used in a mail")
MISSING_TOPIC = _code("J509", "missing-topic", "Marketing mail without a topic")
REFUSED_TEMPLATE_FEATURE = _code(
    "J510", "refused-template-feature", "The template uses something that is not allowed"
)
BAD_MJML = _code("J511", "broken-mjml", "The MJML cannot be read")
MISSING_ALT = _code("J512", "missing-alt-text", "An image without a text for those who do not see it")

# J6 audience
MISSING_COLUMN = _code("J601", "missing-column", "The source has no such column")
COLUMN_TYPE = _code("J602", "mistyped-column", "A column does not hold what was declared")
ROWS_OUT_OF_DOMAIN = _code("J603", "rows-out-of-domain", "Rows hold values outside what jo compares")
UNREADABLE_SOURCE = _code("J604", "unreadable-source", "The source cannot be read")
DUPLICATE_ROW_KEY = _code("J605", "duplicate-row-key", "Rows of the source share a key")
LIST_WITHOUT_RECIPIENT = _code("J606", "list-without-recipient", "The list yields nobody to write to")
EXPIRING_LIST = _code("J607", "expiring-list", "People leave the list by time before the last step")
UNSTABLE_IDENTITY = _code("J608", "unstable-identity", "The identity uses a field that may change")
UNUSED_RESOURCE = _code("J609", "unused-resource", "Nothing uses this resource")
DANGLING_ROW = _code("J610", "dangling-row", "Rows refer to rows that do not exist")

# J7 plan safety
STRANDED_PEOPLE = _code("J701", "stranded-people", "The change would leave people on a step that is gone")
MASS_REMOVAL = _code("J702", "mass-removal", "The change removes much of what is live")
BROKEN_REVISION = _code("J703", "broken-revision", "The change takes away what people inside still go by")
EXCHANGED_SOURCE = _code("J704", "exchanged-source", "The change would take people for others")
STALE_PERMIT = _code("J705", "stale-permit", "The permit does not fit")
MISSED_SCHEDULE = _code("J706", "missed-schedule", "The moment to send is over before the outreach is live")

# J9 environment and secrets
BAD_SETTINGS = _code("J901", "broken-settings", "The settings cannot be read")
PLAIN_SECRET = _code("J902", "plain-secret", "A secret stands in the file as it is")
MISSING_SECRET = _code("J903", "missing-secret", "The secret is not there")
MISSING_SETTING = _code("J904", "missing-setting", "A setting is missing")
DEAD_LINK_BASE = _code("J905", "dead-link-base", "Links in mails would lead nowhere")
UNSAFE_RELAY = _code("J906", "unsafe-relay", "The relay is reached without protection")
STALE_IGNORE = _code("J907", "stale-ignore", "An ignore that matches nothing any more")
BAD_IGNORE = _code("J908", "bare-ignore", "An ignore without code or reason")
NO_PROJECT = _code("J909", "missing-project", "There is no jo project here")
UNALIGNED_SIGNATURE = _code(
    "J910", "unaligned-signature", "Mails are signed for another domain than the one they come from"
)


def every() -> tuple[Code, ...]:
    """Return all codes, sorted by id."""
    return tuple(sorted(_TABLE.values()))


def find(name: str) -> Code | None:
    """Return the code whose id or slug is `name` (in any case), or None."""
    wanted = name.strip().casefold()
    return next((code for code in _TABLE.values() if wanted in (code.id.casefold(), code.slug)), None)
