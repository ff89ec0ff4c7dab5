"""Where conditions and times stand in a resource, in the order of the file."""

from collections.abc import Iterator

from jo.conditions.condition import Condition
from jo.conditions.instants import TimeExpr
from jo.diagnostics.span import Path
from jo.model.content import Template
from jo.model.power_list import PowerList
from jo.model.program import Program
from jo.model.project import Resource


def conditions(resource: Resource) -> Iterator[tuple[Path, Condition]]:
    """Yield each condition with its key path in the document."""
    match resource:
        case PowerList(where=where, fallback=fallback):
            if where is not None:
                yield ("where",), where
            if fallback is not None:
                yield ("fallback", "where"), fallback.where
        case Template(versions=versions):
            for name, version in versions.items():
                yield ("versions", name, "when"), version.when
        case Program(exit_when=exit_when, steps=steps):
            for reason, condition in exit_when.items():
                yield ("exit_when", reason), condition
            for name, step in steps.items():
                for path, condition in step.conditions():
                    yield ("steps", name, *path), condition


def times(resource: Resource) -> Iterator[tuple[Path, TimeExpr]]:
    """Yield each time expression with its key path in the document."""
    if isinstance(resource, Program):
        for name, step in resource.steps.items():
            for path, time in step.times():
                yield ("steps", name, *path), time
