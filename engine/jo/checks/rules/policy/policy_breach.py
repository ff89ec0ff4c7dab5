"""## What it finds

A plan that goes beyond what a policy allows.

## Why it matters

The limit was agreed on a calm day. The level of the rule says what happens: `advisory` tells, `approval` asks
for somebody's word, `mandatory` refuses.

## Example

```text
policy attention      max_first_day_sends: 5,000 (approval)
this plan             sends 18,204 mails on its first day
```

## Instead

```text
release: {spread: 4 days}      sends at most 4,551 mails a day
```

## Options

None.

## References

- `schema/policy.schema.json`: the rules
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.POLICY_LIMIT
FOUND_BY = FoundBy.PLANNING
