"""## What it finds

A value in braces or brackets that ends at a comma its author meant to be part of it.

## Why it matters

Between braces an unquoted value ends at the first comma. A condition such as `segment in ('SMB', 'MM')` is
then cut in two, and the rest becomes a key or an item of its own.

## Example

```yaml
kind: power_list
name: small-companies
from: contacts
where: {any: [company.segment in ('SMB', 'MM'), contact.role = 'Admin']}
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: small-companies
from: contacts
where:
  any:
    - company.segment in ('SMB', 'MM')
    - contact.role = 'Admin'
refresh: daily at 02:00
```

## Options

None.

## References

- [YAML 1.2.2, section 7.3.3](https://yaml.org/spec/1.2.2/#733-plain-style): plain style
- J007 swallowed-comment
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.COMMA_IN_BRACES
FOUND_BY = FoundBy.READING
