"""The address of a store in PostgreSQL: a URL as libpq reads it, with a password that nobody may see.

Nothing is connected here, so that a wrong address is told apart from a server that is away.
"""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

from jo.ports.errors import SettingsError
from jo.ports.store.errors import StoreError

POSTGRES = "postgresql://"
_LAST_PORT = 65_535


def read_address(url: str) -> dict[str, Any]:
    """Return libpq's options. Raises SettingsError, and StoreError where there is no libpq."""
    try:
        from psycopg import Error
        from psycopg.conninfo import conninfo_to_dict, timeout_from_conninfo
    except ImportError as error:
        raise StoreError(
            "A store in PostgreSQL needs psycopg, which is not installed here, or not whole:\n\n"
            "    pip install 'jo-engine[postgres]'"
        ) from error
    try:
        options = conninfo_to_dict(url)
        timeout_from_conninfo(options)
        is_fine = url.startswith(POSTGRES) and all(map(_is_port, _ports(options)))
    except Error:
        is_fine = False
    if not is_fine:
        # Without its cause: that shows the URL, which may hold a password.
        raise SettingsError(
            "`url` in `[store]`, or what that refers to, cannot be read as an address of PostgreSQL: write "
            f"`{POSTGRES}user@host/database`, with what is special in a name or password percent-encoded."
        ) from None
    return options


def place_of(options: Mapping[str, Any]) -> str:
    """Return how people know the database, such as `db.example.com:5432/jo`; it holds no secret."""
    from psycopg.pq import Conninfo

    known = {option.keyword.decode(): option.val.decode() for option in Conninfo.get_defaults() if option.val}
    chosen = {**known, **options}
    hosts = str(chosen.get("host") or chosen.get("hostaddr") or "localhost").split(",")
    ports = str(chosen["port"]).split(",")
    pairs = zip_longest(hosts, ports[: len(hosts)], fillvalue=ports[-1])
    servers = ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in pairs)
    return f"{servers}/{chosen.get('dbname') or chosen.get('user')}"


def _ports(options: Mapping[str, Any]) -> list[str]:
    return [port for port in str(options.get("port", "")).split(",") if port]


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= _LAST_PORT
