"""## What it finds

A key that the kind, or the step type, does not have.

## Why it matters

A misspelled key would otherwise be a setting that silently does nothing: a bound that bounds nothing, an exit
that nobody takes.

## Example

```yaml
kind: topic
name: news
title: News
descripton: What is new every month
```

## Instead

```yaml
kind: topic
name: news
title: News
description: What is new every month
```

## Options

None.

## References

- `schema/`: the keys of each kind; editors show it while you type
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.UNKNOWN_KEY
FOUND_BY = FoundBy.READING
