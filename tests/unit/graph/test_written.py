import pytest
import yaml

from jo.graph.program_graph import program_graph
from jo.graph.written import falls, written_at
from tests.support.programs import program

STEPS = """
hello: {email: welcome}
reading: {wait_for: {event: read, within: 5 days}, met: size, timeout: {next: hello, times: 2, then: end}}
size:
  branch:
    - {when: contact.vip, next: big}
    - {when: contact.role = 'x', next: big}
  otherwise: {exit: small}
big: {split: {one: 1, two: 1}}
one: {email: one, next: end}
two: {email: two}
"""


def test_the_place_of_an_edge_follows_from_its_name():
    documents = yaml.safe_load(STEPS)
    found = {
        (arc.step, arc.edge.name, arc.spent): written_at(arc, documents[arc.step])
        for arc in program_graph(program(STEPS)).arcs
    }
    assert found == {
        ("hello", "next", False): None,
        ("reading", "met", False): ("met",),
        ("reading", "timeout", False): ("timeout", "next"),
        ("reading", "timeout", True): ("timeout", "then"),
        ("size", "when.0", False): ("branch", 0, "next"),
        ("size", "when.1", False): ("branch", 1, "next"),
        ("size", "otherwise", False): ("otherwise",),
        ("big", "share.one", False): ("split", "one"),
        ("big", "share.two", False): ("split", "two"),
        ("one", "next", False): ("next",),
        ("two", "next", False): None,
    }


@pytest.mark.parametrize(
    ("steps", "fallen"),
    [
        ("a: {email: a}\nb: {email: b}", [("a", "next")]),
        ("a: {email: a, next: b}\nb: {email: b}", []),
        ("a: {wait_for: {event: e, within: 1 day}, met: end}\nb: {email: b}", [("a", "timeout")]),
        ("a: {wait_for: {event: e, within: 1 day}, next: b}\nb: {email: b}", []),
        ("a: {branch: [{when: contact.vip, next: b}], otherwise: b}\nb: {email: b}", []),
        ("a: {exit: done}\nb: {email: b}", []),
    ],
)
def test_people_fall_where_only_the_order_leads_on(steps, fallen):
    graph, documents = program_graph(program(steps)), yaml.safe_load(steps)
    assert [(arc.step, arc.edge.name) for arc in falls(graph, documents, graph.steps)] == fallen
    assert not list(falls(graph, documents, {"another"}))
