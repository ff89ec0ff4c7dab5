"""## What it finds

A value of the right type that is not one of those allowed, or keys that contradict each other.

## Why it matters

The detail names what is allowed; a near miss is suggested.

## Example

```yaml
kind: template
name: news
class: promotional
sender: success-team
subject: News
body: welcome.md.j2
```

## Instead

```yaml
kind: template
name: news
class: transactional
sender: success-team
subject: News
body: welcome.md.j2
```

## Options

None.

## References

- `schema/`: the values of each key; editors show it while you type
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.WRONG_VALUE
FOUND_BY = FoundBy.READING
