"""The pages behind `jo explain`: what a code means, with an example and what to write instead."""

from jo.checks.catalog import catalog
from jo.checks.rule import Rule
from jo.diagnostics import codes
from jo.diagnostics.codes import Code
from jo.diagnostics.nearest import nearest

SECTIONS = ("What it finds", "Why it matters", "Example", "Instead", "Options", "References")


def page(code: Code) -> str:
    """Return a code's page as Markdown, with a line break at its end."""
    rule = catalog()[code]
    return f"# {code}\n\n{code.summary}. {_about(rule)}\n\n{rule.page}\n"


def _about(rule: Rule) -> str:
    ignored = f" To ignore it, say why: `# jo: ignore[{rule.code.id}] …`." if rule.may_be_ignored else ""
    return f"Found when {rule.found_by}.{ignored}"


def near_miss(name: str) -> Code | None:
    """Return the code whose id or slug comes closest to a name that is neither."""
    names = {spelled: code for code in codes.every() for spelled in (code.id, code.slug)}
    close = nearest(name.strip(), names)
    return names[close] if close is not None else None
