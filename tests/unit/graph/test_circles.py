import pytest

from jo.graph.circles import MOST, circles, closed_circles, endless_circles
from jo.graph.program_graph import program_graph
from tests.support.programs import program

BOUNDED = """
ask: {email: ask}
answer: {wait_for: {event: answered, within: 5 days}, met: end, timeout: {next: ask, times: 3, then: end}}
"""


def graph(steps):
    return program_graph(program(steps))


def test_a_circle_begins_at_its_first_step_in_the_file():
    found = circles(graph("a: {email: a}\nb: {email: b}\nc: {wait: 1 day, next: b}"))
    assert [circle.steps for circle in found] == [("b", "c")]
    assert [arc.edge.name for arc in found[0].arcs] == ["next", "next"]


def test_every_elementary_circle_is_found_once_and_in_order():
    steps = """
    a: {branch: [{when: contact.x = 1, next: c}, {when: contact.x = 2, next: b}], otherwise: b}
    b: {wait: 1 day, next: a}
    c: {wait: 1 day, next: c}
    """
    assert [circle.steps for circle in circles(graph(steps))] == [("a", "b"), ("c",)]


@pytest.mark.parametrize(
    ("steps", "endless"),
    [
        (BOUNDED, []),
        # a bound, but no time
        (
            "a: {email: a}\nb: {branch: [{when: contact.vip, next: a}], otherwise: end}",
            [(("a", "b"), False, False)],
        ),
        # time, but no bound
        (
            "a: {wait: 1 day}\nb: {branch: [{when: contact.vip, next: a}], otherwise: end}",
            [(("a", "b"), True, False)],
        ),
        # the bounded edge lies beside the circle, not in it
        (
            "a: {email: a}\n"
            "b: {wait_for: {event: e, within: 5 days}, met: a, timeout: {next: a, times: 3, then: end}}",
            [(("a", "b"), True, False)],
        ),
        # once the bound is used up, the way round is free
        (
            "a: {wait_for: {event: e, within: 1 day}, met: end, timeout: {next: b, times: 2, then: a}}\n"
            "b: {email: b}",
            [(("a",), True, False)],
        ),
    ],
)
def test_circles_need_time_and_a_bound(steps, endless):
    found = endless_circles(graph(steps))
    assert [(circle.steps, circle.takes_time, circle.is_bounded) for circle in found] == endless


def test_the_set_that_nobody_leaves_is_named_without_those_who_only_come_to_it():
    found = closed_circles(graph("a: {email: a}\nb: {wait: 1 day}\nc: {email: c, next: b}"))
    assert found == (frozenset({"b", "c"}),)


def test_a_graph_with_very_many_circles_is_cut_short():
    ways = ", ".join(f"{{when: contact.x = {n}, next: s{n}}}" for n in range(60))
    steps = "\n".join(f"s{n}: {{branch: [{ways}], otherwise: end}}" for n in range(60))
    assert len(circles(graph(steps))) == MOST
