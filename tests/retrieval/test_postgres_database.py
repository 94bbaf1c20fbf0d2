"""A PostgreSQL database: any thread, any number of bots; what is wrong is one line, and what was away comes back."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from ingest.queue import Queue
from retrieval.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ArchiveUnwritable, UsageError
from retrieval.postgres_archive import PostgresArchive
from retrieval.postgres_database import PostgresDatabase, translated
from retrieval.types import Article
from tests.fakes import prepare
from tests.postgres import PASSWORD, Server, running_server

LEASE = timedelta(seconds=30)


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database() as address:
        yield address


@pytest.fixture
def empty(postgres: Server) -> Iterator[str]:
    """The address of a database without any table."""
    with postgres.database(empty=True) as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[PostgresDatabase]:
    opened = PostgresDatabase(url)
    yield opened
    opened.close()


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def refused(url: str, kind: type[Exception], pattern: str) -> str:
    """What an admin reads when the database does not open."""
    with pytest.raises(kind, match=pattern) as caught:
        PostgresDatabase(url)
    message = str(caught.value)
    assert "\n" not in message
    return message


# --- statements


@pytest.mark.parametrize(
    ("sql", "theirs"),
    [
        ("SELECT ?", "SELECT %s"),
        ("SELECT '?' || ?", "SELECT '?' || %s"),
        ("SELECT 'it''s ?', ?", "SELECT 'it''s ?', %s"),
        ('SELECT "a?""?" FROM t WHERE b = ?', 'SELECT "a?""?" FROM t WHERE b = %s'),
        ("SELECT 5 % ?, '50 %'", "SELECT 5 %% %s, '50 %%'"),
        ("SELECT ? -- really?\n, ?", "SELECT %s -- really?\n, %s"),
    ],
)
def test_only_marks_that_stand_for_a_value_are_translated(sql: str, theirs: str) -> None:
    assert translated(sql) == theirs.encode()


def test_values_and_literals_come_back_as_they_were_given(database: PostgresDatabase) -> None:
    given = ["قال «نعم» ?", "'; DROP TABLE jobs; --", "50 % %s", 2**40, -5, 1.25, b"\0\xff", None]
    sql = "SELECT ?::text, ?::text, ?::text, ?::bigint, ?::bigint, ?::float8, ?::bytea, ?::text"
    assert database.rows(sql, *given) == [tuple(given)]
    assert database.rows("SELECT 'what? 100 %', ?::text", "Что?") == [("what? 100 %", "Что?")]
    assert database.rows("SELECT 'what? 100 %'") == [("what? 100 %",)]


def test_a_change_says_how_many_rows_it_changed(database: PostgresDatabase) -> None:
    database.run_many("INSERT INTO people VALUES (?, ?)", [(n, "ar") for n in range(5)])
    assert database.run("UPDATE people SET language = ? WHERE id < ?", "ru", 3) == 3
    assert database.run("DELETE FROM people WHERE id = ?", 99) == 0
    assert database.rows("SELECT count(*) FROM people WHERE language = ?", "ru") == [(3,)]


def test_a_text_that_postgresql_cannot_hold_is_said(database: PostgresDatabase) -> None:
    with pytest.raises(ArchiveError, match="NUL"):
        database.run("INSERT INTO people VALUES (1, ?)", "a\0b")


# --- transactions


def test_a_transaction_is_done_whole_or_not_at_all(database: PostgresDatabase) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.run("INSERT INTO people VALUES (1, 'ar')")
        assert database.rows("SELECT count(*) FROM people") == [(1,)]
        _ = 1 / 0
    assert database.rows("SELECT count(*) FROM people") == [(0,)]
    with database.transaction():
        database.run("INSERT INTO people VALUES (1, 'ar')")
    assert database.rows("SELECT count(*) FROM people") == [(1,)]


def test_a_transaction_within_another_may_fail_alone(database: PostgresDatabase) -> None:
    with database.transaction():
        database.run("INSERT INTO people VALUES (1, 'ar')")
        with pytest.raises(ArchiveError, match="duplicate key"), database.transaction():
            database.run("INSERT INTO people VALUES (2, 'ru')")
            database.run("INSERT INTO people VALUES (1, 'en')")
        database.run("INSERT INTO people VALUES (3, 'en')")
    assert database.rows("SELECT id FROM people ORDER BY id") == [(1,), (3,)]


def test_other_threads_see_nothing_of_a_transaction_and_do_not_wait_for_it(database: PostgresDatabase) -> None:
    with ThreadPoolExecutor(1) as other, database.transaction():
        database.run("INSERT INTO people VALUES (1, 'ar')")
        assert other.submit(database.rows, "SELECT count(*) FROM people").result(5) == [(0,)]
    assert database.rows("SELECT count(*) FROM people") == [(1,)]


def test_many_more_threads_than_connections_all_get_their_turn(database: PostgresDatabase) -> None:
    def work(n: int) -> None:
        with database.transaction():
            database.run("INSERT INTO people VALUES (?, 'ar')", n)
            time.sleep(0.01)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(work, range(200)))
    assert database.rows("SELECT count(*) FROM people") == [(200,)]


def test_who_waits_too_long_for_another_writer_is_told_to_try_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.postgres_database._SETTINGS", b"SET lock_timeout = '100ms'")
    database = PostgresDatabase(url)
    database.run("INSERT INTO people VALUES (1, 'ar')")
    with ThreadPoolExecutor(1) as other, database.transaction():
        database.run("UPDATE people SET language = 'ru'")
        waiting = other.submit(database.run, "UPDATE people SET language = 'en'")
        with pytest.raises(ArchiveBusy, match="Try again later"):
            waiting.result(5)
    database.close()


def test_who_waits_too_long_for_a_free_connection_is_told_so(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.postgres_database._CONNECTIONS", 1)
    monkeypatch.setattr("retrieval.postgres_database._WAIT_SECONDS", 0.3)
    database = PostgresDatabase(url)
    with ThreadPoolExecutor(1) as other, database.transaction():
        database.rows("SELECT 1")
        with pytest.raises(ArchiveBusy, match="All connections"):
            other.submit(database.rows, "SELECT 1").result(5)
    assert database.rows("SELECT 1") == [(1,)]
    database.close()


def test_a_worker_in_the_middle_of_claiming_keeps_nobody_waiting(database: PostgresDatabase, url: str) -> None:
    queue, other = Queue(database), PostgresDatabase(url)
    first, second = queue.add("url", "a"), queue.add("url", "b")
    with database.transaction():
        claimed = queue.claim(LEASE)
        assert claimed and claimed.id == first.id
        started = time.monotonic()
        beside = Queue(other).claim(LEASE)
        assert beside and beside.id == second.id
        assert Queue(other).claim(LEASE) is None
        assert time.monotonic() - started < 2
    other.close()


# --- what is wrong at the start


@pytest.mark.parametrize(
    "url",
    [
        "mysql://qawl:s3cret@127.0.0.1/qawl",
        "qawl",
        "postgresql://qawl:s3cret@127.0.0.1:s3cret/qawl",
        "postgresql://qawl:s3%cret@127.0.0.1/qawl",
        "postgresql://qawl:secret@s3cret@127.0.0.1/qawl",
        "postgresql://qawl:s3cret/secret@127.0.0.1/qawl",
        "postgresql://qawl@127.0.0.1/qawl?s3cret=1",
    ],
)
def test_what_is_no_address_is_said_with_its_form_and_without_the_password(url: str) -> None:
    message = refused(url, UsageError, "postgresql://USER:PASSWORD@HOST")
    assert "s3cret" not in message


def test_a_password_is_taken_and_a_wrong_one_is_said_without_it(postgres: Server, url: str) -> None:
    name = name_of(url)
    postgres.run(f"CREATE ROLE guarded LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
    try:
        address = "postgresql://guarded:{}@127.0.0.1:{}/{}"
        PostgresDatabase(address.format(quote(PASSWORD, safe=""), postgres.port, name)).close()
        wrong = refused(address.format("wr0ng", postgres.port, name), ArchiveError, "password authentication failed")
        assert "wr0ng" not in wrong
        assert f"{name} at 127.0.0.1:{postgres.port}" in wrong
        assert "QAWL_DATABASE_URL" in wrong
        refused(f"postgresql://guarded@127.0.0.1:{postgres.port}/{name}", ArchiveError, "no password supplied")
    finally:
        postgres.run("DROP ROLE guarded")


def test_a_user_or_a_database_that_is_not_there_is_said(postgres: Server, url: str) -> None:
    refused(postgres.url(name_of(url), user="nobody-here"), ArchiveError, 'role "nobody-here" does not exist')
    refused(postgres.url("nothing-here"), ArchiveError, 'database "nothing-here" does not exist')


def test_a_server_that_is_away_is_said(unused_port: int) -> None:
    message = refused(f"postgresql://u:s3cret@127.0.0.1:{unused_port}/qawl", ArchiveBusy, "refused")
    assert f"qawl at 127.0.0.1:{unused_port} does not answer" in message
    assert "s3cret" not in message


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_without_pgvector_is_said(empty: str) -> None:
    message = refused(f"{empty}?options=-cextension_control_path%3D/nowhere", ArchiveError, "has no pgvector")
    assert "install" in message


def test_a_user_who_may_not_add_pgvector_is_said_what_to_ask_for(postgres: Server, empty: str) -> None:
    name = name_of(empty)
    postgres.run("CREATE ROLE humble LOGIN")
    try:
        postgres.run("GRANT CREATE ON SCHEMA public TO humble", name)
        address = postgres.url(name, user="humble")
        refused(address, ArchiveUnwritable, "administrator run CREATE EXTENSION vector")
        postgres.run("CREATE EXTENSION vector", name)
        database = PostgresDatabase(address)
        PostgresArchive(database).put([prepare(Article(id="a", text="Said."))])
        database.close()
    finally:
        postgres.run("DROP OWNED BY humble", name)
        postgres.run("DROP ROLE humble")


def test_a_user_who_may_make_no_tables_is_said(postgres: Server, empty: str) -> None:
    postgres.run("CREATE EXTENSION vector", name_of(empty))
    postgres.run("CREATE ROLE reader LOGIN")
    try:
        refused(postgres.url(name_of(empty), user="reader"), ArchiveUnwritable, "permission denied for schema public")
    finally:
        postgres.run("DROP ROLE reader")


def test_a_user_who_may_only_read_and_write_is_enough_once_the_tables_are_there(postgres: Server, url: str) -> None:
    name = name_of(url)
    postgres.run("CREATE ROLE writer LOGIN")
    try:
        postgres.run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO writer", name)
        database = PostgresDatabase(postgres.url(name, user="writer"))
        archive = PostgresArchive(database)
        archive.put([prepare(Article(id="a", text="Said."))])
        assert Queue(database).add("url", "a").state == "waiting"
        assert archive.problems() == []
        assert archive.delete(["a"]) == ["a"]
        assert archive.counts().bytes > 0
        database.close()
    finally:
        postgres.run("DROP OWNED BY writer", name)
        postgres.run("DROP ROLE writer")


def test_a_pgvector_without_half_precision_is_said(postgres: Server, empty: str) -> None:
    name = name_of(empty)
    postgres.run("CREATE EXTENSION vector; ALTER EXTENSION vector DROP TYPE halfvec", name)
    postgres.run("ALTER TYPE halfvec RENAME TO other", name)
    refused(empty, ArchiveError, r"older than 0\.7")


def test_a_database_in_another_encoding_is_said(postgres: Server) -> None:
    postgres.run("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    try:
        refused(postgres.url("latin"), ArchiveError, "LATIN1")
    finally:
        postgres.run("DROP DATABASE latin")


def test_a_database_of_a_newer_qawl_is_left_alone(postgres: Server, url: str) -> None:
    postgres.run("UPDATE schema_version SET version = 999", name_of(url))
    refused(url, ArchiveError, "newer Qawl: update this one")
    assert postgres.run("SELECT version FROM schema_version", name_of(url)) == [(999,)]


def test_a_database_with_somebody_elses_tables_is_left_alone(postgres: Server, empty: str) -> None:
    name = name_of(empty)
    postgres.run("CREATE TABLE articles (title text); INSERT INTO articles VALUES ('mine')", name)
    refused(empty, ArchiveDamaged, "left as they are")
    assert postgres.run("SELECT title FROM articles", name) == [("mine",)]
    assert postgres.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [(1,)]


def test_a_standby_that_can_only_be_read_is_said(postgres: Server, url: str) -> None:
    postgres.run(f"ALTER DATABASE {name_of(url)} SET default_transaction_read_only = on")
    database = PostgresDatabase(url)
    assert database.rows("SELECT count(*) FROM people") == [(0,)]
    with pytest.raises(ArchiveUnwritable, match="primary"):
        database.run("INSERT INTO people VALUES (1, 'ar')")
    database.close()


# --- migrations


def test_bots_that_start_at_once_make_the_tables_once(empty: str) -> None:
    def start(_: int) -> str:
        database = PostgresDatabase(empty)
        identity = PostgresArchive(database).identity
        database.close()
        return identity

    with ThreadPoolExecutor(6) as pool:
        identities = set(pool.map(start, range(6)))
    assert len(identities) == 1
    assert re.fullmatch("[0-9a-f]{32}", identities.pop())


def test_an_older_database_is_brought_up_to_date_with_all_it_holds(
    postgres: Server, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from importlib import resources

    migrations = resources.files("retrieval") / "migrations" / "postgres"
    scripts = sorted((one for one in migrations.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    first = scripts[0].read_text(encoding="utf-8")
    postgres.run(f"{first}; CREATE TABLE schema_version (version bigint NOT NULL)", name_of(empty))
    postgres.run("INSERT INTO schema_version VALUES (1)", name_of(empty))
    postgres.run("INSERT INTO wishes VALUES (gen_random_uuid(), 'من قال؟', 'ar', 3, '2024')", name_of(empty))
    for _ in range(2):  # a migration is applied once
        database = PostgresDatabase(empty)
        assert [(one.question, one.times) for one in PostgresArchive(database).wishes()] == [("من قال؟", 3)]
        assert Queue(database).jobs() == []
        database.close()
    assert postgres.run("SELECT version FROM schema_version", name_of(empty)) == [(len(scripts),)]


# --- what goes wrong in the middle


def end_all_connections(postgres: Server, url: str) -> None:
    ended = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name_of(url)}'"
    assert all(done for (done,) in postgres.run(ended))


def test_connections_that_the_server_closed_meanwhile_are_replaced_unnoticed(
    database: PostgresDatabase, postgres: Server, url: str
) -> None:
    with ThreadPoolExecutor(6) as pool:  # several connections
        list(pool.map(lambda _: database.rows("SELECT pg_sleep(0.1)"), range(6)))
    end_all_connections(postgres, url)
    assert [database.rows("SELECT 1") for _ in range(10)] == [[(1,)]] * 10


def test_a_transaction_whose_connection_was_cut_is_said_and_the_next_one_works(
    database: PostgresDatabase, postgres: Server, url: str
) -> None:
    with pytest.raises(ArchiveBusy, match="does not answer") as caught, database.transaction():
        database.run("INSERT INTO people VALUES (1, 'ar')")
        end_all_connections(postgres, url)
        database.run("INSERT INTO people VALUES (2, 'ar')")
    assert "\n" not in str(caught.value)
    with database.transaction():
        database.run("INSERT INTO people VALUES (3, 'ar')")
    assert database.rows("SELECT id FROM people") == [(3,)]


def test_a_server_that_goes_away_is_said_and_used_again_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retrieval.postgres_database._WAIT_SECONDS", 1)
    with running_server() as own, own.database() as url:
        database = PostgresDatabase(url)
        archive = PostgresArchive(database)
        archive.put([prepare(Article(id="a", text="قال."))])
        own.stop()
        for _ in range(3):
            with pytest.raises(ArchiveBusy, match=r"does not answer: .*refused") as caught:
                archive.sequence()
            assert "\n" not in str(caught.value)
        own.start()
        deadline = time.monotonic() + 20
        while True:
            try:
                assert archive.sequence() == 1
                break
            except ArchiveBusy:
                assert time.monotonic() < deadline, "it does not come back"
        archive.put([prepare(Article(id="b", text="Сказал."))])
        assert [one.id for one in archive.articles()] == ["a", "b"]
        database.close()


def test_who_waits_while_the_server_restarts_gets_an_answer() -> None:
    with running_server() as own, own.database() as url:
        database = PostgresDatabase(url)
        own.stop()
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(database.rows, "SELECT 1")
            time.sleep(1)
            own.start()
            assert waiting.result() == [(1,)]
        database.close()


def test_a_closed_database_says_so(url: str) -> None:
    database = PostgresDatabase(url)
    database.close()
    database.close()
    with pytest.raises(ArchiveError, match="closed"):
        database.rows("SELECT 1")
