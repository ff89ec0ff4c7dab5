"""## What it finds

A change after which the people inside a program, or of a planned mail, would be looked up in another
source: a list that goes over to another source or recipient, a program or outreach that goes over to a list
of another source, or a source that gets another key.

## Why it matters

jo knows people by their key, and by nothing else. In another source the same key may be somebody else: the
third mail of a course would go to a stranger, or say "Hello Eve" to Ada. So the plan refuses the change as
long as there is anybody whom it could confuse.

## Example

```text
power_list/new-admins   `from: leads`, and 12 people inside program/onboarding are keys of `contacts`
```

## Instead

```text
Write a list and a program of their own for the people of `leads`. To change the list itself, retire the
program first, and change it when `jo status` shows nobody inside and nothing pending.
```

## Options

None.

## References

- J703 broken-revision: what people inside go by and what a change takes away
- J608 unstable-identity: keys that change for one person
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.EXCHANGED_SOURCE
FOUND_BY = FoundBy.PLANNING
