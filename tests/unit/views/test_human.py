"""What people see: golden texts of a finding's parts, at several widths and with hostile sources."""

import io

import pytest

from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.diagnostics.diagnostic import Diagnostic, Edit, Fix, Label
from jo.diagnostics.span import Position, Span
from jo.reports.diagnosis import Diagnosis
from jo.views import human
from jo.views.terminal import Look, cells, look_of, visible, wrap

FILE = "journeys/onboarding.yaml"


def span(line: int, start: int, end: int, *, to: int | None = None, file: str = FILE) -> Span:
    return Span(file, Position(line, start), Position(to or line, end))


def shown(*diagnostics: Diagnostic, text: str = "", width: int = 80, **sources: str) -> str:
    report = Diagnosis.of(diagnostics, {FILE: text, **sources}, files=3)
    return human.render(report, Look(width=width))


def finding(
    text: str, at: Span, *, label: str = "here", width: int = 80, detail: str = "What is wrong."
) -> str:
    """Return the snippet alone: the lines between the place and the detail."""
    item = Diagnostic(code=codes.DEAD_END, detail=detail, at=at, label=label)
    lines = shown(item, text=text, width=width).splitlines()
    return "\n".join(lines[3 : lines.index("  |", 3)])


def test_a_finding_has_summary_place_snippet_reason_help_and_mended_line() -> None:
    # given a finding with everything
    text = "kind: policy\nquiet_hours: {from: 21:00}\n"
    at = span(2, 21, 26)
    item = Diagnostic(
        code=codes.BARE_TIME,
        address="policy/attention",
        at=at,
        label="not in quotes",
        detail="Without quotes a time is text to some programs and a number to others, so two tools "
        "read two things.",
        help='Write "21:00", then run\n  jo validate',
        fix=Fix(title="Quote the time", edits=(Edit(span=at, text='"21:00"'),)),
    )
    # when / then
    assert shown(item, text=text) == (
        "error[J008 unquoted-time]: A time without quotes\n"
        " --> journeys/onboarding.yaml:2:21  policy/attention\n"
        "  |\n"
        "2 | quiet_hours: {from: 21:00}\n"
        "  |                     ^^^^^ not in quotes\n"
        "  |\n"
        "  = Without quotes a time is text to some programs and a number to others, so\n"
        "    two tools read two things.\n"
        '  = help: Write "21:00", then run\n'
        "            jo validate\n"
        "  |\n"
        '2 | quiet_hours: {from: "21:00"}\n'
        "  |                     ~~~~~~~\n"
        "\n"
        "1 error in 3 files\n"
    )


def test_a_cycle_labels_each_edge_in_the_order_of_the_file_across_files() -> None:
    text = "a: {next: b}\nb:\n  next: c\n#\n#\n#\n#\n#\n#\nc: {next: a}\n"
    item = Diagnostic(
        code=codes.UNBOUNDED_CYCLE,
        at=span(1, 11, 12),
        label="goes to b",
        others=(
            Label(span=span(10, 11, 12), text="goes back to a"),
            Label(span=span(3, 9, 10), text="goes to c"),
            Label(span=span(1, 1, 5, file="lists/all.yaml"), text="people come from here"),
            Label(span=span(7, 1, 5, file="absent.yaml"), text="and from here"),
        ),
        detail="They lead to each other.",
    )
    assert shown(item, text=text, **{"lists/all.yaml": "kind: power_list\n"}) == (
        "error[J303 unbounded-cycle]: The steps form a circle without a wait or without a bound\n"
        "  --> journeys/onboarding.yaml:1:11\n"
        "   |\n"
        " 1 | a: {next: b}\n"
        "   |           ^ goes to b\n"
        " 2 | b:\n"
        " 3 |   next: c\n"
        "   |         - goes to c\n"
        "...\n"
        "10 | c: {next: a}\n"
        "   |           - goes back to a\n"
        "  ::: lists/all.yaml:1:1\n"
        "   |\n"
        " 1 | kind: power_list\n"
        "   | ---- people come from here\n"
        "  ::: absent.yaml:7:1\n"
        "   = and from here\n"
        "   |\n"
        "   = They lead to each other.\n"
        "\n"
        "1 error in 3 files\n"
    )


def test_a_finding_about_the_surroundings_has_no_place() -> None:
    item = Diagnostic(
        code=codes.MISSING_SECRET,
        severity=Severity.WARNING,
        at=None,
        detail="The variable `RELAY_PASSWORD` is not set.",
        help="Set it.",
    )
    assert shown(item) == (
        "warning[J903 missing-secret]: The secret is not there\n"
        "  |\n"
        "  = The variable `RELAY_PASSWORD` is not set.\n"
        "  = help: Set it.\n"
        "\n"
        "1 warning in 3 files\n"
    )


def test_the_closing_line_counts_by_severity() -> None:
    def item(severity: Severity, line: int) -> Diagnostic:
        return Diagnostic(code=codes.DEAD_END, severity=severity, at=span(line, 1, 1), detail="x")

    many = [
        item(Severity.ERROR, 1),
        item(Severity.ERROR, 2),
        item(Severity.WARNING, 3),
        item(Severity.NOTE, 4),
    ]
    assert shown(*many).splitlines()[-1] == "2 errors, 1 warning, 1 note in 3 files"
    assert human.render(Diagnosis.of((), {}, files=1)) == "no findings in 1 file\n"


def test_marks_line_up_below_wide_characters_and_tabs() -> None:
    assert finding("説明: {値: 9:30}\n", span(1, 9, 13)) == (
        "1 | 説明: {値: 9:30}\n"  #
        "  |            ^^^^ here"
    )
    assert finding("a:\tb\n", span(1, 4, 5)) == (
        "1 | a:    b\n"  #
        "  |       ^ here"
    )
    assert finding("a: 値段\n", span(1, 4, 6)) == (
        "1 | a: 値段\n"  #
        "  |    ^^^^ here"
    )


def test_a_long_line_is_cut_around_the_mark() -> None:
    text = "x" * 60 + " target " + "y" * 60 + "\n"
    snippet = finding(text, span(1, 62, 68), width=44)
    assert snippet == (
        "1 | …xxxxxxxxxxx target yyyyyyyyyyyyyyyyyyy…\n"  #
        "  |              ^^^^^^ here"
    )
    assert all(cells(line) <= 44 for line in snippet.splitlines())
    assert finding("x" * 60 + " end\n", span(1, 62, 65), width=44) == (
        "1 | …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx end\n  |                                     ^^^\n  | here"
    )
    assert finding("a " + "x" * 90 + "\n", span(1, 3, 93), width=44).splitlines()[1:] == [
        f"  |   {'^' * 36}",
        "  |   here",
    ]


def test_a_long_label_goes_below_its_mark() -> None:
    assert finding("a: b\n", span(1, 4, 5), label="words " * 12, width=44) == (
        "1 | a: b\n"
        "  |    ^\n"
        "  |    words words words words words words\n"
        "  |    words words words words words words"
    )


@pytest.mark.parametrize(
    ("at", "marks"),
    [
        (span(1, 1, 3, to=3), "^^^^^ here (to line 3)"),
        (span(1, 3, 3), "  ^ here"),
        (span(1, 99, 99), "     ^ here"),
    ],
    ids=["several lines", "empty", "past the end"],
)
def test_any_span_gets_a_mark(at: Span, marks: str) -> None:
    assert finding("a: bc\n  d\n  e\n", at) == f"1 | a: bc\n  | {marks}"


def test_a_span_beyond_the_end_of_the_file_is_shown() -> None:
    assert finding("a: b", span(2, 1, 1)) == "2 |\n  | ^ here"


def test_nothing_from_a_file_reaches_the_terminal_as_a_command() -> None:
    text = "a: \x1b]0;owned\x07 \u202eb\u00a0c\x7f\n"
    item = Diagnostic(
        code=codes.DEAD_END,
        at=span(1, 1, 2),
        label="\x1b[2J",
        detail="Evil \x1b[31m.",
        help="\x9b and \r",
        address="program/\x1b",
    )
    output = shown(item, text=text)
    assert "1 | a: ␛]0;owned␇ \ufffdb␣c\ufffd\n" in output
    assert all(char == "\n" or char.isprintable() for char in output)


def test_color_changes_nothing_but_color() -> None:
    item = Diagnostic(
        code=codes.DEAD_END, at=span(1, 1, 2), label="here", detail="Look at `this`.", help="Go."
    )
    report = Diagnosis.of([item], {FILE: "a: 値\n"}, files=1)
    colored = human.render(report, Look(width=80, color=True))
    assert "\x1b[1;31merror[J304 dead-end]\x1b[0m" in colored
    plain = "".join(
        part.partition("m")[2] if number else part for number, part in enumerate(colored.split("\x1b["))
    )
    assert plain == human.render(report, Look(width=80))


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_color_needs_a_terminal_and_no_wish_against_it() -> None:
    assert look_of(_Terminal(), {}).color
    assert not look_of(_Terminal(), {"NO_COLOR": "1"}).color
    assert look_of(_Terminal(), {"NO_COLOR": ""}).color
    assert not look_of(_Terminal(), {"TERM": "dumb"}).color
    assert look_of(io.StringIO(), {}) == Look(width=100, color=False)


def test_text_wraps_by_cells_and_keeps_commands_whole() -> None:
    assert wrap("値段 値段 値段\n  jo apply --with many words", 10) == [
        "値段 値段",
        "値段",
        "  jo apply --with many words",
    ]
    assert visible("a\tb") == "a    b"


def test_a_secret_that_stands_in_a_file_is_not_shown_again() -> None:
    item = Diagnostic(code=codes.PLAIN_SECRET, detail="It stands there.", at=span(1, 12, 21))

    said = shown(item, text='password = "hunter2"  # of ada')

    assert "password = *********" in said
    assert "hunter2" not in said
    assert "ada" not in said
