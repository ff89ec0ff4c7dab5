"""## What it finds

A time of day without quotes, such as `21:00`.

## Why it matters

YAML 1.1, which many editors and tools still speak, reads `21:00` as the number 1260 and leaves `09:30` a
text. Quotes make it the same for everybody.

## Example

```yaml
kind: policy
name: nights
quiet_hours: {from: 21:00, to: "08:00"}
```

## Instead

```yaml
kind: policy
name: nights
quiet_hours: {from: "21:00", to: "08:00"}
```

## Options

None.

## References

- [YAML 1.1, sexagesimal integers](https://yaml.org/type/int.html)
"""

from jo.checks.rule import FoundBy
from jo.diagnostics import codes

CODE = codes.BARE_TIME
FOUND_BY = FoundBy.READING
