"""Lower an `event`."""

from jo.manifest.lower.common import fields
from jo.model.cursor import Cursor
from jo.model.event import Event, EventRoles


def lower(cursor: Cursor) -> Event:
    roles = cursor.into("roles")
    return Event(
        name=cursor.text("name"),
        description=cursor.text("description"),
        fields=fields(cursor),
        roles=EventRoles(
            id=roles.text("id"),
            time=roles.text("time"),
            contact=roles.get("contact"),
            company=roles.get("company"),
            contacts=roles.get("contacts"),
            keys=roles.strings("keys"),
        ),
    )
