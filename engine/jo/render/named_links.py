"""The names of links that `clicked(step, link)` may ask for: those in the mails of a program's steps."""

from collections.abc import Callable

from jo.model.content import Template
from jo.model.program import Program
from jo.model.project import Project
from jo.steps.email import Email

Names = Callable[[str], frozenset[str] | None]
"""Name → names of links; None where nobody can say."""


def named_links(template: Template, project: Project) -> frozenset[str] | None:
    """Return the names of the links in all versions of a template; None where it cannot be compiled."""
    from jo.render.compile import compile_template  # only where a condition names a link: it is slow to load

    sender, scope = project.senders.get(template.sender), project.template_scope(template)
    if sender is None or scope is None:
        return None
    topic = project.topics.get(template.topic or "")
    compiled, _ = compile_template(template, sender, topic, scope, project.variables)
    return compiled.link_names() if compiled is not None else None


def links_by_step(program: Program, of_template: Names) -> Names:
    """Return what answers for the steps of a program what `of_template` does for templates."""

    def of_step(name: str) -> frozenset[str] | None:
        step = program.steps.get(name)
        return of_template(step.email) if isinstance(step, Email) else None

    return of_step
