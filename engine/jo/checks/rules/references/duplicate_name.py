"""## What it finds

Two documents that declare the same kind and name.

## Why it matters

The address `kind/name` is identity: it says which people, sends and history belong to a resource. Two
declarations cannot both be it.

## Example

```yaml
kind: topic
name: news
title: News
---
kind: topic
name: news
title: News of the month
```

## Instead

```yaml
kind: topic
name: news
title: News
---
kind: topic
name: monthly-news
title: News of the month
```

## Options

None.

## References

- J110 bad-name
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.DUPLICATE_NAME
FOUND_BY = FoundBy.READING
