"""## What it finds

A `#` after a space that turned the rest of a value into a comment.

## Why it matters

YAML begins a comment there, so the value is shorter than it looks. Where a comment is meant, a space after
the `#` says so.

## Example

```yaml
kind: topic
name: news
title: News of team #1
```

## Instead

```yaml
kind: topic
name: news
title: "News of team #1"
```

## Options

None.

## References

- [YAML 1.2.2, section 6.6](https://yaml.org/spec/1.2.2/#66-comments): comments
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.HASH_COMMENT
MAY_BE_IGNORED = True
FOUND_BY = FoundBy.READING
