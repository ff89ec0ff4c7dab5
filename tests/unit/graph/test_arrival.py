from math import inf

import pytest

from jo.conditions.instants import parse_time
from jo.graph.arrival import DAY, anchor_of, earliest, longest, offset
from jo.graph.program_graph import program_graph
from tests.support.programs import program


def time(text):
    found, faults = parse_time(text)
    assert found is not None, faults
    return found


def days_at(bounds):
    return {name: seconds / DAY for name, seconds in bounds.items()}


ENTERED = time("entered")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("company.live_at", (0, 0)),
        ("company.live_at + 10 days - 12 hours", (9.5, 9.5)),
        ("company.live_at + 1 month", (28, 31)),
        ("company.live_at - 1 month", (-31, -28)),
        ("company.live_at + 3 days at 09:00", (2, 4)),
        ("company.renewal", None),
        ("latest(company.live_at, company.renewal)", None),
    ],
)
def test_a_time_lies_between_bounds_after_its_anchor(text, days):
    found = offset(time(text), time("company.live_at"))
    assert (found and tuple(bound / DAY for bound in found)) == days


def test_the_anchor_of_a_time_is_what_it_counts_from():
    assert anchor_of(time("company.live_at + 10 days at 09:00")) == time("company.live_at")
    assert anchor_of(time("2026-12-01 + 1 day")) is None


def test_nobody_is_due_before_the_waits_on_the_shortest_way():
    graph = program_graph(
        program("""
        a: {wait: 3 days}
        b: {branch: [{when: contact.vip, next: d}], otherwise: c}
        c: {wait: 4 days}
        d: {email: d, after: 1 day}
        """)
    )
    assert days_at(earliest(graph, ENTERED)) == {"a": 0, "b": 3, "c": 3, "d": 4}


def test_a_mail_that_may_be_suppressed_moves_the_clock_but_not_what_durations_count_from():
    graph = program_graph(
        program("a: {email: a, after: 3 days}\nb: {email: b, after: 2 days}\nc: {email: c, after: 5 days}")
    )
    assert days_at(earliest(graph, ENTERED)) == {"a": 3, "b": 3, "c": 5}


def test_who_skips_a_wait_has_not_waited():
    graph = program_graph(program("a: {wait: 3 days, if: contact.vip}\nb: {email: b}"))
    assert days_at(earliest(graph, ENTERED)) == {"a": 0, "b": 0}


def test_a_wait_for_is_met_at_once_and_its_timeout_is_not():
    graph = program_graph(
        program("""
        a: {wait_for: {event: e, within: 5 days}, met: b, timeout: c}
        b: {email: b, next: end}
        c: {email: c}
        """)
    )
    assert days_at(earliest(graph, ENTERED)) == {"a": 0, "b": 0, "c": 5}


def test_a_wait_for_a_date_counts_from_that_date():
    graph = program_graph(
        program("a: {wait: {until: company.live_at + 20 days}}\nb: {email: b, after: 2 days}")
    )
    assert days_at(earliest(graph, time("company.live_at"))) == {"a": -inf, "b": 22}
    assert days_at(earliest(graph, ENTERED)) == {"a": 0, "b": 2}


def test_the_longest_way_adds_up_waits_limits_and_repeats():
    graph = program_graph(
        program("""
        a: {wait: 3 days}
        b: {wait_for: {event: e, within: 5 days}}
        c: {email: c, after: 1 day, repeat: {every: 10 days, count: 3}}
        d: {email: d}
        """)
    )
    assert days_at(longest(graph)) == {"a": 0, "b": 3, "c": 8, "d": 29}


def test_the_longest_way_goes_round_as_often_as_the_bound_allows():
    graph = program_graph(
        program("""
        ask: {email: ask}
        answer: {wait_for: {event: e, within: 5 days}, met: thanks, timeout: {next: ask, times: 3, then: end}}
        thanks: {email: thanks}
        """)
    )
    assert days_at(longest(graph))["thanks"] == 20
