"""## What it finds

A change that removes a step while people stand on it, without a rule that says where they go.

## Why it matters

People in mid-journey keep the steps that they entered unless the change says otherwise. Moving them is a
decision, and it is reviewed like any other.

## Example

```text
steps:
  hello: {email: welcome}
  # day3 was deleted here; 214 people wait on it
```

## Instead

```text
steps:
  hello: {email: welcome}
rollout:
  in_flight: pin          # they finish on the steps that they entered
```

## Options

None.

## References

- J704 broken-pin
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.STRANDED_PEOPLE
FOUND_BY = FoundBy.PLANNING
