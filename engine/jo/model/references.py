"""Which property of a resource refers to which other resource; the one place that knows.

Names inside conditions and templates are not here: the condition language and the renderer know them.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from jo.conditions.types import Field
from jo.diagnostics.span import Path
from jo.model.address import Address, Kind
from jo.model.content import Template
from jo.model.event import Event
from jo.model.outreach import Outreach
from jo.model.power_list import PowerList
from jo.model.program import EventAudience, Program
from jo.model.source import Source

if TYPE_CHECKING:
    from jo.model.project import Resource

Reference = tuple[Path, Address]
"""The key path of the name within the canonical document, and what it refers to."""


def references(resource: "Resource") -> Iterator[Reference]:
    """Yield the references of a resource, in the order of its schema; the same address may come twice."""
    match resource:
        case Source() | Event():
            yield from _of_fields(resource.fields)
        case PowerList():
            yield ("from",), Address(Kind.SOURCE, resource.from_)
            yield from _of_names("include", resource.include)
            yield from _of_names("exclude", resource.exclude)
        case Template():
            yield ("sender",), Address(Kind.SENDER, resource.sender)
            if resource.topic is not None:
                yield ("topic",), Address(Kind.TOPIC, resource.topic)
        case Outreach():
            yield ("audience",), Address(Kind.POWER_LIST, resource.audience)
            yield ("template",), Address(Kind.TEMPLATE, resource.template)
            if resource.send_window is not None:
                yield ("send_window",), Address(Kind.CALENDAR, resource.send_window)
        case Program():
            yield from _of_program(resource)
        case _:
            return


def _of_program(program: Program) -> Iterator[Reference]:
    if isinstance(program.audience, EventAudience):
        yield ("audience", "event"), Address(Kind.EVENT, program.audience.event)
        if program.audience.contacts is not None:
            yield ("audience", "contacts"), Address(Kind.POWER_LIST, program.audience.contacts)
    else:
        yield ("audience",), Address(Kind.POWER_LIST, program.audience)
    yield from _of_fields(program.fields)
    if program.send_window is not None:
        yield ("send_window",), Address(Kind.CALENDAR, program.send_window)
    for name, step in program.steps.items():
        for path, address in step.references():
            yield ("steps", name, *path), address


def _of_fields(fields: Mapping[str, Field]) -> Iterator[Reference]:
    for name, field in fields.items():
        if field.ref is not None:
            yield ("fields", name), Address(Kind.SOURCE, field.ref)


def _of_names(key: str, names: Iterable[str]) -> Iterator[Reference]:
    for index, name in enumerate(names):
        yield (key, index), Address(Kind.POWER_LIST, name)
