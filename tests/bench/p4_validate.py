"""P4: `jo validate` of 2,000 programs of 60 lines, every check on, against a bare `yaml.load` of the files.

Both sides are CPU time, for the disk and other processes are not what is measured. A round is a process of
its own, since a user's caches are cold, too: it loads the bare files, checks the project, and loads them
again. The garbage collector is off for both, as it is in the command. What is imported on the way belongs to
the check, but not what a command imports anyway before it reads the first file.

The whole command, with the start of Python, files and output, is measured in `p4_command`.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from tests.bench.figures import Figure, Race
from tests.bench.many_programs import bodies, files

PROGRAMS, SEED, ROUNDS = 2_000, 20_261_201, 5


def run() -> Sequence[Figure]:
    rounds = [_round() for _ in range(ROUNDS)]
    best = {name: min(each[name] for each in rounds) for name in rounds[0]}
    cold = Race(ours=best["cold"], theirs=best["bare"])
    warm = Race(ours=best["warm"], theirs=best["bare"])
    what = f"jo validate of {PROGRAMS:,} programs of 60 lines, the check alone, against a bare yaml.load"
    parts = ", ".join(f"{name} {best[name] / best['bare']:.2f}" for name in ("files", "project", "rules"))
    return (
        Figure(name="P4", what=what, measured=cold.ratio, at_most=1.0, detail=f"{cold}; {parts}"),
        Figure(
            name="P4",
            what="the same with every condition parsed before",
            measured=warm.ratio,
            detail="what a second check in one process costs",
        ),
    )


def _round() -> Mapping[str, float]:
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    times: dict[str, float] = json.loads(done.stdout)
    return times


def _child() -> dict[str, float]:
    """Return the CPU seconds of one round."""
    import gc
    from datetime import date

    import yaml

    from jo.checks.runner import run
    from jo.manifest.compile import assemble
    from jo.manifest.unit import compile_file
    from jo.workspace.files import load_schemas

    manifests, texts, schemas = files(PROGRAMS, SEED), bodies(), load_schemas()
    documents = [text for data in manifests.values() for text in data.split(b"\n---\n")]
    gc.disable()

    def bare() -> None:
        for text in documents:
            yaml.load(text, yaml.CSafeLoader)

    def check() -> dict[str, float]:
        start = time.process_time()
        units = [compile_file(name, manifests[name], texts, schemas) for name in sorted(manifests)]
        compiled_files = time.process_time()
        compiled = assemble(units, texts, schemas)
        assembled = time.process_time()
        found = run(compiled, today=date(2026, 12, 1))
        end = time.process_time()
        assert not found, found[0]
        return {
            "files": compiled_files - start,
            "project": assembled - compiled_files,
            "rules": end - assembled,
        }

    before = _cpu(bare)
    cold = check()
    between = _cpu(bare)
    warm = check()
    after = _cpu(bare)
    return {
        "bare": min(before, between, after),
        "cold": sum(cold.values()),
        "warm": sum(warm.values()),
        **cold,
    }


def _cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    print(json.dumps(_child()))
