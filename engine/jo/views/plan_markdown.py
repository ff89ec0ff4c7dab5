"""A plan as Markdown for a comment on a pull request: what matters in a table, the rest to unfold.

A comment on GitHub holds 65,536 characters, so the text stays below 60,000 bytes: the dangerous changes come
first, and what does not fit is counted at the end instead of being cut in the middle. Everything that comes
from files is escaped, so that no name or text can become markup, a mention or a picture.
"""

import re
from collections.abc import Mapping, Sequence

from jo.reports.edit_words import EditWords
from jo.reports.plan_graphs import GraphPair
from jo.reports.plan_report import (
    Action,
    ChangeKind,
    ChangeReport,
    GuardLevel,
    GuardReport,
    PlanReport,
    Quality,
)
from jo.reports.wording import counted, short_commit

LIMIT = 60_000
"""Bytes of UTF-8."""

_ROOM_FOR_THE_END = 400
_ICONS = {
    Action.CREATE: "🟢 create",
    Action.UPDATE: "🟡 update",
    Action.RETIRE: "🔴 retire",
    Action.DELETE: "⛔ delete",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&-])")


def render(report: PlanReport, graphs: Mapping[str, GraphPair] | None = None) -> str:
    """Return the comment, shorter than `LIMIT` bytes; `graphs` are those of changed programs by address."""
    head = [f"## jo plan: {_text(report.headline)}", ""]
    about = [f"Compared {report.basis}"]
    if report.commit:
        about.append(f"commit `{_code(short_commit(report.commit))}`")
    about.append(f"plan `{_code(report.digest)}`")
    head += [" · ".join(about), ""]
    for guard in report.guards:
        head += _guard(guard)
    blocks = [*_table(report), *(_details(change) for change in report.changes)]
    blocks += [_graphs(address, pair) for address, pair in (graphs or {}).items()]
    return _fitted("\n".join(head), blocks, _end(report))


def _fitted(head: str, blocks: list[str], end: str) -> str:
    """Put blocks together, in order, until the next would not fit; say how many were left out."""
    text, room = _cut(head, LIMIT // 2), LIMIT - _ROOM_FOR_THE_END - len(end.encode())
    size = len(text.encode())
    for place, block in enumerate(blocks):
        size += len(block.encode()) + 1
        if size > room:
            left_out = counted(len(blocks) - place, "part")
            text += f"\n\n_{left_out} more did not fit here; the plan file and `jo plan` have all of it._\n"
            break
        text += f"\n{block}"
    return f"{text}\n{end}"


def _cut(text: str, size: int) -> str:
    data = text.encode()
    return text if len(data) <= size else data[:size].decode(errors="ignore") + " …\n"


def _table(report: PlanReport) -> list[str]:
    """Return the rows one by one, so that a long table ends between two of them."""
    if not report.changes:
        return []
    rows = ["| | Resource | Change | People |\n| --- | --- | --- | --- |"]
    for change in report.changes:
        kind = f"**{change.kind}**" if change.kind is ChangeKind.DESTRUCTIVE else str(change.kind)
        people = "<br>".join(map(_text, change.impact))
        rows.append(
            f"| {_ICONS[change.action]} | `{_code(change.address)}` | {kind}, {change.reaches} | {people} |"
        )
    return rows


def _details(change: ChangeReport) -> str:
    if not change.edits and not change.description:
        return ""
    count = f" ({counted(len(change.edits), 'edit')})" if change.edits else ""
    lines = [
        "",
        f"<details><summary>{change.action.value} <code>{_html(change.address)}</code>{count}</summary>",
        "",
    ]
    if change.description:
        lines += [_text(change.description), ""]
    for edit in change.edits:
        lines += _edit(edit)
    return "\n".join([*lines, "", "</details>"])


def _edit(edit: EditWords) -> list[str]:
    remark = f" ({_text(edit.remark)})" if edit.remark else ""
    if not edit.lines:
        return [f"**{_text(edit.where)}**: {_text(edit.remark)}"]
    diff = [f"{side.value} {_line(text)}" for side, text in edit.lines]
    return [f"**{_text(edit.where)}**{remark}", *_fenced("diff", diff)]


def _graphs(address: str, pair: GraphPair) -> str:
    lines = ["", f"<details><summary>graph of <code>{_html(address)}</code></summary>", ""]
    if pair.before is not None:
        lines += ["Before", *_fenced("mermaid", pair.before.splitlines()), "After"]
    return "\n".join([*lines, *_fenced("mermaid", pair.after.splitlines()), "", "</details>"])


def _fenced(language: str, lines: Sequence[str]) -> list[str]:
    """Return a block of code; its fence is longer than any run of backticks within."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *lines, fence]


def _guard(guard: GuardReport) -> list[str]:
    alert = "CAUTION" if guard.level is GuardLevel.REFUSES else "WARNING"
    word = "Refused" if guard.level is GuardLevel.REFUSES else "Warning"
    about = f" `{_code(guard.address)}`" if guard.address else ""
    about += f" (`{_code(guard.place)}`)" if guard.place else ""
    return [
        f"> [!{alert}]",
        f"> **{word} {guard.code}**{about}: {_text(guard.detail)} {_text(guard.help)}",
        "",
    ]


def _end(report: PlanReport) -> str:
    if report.quality is Quality.NONE and report.changes:
        return "\n_People were not counted._\n"
    return ""


def _text(text: str) -> str:
    """Escape a text for Markdown; it becomes one line without a mention."""
    return _SPECIAL.sub(r"\\\1", " ".join(_line(text).split())).replace("\\@", "@\u200b")


def _code(text: str) -> str:
    """Return a text for between backticks in a table."""
    return _line(text).replace("`", "'").replace("|", "\\|")


def _html(text: str) -> str:
    return _line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(text: str) -> str:
    """Return a text as one line in which nothing ends a fence or acts on a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
