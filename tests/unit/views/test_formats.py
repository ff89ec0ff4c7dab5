"""The formats for programs: the same findings in JSON, GitHub's commands and SARIF."""

import json

from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label, Safety
from jo.diagnostics.span import Position, Span
from jo.reports.diagnosis import Diagnosis
from jo.views import as_json, github, human, sarif


def span(line: int, start: int, end: int, *, to: int | None = None, file: str = "lists/ü a.yaml") -> Span:
    return Span(file, Position(line, start), Position(to or line, end))


TIME = Diagnostic(
    code=codes.BARE_TIME,
    address="policy/attention",
    at=span(3, 7, 12),
    label="not in quotes",
    detail="It is 100% unclear,\nsee: there.",
    help="Quote it.",
    others=(Label(span=span(1, 1, 5, file="b.yaml"), text="as here"),),
    fix=Fix(title="Quote the time", edits=(Edit(span=span(3, 7, 12), text='"10:30"'),), safety=Safety.SAFE),
)
SECRET = Diagnostic(code=codes.MISSING_SECRET, at=None, detail="Not set.", severity=Severity.NOTE)
LONG = Diagnostic(
    code=codes.DEAD_END, at=span(5, 3, 1, to=9), detail="No way out.", severity=Severity.WARNING
)
REPORT = Diagnosis.of([LONG, TIME, SECRET, TIME], {}, files=14)


def test_a_diagnosis_is_sorted_and_free_of_repeats() -> None:
    assert REPORT.diagnostics == (SECRET, TIME, LONG)


def test_json_holds_every_field_under_its_documented_name() -> None:
    document = json.loads(as_json.render(REPORT))
    assert {name: value for name, value in document.items() if name != "diagnostics"} == {
        "format": "jo.diagnostics/1",
        "files": 14,
        "counts": {"error": 1, "warning": 1, "note": 1},
    }
    place = {"file": "lists/ü a.yaml", "start": {"line": 3, "column": 7}, "end": {"line": 3, "column": 12}}
    assert document["diagnostics"][1] == {
        "code": "J008",
        "slug": "unquoted-time",
        "severity": "error",
        "summary": "A time without quotes",
        "detail": "It is 100% unclear,\nsee: there.",
        "help": "Quote it.",
        "address": "policy/attention",
        "at": place,
        "label": "not in quotes",
        "others": [
            {
                "at": {"file": "b.yaml", "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 5}},
                "text": "as here",
            }
        ],
        "fix": {"title": "Quote the time", "safe": True, "edits": [{"at": place, "text": '"10:30"'}]},
    }
    assert (document["diagnostics"][0]["at"], document["diagnostics"][0]["fix"]) == (None, None)


def test_github_gets_one_escaped_command_a_finding() -> None:
    assert github.render(REPORT) == (
        "::notice title=J903 missing-secret%3A The secret is not there::Not set.\n"
        "::error file=lists/ü a.yaml,line=3,endLine=3,col=7,endColumn=11,"
        "title=J008 unquoted-time%3A A time without quotes::"
        "policy/attention%0AIt is 100%25 unclear,%0Asee: there.%0Alists/ü a.yaml:3:7: not in quotes%0A"
        "b.yaml:1:1: as here%0AQuote it.\n"
        "::warning file=lists/ü a.yaml,line=5,endLine=9,"
        "title=J304 dead-end%3A No path from the step reaches an end::No way out.\n"
    )


def test_no_text_of_a_user_can_end_a_github_command() -> None:
    hostile = Diagnostic(
        code=codes.DEAD_END, at=span(1, 1, 2, file="a,b::c\n.yaml"), detail="x\r\n::error::y%0A"
    )
    (line,) = github.render(Diagnosis.of([hostile], {}, files=1)).splitlines()
    assert line.startswith("::error file=a%2Cb%3A%3Ac%0A.yaml,line=1,")
    assert line.endswith("::x%0D%0A::error::y%250A")


def test_sarif_has_the_structure_of_2_1_0() -> None:
    log = json.loads(sarif.render(REPORT))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["J008", "J304", "J903"]
    assert rules[0]["name"] == "UnquotedTime"
    # then each result points to its rule, and lines and columns count from one
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
    secret, time, long = run["results"]
    assert "locations" not in secret
    region = {"startLine": 3, "startColumn": 7, "endLine": 3, "endColumn": 12}
    (location,) = time["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "lists/%C3%BC%20a.yaml"},
        "region": region,
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "policy/attention"}]
    (related,) = time["relatedLocations"]
    assert (related["id"], related["message"]["text"]) == (1, "as here")
    (fix,) = time["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": '"10:30"'}}]
    assert long["locations"][0]["physicalLocation"]["region"]["endLine"] == 9


def test_a_sarif_fingerprint_survives_a_move_within_the_file() -> None:
    def fingerprint(item: Diagnostic) -> str:
        log = json.loads(sarif.render(Diagnosis.of([item], {}, files=1)))
        text = log["runs"][0]["results"][0]["partialFingerprints"]["jo/v1"]
        assert isinstance(text, str)
        return text

    def item(line: int, detail: str) -> Diagnostic:
        return Diagnostic(code=codes.DEAD_END, at=span(line, 1, 2), detail=detail)

    assert fingerprint(item(1, "a")) == fingerprint(item(9, "a")) != fingerprint(item(1, "b"))


def test_every_format_shows_every_finding() -> None:
    for text in (human.render(REPORT), as_json.render(REPORT), github.render(REPORT), sarif.render(REPORT)):
        assert all(item.code.id in text for item in REPORT.diagnostics)


def test_a_report_without_findings_is_valid_everywhere() -> None:
    empty = Diagnosis.of((), {}, files=0)
    assert json.loads(as_json.render(empty))["diagnostics"] == []
    assert github.render(empty) == ""
    assert json.loads(sarif.render(empty))["runs"][0]["results"] == []
