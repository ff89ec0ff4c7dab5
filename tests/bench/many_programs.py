"""A large project for benchmarks: programs of about sixty lines, all different, over one small world.

Everything follows from the seed. Programs are put together from passages of steps, as people write them;
each has a few conditions that no other program has and some that many share.
"""

from random import Random

WORLD = """\
kind: source
name: companies
key: id
stable: [id]
fields:
  id: text
  segment: text
  plan: text
  region: text
  customer_since: date
  live_at: timestamp?
  annual_value: number
  seats: integer
  health: text?
  csm: text?
  churned: boolean
---
kind: source
name: contacts
key: id
stable: [id, company]
fields: {id: text, email: text, first_name: "text?", language: "text?", role: text, company: ref companies}
roles: {address: email, language: language, company: company}
---
kind: event
name: trial.activated
fields: {id: text, at: timestamp, contact: ref contacts, plan: text}
roles: {id: id, time: at, contact: contact}
---
kind: calendar
name: business-hours
hours: {weekdays: "09:00-17:00"}
---
kind: sender
name: success-team
from_name: The success team
from_address: success@sender.example
postal: 1 Main Street, Springfield
---
kind: topic
name: onboarding
title: Getting started
---
kind: policy
name: attention
quiet_hours: {from: "21:00", to: "08:00"}
"""

POWER_LIST = """\
kind: power_list
name: list-{number}
description: Customers of plan {number}
from: contacts
where:
  - contact.role = 'Admin'
  - company.seats >= {number}
  - days_since(company.customer_since) <= 365
refresh: daily at 02:00
"""

TEMPLATE = """\
kind: template
name: mail-{number}
class: marketing
topic: onboarding
sender: success-team
subject: "Hint {number} for {{{{ contact.first_name | default('you') }}}}"
body: mail-{number}.md.j2
versions:
  ja: {{when: "contact.language = 'ja'", subject: "ヒント {number}"}}
"""

BODY = """\
Hello {{{{ contact.first_name | default('there') }}}},

here is hint {number} for the {{{{ company.plan }}}} plan. It takes a few minutes and saves you an hour.

[Read on](https://docs.sender.example/hints/{number})

{{{{ postal }}}} · [Stop these mails]({{{{ unsubscribe_url }}}})
"""

LISTS, TEMPLATES = 20, 40

_HEAD = """\
# yaml-language-server: $schema=../schema/program.schema.json
kind: program
name: program-{number:04}
description: What customers in {region} get in their first {days} days
audience: list-{list}
entry:
  identity: contact
  reentry: {{after: {days} days}}
  existing: skip                  # those in the list at the first apply have had these mails by hand
holdout: {{percent: 10, by: company}}
exit_when:
  churned: company.churned
  handed-over: company.csm is not null
  grown: company.annual_value > {value} and company.segment = 'ENT'
send_window: business-hours
priority: {priority}
steps:
"""

_PASSAGES = (
    """\
  hello-{i}:
    email: mail-{a}
    if: contact.language is not null
  settle-{i}: {{wait: {few} days}}
  reading-{i}:
    wait_for: {{when: "clicked('hello-{i}')", within: {few} days}}
    met: more-{i}
    timeout: nudge-{i}
  nudge-{i}:
    email: mail-{b}                  # a shorter one
    next: more-{i}
  more-{i}:
    email: mail-{c}
    after: 1 day
""",
    """\
  size-{i}:
    branch:
      - when: company.segment in ('SMB', 'MM') and company.seats < {seats}
        next: small-{i}
      - when: company.region = '{region}'
        next: local-{i}
    otherwise: after-{i}
  small-{i}:
    email: mail-{a}
    repeat: {{every: {few} days, count: 3}}
    next: after-{i}
  local-{i}:
    email: mail-{b}
    between: [company.customer_since + {few} days at 09:00, company.customer_since + {days} days]
    next: after-{i}
  after-{i}: {{wait: 2 business days}}
""",
    """\
  halves-{i}:
    description: Does the long mail do more than the short one?
    split: {{long-{i}: 50, short-{i}: 50}}
  long-{i}: {{email: mail-{a}, next: joined-{i}}}
  short-{i}: {{email: mail-{b}, next: joined-{i}}}
  joined-{i}: {{wait: {{until: "Tuesday 09:00"}}}}
""",
    """\
  activated-{i}:
    wait_for: {{event: trial.activated, where: "event.plan = 'pro'", within: {few} days}}
    met: thanks-{i}
    timeout: {{next: remind-{i}, times: 2, then: thanks-{i}}}
  remind-{i}:
    email: mail-{a}
    if: days_since(company.customer_since) <= {days}
    next: {again}
  thanks-{i}: {{email: mail-{b}, if: company.plan = 'pro' or company.seats >= {seats}}}
""",
)

_END = """\
  health:
    branch:
      - when: company.health = 'red'
        next: {{exit: needs-a-call}}
    otherwise: last
  last:
    email: mail-{a}
    send_window: business-hours
    between: [company.customer_since + {days} days, company.customer_since + {days} days + 2 weeks]
"""


def files(programs: int, seed: int) -> dict[str, bytes]:
    """Return the YAML files of a valid project by path: the world, and one for each program."""
    draw = Random(seed)
    lists = [POWER_LIST.format(number=number) for number in range(LISTS)]
    templates = [TEMPLATE.format(number=number) for number in range(TEMPLATES)]
    made = {"lists/world.yaml": "---\n".join([WORLD, *lists, *templates])}
    made |= {f"journeys/program-{number:04}.yaml": _program(number, draw) for number in range(programs)}
    return {name: text.encode() for name, text in made.items()}


def bodies() -> dict[str, bytes]:
    """Return the bodies of its templates, by their path below `templates/`."""
    return {f"mail-{number}.md.j2": BODY.format(number=number).encode() for number in range(TEMPLATES)}


def _program(number: int, draw: Random) -> str:
    text = _HEAD.format(number=number, list=number % LISTS, **_words(draw))
    for place in range(1, 20):
        if text.count("\n") > 44:
            break
        again = f"activated-{place}" if draw.random() < 0.1 else f"thanks-{place}"  # few programs go round
        text += draw.choice(_PASSAGES).format(i=place, again=again, **_words(draw))
    return text + _END.format(**_words(draw))


def _words(draw: Random) -> dict[str, object]:
    return {
        **{name: draw.randrange(TEMPLATES) for name in ("a", "b", "c")},
        "few": draw.randint(2, 9),
        "days": draw.randint(40, 400),
        "seats": draw.randint(5, 500),
        "value": draw.randint(1_000, 90_000),
        "region": f"region-{draw.randint(1, 800)}",
        "priority": draw.randint(1, 99),
    }
