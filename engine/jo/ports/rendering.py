"""The port through which templates with logic are run, away from everything they could harm."""

from collections.abc import Sequence
from typing import Protocol

from jo.render.message import LogicJob, LogicResult


class LogicRenderer(Protocol):
    """Runs the parts of mails that a substitution plan cannot make. Used by one thread at a time."""

    def run(self, jobs: Sequence[LogicJob]) -> tuple[LogicResult, ...]:
        """Return one result for each job, in order; a bad job fails alone, with the reason.

        Blocks for as long as the jobs may take. Nothing that a template does raises.
        """
        ...

    def close(self) -> None:
        """End all workers. The renderer may be used again; it then starts new ones."""
        ...
