"""`jo init`: starts a project in a folder, ready to run."""

import re
from pathlib import Path

import click

from jo.cli.exits import Exit
from jo.cli.options import console_option
from jo.views.console import Console
from jo.views.terminal import Ink, Line
from jo.workspace.files import find_root
from jo.workspace.settings import FILE
from jo.workspace.starting import KEY, in_the_way, make_key, starter_files, write_files


@click.command("init")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False), metavar="[DIR]")
@click.option("--key", "only_key", is_flag=True, help="Only make the signing key, for a clone.")
@console_option
def command(console: Console, *, folder: Path | None, only_key: bool) -> int:
    """Start a project in DIR (by default here): a list, a program and two mails over a tiny table.

    It runs as it is, with nothing leaving this machine. No file that is there is ever written over.
    """
    root = folder or Path()
    return _make_key(console, root) if only_key else _start(console, root)


def _make_key(console: Console, folder: Path) -> int:
    root = find_root(folder)
    if root is None:
        console.error(f"There is no {FILE} in {folder.resolve()} or in a folder above it.")
        return Exit.INVALID
    if not make_key(root):
        console.show(f"{KEY} is there already; it stays as it is.\n")
        return Exit.OK
    console.show(
        f"Made {KEY}. Links in mails are signed with it: whoever holds it can unsubscribe anybody.\n"
        "Mails that were sent with another key keep working only while that key is listed, too.\n"
    )
    return Exit.OK


def _start(console: Console, root: Path) -> int:
    name = re.sub(r"[^a-z0-9]+", "-", root.resolve().name.lower()).strip("-") or "journeys"
    files = starter_files(name)
    taken = in_the_way(root, files)
    if taken:
        shown = ", ".join(taken[:5]) + (f" and {len(taken) - 5} more" if len(taken) > 5 else "")
        console.error(f"This folder has {shown} already, and nothing is written over.")
        console.remark("Start in another folder, such as\n    jo init my-journeys")
        return Exit.FAILURE
    written = write_files(root, files)
    make_key(root)
    lines: list[Line] = [[(f"Started {name}", Ink.STRONG), (f" in {root.resolve()}", Ink.PLAIN)], []]
    lines += [[(f"  {file}", Ink.PLAIN)] for file in written if not file.startswith("schema/")]
    lines += [[("  schema/ (for completion in your editor)", Ink.PLAIN)]]
    lines += [[(f"  {KEY} (yours alone; not for git)", Ink.PLAIN)], [], [("Next", Ink.STRONG)]]
    if root.resolve() != Path.cwd():
        lines.append([(f"  cd {root}", Ink.GOOD)])
    for text, why in (
        ("jo validate", "check it"),
        ("jo apply", "see what it would do, and make it live"),
        ("jo run --once", "send what is due; `jo sink` and `jo serve` have to run beside it"),
    ):
        lines.append([(f"  {text:<15}", Ink.GOOD), (why, Ink.QUIET)])
    console.show_lines(lines)
    return Exit.OK
