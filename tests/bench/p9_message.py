"""P9: building one message, against what one would write with Jinja and the standard library.

The other side has its two bodies as compiled Jinja templates that hold the same text, renders both, sets the
same headers on an `EmailMessage` and writes it with `policy.SMTP`. Ours goes from a person's data to the
scanned bytes, with a signed unsubscribe link. Templates with logic go to the limited workers in batches; what
these spend counts as well.
"""

import resource
from collections.abc import Callable, Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

from jinja2 import Environment

from jo.render.compiled import CompiledTemplate
from jo.render.message import Rendered, Request, render_all
from jo.workers.pool import TemplateWorkers
from tests.bench.figures import Figure, race, seconds
from tests.bench.letters import BODIES, SUBJECT
from tests.unit.render.samples import DATA, ENVELOPE, SITE, a_template, compiled

BATCH = 200
ROUNDS = 7
THEIRS = 20
"""How many messages the other side builds in a round."""
GOALS = {"tokens": 30, "logic": 10}


def run() -> Sequence[Figure]:
    figures = []
    with TemplateWorkers() as workers:
        for letter, goal in GOALS.items():
            template = compiled(a_template(_known(BODIES[letter]), subject=_known(SUBJECT)))
            ours = partial(_ours, template, workers)
            theirs = partial(_theirs, letter, ours()[0])
            timed = race(ours, theirs, rounds=ROUNDS)
            mine, other = timed.ours / BATCH, timed.theirs / THEIRS
            figures.append(
                Figure(
                    name="P9",
                    what=f"a message of {letter}, against two Jinja renders and EmailMessage",
                    measured=other / mine,
                    at_least=goal,
                    detail=f"{seconds(mine)} against {seconds(other)}",
                )
            )
        template = compiled(a_template(_known(BODIES["logic"]), subject=_known(SUBJECT)))
        own = min(_cpu(partial(_ours, template, workers)) for _ in range(ROUNDS))
    figures.append(
        Figure(
            name="P9",
            what="a message of logic, CPU of the process that sends; the workers' comes on top",
            measured=own / BATCH * 1e6,
            unit="µs",
        )
    )
    return figures


def _known(text: str) -> str:
    """Name fields that the sample's contacts and companies have."""
    return text.replace("contact.role", "contact.name").replace("company.plan", "company.id")


def _ours(template: CompiledTemplate, workers: TemplateWorkers) -> Sequence[Rendered]:
    requests = [
        Request(
            template=template,
            version="default",
            data=DATA,
            envelope=replace(ENVELOPE, intent=f"i-{number}", identity=f"{number:064x}"),
        )
        for number in range(BATCH)
    ]
    built = render_all(requests, SITE, workers.run)
    made = [each for each in built if isinstance(each, Rendered)]
    assert len(made) == BATCH, built[0]
    return made


def _theirs(letter: str, same: Rendered) -> None:
    """Build messages whose bodies are those of one of ours, with tokens in the same places."""
    text, html = _templates(letter, same)
    for number in range(THEIRS):
        url = f"https://go.aurora.example/u/{number}"
        message = EmailMessage(policy=SMTP)
        message["From"] = "Aurora Team <team@aurora.example>"
        message["To"] = "Ana Żółć <ana@customer.example>"
        message["Subject"] = same.subject
        message["Date"] = format_datetime(ENVELOPE.date)
        message["Message-ID"] = f"<{number:040x}@mail.aurora.example>"
        message["List-Id"] = "Onboarding <onboarding.mail.aurora.example>"
        message["List-Unsubscribe"] = f"<{url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(text(unsubscribe_url=url), cte="quoted-printable")
        message.add_alternative(html(unsubscribe_url=url), subtype="html", cte="quoted-printable")
        message.as_bytes(policy=SMTP)


_Render = Callable[..., str]
_compiled: dict[str, tuple[_Render, _Render]] = {}


def _templates(letter: str, same: Rendered) -> tuple[_Render, _Render]:
    """Return the two renders: the texts of a mail of ours in which the values are tokens again."""
    if letter not in _compiled:
        environment = Environment(autoescape=True)
        company, contact = DATA["company"], DATA["contact"]
        values = {
            company["name"]: "{{ company.name }}",
            company["name"].replace("&", "&amp;"): "{{ company.name }}",
            contact["name"]: "{{ contact.name }}",
        }
        renders = []
        for body in (same.text, same.html):
            for value, token in values.items():
                body = body.replace(value, token)
            if letter == "logic":
                body = "{% if contact.logins > 3 %}" + body + "{% else %}Nothing{% endif %}"
            renders.append(partial(environment.from_string(body).render, DATA))
        _compiled[letter] = (renders[0], renders[1])
    return _compiled[letter]


def _cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that this process spends on it."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    work()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
