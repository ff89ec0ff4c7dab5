"""Diagnostics as SARIF 2.1.0 (OASIS), for code scanning and editors.

Columns are code points and ends exclusive, as in jo's own spans (SARIF 2.1.0, sections 3.14.17 and
3.30). Fingerprints leave out lines, so that an alert stays the same when text above it moves.
"""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from jo._version import __version__
from jo.diagnostics.codes import Code
from jo.diagnostics.diagnostic import Diagnostic, Fix
from jo.diagnostics.span import Span
from jo.reports.diagnosis import Diagnosis

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: Diagnosis) -> str:
    """Return a SARIF log with one run."""
    rules = sorted({item.code for item in report.diagnostics})
    positions = {code: index for index, code in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "jo",
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, positions[item.code]) for item in report.diagnostics],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "name": "".join(word.capitalize() for word in code.slug.split("-")),
        "shortDescription": {"text": f"{code.summary}."},
        "help": {"text": f"Run `jo explain {code.id}`."},
    }


def _result(item: Diagnostic, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": item.code.id,
        "ruleIndex": rule,
        "level": item.severity.value,
        "message": {"text": f"{item.detail}\n{item.help}".strip()},
        "partialFingerprints": {"jo/v1": _fingerprint(item)},
    }
    location: dict[str, Any] = {}
    if item.at is not None:
        location["physicalLocation"] = _place(item.at)
        if item.label:
            location["message"] = {"text": item.label}
    if item.address is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": item.address}]
    if location:
        result["locations"] = [location]
    if item.others:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _place(other.span), "message": {"text": other.text}}
            for number, other in enumerate(item.others, start=1)
        ]
    if item.fix is not None:
        result["fixes"] = [_fix(item.fix)]
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _file(file),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                    if edit.span.file == file
                ],
            }
            for file in files
        ],
    }


def _fingerprint(item: Diagnostic) -> str:
    parts = (item.code.id, item.at.file if item.at else "", item.address or "", item.detail)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:32]


def _place(span: Span) -> dict[str, Any]:
    return {"artifactLocation": _file(span.file), "region": _region(span)}


def _file(file: str) -> dict[str, str]:
    return {"uri": quote(file, errors="surrogateescape")}  # a file's name may be any bytes


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    }
