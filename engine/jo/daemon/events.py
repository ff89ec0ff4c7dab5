"""The events that the daemon tells: their names, what they mean and what they carry.

They are a contract: logs and metrics only listen, and a name or field here is kept. No event holds an
address, a name or any other value of a person's; sources, lists, journeys and counts are all they speak of.
"""

from collections.abc import Mapping

from jo.reports.telling import EventKind, Level

__all__ = ["EVENTS", "EventKind", "Level"]

EVENTS: Mapping[str, EventKind] = {
    "run.started": EventKind(
        level=Level.INFO,
        meaning="A worker begins.",
        fields={"owner": "host and process id", "clock": "`real` or `fast`"},
    ),
    "run.unapplied": EventKind(
        level=Level.WARNING,
        meaning="Nothing was applied to this store yet, so there is nothing to do until somebody says "
        "`jo apply`.",
        fields={},
    ),
    "run.stopped": EventKind(
        level=Level.INFO,
        meaning="A worker has ended what was on the wire; its work goes to others at once.",
        fields={"why": "`signal`, `done` or `trouble`"},
    ),
    "run.held": EventKind(
        level=Level.WARNING,
        meaning="Nothing runs until somebody has looked: `jo run --release`.",
        fields={
            "causes": "why, as a list",
            "mails": "mails that are due",
            "known": "of them known to the journal; they are not sent",
            "people": "people whose next step is due",
        },
    ),
    "run.released": EventKind(
        level=Level.INFO,
        meaning="Somebody has lifted the hold, or the journal that was missing is back; what was due goes "
        "out at a rate.",
        fields={},
    ),
    "tick.done": EventKind(
        level=Level.INFO,
        meaning="All services have run until nothing moved, and something had moved.",
        fields={"*": "`service.word` → how many, such as `enroll.entered`"},
    ),
    "tick.clash": EventKind(
        level=Level.DEBUG,
        meaning="Another process changed the same at the same time; the next tick does it again at once.",
        fields={"error": "what the store said"},
    ),
    "tick.trouble": EventKind(
        level=Level.WARNING,
        meaning="The store did not play along; nothing was lost, and the next tick tries again.",
        fields={"error": "what the store said"},
    ),
    "lease.lost": EventKind(
        level=Level.WARNING,
        meaning="A worker was stopped, or cut off from the store, for longer than its lease, and others have "
        "taken its work. It has written nothing since, and takes a new lease.",
        fields={"error": "what the store said"},
    ),
    "refresh.done": EventKind(
        level=Level.INFO,
        meaning="A power list was computed.",
        fields={
            "list": "its name",
            "size": "members now",
            "entered": "members who came",
            "left": "members who went",
        },
    ),
    "refresh.kept": EventKind(
        level=Level.WARNING,
        meaning="A power list broke a bound and keeps its members of before.",
        fields={"list": "its name", "because": "the bound, in words"},
    ),
    "refresh.failed": EventKind(
        level=Level.WARNING,
        meaning="A source could not be read; lists and facts stay as they were, and it is tried again.",
        fields={"list": "the list, or", "source": "the source, or neither where it is all", "error": "why"},
    ),
    "events.seen": EventKind(
        level=Level.DEBUG,
        meaning="Events, opens and clicks came in; whom they concern was looked at again.",
        fields={"signals": "how many"},
    ),
    "outreach.planned": EventKind(
        level=Level.INFO,
        meaning="People of one occurrence of an outreach were decided about.",
        fields={
            "outreach": "its name",
            "occurrence": "which one",
            "planned": "mails planned",
            "refused": "people who get none",
        },
    ),
    "enroll.done": EventKind(
        level=Level.INFO,
        meaning="Candidates of programs were decided about.",
        fields={"entered": "people who entered", "refused": "people who did not"},
    ),
    "advance.done": EventKind(
        level=Level.DEBUG,
        meaning="People inside programs were looked at.",
        fields={"decided": "passages", "ended": "of them ended", "planned": "mails planned"},
    ),
    "send.settled": EventKind(
        level=Level.DEBUG,
        meaning="Attempts of a round have ended.",
        fields={"replies": "kind, stage and the relay's code → how many, as a list"},
    ),
    "send.rescued": EventKind(
        level=Level.WARNING,
        meaning="A worker died while attempts were under way; they are listed as uncertain.",
        fields={"uncertain": "how many"},
    ),
    "relay.trouble": EventKind(
        level=Level.WARNING,
        meaning="A relay could not be reached or used; it is left alone for a while, its mails wait.",
        fields={
            "relay": "its name in jo.toml",
            "stage": "where it ended",
            "error": "what was said",
            "minutes": "for how long it is left alone",
        },
    ),
    "breaker.opened": EventKind(
        level=Level.WARNING,
        meaning="Too many of a template's mails were refused; it is paused until somebody says `jo resume`.",
        fields={"scope": "the template's address", "refused": "mails refused", "of": "of the last so many"},
    ),
    "links.dead": EventKind(
        level=Level.WARNING,
        meaning="Nothing answers where links in mails lead; marketing mail waits.",
        fields={"held": "mails that wait for it"},
    ),
}
"""Name → what it is. Everything that is told has a row here."""
