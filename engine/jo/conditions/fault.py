"""A fault in a condition or time expression: what is wrong, and the stretch of the text that shows it."""

from dataclasses import dataclass

from jo.diagnostics.codes import Code, Severity


@dataclass(frozen=True, slots=True)
class Fault:
    code: Code
    detail: str
    """Whole sentences. Never says what to do: that is `help`."""
    help: str
    start: int
    """In code points of the text that was read."""
    end: int
    """Exclusive."""
    severity: Severity = Severity.ERROR
