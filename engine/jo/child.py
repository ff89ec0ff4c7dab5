"""The composition root of the process that computes refreshes: `python -m jo.child`.

Its first line says where the store and the sources are, secrets revealed, for it has no settings; each
further one is a task, which it answers with steps. A thread reads them and ends the process when the pipe
breaks off, whatever is being computed then.
"""

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jo.warehouse.location import SourceLocation

MEMORY_BYTES = 8 << 30
"""Address space. DuckDB itself keeps to less, and spills what is more to a file."""
NICENESS = 5
"""The worker that sends mail goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    store: str
    """The URL, with its password."""
    sources: "Mapping[str, SourceLocation]"

    def encode(self) -> bytes:
        sources = {name: {**asdict(found), "root": str(found.root)} for name, found in self.sources.items()}
        return json.dumps({"store": self.store, "sources": sources}).encode() + b"\n"


def decode(line: bytes) -> Surroundings:
    from jo.warehouse.location import SourceLocation

    said = json.loads(line)
    sources: dict[str, Any] = said["sources"]
    return Surroundings(
        store=said["store"],
        sources={
            name: SourceLocation(**{**found, "root": Path(found["root"])}) for name, found in sources.items()
        },
    )


def main(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    from jo.daemon.computing import compute
    from jo.ports.errors import WorldError
    from jo.ports.refresher import Task
    from jo.ports.refresher import decode as read
    from jo.store import open_store
    from jo.warehouse import open_warehouse
    from jo.workers.refresher import TROUBLE

    surroundings = decode(stdin.readline())
    lines = SimpleQueue[bytes]()
    threading.Thread(target=_listen, args=(stdin, lines), daemon=True).start()
    with closing(open_warehouse(surroundings.sources)) as warehouse:
        while True:
            task = read(lines.get())
            assert isinstance(task, Task)
            try:
                with closing(open_store(surroundings.store)) as store:
                    for step in compute(store, warehouse, task):
                        stdout.write(step)
            except WorldError as error:
                stdout.write(TROUBLE + str(error).replace("\n", " ").encode() + b"\n")
            except MemoryError:
                stdout.write(TROUBLE + b"A refresh needs more memory than its process may use.\n")
            stdout.flush()


def _listen(stdin: IO[bytes], lines: "SimpleQueue[bytes]") -> None:
    for line in stdin:
        lines.put(line)
    os._exit(0)  # who asked is gone, and nothing here has to be put in order


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.nice(NICENESS)
    main(sys.stdin.buffer, sys.stdout.buffer)
