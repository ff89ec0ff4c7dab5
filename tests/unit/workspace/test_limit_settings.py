"""Rates and limits by domain in `jo.toml`, and what they become."""

from pathlib import Path

import pytest

from jo.flow.limits import RelayLimits, domain_of
from jo.wiring import relay_limits
from jo.workspace.read_settings import parse_settings


def relay(lines: str) -> str:
    return f"[relay.default]\n{lines}\n"


def test_a_rate_and_domains_limit_a_relay() -> None:
    text = relay('rate = "100 per second"\ndomains = { "Gmail.com" = "5 connections", "*" = "2 per second" }')
    settings, faults = parse_settings(text, Path("root"), {})

    found = relay_limits(settings)["default"]

    assert not faults
    assert str(found.rate) == "100 per second"
    gmail, other = found.of(domain_of("ada@gmail.com")), found.of("example.com")
    assert gmail is not None
    assert gmail.connections == 5
    assert other is not None
    assert str(other.rate) == "2 per second"


def test_a_relay_without_limits_has_none() -> None:
    settings, _ = parse_settings(relay('host = "127.0.0.1"'), Path("root"), {})

    found = relay_limits(settings)["default"]

    assert found == RelayLimits()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('rate = "fast"', "has to be a rate"),
        ('domains = { "gmail.com" = "fast" }', "`fast`, which is no limit"),
        ('domains = { "gmail.com" = "0 connections" }', "no limit"),
        ('domains = { "ada@gmail.com" = "1 connection" }', "neither a domain nor"),
        ('domains = { "gmail.com" = "1 connection", "Gmail.COM" = "2 connections" }', "twice"),
        ('domains = { "*.de" = "5 connections" }', "only `*` alone stands for any other domain"),
        ('domains = { "gmail.com" = 5 }', "a table of texts"),
        ('domains = "5 connections"', "a table of texts"),
    ],
)
def test_what_limits_nothing_is_said_at_its_place(lines: str, said: str) -> None:
    _, faults = parse_settings(relay(lines), Path("root"), {})

    assert [said in fault.detail for fault in faults] == [True]
    assert [fault.at.start.line for fault in faults if fault.at is not None] == [2]
