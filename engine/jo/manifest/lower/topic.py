"""Lower a `topic`."""

from jo.model.content import Topic
from jo.model.cursor import Cursor


def lower(cursor: Cursor) -> Topic:
    return Topic(name=cursor.text("name"), description=cursor.text("description"), title=cursor.text("title"))
