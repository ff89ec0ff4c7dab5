"""PyYAML's event parser: libyaml where the wheel brings it, the pure Python one elsewhere."""

from collections.abc import Callable
from typing import Any, Protocol

from yaml.error import YAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

__all__ = ["Mark", "PurePythonParser", "YAMLError", "events"]


class Mark(Protocol):
    """A place in the text; all three count from 0, in code points."""

    @property
    def index(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class PurePythonParser(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


_new_parser: Callable[[str], Any]
try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built without libyaml: the same events, ten times slower
    _new_parser = PurePythonParser
else:
    _new_parser = CParser


def events(text: str) -> Callable[[], Any]:
    """Return the function that yields the next event of `text`; it raises YAMLError."""
    next_event: Callable[[], Any] = _new_parser(text).get_event
    return next_event
