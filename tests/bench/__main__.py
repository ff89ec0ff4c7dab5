"""Run the benchmarks: `python -m tests.bench [NAME…]`, all or those whose names begin so.

Each is a module of this package beginning with the number of its goal, such as `p5_audience`, with a function
`run` that returns figures. They are printed as one table and written to `build/bench.json`.
"""

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from tests.bench.figures import Figure, seconds

FOLDER = Path(__file__).parent
RESULTS = Path("build") / "bench.json"


def main(arguments: Sequence[str]) -> int:
    names = sorted(path.stem for path in FOLDER.glob("[prt][0-9]*_*.py"))
    wanted = [name for name in names if not arguments or name.startswith(tuple(arguments))]
    if not wanted:
        print(f"There is no such benchmark. Known: {', '.join(names)}.", file=sys.stderr)
        return 64
    figures: list[Figure] = []
    for name in wanted:
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        start = time.perf_counter()
        figures += import_module(f"tests.bench.{name}").run()
        print(seconds(time.perf_counter() - start), file=sys.stderr)
    print(table(figures))
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
    document = {"machine": machine, "figures": [_plain(figure) for figure in figures]}
    RESULTS.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 0


def table(figures: Sequence[Figure]) -> str:
    rows = [("", "figure", "goal", "measured", "", "")]
    for figure in figures:
        mark = {True: "reached", False: "MISSED", None: ""}[figure.is_reached]
        measured = f"{figure.measured:.3g} {figure.unit}"
        rows.append((figure.name, figure.what, figure.goal, measured, mark, figure.detail))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def _plain(figure: Figure) -> dict[str, object]:
    return {**asdict(figure), "goal": figure.goal, "reached": figure.is_reached}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
