"""## What it finds

A program with `recheck: true` whose power list lets people go by time alone before they can reach the last
step.

## Why it matters

A list such as "customers for at most 30 days" loses everybody after 30 days. With `recheck`, who is no longer
in the list leaves the program; so steps that come later than that happen to nobody.

## Example

```yaml
kind: power_list
name: new-customers
from: contacts
where: days_since(company.customer_since) <= 30
refresh: daily at 02:00
---
kind: program
name: onboarding
audience: new-customers
entry: {existing: skip}
recheck: true
steps:
  hello: {email: welcome}
  settle: {wait: 45 days}
  tips: {email: tips}
```

## Instead

```yaml
kind: power_list
name: new-customers
from: contacts
where: days_since(company.customer_since) <= 30
refresh: daily at 02:00
---
kind: program
name: onboarding
audience: new-customers
entry: {existing: skip}
exit_when:
  churned: company.churned
steps:
  hello: {email: welcome}
  settle: {wait: 45 days}
  tips: {email: tips}
```

## Options

None. `exit_when` says by name who shall leave; then `recheck` is seldom needed.

## References

- J309 overtaken-window
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.checks.words import days
from jo.conditions.condition import Condition, parse_condition
from jo.conditions.instant_tree import FieldTime
from jo.conditions.tree import Between, Call, Comparator, Compare, Expr, Literal, Path
from jo.diagnostics import codes
from jo.diagnostics.codes import Severity
from jo.graph.arrival import DAY, earliest, longest
from jo.graph.program_graph import ProgramGraph
from jo.model.power_list import PowerList
from jo.model.program import Program

CODE = codes.EXPIRING_LIST
MAY_BE_IGNORED = True

_MIRRORED = {Comparator.MORE: Comparator.LESS, Comparator.AT_LEAST: Comparator.AT_MOST}


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        power_list = _audience(context, program)
        if not program.recheck or power_list is None or power_list.where is None:
            continue
        for item in power_list.where.items:
            limit = _limit(item)
            found = limit and _late_step(context.graphs[program.name], *limit)
            if limit is None or not found:
                continue
            step, seconds = found
            yield Found(
                at=At(address=program.address, path=("recheck",)),
                label="lets people go before the last step",
                detail=f"`{item.text}` lets everybody go after {days(limit[1])} at the latest, and `{step}` "
                f"may come only after {days(seconds)}.",
                help="Leave `recheck` out and say with `exit_when` who shall leave, or shorten the program.",
                others=((_at(context, power_list, item), "lets people go by time alone"),),
                severity=Severity.WARNING,
            )
            break


def _at(context: Context, power_list: PowerList, item: Condition) -> At:
    """Return where an item of the list's condition is written, if it is an item of a YAML list, too."""
    raw = context.written(power_list.address)["where"]
    items = [parse_condition(each)[0] for each in raw] if isinstance(raw, list) else []
    path = ("where", items.index(item)) if item in items else ("where",)
    return At(address=power_list.address, path=path)


def _audience(context: Context, program: Program) -> PowerList | None:
    return context.project.lists.get(program.audience) if isinstance(program.audience, str) else None


def _limit(item: Condition) -> tuple[Path, float] | None:
    """Return the field and the seconds after it at which the condition stops to hold for good."""
    match item.expr:
        case Compare(by, left, right) if by in _MIRRORED:
            return _days_since(_MIRRORED[by], right, left)
        case Compare(by, left, right):
            return _days_since(by, left, right)
        case Between(subject, _, high):
            return _days_since(Comparator.AT_MOST, subject, high)
    return None


def _days_since(by: Comparator, subject: Expr, most: Expr) -> tuple[Path, float] | None:
    match subject, most:
        case Call("days_since", (Path() as field,)), Literal(value=int() as count):
            if by in (Comparator.LESS, Comparator.AT_MOST, Comparator.EQUAL):
                return field, (count + (by is not Comparator.LESS)) * DAY
    return None


def _late_step(graph: ProgramGraph, field: Path, limit: float) -> tuple[str, float] | None:
    """Return the step that comes latest, and when, if that is after the limit."""
    arrivals = {**longest(graph)}
    for name, seconds in earliest(graph, FieldTime(field)).items():
        arrivals[name] = max(arrivals.get(name, 0.0), seconds)
    step = max(arrivals, key=lambda name: arrivals[name])
    return (step, arrivals[step]) if arrivals[step] >= limit else None
