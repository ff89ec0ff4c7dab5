"""Run templates with logic: Jinja's immutable sandbox with nothing in it but plain data and our filters.

For limited worker processes only. The guard in `syntax` has refused what is known to explode, and the
sandbox hides Python; the worker's limits are for what both have missed.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from jo.render.escape import ESCAPES, Context
from jo.render.expressions import TESTS
from jo.render.faults import UnusableError
from jo.render.filters import FILTERS, filter_step, to_text
from jo.render.plan import ENCODINGS, Encoding

if TYPE_CHECKING:
    from jinja2 import Environment, Template


class Sandbox:
    """Compiles and runs the sources of `program.Logic`."""

    def __init__(self) -> None:
        self._environment = _environment()

    def compile(self, source: str) -> "Template":
        """Compile a source. Raises UnusableError for one that the sandbox does not take."""
        from jinja2 import TemplateError

        try:
            return self._environment.from_string(source)
        except TemplateError as error:
            raise UnusableError(f"cannot be compiled: {error.message}") from None

    def run(self, template: "Template", values: dict[str, Any]) -> str:
        """Return the text for one person. Raises UnusableError with a reason that holds no data."""
        from jinja2 import TemplateError, UndefinedError

        try:
            return template.render(values)
        except UnusableError:
            raise
        except UndefinedError as error:
            raise UnusableError(f"names what has no value: {error.message}") from None
        except TemplateError as error:
            raise UnusableError(f"cannot run: {error.message}") from None
        except (TypeError, ValueError, ArithmeticError, LookupError, RecursionError, AttributeError) as error:
            raise UnusableError(f"has a value that it cannot take ({type(error).__name__})") from None


def _environment() -> "Environment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        newline_sequence="\r\n",
        cache_size=0,
    )
    environment.globals.clear()
    environment.tests = {name: environment.tests[name] for name in TESTS}
    environment.filters = {name: _author_filter(name) for name in FILTERS} | {
        f"jo_{encoding.name}_{context}": partial(_print, _finisher(ESCAPES[context], encoding))
        for encoding in ENCODINGS.values()
        for context in Context
    }
    return environment


def _author_filter(name: str) -> Callable[..., Any]:
    from jinja2 import Undefined

    parameters = tuple(FILTERS[name].parameters)
    step = filter_step(name)

    def run(value: Any, *arguments: Any, **named: Any) -> Any:
        if name == "default" and isinstance(value, Undefined):
            value = None
        in_order = [named[parameter] for parameter in parameters[len(arguments) :] if parameter in named]
        return step(value, *arguments, *in_order)

    return run


def _finisher(escape: Callable[[str], str], encoding: Encoding) -> Callable[[str], str]:
    from markupsafe import Markup

    # A mail prints the same few values again and again. By type: percent-encoded text equals plain text.
    @lru_cache(64, typed=True)
    def finish(text: str) -> str:
        # What is escaped for its place and encoded is finished; autoescape must not touch it again.
        return Markup(encoding.value(escape(text)))  # noqa: S704 - the line above says why

    return finish


def _print(finish: Callable[[str], str], value: Any) -> str:
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        str(value)  # raises: StrictUndefined has no text
    return finish(value if isinstance(value, str) else to_text(value))
