"""Texts of the command line. A shell hands over bytes; what is no UTF-8 among them comes as surrogates.

No store and no output takes those. What names something has to be right, so it is refused. What is said for
people is mended instead: a pause must not be lost for the sake of its words.
"""

import re
from typing import Any

import click
from click.types import StringParamType

_SURROGATES = re.compile("[\ud800-\udfff]")


class Name(StringParamType):
    """A text that names something; the type of each option and argument that has no other."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text: str = super().convert(value, param, ctx)
        if _SURROGATES.search(text):
            self.fail("it holds bytes that are not UTF-8.", param, ctx)
        return text


class Words(StringParamType):
    """A text for people to read."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return mended(super().convert(value, param, ctx))


def mended(text: str) -> str:
    """Return a text with the replacement character where it was not UTF-8."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)


def settle(command: click.Command) -> click.Command:
    """Give each text of a command its type, and those of its subcommands."""
    for param in command.params:
        if param.type is click.STRING:
            param.type = Name()
    if isinstance(command, click.Group):
        for below in command.commands.values():
            settle(below)
    return command


def whoever(who: str | None) -> str:
    """Return who says so: by default the user of this machine."""
    if who:
        return mended(who)
    import getpass  # only who changes something needs a name

    try:
        return mended(getpass.getuser())
    except (OSError, KeyError, ImportError):  # a user without a name, as in some containers
        return "unknown"
