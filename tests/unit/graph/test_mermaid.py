from jo.graph.mermaid import mermaid
from tests.support.programs import program


def test_a_program_is_drawn_with_its_steps_edges_and_ends():
    drawn = mermaid(
        program("""
        ask: {email: ask, after: 2 days}
        reply: {wait_for: {event: e, within: 5 days}, met: rest, timeout: {next: ask, times: 3, then: end}}
        rest: {wait: 1 day, next: {exit: answered}}
        """)
    )
    assert (
        drawn
        == """\
flowchart TD
  entry(["power_list people"])
  s0["ask<br/>email ask, after 2 days"]
  s1{{"reply<br/>wait_for event e, within 5 days"}}
  s2(["rest<br/>wait 1 day"])
  x0(("end"))
  x1(("answered"))
  entry --> s0
  s0 --> s1
  s1 -->|"met"| s2
  s1 -->|"after 5 days, at most 3 times"| s0
  s1 -.->|"after that"| x0
  s2 -->|"after 1 day"| x1
"""
    )


def test_no_name_can_break_out_of_its_label():
    drawn = mermaid(
        program("""
        a:
          branch:
            - {when: "contact.role = '\\"]; click s0 \\"javascript:alert(1)\\" <b>'", next: b}
          otherwise: {exit: 'a"); B["x'}
        b: {email: b}
        """)
    )
    for line in drawn.splitlines():
        assert line.count('"') in (0, 2)
    assert "<b>" not in drawn


def test_a_dangling_edge_is_left_out_of_the_drawing():
    assert "nowhere" not in mermaid(program("a: {email: a, next: nowhere}"))
