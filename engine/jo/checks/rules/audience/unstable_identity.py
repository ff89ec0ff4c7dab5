"""## What it finds

An `identity` with a field that its source does not call stable.

## Why it matters

The identity tells one passage from another, and with it which mails somebody has had. When a field of it
changes, the person looks like a new one and gets everything again.

## Example

```yaml
kind: program
name: onboarding
audience: admins
entry: {identity: [contact, role], existing: skip}
steps:
  hello: {email: welcome}
```

## Instead

```yaml
kind: program
name: onboarding
audience: admins
entry: {identity: contact, existing: skip}
steps:
  hello: {email: welcome}
```

## Options

A field that truly never changes may be listed under `stable` of its source. Keys of the entering event are
always allowed.

## References

- J209 bad-role: `stable` of a source
"""

from collections.abc import Iterator

from jo.checks.context import Context
from jo.checks.rule import At, Found
from jo.checks.words import listed
from jo.diagnostics import codes
from jo.model.program import EventAudience, Program

CODE = codes.UNSTABLE_IDENTITY


def check(context: Context) -> Iterator[Found]:
    for program in context.programs:
        contacts = context.project.contacts_of(program)
        if contacts is None or program.entry.identity == ("contact",):
            continue
        allowed = list(dict.fromkeys(["contact", *contacts.stable, *_keys(context, program)]))
        for index, name in enumerate(program.entry.identity):
            if name in contacts.fields and name not in (contacts.key, *allowed):
                yield Found(
                    at=At(address=program.address, path=("entry", "identity", index)),
                    label="may change",
                    detail=f"`{name}` may change for a contact. Then the same person would count as another "
                    "one and get everything again.",
                    help=f"Use what never changes: {listed(allowed)}.",
                )


def _keys(context: Context, program: Program) -> tuple[str, ...]:
    if not isinstance(program.audience, EventAudience):
        return ()
    event = context.project.events.get(program.audience.event)
    return event.roles.keys if event is not None else ()
