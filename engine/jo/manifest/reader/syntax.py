"""From the parser's complaint to ours: what is wrong, what most likely caused it, and where.

The parser says what it expected where it stopped, which is often lines behind the cause. So each
complaint is matched with what usually leads to it, and the text around it is looked at. libyaml and the
pure Python parser word the same complaint differently; the patterns know both.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from jo.diagnostics.codes import BROKEN_YAML
from jo.diagnostics.diagnostic import Diagnostic, Label
from jo.diagnostics.span import Position, Span
from jo.manifest.reader.node import Place, excerpt
from jo.manifest.reader.parser import Mark, YAMLError

_FALSE_SPACE = re.compile("[\u00a0\u2007\u202f\u3000\u200b]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Complaint:
    file: str
    lines: list[str]
    place: Mark
    """Where the parser stopped."""
    opened: Mark | None
    """Where what it was reading began."""
    bracket: Mark | None
    """The innermost brace or bracket that is open there."""
    problem: str

    def line(self, number: int) -> str:
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    @property
    def here(self) -> str:
        return self.line(self.place.line)

    @property
    def before(self) -> int:
        """The number, from 0, of the last line with content above the place; -1 when there is none."""
        above = range(self.place.line - 1, -1, -1)
        return next((n for n in above if (s := self.line(n).strip()) and not s.startswith("#")), -1)

    def found(
        self,
        detail: str,
        advice: str,
        *,
        label: str = "",
        at: Span | None = None,
        others: tuple[Label, ...] = (),
    ) -> Diagnostic:
        shown = at or self.span(self.place.line, self.place.column)
        return Diagnostic(code=BROKEN_YAML, at=shown, label=label, detail=detail, help=advice, others=others)

    def beginning(self, text: str) -> tuple[Label, ...]:
        """Label the place where the unfinished thing began."""
        if self.opened is None:
            return ()
        return (Label(span=self.span(self.opened.line, self.opened.column), text=text),)

    def span(self, line: int, start: int, end: int | None = None) -> Span:
        """Return a span on one line, from columns that count from 0; one character, at most, by default."""
        width = len(self.line(line))
        stop = min(width, start + 1) if end is None else end
        return Span(self.file, Position(line + 1, start + 1), Position(line + 1, max(start, stop) + 1))

    def whole(self, line: int) -> Span:
        """Return the span of a line without its indentation."""
        text = self.line(line)
        return self.span(line, len(text) - len(text.lstrip()), len(text.rstrip()))


def explain(file: str, text: str, error: YAMLError, bracket: Mark | None) -> Diagnostic:
    """Return the one diagnostic, J001, for a syntax error; `bracket` is the innermost one open there."""
    context, problem = getattr(error, "context", None), getattr(error, "problem", None)
    complaint = _Complaint(
        file=file,
        lines=re.split(r"\r\n|\r|\n", text),
        place=place_of(error),
        opened=getattr(error, "context_mark", None),
        bracket=bracket,
        problem=f"{context or ''}: {problem or error}",
    )
    for pattern, words in _WORDS:
        if pattern.search(complaint.problem) and (said := words(complaint)) is not None:
            return said
    return complaint.found(
        f"From here on the text does not fit together as YAML (the parser: {problem or 'unreadable'}).",
        "Look at quotes, braces and indentation here and on the line above.",
    )


def place_of(error: YAMLError) -> Mark:
    """Return where the parser stopped."""
    mark: Mark | None = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return mark or Place(index=0, line=0, column=0)


def _tab(it: _Complaint) -> Diagnostic | None:
    indentation = it.here[: len(it.here) - len(it.here.lstrip())]
    if "\t" not in indentation:
        return None
    return it.found(
        "A tab stands in the indentation. Each editor gives tabs another width, so YAML refuses them.",
        "Replace the tab by spaces.",
        label="a tab",
        at=it.span(it.place.line, indentation.index("\t")),
    )


def _invisible_space(it: _Complaint) -> Diagnostic | None:
    lines = [number for number in (it.place.line, it.before) if number >= 0]
    line = next((number for number in lines if _FALSE_SPACE.search(it.line(number))), None)
    found = _FALSE_SPACE.search(it.line(line)) if line is not None else None
    if line is None or found is None:
        return None
    return it.found(
        f"This looks like a space but is another character (U+{ord(found[0]):04X}), perhaps pasted "
        "from a web page.",
        "Replace it by an ordinary space.",
        label="not a space",
        at=it.span(line, found.start()),
    )


def _reserved(it: _Complaint) -> Diagnostic:
    char = it.here[it.place.column : it.place.column + 1] or "this character"
    return it.found(
        f"An unquoted value cannot begin with `{char}`, which YAML keeps for itself.",
        "Put the value in quotes.",
        label="cannot begin a value",
    )


def _second_colon(it: _Complaint) -> Diagnostic | None:
    """`subject: News: the new release`, or a line that is indented below a finished value."""
    above, before = it.line(it.before), it.here[: it.place.column]
    if key := re.match(r"\s*(?:- +)*[^\s:#'\"]+:\s+(?=\S)", before):
        return it.found(
            "An unquoted value cannot contain a colon followed by a space: it would begin another key.",
            f'Put the value in quotes: "{excerpt(it.here[key.end() :])}"',
            label="a second colon",
        )
    if glued := re.match(r"\s*(?:- +)*([\w.-]+):(?=[^\s/])", above):
        return it.found(
            f"Without a space after the colon of `{excerpt(glued[1])}` the line is read as a single word.",
            "Write a space after the colon.",
            label="no space after this colon",
            at=it.span(it.before, glued.end() - 1),
        )
    if re.match(r"\s*(?:- +)*[^\s:#]+:\s+[^|>&*{\[]", above):
        return it.found(
            "This key is indented below a line that already has a value, so it belongs to nothing.",
            "Indent it like its neighbors, or take the value off the line above.",
            label="indented too far",
            at=it.whole(it.place.line),
        )
    if it.before >= 0 and ":" not in above:
        return _missing_colon(it, it.before)
    return None


def _no_colon(it: _Complaint) -> Diagnostic:
    return _missing_colon(it, it.opened.line if it.opened is not None else it.place.line)


def _missing_colon(it: _Complaint, line: int) -> Diagnostic:
    return it.found(
        f"`{excerpt(it.line(line))}` stands where a key with a colon is expected.",
        "Write it as `key: value`. Text over several lines begins with `key: |`.",
        label="no colon",
        at=it.whole(line),
    )


def _behind_quotes(it: _Complaint) -> Diagnostic | None:
    before = it.here[: it.place.column].rstrip()
    if not before or before[-1] not in "'\"":
        return None
    apostrophe = before[-1] == "'" and re.match(r"\w", it.here[it.place.column :])
    return it.found(
        "The value ends at its closing quote, and more text follows."
        + (" Inside single quotes an apostrophe is written twice." if apostrophe else ""),
        "Use double quotes around the whole value."
        if apostrophe
        else "Put the whole value in one pair of quotes.",
        label="behind the closing quote",
        at=it.span(it.place.line, it.place.column, len(it.here.rstrip())),
    )


def _indentation(it: _Complaint) -> Diagnostic | None:
    if it.here[: it.place.column].strip():
        return None
    return it.found(
        "The indentation of this line fits none of the levels above it.",
        "Indent it exactly like the entries that it belongs to.",
        label="does not line up",
        at=it.whole(it.place.line),
        others=it.beginning("the entries it would continue begin here"),
    )


def _missing_dash(it: _Complaint) -> Diagnostic:
    return it.found(
        "The list above is continued by something that is no item of it.",
        "Begin the line with `- `, or indent it to where it belongs.",
        label="no item",
        at=it.whole(it.place.line),
        others=it.beginning("the list begins here"),
    )


def _unclosed_bracket(it: _Complaint) -> Diagnostic | None:
    if it.bracket is None:
        return None
    char = it.line(it.bracket.line)[it.bracket.column]
    closing = {"{": "}", "[": "]"}[char]
    opening = it.span(it.bracket.line, it.bracket.column)
    if it.place.line > it.bracket.line:
        return it.found(
            f"The `{char}` that is opened here is not closed before the line where it can no longer be.",
            f"Close it with `{closing}`.",
            label="never closed",
            at=opening,
            others=(Label(span=it.span(it.place.line, it.place.column), text="cannot stand inside it"),),
        )
    return it.found(
        f"What stands here cannot continue the `{char}` that is opened before it.",
        f"Separate entries by commas, close it with `{closing}`, and quote values with commas, quotes or "
        "brackets.",
        label="cannot continue",
        others=(Label(span=opening, text="opened here"),),
    )


def _no_value(it: _Complaint) -> Diagnostic:
    char = it.here[it.place.column : it.place.column + 1]
    return it.found(
        f"`{char}` stands where a value is expected." if char.strip() else "A value is missing here.",
        "Put the value in quotes, or look for a bracket that is closed too often.",
        label="no value",
    )


def _unclosed_quote(it: _Complaint) -> Diagnostic:
    mark = it.opened or it.place
    return it.found(
        "The quote that is opened here is never closed.",
        "Write the closing quote. An apostrophe inside single quotes is written twice.",
        label="opened here",
        at=it.span(mark.line, mark.column),
    )


def _escape(it: _Complaint) -> Diagnostic:
    return it.found(
        "In double quotes a backslash begins an escape, and YAML has no such escape.",
        "Write the backslash twice, or use single quotes, in which it has no meaning.",
        label="unknown escape",
        at=it.span(it.place.line, it.place.column, it.place.column + 2),
    )


def _list_on_key_line(it: _Complaint) -> Diagnostic:
    return it.found(
        "A list cannot begin on the line of its key.",
        "Begin it on the next line, or write it in brackets: `[a, b]`.",
        label="a list item",
    )


def _question_mark(it: _Complaint) -> Diagnostic:
    return it.found(
        "A question mark before a space begins a complex key, which cannot stand here.",
        "Put the value in quotes.",
    )


def _star(it: _Complaint) -> Diagnostic:
    return it.found(
        "A value that begins with `*` or `&` refers to another value, and no name follows.",
        'Put the value in quotes, as in `cron: "*/5 * * * *"`.',
        at=it.span(it.opened.line, it.opened.column) if it.opened is not None else None,
        label="read as a reference",
    )


def _block_header(it: _Complaint) -> Diagnostic:
    return it.found(
        "After `|` or `>` the text begins on the next line.",
        "Move the text to the next line, indented, or put it in quotes.",
        label="not on this line",
    )


def _tag_handle(it: _Complaint) -> Diagnostic:
    return it.found(
        "A value that begins with `!` is a tag to YAML, and jo accepts no tags.",
        "Put the value in quotes.",
        label="read as a tag",
    )


def _second_root(it: _Complaint) -> Diagnostic:
    return it.found(
        "The document has ended, and more text follows.",
        "Look for a missing key, quote or indentation above; a further resource begins behind a line `---`.",
        at=it.whole(it.place.line),
        label="belongs to nothing",
    )


_WORDS: list[tuple[re.Pattern[str], Callable[[_Complaint], Diagnostic | None]]] = [
    (re.compile(pattern), words)
    for pattern, words in (
        ("", _tab),
        ("unexpected end of stream|unexpected document (?:indicator|separator)", _unclosed_quote),
        ("", _invisible_space),
        ("cannot start any token", _reserved),
        ("mapping values are not allowed", _second_colon),
        ("could not find expected ':'", _no_colon),
        ("expected ',' or|while parsing a flow", _unclosed_bracket),
        ("expected key|expected <block end>|expected '-' indicator|document start", _behind_quotes),
        ("while parsing a block mapping", _indentation),
        ("while parsing a block collection|expected '-' indicator", _missing_dash),
        ("unknown escape", _escape),
        ("(?:block )?sequence entries are not allowed", _list_on_key_line),
        ("mapping keys are not allowed", _question_mark),
        ("while scanning an (?:alias|anchor)", _star),
        ("while scanning a block scalar", _block_header),
        ("tag", _tag_handle),
        ("expected '?<document start>", _second_root),
        ("node content", _no_value),
    )
]
"""Complaint → words, tried in this order until one has something to say."""
