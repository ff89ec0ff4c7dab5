"""## What it finds

A change that removes steps on which people stand.

## Why it matters

They keep the steps that they entered with, and finish on them: nobody is lost. But they still get what the
change takes away, and the reviewer should know that.

## Example

```text
program/onboarding      the step `day3` is removed, and 214 people stand on it
```

## Instead

```text
Let them finish. Or keep the step until nobody stands on it, and let new people pass it by:

  hello: {email: welcome, next: day7}
```

## Options

None.

## References

- J302 unreachable-step: what a step is called that nobody can come to any more
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.STRANDED_PEOPLE
FOUND_BY = FoundBy.PLANNING
