"""## What it finds

YAML that jo does not accept although it is valid: tags (`!!str`), merge keys (`<<`), keys that are not text,
and more than a few aliases.

## Why it matters

These features let a small file grow without limit or mean different things to different tools. A manifest has
to say the same to its author, its reviewer, the editor and jo.

## Example

```yaml
kind: topic
name: news
title: !!str News
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

- [YAML 1.2.2, section 6.8.2](https://yaml.org/spec/1.2.2/#682-node-tags): tags
- J004 oversized-yaml
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.YAML_FEATURE
FOUND_BY = FoundBy.READING
