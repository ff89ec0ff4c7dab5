"""A real PostgreSQL server for tests, started by the test run and ended by itself, however that ends.

The server lives in a temporary folder, speaks over a Unix socket in there and nowhere else, and runs as an
unprivileged user when the tests run as root, because PostgreSQL refuses to be root. A watcher holds the end
of a pipe: when the test run is gone, also by SIGKILL, it ends the server and removes the folder.

Texts sort by the rules of American English unless a column says otherwise, as on many real servers: what
sorts by code point here does so because jo asked for it.
"""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

OLDEST = 15
"""The oldest PostgreSQL that jo is tested with."""

USER = "postgres"

_QUICK = ("fsync=off", "full_page_writes=off")
_SETTINGS = ("listen_addresses=", "jit=off", "lc_messages=C", "shared_buffers=32MB", "max_wal_size=256MB")

_WATCH = 'read -r _; "$1/pg_ctl" stop -D "$2/data" -m immediate -s; rm -rf "$2"'

_WIPE = """
DO $$
DECLARE name text;
BEGIN
  PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid();
  SET LOCAL session_replication_role = replica;  -- foreign keys do not ask for an order
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  PERFORM setval(sequencename::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public';
END $$
"""


def find_postgres() -> Path | None:
    """Return the folder with the newest server that is installed: Debian's, else the one on PATH."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    on_path = shutil.which("postgres")
    if on_path is not None:
        found.append(Path(on_path).resolve().parent)
    usable = [folder for folder in found if _version(folder) >= OLDEST and (folder / "initdb").exists()]
    return max(usable, key=_version, default=None)


class PostgresServer:
    """Is up once made. `durable` keeps commits also when the machine loses power, and costs time."""

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._account = _account()
        self._names = count(1)
        self.folder = Path(tempfile.mkdtemp(prefix="jo-pg-"))
        if self._account:
            os.chown(self.folder, self._account["user"], self._account["group"])
        settings = (*_SETTINGS, f"unix_socket_directories={self.folder}", *(() if durable else _QUICK))
        self._options = " ".join(f"-c {setting}" for setting in settings)
        self._watcher = subprocess.Popen(
            ["sh", "-c", _WATCH, "watch", str(programs), str(self.folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,  # so that Ctrl-C leaves the ending to us
            cwd=self.folder,
            **self._account,
        )
        try:
            locale = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US", "--encoding=UTF8")
            self._run("initdb", "--auth=trust", f"--username={USER}", "--no-sync", *locale)
            self.start()
        except BaseException:
            self.close()
            raise

    def url(self, database: str = USER) -> str:
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server after a stop, and wait until it answers."""
        self._run("pg_ctl", "start", "-w", "-s", "-l", str(self.folder / "log"), "-o", self._options)

    def stop(self, *, kill: bool = False) -> None:
        """Take the server away: connections are ended first, or all at once with `kill`, as by a crash."""
        self._run("pg_ctl", "stop", "-w", "-s", "-m", "immediate" if kill else "fast")

    def create(self, template: str = "template1") -> str:
        """Make a database of its own for a test, and return its name."""
        name = f"t{next(self._names)}"
        self._order(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return name

    def drop(self, database: str) -> None:
        """Remove a database, and end the connections to it that are left."""
        self._order(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Yield the URL of a fresh database, which is removed at the end."""
        name = self.create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def wipe(self, url: str) -> None:
        """Empty the tables of a store as they would be when made, and end the connections that are left."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(_WIPE)

    def close(self) -> None:
        assert self._watcher.stdin is not None
        self._watcher.stdin.close()
        self._watcher.wait()

    def _order(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments, "-D", str(self.folder / "data")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.folder,
            **self._account,
        )
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError(f"{program}: {done.stdout}{log.read_text() if log.exists() else ''}")


@contextmanager
def a_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Yield a server of one's own. Where none is installed the test is skipped, and in CI fails."""
    programs = find_postgres()
    if programs is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"no PostgreSQL server of version {OLDEST} or later: install Debian's package `postgresql`")
    with closing(PostgresServer(programs, durable=durable)) as server:
        yield server


def _account() -> dict[str, Any]:
    """Return whom the server runs as, in the words of `subprocess`; empty for the one who runs the tests."""
    if os.getuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _version(programs: Path) -> int:
    """Return the major version, 0 for what is no server."""
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True).stdout
    number = re.search(r"\) (\d+)", told)
    return int(number[1]) if number else 0
