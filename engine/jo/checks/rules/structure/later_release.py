"""## What it finds

A kind, step type or key that the language reserves and this release does not have yet.

## Why it matters

The name is known, so it is said plainly instead of being called a typing error. jo never accepts what it
would not carry out.

## Example

```yaml
kind: survey
name: how-was-it
```

## Instead

```yaml
kind: topic
name: news
title: News
```

## Options

None.

## References

- J102 unknown-kind, J111 unknown-step-type: names that jo does not know at all
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.LATER_RELEASE
FOUND_BY = FoundBy.READING
