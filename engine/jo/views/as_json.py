"""Diagnostics as JSON, for programs.

The document is one object. Fields may be added; none changes its meaning while `format` stays:

    format       "jo.diagnostics/1"
    files        how many files were looked at
    counts       {"error": n, "warning": n, "note": n}
    diagnostics  in the order of file, position, code, each with
        code, slug, severity, summary, detail, help (texts; help may be empty)
        address  "program/onboarding#day3", or null
        at       a span, or null for a finding about the surroundings
        label    a few words about the span, may be empty
        others   [{"at": span, "text": …}]
        fix      null, or {"title": …, "safe": true | false, "edits": [{"at": span, "text": …}]}

    span         {"file": …, "start": {"line": n, "column": n}, "end": {"line": n, "column": n}}

Lines and columns count from 1, columns in code points; the end is exclusive.
"""

import json
from typing import Any

from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic, Fix, Safety
from jo.diagnostics.span import Span
from jo.reports.diagnosis import Diagnosis

FORMAT = "jo.diagnostics/1"


def render(report: Diagnosis) -> str:
    """Return the document with a final line break."""
    document = {
        "format": FORMAT,
        "files": report.files,
        "counts": {severity.value: report.count(severity) for severity in Severity},
        "diagnostics": [_diagnostic(item) for item in report.diagnostics],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _diagnostic(item: Diagnostic) -> dict[str, Any]:
    return {
        "code": item.code.id,
        "slug": item.code.slug,
        "severity": item.severity.value,
        "summary": item.summary,
        "detail": item.detail,
        "help": item.help,
        "address": item.address,
        "at": _span(item.at) if item.at else None,
        "label": item.label,
        "others": [{"at": _span(other.span), "text": other.text} for other in item.others],
        "fix": _fix(item.fix) if item.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safe": fix.safety is Safety.SAFE,
        "edits": [{"at": _span(edit.span), "text": edit.text} for edit in fix.edits],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "start": {"line": span.start.line, "column": span.start.column},
        "end": {"line": span.end.line, "column": span.end.column},
    }
