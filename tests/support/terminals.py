"""A command on a real pseudo-terminal, as somebody who sits in front of it has it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 60.0
"""Seconds after which a command that says nothing more is taken for stuck."""


def on_terminal(
    words: list[str], folder: Path, *, keys: str = "", at: str = "", columns: int = 100, **variables: str
) -> tuple[int, str]:
    """Run `jo`, with `keys` typed as soon as the screen shows `at`. Returns exit code and screen."""
    main, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "jo", *words],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        cwd=folder,
        env={**_plain(os.environ), "TERM": "xterm-256color", **variables},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it
    )
    os.close(inner)
    screen = ""
    while select.select([main], [], [], PATIENCE)[0]:
        try:
            part = os.read(main, 65_536)
        except OSError:  # how Linux says that the other end is closed
            break
        screen += part.decode(errors="replace")
        if keys and at in screen:
            os.write(main, keys.encode())
            keys = ""
    else:
        process.kill()
    os.close(main)
    return process.wait(), screen.replace("\r\n", "\n")


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment that says nothing about terminals or jo."""
    silent = ("NO_COLOR", "COLUMNS", "LINES")
    return {k: v for k, v in environment.items() if not k.startswith("JO_") and k not in silent}
