"""## What it finds

A `kind` that jo does not know.

## Why it matters

Without its kind nothing else in the document can be read.

## Example

```yaml
kind: topics
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

- `schema/`: a file for each kind
- J107 later-release
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNKNOWN_KIND
FOUND_BY = FoundBy.READING
