"""Lower a `source`."""

from jo.diagnostics.codes import WRONG_VALUE
from jo.manifest.lower.common import fields
from jo.model.cursor import Cursor
from jo.model.source import Roles, Source, singular

CONTACT = "contact"
"""What conditions call a row of a source of contacts."""


def lower(cursor: Cursor) -> Source:
    roles = cursor.into("roles")
    name = cursor.text("name")
    usual = CONTACT if "address" in roles else singular(name)
    row = cursor.text("row", usual)
    if "address" in roles and row != CONTACT:
        cursor.fault(
            WRONG_VALUE,
            f"The source has the role `address`, so its rows are contacts and cannot be called `{row}`.",
            "row",
            advice="Leave `row` out.",
        )
    return Source(
        name=name,
        description=cursor.text("description"),
        key=cursor.text("key"),
        stable=cursor.strings("stable"),
        fields=fields(cursor),
        row=row,
        roles=Roles(**{role: str(field) for role, field in roles.value.items()}),
        max_age=cursor.duration("max_age"),
    )
