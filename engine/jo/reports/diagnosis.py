"""What a check of a project found, as every output format is given it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic, order


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The findings and what is needed to show them. Formats show all of them, and decide nothing."""

    diagnostics: tuple[Diagnostic, ...]
    """Sorted by file, position, code."""
    sources: Mapping[str, str]
    """File → its text as the spans count it, for the files that have findings at least."""
    files: int
    """How many files were looked at."""

    @classmethod
    def of(cls, diagnostics: Iterable[Diagnostic], sources: Mapping[str, str], files: int) -> "Diagnosis":
        """Return the diagnosis with its findings in order."""
        return cls(diagnostics=tuple(order(diagnostics)), sources=sources, files=files)

    def count(self, severity: Severity) -> int:
        return sum(item.severity is severity for item in self.diagnostics)
