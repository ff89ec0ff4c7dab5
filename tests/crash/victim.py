"""A worker that is to be killed: a copy of this process, without another start of Python.

Whoever forks has loaded what `jo run` loads, so a case costs what it does and no more.
"""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

from jo.cli.main import jo, run
from tests.crash.ground import BEGIN, END

KILLED = -9

for _name in (
    *("jo.wiring", "jo.cli.commands.run", "jo.store", "jo.journal.folder", "jo.mail.smtp", "psycopg"),
    *("jo.daemon.loop", "jo.daemon.send", "jo.daemon.refresh", "jo.daemon.enroll", "jo.daemon.advance"),
    *(
        "jo.daemon.outreaches",
        "jo.daemon.arrivals",
        "jo.daemon.rescue",
        "jo.daemon.release",
        "jo.daemon.gate",
    ),
    *("jo.daemon.ticker", "jo.workers.refresher", "jo.render.compile", "jo.manifest.lower", "jinja2"),
    *("sqlglot", "markdown_it", "css_inline"),
):
    import_module(_name)  # what the command loads late, so that no copy has to


def let_run(folder: Path, variables: Mapping[str, str], prepare: Callable[[], object] = lambda: None) -> int:
    """Run `jo run` over the whole time, in a process of its own; return its exit code, or `KILLED`.

    `prepare` is called in there before; what it returns is called at the end, when it can be. What the
    process says is kept in the folder, in `said`.
    """
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = _live(folder, variables, prepare)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _live(folder: Path, variables: Mapping[str, str], prepare: Callable[[], object]) -> int:
    os.setpgid(0, 0)
    os.chdir(folder)
    os.environ.update(variables)
    said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    sys.stdout = open(1, "w", closefd=False, encoding="utf-8")  # noqa: SIM115 - as long as the process lives
    sys.stderr = open(2, "w", closefd=False, encoding="utf-8")  # noqa: SIM115
    finish = prepare()
    code = run(jo, ["run", "--clock", "fast", "--from", BEGIN, "--until", END, "--log", "text"])
    if callable(finish):
        finish()
    sys.stdout.flush()
    sys.stderr.flush()
    return code
