"""## What it finds

A value of the wrong type: a list where a text belongs, a text where a number belongs.

## Why it matters

jo converts nothing silently: `no` is the text `no`, and `1.10` is the number 1.1.

## Example

```yaml
kind: topic
name: news
title: [News]
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

- `schema/`: the type of each key; editors show it while you type
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.WRONG_TYPE
FOUND_BY = FoundBy.READING
