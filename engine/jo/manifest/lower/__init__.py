"""Lowering: from a document that its schema has accepted to a value of the model, one module per kind.

Every lowering reads what authors write and the canonical form alike. It is total: what cannot be read
becomes a neutral value and a fault at its place.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jo.diagnostics.codes import Severity
from jo.manifest.lower import (
    calendar,
    event,
    outreach,
    permit,
    policy,
    power_list,
    program,
    sender,
    source,
    template,
    topic,
)
from jo.model.address import Kind
from jo.model.cursor import Cursor
from jo.model.project import Resource

Bodies = Mapping[str, bytes]
"""The files below `templates/` by their path from there, such as `layouts/brand.mjml.j2`."""

_LOWER: Mapping[Kind, Callable[[Cursor], Resource]] = {
    Kind.SOURCE: source.lower,
    Kind.POWER_LIST: power_list.lower,
    Kind.CALENDAR: calendar.lower,
    Kind.SENDER: sender.lower,
    Kind.TOPIC: topic.lower,
    Kind.OUTREACH: outreach.lower,
    Kind.PROGRAM: program.lower,
    Kind.EVENT: event.lower,
    Kind.POLICY: policy.lower,
    Kind.PERMIT: permit.lower,
}


def lower(kind: Kind, cursor: Cursor, bodies: Bodies) -> Resource:
    """Return the resource that a document declares; its faults are in the cursor."""
    return template.lower(cursor, bodies) if kind is Kind.TEMPLATE else _LOWER[kind](cursor)


def lower_document(kind: Kind, document: Mapping[str, Any]) -> Resource:
    """Return the resource of a canonical document, as the store keeps it.

    Raises ValueError on a broken one.
    """
    cursor = Cursor(document)
    try:
        resource = lower(kind, cursor, {})
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"the stored {kind} {document.get('name')!r} is broken: {error}") from error
    errors = [fault for fault in cursor.faults if fault.severity is Severity.ERROR]
    if errors:
        place = ".".join(map(str, errors[0].path))
        raise ValueError(
            f"the stored {kind} {document.get('name')!r} is broken at {place}: {errors[0].detail}"
        )
    return resource
