"""What a rule is, and what it finds.

A rule is a module below `jo.checks.rules`: its docstring is the page behind `jo explain`, `CODE` is what it
reports and `check(context)` yields what it finds. A code that is reported elsewhere has a module, too, with
its page and, in place of `check`, the word `FOUND_BY`; so each code has one page, in one place.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from jo.diagnostics.codes import Code, Severity
from jo.diagnostics.diagnostic import Diagnostic, Label
from jo.diagnostics.span import Path, Span
from jo.manifest.compiled import Origins
from jo.manifest.document import Part
from jo.model.address import Address, Kind

if TYPE_CHECKING:
    from jo.checks.context import Context


class FoundBy(StrEnum):
    """When a code is reported, as its page says it."""

    READING = "reading the files"
    CHECKING = "checking the project"
    SOURCES = "comparing the declared sources with the data"
    PLANNING = "planning"
    SETTINGS = "reading the settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    code: Code
    page: str
    """Markdown, from the heading *What it finds* on."""
    found_by: FoundBy
    check: "Callable[[Context], Iterable[Found]] | None"
    """None for a code that is found elsewhere."""
    may_be_ignored: bool
    """Whether a project runs all the same, so that even an error may be ignored. Warnings always may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A place in a resource's document."""

    address: Address
    path: Path = ()
    part: Part = Part.VALUE
    start: int | None = None
    """Code points from the start of the text at `path`; None for the whole."""
    end: int | None = None

    def span(self, origins: Origins) -> Span:
        if self.start is not None and self.end is not None:
            return origins.locate_within(self.address, self.path, self.start, self.end)
        return origins.locate(self.address, self.path, self.part)

    @property
    def name(self) -> str:
        """The address of the resource, or of the step that the place lies in."""
        match self.path:
            case ("steps", str(step), *_) if self.address.kind is Kind.PROGRAM:
                return self.address.step(step)
        return str(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a rule found. A finding without a label is refused: it could not say what its place shows."""

    at: At
    label: str
    """A few words set under the place."""
    detail: str
    help: str = ""
    others: tuple[tuple[At, str], ...] = ()
    """Further places, each with what it has to do with the fault."""
    severity: Severity = Severity.ERROR
    span: Span | None = None
    """The place in another file of the resource, such as a template's body; None: that of `at`."""

    def __post_init__(self) -> None:
        if not self.label.strip():
            raise ValueError(f"a finding at {self.at.name} has no label")

    def diagnostic(self, code: Code, origins: Origins) -> Diagnostic:
        return Diagnostic(
            code=code,
            detail=self.detail,
            at=self.span or self.at.span(origins),
            label=self.label,
            address=self.at.name,
            others=tuple(Label(span=at.span(origins), text=text) for at, text in self.others),
            help=self.help,
            severity=self.severity,
        )
