"""The diagnostic: one fault in what an author wrote, told so that the author can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from jo.diagnostics.codes import Code, Severity
from jo.diagnostics.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A second place that belongs to the fault, with what it has to do with it."""

    span: Span
    text: str


class Safety(StrEnum):
    """Whether an edit keeps the meaning (may be made unasked) or not."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Edits that would mend the fault, all of them or none."""

    title: str
    edits: tuple[Edit, ...]
    safety: Safety = Safety.UNSAFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault. The summary is the code's; the detail says what is wrong here and why it matters."""

    code: Code
    detail: str
    """Whole sentences. Never says what to do: that is `help`."""
    at: Span | None
    """The smallest span that shows the fault. None only for the surroundings (settings, environment)."""
    label: str = ""
    """A few words set under the primary span."""
    address: str | None = None
    """The resource or step the fault belongs to, such as `program/onboarding#day3`."""
    others: tuple[Label, ...] = ()
    help: str = ""
    """What to do. A command stands on a line of its own, indented."""
    fix: Fix | None = None
    severity: Severity = field(default=Severity.ERROR)

    @property
    def summary(self) -> str:
        return self.code.summary


def order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort for output: by file, position, code; those without a place first. Drops exact repeats."""

    def key(item: Diagnostic) -> tuple[str, int, int, str, str]:
        if item.at is None:
            return ("", 0, 0, item.code.id, item.detail)
        return (item.at.file, item.at.start.line, item.at.start.column, item.code.id, item.detail)

    return sorted(dict.fromkeys(diagnostics), key=key)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(item.severity is Severity.ERROR for item in diagnostics)
