"""Lower a `sender`."""

from jo.model.content import Sender
from jo.model.cursor import Cursor


def lower(cursor: Cursor) -> Sender:
    return Sender(
        name=cursor.text("name"),
        description=cursor.text("description"),
        from_name=cursor.text("from_name"),
        from_address=cursor.text("from_address"),
        fallback_name=cursor.get("fallback_name"),
        fallback_address=cursor.get("fallback_address"),
        reply_to=cursor.get("reply_to"),
        bounce_domain=cursor.get("bounce_domain"),
        postal=cursor.get("postal"),
        relay=cursor.text("relay", "default"),
    )
