"""## What it finds

A key that stands twice in one map.

## Why it matters

YAML readers silently keep the last of the two. One of the two lines then has no effect, and nobody sees
which.

## Example

```yaml
kind: topic
name: news
title: News
title: News of the month
```

## Instead

```yaml
kind: topic
name: news
title: News of the month
```

## Options

None.

## References

- [YAML 1.2.2, section 3.2.1.3](https://yaml.org/spec/1.2.2/#3213-node-comparison): keys of a map are unique
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.DUPLICATE_KEY
FOUND_BY = FoundBy.READING
