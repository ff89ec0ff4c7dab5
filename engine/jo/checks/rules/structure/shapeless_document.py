"""## What it finds

A YAML document that is not a map with a `kind`: a list, a single value, or a map without it.

## Why it matters

jo takes every YAML file of the project's folders for declarations, so that nothing declared is overlooked.
What is no resource is a slip, or a file in the wrong folder.

## Example

```yaml
name: news
title: News
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

- J102 unknown-kind
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.NOT_A_RESOURCE
FOUND_BY = FoundBy.READING
