"""What the compilation of one template shares: names, faults, and how texts become programs."""

import re
from collections.abc import Iterable, Mapping

from jo.conditions.types import Scope
from jo.diagnostics.codes import BROKEN_TEMPLATE, HEADER_RISK, Code, Severity
from jo.model.content import MailClass, Sender, Template, Topic
from jo.render.escape import Context
from jo.render.faults import ContentFault, Place, UnusableError
from jo.render.names import PROVIDED, UNSUBSCRIBE_URL, Names, Path
from jo.render.pieces import Piece, PieceKind, locate
from jo.render.plan import Encoding, Printed
from jo.render.program import Logic, Program, Segment, build
from jo.render.syntax import parser
from jo.render.text import Text, read_text

POSTAL = "postal"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Bench:
    """Reads the texts of a template and keeps what is wrong with them."""

    def __init__(
        self,
        template: Template,
        sender: Sender,
        topic: Topic | None,
        scope: Scope,
        variables: Mapping[str, str],
    ) -> None:
        self.faults: list[ContentFault] = []
        self.paths: set[Path] = set()
        self.is_marketing = template.class_ is MailClass.MARKETING
        constants = dict(variables)
        constants["topic"] = topic.title if topic else ""
        withheld: dict[str, str] = {}
        if sender.postal:
            constants[POSTAL] = ", ".join(line.strip() for line in sender.postal.splitlines() if line.strip())
        else:
            withheld[POSTAL] = f"the sender `{sender.name}` has no postal address"
        if not self.is_marketing:
            withheld[UNSUBSCRIBE_URL] = (
                f"{template.class_} mail has no opt-out; ask `{{% if {UNSUBSCRIBE_URL} %}}`"
            )
        self.names = Names(scope=scope, constants=constants, provided=PROVIDED, withheld=withheld)
        self._known = {name: bool(value) for name, value in constants.items()}
        self._known |= {POSTAL: bool(sender.postal), UNSUBSCRIBE_URL: self.is_marketing}

    def fault(
        self, code: Code, at: Place, detail: str, help: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        self.faults.append(ContentFault(code=code, at=at, detail=detail, help=help, severity=severity))

    def read(
        self, raw: str, place: Place, names: Names | None = None, known: Mapping[str, bool] | None = None
    ) -> Text | None:
        """Read a text; None when it cannot be compiled any further."""
        text, faults = read_text(raw, place, names or self.names, {**self._known, **(known or {})})
        self.faults += faults
        if text is not None:
            self.paths |= {path for path in text.paths if path[0] not in PROVIDED}
        return text

    def check_header(self, raw: str, place: Place) -> None:
        """Find what could break a header in a text that becomes one."""
        found = _CONTROL.search(raw.strip())
        if found is not None:
            at = locate(place, raw, found[0]) or place
            self.fault(HEADER_RISK, at, "A header is one line and holds no control characters.")

    def program(self, segments: Iterable[Segment], encoding: Encoding, place: Place) -> Program | None:
        """Make the program of a text; None when it has a fault."""
        from jinja2 import TemplateSyntaxError

        try:
            program = build(segments, encoding)
            if isinstance(program, Logic):
                parser().parse(program.source)
        except UnusableError as fault:
            self.fault(BROKEN_TEMPLATE, place, f"{fault}.")
            return None
        except TemplateSyntaxError:
            detail = "The markup tears a condition or a loop apart: its two ends are not in one place."
            self.fault(BROKEN_TEMPLATE, place, detail, "Put both around whole paragraphs, rows or items.")
            return None
        return program


def plain_segments(text: Text) -> list[Segment]:
    """Return a text that has no markup, such as a subject."""
    return [
        Printed(context=Context.PLAIN, token=text.tokens.get(item), source=item.inner)
        if isinstance(item, Piece) and item.kind is PieceKind.OUTPUT
        else item
        for item in text.items
    ]
