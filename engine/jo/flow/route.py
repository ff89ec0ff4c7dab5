"""A revision of a program made ready for decisions: what follows from it alone is worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass

from jo.conditions.condition import Condition
from jo.flow.reading import uses_clock
from jo.model.program import Program
from jo.model.step import Edge, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One step of a route."""

    step: Step
    edges: Mapping[str, Edge]
    """By name."""
    uses_clock: bool
    """Whether time alone can change a condition that is read here: one of the step's, or an exit's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    legs: Mapping[str, Leg]
    """By step."""
    exits: Mapping[str, Condition]


def route(program: Program, exits: Mapping[str, Condition]) -> Route:
    """Return the route through the revision that a passage is pinned to.

    `exits` are those of the live revision, because `exit_when` is safety and never pinned.
    """
    leaves_by_clock = any(map(uses_clock, exits.values()))
    legs = {
        name: Leg(
            step=step,
            edges={edge.name: edge for edge in step.edges()},
            uses_clock=leaves_by_clock or any(uses_clock(found) for _, found in step.conditions()),
        )
        for name, step in program.steps.items()
    }
    return Route(legs=legs, exits=exits)
