"""## What it finds

A file that is not YAML: an indentation that fits nowhere, a quote or bracket that is never closed, a tab
before a key.

## Why it matters

What cannot be read cannot be checked. jo reads on where it can, but resources behind the fault may be missing
from this run, so mend this one first.

## Example

```yaml
kind: topic
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

- [YAML 1.2.2](https://yaml.org/spec/1.2.2/), which jo reads with its core schema
- J002 duplicate-key, J003 refused-yaml-feature
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BROKEN_YAML
FOUND_BY = FoundBy.READING
