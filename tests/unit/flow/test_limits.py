"""Limits as people write them, and what a rate becomes."""

from datetime import timedelta

import pytest

from jo.flow.limits import DomainLimit, RelayLimits, domain_of, leave, parse_limit
from jo.timing.durations import Duration, Unit
from jo.timing.rates import Rate, parse_rate

TWENTY = Rate(20, Duration(1, Unit.SECOND))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5 connections, 20 per second", DomainLimit(connections=5, rate=TWENTY)),
        ("20 per second,1 connection", DomainLimit(connections=1, rate=TWENTY)),
        (" 20 per second ", DomainLimit(rate=TWENTY)),
        ("5 connections", DomainLimit(connections=5)),
    ],
)
def test_connections_and_a_rate_limit_a_domain(text: str, limit: DomainLimit) -> None:
    assert parse_limit(text) == limit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "0 connections",
        "5 connections, 6 connections",
        "5 connections,",
        "1 per day, 2 per day",
        "fast",
    ],
)
def test_what_limits_nothing_is_none(text: str) -> None:
    assert parse_limit(text) is None


def test_a_domain_has_its_own_limit_or_that_of_all_others() -> None:
    own, others = DomainLimit(connections=1), DomainLimit(rate=TWENTY)

    limits = RelayLimits(domains={"gmail.com": own, "*": others})

    assert limits.of(domain_of(" Ada@GMAIL.com")) is own
    assert limits.of(domain_of("ada@example.com.")) is others
    assert RelayLimits(domains={"gmail.com": own}).of("example.com") is None


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("1 per hour", 1),
        ("20 per second", 1),
        ("100 per second", 5),
        ("1000 per second", 50),
        ("6000 per minute", 10),
    ],
)
def test_a_rate_loses_a_twentieth_at_most_by_being_asked_rarely(text: str, most: int) -> None:
    rate = parse_rate(text)
    assert rate is not None

    found = leave(rate)

    assert found.most == most
    per = timedelta(seconds=rate.per.at_most_seconds())
    assert rate.count * 0.95 <= per / found.interval <= rate.count
