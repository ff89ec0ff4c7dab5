"""## What it finds

A wait until a bare date, or a window that opens with one, before a mail that no send window holds back.

## Why it matters

A date is a day, and its moment is 00:00 in the person's zone. The mail would go out at midnight.

## Example

```yaml
kind: program
name: renewal
audience: admins
entry: {existing: skip}
steps:
  early: {wait: {until: company.renewal - 60 days}}
  remind: {email: nudge}
```

## Instead

```yaml
kind: program
name: renewal
audience: admins
entry: {existing: skip}
steps:
  early: {wait: {until: company.renewal - 60 days at 09:00}}
  remind: {email: nudge}
```

## Options

Instead of `at 09:00`, a `send_window` of the program or of the email step, or quiet hours over midnight in a
policy, hold the mail to a better hour.

## References

- J404 empty-window
"""

from collections.abc import Iterator
from datetime import time

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.conditions.instants import TimeExpr, gives_date
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.diagnostics.span import Path
from jo.graph.expressions import times
from jo.graph.program_graph import ProgramGraph
from jo.model.policy import Policy
from jo.model.program import Program
from jo.steps.email import Email
from jo.steps.wait import Wait

CODE = codes.MIDNIGHT_SEND
MAY_BE_IGNORED = True


def check(context: Context) -> Iterator[Found]:
    if any(_covers_midnight(policy) for policy in context.project.policies.values()):
        return
    for program in context.programs:
        if program.send_window is not None:
            continue
        for path, moment in times(program):
            step = str(path[1])
            mail = _mail_at_midnight(context.graphs[program.name], step, path)
            if mail is None or not _is_date(context, program, path, moment):
                continue
            where = "there" if mail == step else f"at `{mail}`"
            yield Found(
                at=At(address=program.address, path=path),
                label="is 00:00 on that day",
                detail=f"A bare date is 00:00 in the person's zone; the mail {where} would go out then.",
                help="Add a time of day, such as `at 09:00`, or give the program a `send_window`.",
                severity=Severity.WARNING,
            )


def _covers_midnight(policy: Policy) -> bool:
    quiet = policy.quiet_hours
    return quiet is not None and (quiet.from_ == time.min or time.min < quiet.to < quiet.from_)


def _is_date(context: Context, program: Program, path: Path, moment: TimeExpr) -> bool:
    scope = context.scopes.of(program, path, "")
    return scope is not None and gives_date(moment, scope)


def _mail_at_midnight(graph: ProgramGraph, name: str, path: Path) -> str | None:
    """Return the first mail that may go out at the moment at `path`, by steps that let no time pass."""
    step = graph.steps[name]
    match path[2:]:
        case ("between", 0):
            pending = [name]
        case ("wait", "until"):
            pending = list(graph.successors[name])
        case _:
            return None
    seen = set(pending)
    while pending:
        found = pending.pop(0)
        step = graph.steps[found]
        if isinstance(step, Email) and step.after is None and (step.between is None or found == name):
            return found if step.send_window is None else None
        if step.passes_time() or step.between is not None or isinstance(step, Email | Wait):
            continue
        for following in graph.successors[found]:
            if following not in seen:
                seen.add(following)
                pending.append(following)
    return None
