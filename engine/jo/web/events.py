"""Events as other systems send them: CloudEvents 1.0 in JSON, one or a list, with little asked of them.

`type` is the event's name in jo and has to be there. `source`, `id`, `time` and `data` are as in CloudEvents;
`contact` is jo's own attribute, the key of the contact. Other attributes, such as `specversion`, are ignored.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from jo.flow.arrival import Given

_TEXTS = ("source", "id", "time", "contact")


class UnreadableEventsError(Exception):
    """The text holds no events of this form. The message is a sentence without the text's content."""


def parse_events(text: bytes, source: str) -> tuple[Given, ...]:
    """Read one event or a list of them; `source` is for those that do not name theirs."""
    found = _json(text)
    items: Sequence[Any] = found if isinstance(found, list) else [found]
    return tuple(_given(item, source, None) for item in items)


def parse_line(text: bytes, source: str, name: str | None) -> Given:
    """Read the one event of a line; `name` is for a line without a `type`."""
    return _given(_json(text), source, name)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise UnreadableEventsError("The JSON is nested too deeply.") from None
    except UnicodeDecodeError:
        raise UnreadableEventsError("The text is not UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        raise UnreadableEventsError(f"This is not valid JSON ({where}).") from None
    except ValueError:  # an integer of more digits than Python reads, NaN or Infinity
        raise UnreadableEventsError("The JSON holds a number that cannot be read.") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _given(item: Any, source: str, name: str | None) -> Given:
    if not isinstance(item, Mapping):
        raise UnreadableEventsError("An event is a JSON object with at least a `type`.")
    for attribute in _TEXTS:
        if not isinstance(item.get(attribute), str | None):
            raise UnreadableEventsError(f"`{attribute}` of an event has to be a text.")
    data = {} if item.get("data") is None else item["data"]
    if not isinstance(data, Mapping):
        raise UnreadableEventsError("`data` of an event has to be a JSON object.")
    type_ = item.get("type", name)
    if not isinstance(type_, str):
        raise UnreadableEventsError("An event needs a `type`: the name that the project declares it under.")
    return Given(
        name=type_,
        source=source if item.get("source") is None else item["source"],
        data=data,
        id=item.get("id"),
        time=item.get("time"),
        contact=item.get("contact"),
    )
