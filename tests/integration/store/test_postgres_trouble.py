"""What a PostgreSQL server can do to a store comes out as a sentence for the operator, and passes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import psycopg
import pytest

from jo.ports.store import CommitUnknownError, ContentionError, Lease, Store, StoreError
from jo.store import check, open_store, open_store_to_read
from jo.store import postgres as postgres_module
from tests.support.builders import MINUTE, NOON, an_intent
from tests.support.postgres import USER, PostgresServer, a_server
from tests.support.stores import a_lease


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server that these tests may take away."""
    with a_server() as found:
        yield found


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database."""
    with server.database() as found:
        yield found


@pytest.fixture(scope="module")
def shared_url(server: PostgresServer) -> str:
    url = server.url(server.create())
    open_store(url).close()
    return url


@pytest.fixture
def store_url(server: PostgresServer, shared_url: str) -> Iterator[str]:
    """The URL of an empty store, the same for all tests: it is to be left as it was made."""
    yield shared_url
    server.wipe(shared_url)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with closing(open_store(store_url)) as found:
        yield found


def order(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def remember(store: Store, word: str) -> None:
    with store.write() as work:
        work.operations.remember("word", word)


def recalled(store: Store) -> str | None:
    with store.read() as work:
        return work.operations.recall("word")


@pytest.mark.parametrize("kill", [False, True])
def test_a_server_that_was_started_anew_is_not_noticed(
    server: PostgresServer, store: Store, kill: bool
) -> None:
    remember(store, "before")

    server.stop(kill=kill)
    server.start()

    assert recalled(store) == "before"
    remember(store, "after")
    assert recalled(store) == "after"


def test_a_server_that_is_away_is_told_for_as_long_as_it_is_away(
    server: PostgresServer, store: Store
) -> None:
    remember(store, "before")
    server.stop()
    try:
        for use in (recalled, a_lease):
            with pytest.raises(StoreError, match="cannot be used: No such file"):
                use(store)
    finally:
        server.start()

    assert recalled(store) == "before"


def test_a_transaction_that_loses_its_server_has_written_nothing(
    server: PostgresServer, store: Store
) -> None:
    def lose_it() -> None:
        with store.write() as work:
            work.operations.remember("word", "lost")
            server.stop(kill=True)
            work.operations.remember("word", "lost again")

    try:
        with pytest.raises(StoreError, match=r"stopping|server closed the connection"):
            lose_it()
    finally:
        server.start()

    assert recalled(store) is None


def test_a_commit_that_nobody_answers_is_of_unknown_end(server: PostgresServer, store: Store) -> None:
    def lose_it() -> None:
        with store.write() as work:
            work.operations.remember("word", "lost")
            server.stop(kill=True)

    try:
        with pytest.raises(CommitUnknownError, match="whether it was written is not known"):
            lose_it()
    finally:
        server.start()

    assert recalled(store) in ("lost", None)
    remember(store, "after")


def test_a_deadlock_ends_one_of_two_which_may_begin_again(store: Store) -> None:
    both_hold_one = Barrier(2)

    def write(first: str, second: str) -> bool:
        try:
            with store.write() as work:
                work.operations.remember(first, "yes")
                both_hold_one.wait()
                work.operations.remember(second, "yes")
        except ContentionError:
            return False
        return True

    with ThreadPoolExecutor() as pool:
        done = [pool.submit(write, "a", "b"), pool.submit(write, "b", "a")]
        assert sorted(item.result() for item in done) == [False, True]

    both_hold_one = Barrier(1)
    assert write("b", "a")


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("40001", ContentionError, "changing the same"),
        ("53100", StoreError, "disk of the store .* is full"),
        ("53200", StoreError, "no memory"),
        ("58030", StoreError, "fails to read or write"),
        ("XX001", StoreError, "is damaged"),
        ("57014", StoreError, "took too long"),
        ("42501", StoreError, "not for this user"),
    ],
)
def test_what_the_server_cannot_do_is_told(
    store_url: str, store: Store, code: str, kind: type[StoreError], told: str
) -> None:
    order(
        store_url,
        f"""CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'ada@example.com' USING ERRCODE = '{code}'; END $$""",
        "CREATE TRIGGER fail BEFORE INSERT ON memories EXECUTE FUNCTION fail()",
    )

    with pytest.raises(kind, match=told) as raised:
        remember(store, "no")
    assert "ada" not in str(raised.value)

    order(store_url, "DROP TRIGGER fail ON memories", "DROP FUNCTION fail")
    remember(store, "yes")
    assert recalled(store) == "yes"


def test_a_database_that_only_reads_unless_told_is_told(url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    order(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")

    with closing(open_store(url)) as store:
        remember(store, "yes")
        assert recalled(store) == "yes"


def test_a_wrong_password_is_told_and_not_shown(server: PostgresServer, url: str) -> None:
    rules = server.folder / "data" / "pg_hba.conf"
    rules.write_text("local all guarded scram-sha-256\n" + rules.read_text())
    order(url, "CREATE ROLE guarded LOGIN PASSWORD 'right-secret'", "SELECT pg_reload_conf()")
    guarded = url.replace(f"{USER}@", "guarded:wrong-secret@")

    with pytest.raises(StoreError, match="password authentication failed") as raised:
        open_store(guarded)

    assert "secret" not in str(raised.value)


def test_a_user_who_may_not_make_tables_is_told(server: PostgresServer, url: str) -> None:
    order(url, "CREATE ROLE reader LOGIN")

    with pytest.raises(StoreError, match="privilege"):
        open_store(url.replace(f"{USER}@", "reader@"))


def test_who_only_reads_needs_no_leave_to_write_and_makes_nothing(url: str) -> None:
    order(url, "CREATE ROLE planner LOGIN")
    planner = url.replace(f"{USER}@", "planner@")

    with closing(open_store_to_read(planner)) as store:
        assert recalled(store) is None
    assert check(url).version is None

    with closing(open_store(url)) as store:
        remember(store, "yes")
    order(url, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO planner")
    with closing(open_store_to_read(planner)) as store:
        assert recalled(store) == "yes"


def test_a_database_that_is_not_there_is_told(server: PostgresServer) -> None:
    with pytest.raises(StoreError, match='database "nowhere" does not exist'):
        open_store(server.url("nowhere"))


def test_a_host_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1/jo cannot be used") as raised:
        open_store("postgresql://ada:hush@127.0.0.1:1/jo")

    assert "hush" not in str(raised.value)


def test_a_server_without_a_free_connection_is_told(server: PostgresServer, url: str) -> None:
    order(url, "CREATE ROLE single LOGIN CONNECTION LIMIT 1", "GRANT ALL ON SCHEMA public TO single")
    alone = url.replace(f"{USER}@", "single@")

    with psycopg.connect(alone), pytest.raises(StoreError, match="too many connections"):
        open_store(alone)


def test_a_database_in_another_encoding_is_refused(server: PostgresServer) -> None:
    order(
        server.url(),
        "CREATE DATABASE ascii ENCODING SQL_ASCII LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0",
    )

    with pytest.raises(StoreError, match="SQL_ASCII; a store needs UTF8"):
        open_store(server.url("ascii"))


def test_who_is_stopped_in_the_midst_of_a_transaction_does_not_hold_others(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_module, "IDLE_SECONDS", 0.1)
    with closing(open_store(store_url)) as stopped, closing(open_store(store_url)) as other:
        lease = a_lease(stopped)

        def write_late() -> Lease:
            with stopped.write(lease) as work:
                with other.write() as theirs:  # waits for the row until the server ends the transaction
                    taken = theirs.leases.acquire("send", "worker-2", NOON + 2 * MINUTE, 60)
                assert taken is not None
                assert taken.token == lease.token + 1
                work.operations.remember("word", "late")
            return taken

        with pytest.raises(StoreError, match="was open for too long"):
            write_late()

        assert recalled(other) is None


def test_no_data_stands_in_the_text_of_a_refused_change(store: Store) -> None:
    with pytest.raises(StoreError) as raised, store.write() as work:
        work.ledger.create([an_intent("ada", address="ada@example.com", passage=99)])

    assert "fk_intents_passage" in str(raised.value)
    assert "ada" not in str(raised.value)


def test_a_check_finds_what_leads_nowhere_and_what_is_no_index(url: str) -> None:
    open_store(url).close()
    order(
        url,
        "SET session_replication_role = replica;"
        "INSERT INTO passage_notes (passage, at, step, what, detail) VALUES (99, 0, 'hello', 'took', '')",
    )
    assert check(url).findings == [
        "A row of `passage_notes` (1) refers to a row of `passages` that is not there."
    ]

    order(url, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_passages_contact'::regclass")
    assert check(url).findings == ["The index `ix_passages_contact` is not valid; make it anew with REINDEX."]
