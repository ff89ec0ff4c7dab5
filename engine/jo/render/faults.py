"""What compiling finds wrong in a template, placed in the text it was found in.

The model holds no positions, so a fault says which text it means and where in it; whoever knows the files
turns it into a diagnostic.
"""

from dataclasses import dataclass
from enum import StrEnum

from jo.diagnostics.codes import Code, Severity


class Where(StrEnum):
    """Which text of a template a fault or a piece belongs to."""

    SUBJECT = "subject"
    PREHEADER = "preheader"
    BODY = "body"
    LAYOUT = "layout"
    SENDER = "sender"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of one line in one text of a template; 1-based, in code points, `end_column` exclusive."""

    version: str
    """The version whose own text it is: a version that inherits its body has its faults at `default`."""
    where: Where
    key: str = ""
    """The key of the sender, such as `from_name`; empty for the texts of the template itself."""
    line: int = 1
    column: int = 1
    end_column: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFault:
    """One fault in a template's texts."""

    code: Code
    at: Place
    detail: str
    help: str = ""
    severity: Severity = Severity.ERROR


class UnusableError(Exception):
    """A value that cannot stand where the template puts it; the text is the reason of a quarantine.

    Names the token, never the value: reasons are logged.
    """
