from jo.conditions.condition import parse_condition
from jo.graph.enrolling import enroll_circles
from jo.graph.mermaid import mermaid_references
from jo.graph.references import named, references
from jo.model.address import Address, Kind
from jo.model.power_list import PowerList
from jo.model.project import Project
from jo.timing.recurrence import BEFORE_SEND
from tests.support.programs import program


def power_list(name, where=None, **more):
    condition = parse_condition(where)[0] if where else None
    return PowerList(name=name, from_="contacts", where=condition, refresh=BEFORE_SEND, **more)


def project(*resources):
    return Project(resources={resource.address: resource for resource in resources})


def test_a_condition_refers_to_what_its_functions_name():
    condition, _ = parse_condition(
        "in_list('vips') and count(tickets) > 2 and events('trial.started', 7) = 0"
    )
    assert condition is not None
    assert named(condition) == (
        Address(Kind.POWER_LIST, "vips"),
        Address(Kind.SOURCE, "tickets"),
        Address(Kind.EVENT, "trial.started"),
    )


def test_properties_and_conditions_both_refer():
    found = references(project(power_list("a", "in_list('b')"), power_list("b", exclude=("c",))))
    assert [(str(each.source), str(each.target)) for each in found] == [
        ("power_list/a", "power_list/b"),
        ("power_list/a", "source/contacts"),
        ("power_list/b", "power_list/c"),
        ("power_list/b", "source/contacts"),
    ]


def test_from_one_resource_only_what_it_leads_to_is_shown():
    everything = project(power_list("a", exclude=("b",)), power_list("b"), power_list("c"))
    drawn = mermaid_references(references(everything, Address(Kind.POWER_LIST, "a")))
    assert (
        drawn
        == """\
flowchart LR
  r0["power_list/a"]
  r1["power_list/b"]
  r2["source/contacts"]
  r0 --> r1
  r0 --> r2
  r1 --> r2
"""
    )


def test_programs_that_enroll_each_other_are_a_circle_from_the_first_name():
    programs = [
        program("x: {enroll: c}", name="b"),
        program("y: {email: y}\nz: {enroll: b}", name="c"),
        program("x: {enroll: b}", name="d"),
        program("x: {enroll: e}", name="e"),
    ]
    project = Project(resources={each.address: each for each in programs})
    found = enroll_circles(project)
    assert [[(each.program, each.step) for each in circle] for circle in found] == [
        [("b", "x"), ("c", "z")],
        [("e", "x")],
    ]
