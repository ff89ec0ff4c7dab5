"""## What it finds

A body or layout that names a file that is not below `templates/`.

## Why it matters

The mail could not be built. Paths count from `templates/`, wherever the YAML file lies, so that moving it
changes nothing.

## Example

```yaml
kind: template
name: news
class: transactional
sender: success-team
subject: News
body: newz.md.j2
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

- J501 broken-template
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.MISSING_FILE
FOUND_BY = FoundBy.READING
