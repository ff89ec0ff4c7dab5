"""## What it finds

A file of more than 1 MiB, values nested more than 30 deep, more than 50 aliases, or aliases that stand for
more than 10,000 values.

## Why it matters

No manifest that people review is that large. The limits stop files that would otherwise cost minutes or
gigabytes to read, by accident or by intent.

## Example

```yaml
kind: topic
name: news
title: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[News]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
```

## Instead

```yaml
kind: topic
name: news
title: News
```

## Options

None; the limits are fixed. Split a large file: several resources may share one file, but need not.

## References

- J003 refused-yaml-feature
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.TOO_LARGE
FOUND_BY = FoundBy.READING
