"""Run the rules over a compiled project, and leave out what its author has said is meant.

An ignore (`# jo: ignore[J205] reason`) speaks of one line and of the codes it names. It silences warnings and
notes, and errors with which a project can run all the same; of everything else, and of what is not found any
more, it is reported as stale.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from jo.checks.catalog import catalog
from jo.checks.context import Context
from jo.checks.rule import Rule
from jo.diagnostics.codes import STALE_IGNORE, Code, Severity
from jo.diagnostics.diagnostic import Diagnostic, order
from jo.manifest.compiled import Compiled
from jo.manifest.document import Ignore
from jo.model.address import Address


def run(
    compiled: Compiled,
    *,
    today: date | None = None,
    only: Address | None = None,
    codes: Collection[Code] | None = None,
    besides: Iterable[Diagnostic] = (),
) -> tuple[Diagnostic, ...]:
    """Return what compiling and checking found, in the order of output.

    `besides` was found by holding the surroundings against the project. With `only`, what belongs to one
    resource; with `codes`, what these rules find. Neither then says anything of stale ignores.
    """
    context = Context(compiled=compiled, today=today, only=only)
    rules = [rule for rule in catalog().values() if codes is None or rule.code in codes]
    found = [*_compiled(compiled, only, codes), *_checked(rules, context), *besides]
    kept, used = _without_ignored(found, compiled.ignores)
    if only is None and codes is None:
        kept += _stale(compiled, used, found)
    return tuple(order(kept))


def _compiled(
    compiled: Compiled, only: Address | None, codes: Collection[Code] | None
) -> Iterator[Diagnostic]:
    for each in compiled.diagnostics:
        mine = only is None or (each.address or "").partition("#")[0] == str(only)
        if mine and (codes is None or each.code in codes):
            yield each


def _checked(rules: Iterable[Rule], context: Context) -> Iterator[Diagnostic]:
    for rule in rules:
        if rule.check is not None:
            for found in rule.check(context):
                yield found.diagnostic(rule.code, context.origins)


def _without_ignored(
    found: Iterable[Diagnostic], ignores: Iterable[Ignore]
) -> tuple[list[Diagnostic], set[tuple[Ignore, Code]]]:
    """Return what is left, and which codes of which ignores were used."""
    places = {(each.span.file, each.line, code): each for each in ignores for code in each.codes}
    kept: list[Diagnostic] = []
    used: set[tuple[Ignore, Code]] = set()
    for each in found:
        ignore = places.get((each.at.file, each.at.start.line, each.code)) if each.at is not None else None
        if ignore is not None and _may_be_ignored(each):
            used.add((ignore, each.code))
        else:
            kept.append(each)
    return kept, used


def _may_be_ignored(found: Diagnostic) -> bool:
    return found.severity is not Severity.ERROR or catalog()[found.code].may_be_ignored


def _stale(
    compiled: Compiled, used: Collection[tuple[Ignore, Code]], found: Iterable[Diagnostic]
) -> Iterator[Diagnostic]:
    """Yield what to say of ignores without use; in a file with faults of reading, only what is certain."""
    errors = (each for each in compiled.diagnostics if each.severity is Severity.ERROR)
    broken = {each.at.file for each in errors if each.at is not None}
    remaining = {(each.at.file, each.at.start.line, each.code) for each in found if each.at is not None}
    for ignore in compiled.ignores:
        idle = [code for code in ignore.codes if (ignore, code) not in used]
        refused = [code for code in idle if (ignore.span.file, ignore.line, code) in remaining]
        gone = [code for code in idle if code not in refused and ignore.span.file not in broken]
        details = []
        if refused:
            details.append(f"No project can run with {_ids(refused)}, so it cannot be ignored.")
        if gone:
            details.append(f"Nothing on the line it speaks of is {_ids(gone)} any more.")
        if details:
            is_idle = len(refused) + len(gone) == len(ignore.codes)
            yield Diagnostic(
                code=STALE_IGNORE,
                detail=" ".join(details),
                at=ignore.span,
                label="silences nothing",
                help="Delete the ignore." if is_idle else f"Take {_ids([*refused, *gone])} out of it.",
                severity=Severity.WARNING,
            )


def _ids(codes: Sequence[Code]) -> str:
    return " or ".join(str(code) for code in codes)
