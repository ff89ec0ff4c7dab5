"""Previewed mails: what a mailbox shows first, the text, and where the files are."""

import json
from dataclasses import asdict

from jo.reports.preview import PreviewMail, PreviewReport
from jo.views.terminal import Ink, Line, Look, paint, visible, wrap

FORMAT = "jo.preview/1"
_WIDEST = 90


def render(report: PreviewReport, look: Look) -> str:
    title = f" for {visible(report.person)}"
    lines: list[Line] = [[(visible(report.address), Ink.STRONG), (title, Ink.PLAIN)]]
    several = {mail.template for mail in report.mails if not mail.is_chosen}
    for mail in report.mails:
        lines += [[], *_mail(mail, look, is_one_of_many=mail.template in several)]
    return paint(lines, look)


def as_json(report: PreviewReport) -> str:
    document = {"format": FORMAT, **asdict(report)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _mail(mail: PreviewMail, look: Look, *, is_one_of_many: bool) -> list[Line]:
    steps = f" of {'step' if len(mail.steps) == 1 else 'steps'} {', '.join(mail.steps)}" if mail.steps else ""
    version = f", version {mail.version}" if is_one_of_many else ""
    title: Line = [(f"{mail.template}{steps}{version}", Ink.STRONG)]
    if is_one_of_many and mail.is_chosen:
        title.append((" (the one this person gets)", Ink.GOOD))
    lines: list[Line] = [title]
    if mail.trouble:
        return [*lines, [("  cannot be built: ", Ink.ERROR), (visible(mail.trouble), Ink.PLAIN)]]
    for name, value in (("From", mail.sender), ("To", mail.recipient), ("Subject", mail.subject)):
        lines.append([(f"  {name + ':':<9}", Ink.QUIET), (visible(value), Ink.PLAIN)])
    lines.append([])
    width = min(look.width, _WIDEST) - 4
    for text_line in mail.text.rstrip("\n").split("\n"):
        lines += [[("  | ", Ink.FRAME), (part, Ink.PLAIN)] for part in wrap(text_line, width)]
    lines += [[]] if mail.files else []
    lines += [[(f"  {file}", Ink.OTHER)] for file in mail.files]
    return lines
