"""## What it finds

A power list over a source that holds no contacts, without a `recipient`, or with one that leads to something
else.

## Why it matters

Nobody could be written to. A source holds contacts when one of its roles says which field is the address.

## Example

```yaml
kind: power_list
name: due-contracts
from: contracts
where: days_until(contract.renewal_date) <= 60
refresh: daily at 02:00
```

## Instead

```yaml
kind: power_list
name: due-contracts
from: contracts
recipient: contract.contact
where: days_until(contract.renewal_date) <= 60
refresh: daily at 02:00
```

## Options

None.

## References

- J209 bad-role: roles of sources
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.diagnostics import codes
from jo.model.power_list import PowerList
from jo.model.project import Project

CODE = codes.LIST_WITHOUT_RECIPIENT


def check(context: Context) -> Iterator[Found]:
    project = context.project
    for power_list in context.lists:
        source = project.sources.get(power_list.from_)
        if source is None:
            continue
        contacts = project.contact_source(power_list.name)
        if contacts is None:
            continue  # `recipient` leads nowhere, which is a fault of its own
        if not contacts.has_contacts:
            yield Found(
                at=At(address=power_list.address, path=("recipient" if power_list.recipient else "from",)),
                label="leads to no contact",
                detail=f"The rows of `{contacts.name}` have no mail address: no role says which field it is.",
                help=_help(project, power_list),
            )


def _help(project: Project, power_list: PowerList) -> str:
    source = project.sources[power_list.from_]
    ways = [
        f"`recipient: {source.row}.{name}`"
        for name, field in source.fields.items()
        if field.ref is not None and field.ref in project.sources and project.sources[field.ref].has_contacts
    ]
    if ways:
        return f"Write {' or '.join(ways)}."
    return f"List a source of contacts, or give `{source.name}` the role `address`."
