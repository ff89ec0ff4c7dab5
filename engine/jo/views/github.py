"""Diagnostics as GitHub workflow commands, which become annotations in the pull request.

One line per finding: `::error file=…,line=…,title=…::message`. GitHub shows ten of a kind per step and
leaves out the rest; it decides that, not this view.
"""

from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic
from jo.reports.diagnosis import Diagnosis
from jo.views.terminal import visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Diagnosis) -> str:
    """Return one command a line; nothing for a report without findings."""
    return "".join(f"{_command(item)}\n" for item in report.diagnostics)


def _command(item: Diagnostic) -> str:
    properties: dict[str, str | int] = {}
    if item.at is not None:
        start, end = item.at.start, item.at.end
        properties |= {"file": item.at.file, "line": start.line, "endLine": end.line}
        if start.line == end.line:  # columns of several lines are refused
            properties |= {"col": start.column, "endColumn": max(start.column, end.column - 1)}
    properties["title"] = f"{item.code}: {item.summary}"
    listed = ",".join(f"{name}={_escape_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[item.severity]} {listed}::{_escape(_message(item))}"


def _message(item: Diagnostic) -> str:
    marked = f"{item.at}: {item.label}" if item.at is not None and item.label else ""
    others = [f"{other.span}: {other.text}" for other in item.others]
    parts = [item.address or "", item.detail, marked if others else "", *others, item.help]
    return "\n".join(part for part in parts if part)


def _escape(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")
