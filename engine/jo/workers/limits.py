"""How much a worker may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    memory_bytes: int = 256 * 1024 * 1024
    """Address space of the worker, its Python included."""
    cpu_seconds: float = 1.0
    """Processor time of one job; a job that needs more is ended by the kernel."""
    wall_seconds: float = 20.0
    """Real time of one job. Far above `cpu_seconds`: a busy machine must not fail innocent mail."""
