"""The account at the end of a demonstration, for people."""

from jo.reports.account import Account
from jo.reports.wording import counted, number
from jo.views.table import Column, table
from jo.views.terminal import Ink, Line, Look, paint

_LONGEST = 40
"""Lines of what was sent; what lies between the first and the last ones is summed up."""


def render(account: Account, look: Look) -> str:
    lines: list[Line] = [[("What was sent", Ink.STRONG)], *_sent(account, look)]
    lines += [[], [("Who waits, and for what", Ink.STRONG)]]
    lines += _three(account.waiting, look) or [[("  nobody", Ink.QUIET)]]
    lines += [[], [("Who was left out, and why", Ink.STRONG)]]
    lines += _three(account.left_out, look) or [[("  nobody", Ink.QUIET)]]
    if account.uncertain:
        lines += [
            [],
            [(f"{counted(account.uncertain, 'mail')} of them may or may not have gone out", Ink.WARNING)],
        ]
    return paint(lines, look)


def _sent(account: Account, look: Look) -> list[Line]:
    if not account.sent:
        return [[("  nothing", Ink.QUIET)]]
    columns = (
        Column(title="day"),
        Column(title="mail"),
        Column(title="people", is_number=True),
        Column(title="such as", may_wrap=True, ink=Ink.QUIET),
    )
    rows = [
        (
            f"{item.day:%a %Y-%m-%d}",
            item.template,
            number(item.count),
            ", ".join(item.examples) + (" …" if item.count > len(item.examples) else ""),
        )
        for item in account.sent
    ]
    if len(rows) > _LONGEST:
        half = _LONGEST // 2
        between = account.sent[half:-half]
        mails = sum(item.count for item in between)
        kinds = counted(len({item.template for item in between}), "kind")
        rows[half:-half] = [("…", kinds, number(mails), "")]
    total = ("in all", "", number(account.total), "")
    return table(columns, [*rows, total], look, indent=2)


def _three(rows: tuple[tuple[str, int, str], ...], look: Look) -> list[Line]:
    columns = (
        Column(title=""),
        Column(title="", is_number=True, ink=Ink.STRONG),
        Column(title="", may_wrap=True),
    )
    return table(columns, [(where, number(count), why) for where, count, why in rows], look, indent=2)
