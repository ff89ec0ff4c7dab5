"""The mail of the benchmarks: 15 KB in two bodies, with links; once all of tokens, once with logic."""

from collections.abc import Mapping

SUBJECT = "{{ contact.first_name | default('there') }}, what is new for {{ company.name }}"

_GREETING = """\
# News for {{ company.name }}

Hello {{ contact.first_name | default('there') }},

here is what is new for the {{ contact.role }} of {{ company.name }}.
[See it in your own account](https://app.aurora.example/{{ contact.id }}/news?plan={{ company.plan }})

"""
_PARAGRAPH = """\
## {title}

The release of this month brings shorter queues for everybody who works with us: jobs that only build
documentation no longer wait behind the nightly builds, artifacts are kept for ninety days, and a failed step
shows the last lines of its log right in the overview. Whoever may change them finds the new
switch under settings of {{{{ company.name }}}}. [Read how {title} works](https://docs.aurora.example/news/{number})
or [watch the short film](https://video.aurora.example/{number}), it takes three minutes and needs no account.

"""
_ITEMS = """\
{% for line in [1, 2, 3, 4, 5] %}
- Step {{ line }} of the plan {{ company.plan }}{% if line == 1 %}, which comes first{% endif %}
{% endfor %}

{% if company.plan == 'team' %}
Your plan has a limit of ten runners.
{% else %}
Your plan has no limit.
{% endif %}

"""
_FOOTER = """\
{{ postal }} · [Unsubscribe]({{ unsubscribe_url }})
"""
_TITLES = (
    *("queues", "artifacts", "logs", "caches", "runners", "secrets"),
    *("reviews", "reports", "badges", "teams", "alerts", "mirrors"),
)

TOKENS = "".join(
    (_GREETING, *(_PARAGRAPH.format(title=title, number=n) for n, title in enumerate(_TITLES)), _FOOTER)
)
LOGIC = TOKENS.replace(_FOOTER, _ITEMS + _FOOTER)
BODIES: Mapping[str, str] = {"tokens": TOKENS, "logic": LOGIC}
