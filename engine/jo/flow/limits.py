"""How fast and how wide mail may go: over a relay, and to one domain over it.

A rate is handed out in slices: a worker gets leave for a few mails at once, and the next leave is given when
their time is over. That keeps asking cheap. It also lets mails come a little closer together than evenly, so
the time of one mail is a little longer than the rate alone says: no stretch as long as the rate's time, begun
at any moment, then sees more mails than the rate allows.

Proof. Let each leave be for k_i mails, at most `most` of them, and the next one come k_i × `interval` later.
Of the leaves within a stretch shorter than `per`, all but the last have less than per ÷ interval mails, which
is at most count − most + 1; so they have count − most at the most, and with the last one's `most` it is
`count`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from jo.flow.mailbox import address_key
from jo.timing.rates import Rate, parse_rate

OTHERS = "*"
"""Stands for every domain that has no limit of its own; each of them has the limit for itself."""

SLICE = timedelta(milliseconds=100)
"""The time that mails of one leave may be worth."""
LOSS = 20
"""One leave is for this part of the rate at most, which is also what the rate loses by being asked rarely."""

_CONNECTIONS = re.compile(r"([1-9]\d{0,5}) +connections?", re.ASCII)
_DOMAIN = re.compile(r"[^\s@.\"]+(\.[^\s@.\"]+)*")


@dataclass(frozen=True, slots=True)
class Leave:
    """What a rate makes of one asking."""

    most: int
    interval: timedelta
    """How long one mail takes."""


def leave(rate: Rate) -> Leave:
    """Return how many mails may go at once, and how long each of them takes."""
    per = timedelta(seconds=rate.per.at_most_seconds())
    most = max(1, min(rate.count // LOSS, int(rate.count * (SLICE / per))))
    per_mail = -(-per // timedelta(microseconds=1) // (rate.count - most + 1))
    return Leave(most, timedelta(microseconds=per_mail))


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLimit:
    """The limit of one domain at a relay."""

    connections: int | None = None
    """How many mails one worker may have under way at once."""
    rate: Rate | None = None
    """How fast all workers together may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLimits:
    rate: Rate | None = None
    domains: Mapping[str, DomainLimit] = field(default_factory=dict)
    """Domain, as `domain_key` spells it, or `*` → its limit."""

    def of(self, domain: str) -> DomainLimit | None:
        return self.domains.get(domain) or self.domains.get(OTHERS)


def domain_key(domain: str) -> str:
    """Return what the spellings of one domain share."""
    return address_key(domain).removesuffix(".")


def domain_of(address: str) -> str:
    return domain_key(address.rpartition("@")[2])


def is_domain(text: str) -> bool:
    """Tell whether a limit can be for it."""
    return text == OTHERS or _DOMAIN.fullmatch(text.removesuffix(".")) is not None


def parse_limit(text: str) -> DomainLimit | None:
    """Read `5 connections, 20 per second`, or one of them; None when the text is no limit."""
    connections: int | None = None
    rate: Rate | None = None
    for part in text.split(","):
        found = _CONNECTIONS.fullmatch(part.strip())
        if found is not None and connections is None:
            connections = int(found[1])
        elif found is None and rate is None and (rate := parse_rate(part)) is not None:
            continue
        else:
            return None
    return DomainLimit(connections=connections, rate=rate)
