import subprocess
import sys

import pytest

from jo.graph.program_graph import program_graph
from tests.support.programs import program

BRANCHING = """
hello: {email: welcome}
reading: {wait_for: {when: clicked('hello'), within: 5 days}, met: tips, timeout: nudge}
nudge: {email: nudge, next: end}
tips: {email: tips}
lost: {email: lost}
found: {email: found}
"""

LOOPING = """
ask: {email: ask}
answer: {wait_for: {event: answered, within: 5 days}, met: thanks, timeout: {next: ask, times: 3, then: end}}
thanks: {email: thanks}
"""


def test_a_program_that_leads_forward_needs_no_networkx():
    code = (
        "import sys\n"
        "from jo.graph.circles import circles, closed_circles, endless_circles\n"
        "from jo.graph.program_graph import program_graph\n"
        "from tests.support.programs import program\n"
        f"graph = program_graph(program({BRANCHING!r}))\n"
        "assert not circles(graph) and not endless_circles(graph) and not closed_circles(graph)\n"
        "assert 'networkx' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_steps_that_no_edge_leads_to_are_not_reachable():
    graph = program_graph(program("a: {email: a, next: c}\nb: {email: b}\nc: {email: c}"))
    assert graph.reachable == {"a", "c"}


def test_an_edge_with_a_bound_is_two_arcs():
    graph = program_graph(program(LOOPING))
    arcs = [(arc.edge.name, arc.to, arc.spent, arc.is_bounded) for arc in graph.leaving["answer"]]
    assert arcs == [
        ("met", "thanks", False, False),
        ("timeout", "ask", False, True),
        ("timeout", None, True, False),
    ]


@pytest.mark.parametrize(
    ("steps", "stuck"),
    [
        ("a: {email: a}\nb: {email: b}", set()),
        ("a: {email: a}\nb: {wait: 1 day, next: b}", {"a", "b"}),
        (
            "a: {email: a, if: contact.vip, next: c}\nb: {wait: 1 day, next: c}\nc: {wait: 1 day, next: b}",
            {"a", "b", "c"},
        ),
        ("a: {branch: [{when: contact.vip, next: b}], otherwise: end}\nb: {wait: 1 day, next: b}", {"b"}),
        ("a: {wait: 1 day, next: a}\nb: {email: b, next: nowhere}", {"a"}),
        (LOOPING, set()),
    ],
)
def test_steps_without_a_way_to_an_end_are_stuck(steps, stuck):
    assert program_graph(program(steps)).stuck == stuck
