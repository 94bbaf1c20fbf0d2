"""One file, many threads: whoever reads waits for nobody, and sees whole transactions only."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.errors import ArchiveError
from retrieval.sqlite_database import SqliteDatabase

_WISHES = "SELECT question FROM wishes ORDER BY question"
_WISH = "INSERT INTO wishes VALUES (?, 'en', 1, '')"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with closing(SqliteDatabase(tmp_path)) as opened:
        yield opened


def test_who_reads_does_not_wait_for_who_writes_and_sees_what_was_committed(database: SqliteDatabase) -> None:
    database.run(_WISH, "first")
    with ThreadPoolExecutor(1) as other, database.transaction():
        database.run(_WISH, "second")
        assert database.rows(_WISHES) == [("first",), ("second",)], "the writer sees what it has written"
        assert other.submit(database.rows, _WISHES).result(timeout=10) == [("first",)]
    assert database.rows(_WISHES) == [("first",), ("second",)]


def test_what_was_rolled_back_was_never_there(database: SqliteDatabase) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.run(_WISH, "never")
        assert database.rows(_WISHES) == [("never",)]
        raise ZeroDivisionError
    assert database.rows(_WISHES) == []


def test_a_transaction_within_another_is_a_part_that_may_fail_alone(database: SqliteDatabase) -> None:
    with database.transaction():
        database.run(_WISH, "before")
        with pytest.raises(ZeroDivisionError), database.transaction():
            database.run(_WISH, "never")
            raise ZeroDivisionError
        with database.transaction():
            database.run(_WISH, "within")
        assert database.rows(_WISHES) == [("before",), ("within",)]
    assert database.rows(_WISHES) == [("before",), ("within",)]


def test_a_part_that_was_done_is_undone_with_the_whole(database: SqliteDatabase) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction():
        with database.transaction():
            database.run(_WISH, "never")
        raise ZeroDivisionError
    assert database.rows(_WISHES) == []


def test_many_threads_read_at_once_while_one_writes(database: SqliteDatabase) -> None:
    pairs = 50
    done = threading.Event()

    def write() -> None:
        try:
            for number in range(pairs):
                with database.transaction():
                    database.run(_WISH, f"{number} a")
                    database.run(_WISH, f"{number} b")
        finally:
            done.set()

    def read() -> int:
        looks = 0
        while not done.is_set() or not looks:
            assert len(database.rows(_WISHES)) % 2 == 0, "half a transaction was seen"
            looks += 1
        return looks

    with ThreadPoolExecutor(9) as pool:
        writer = pool.submit(write)
        readers = [pool.submit(read) for _ in range(8)]
        assert all(one.result(timeout=60) for one in readers)
        writer.result(timeout=60)
    assert len(database.rows(_WISHES)) == 2 * pairs


def test_nothing_is_written_by_reading(database: SqliteDatabase) -> None:
    with pytest.raises(ArchiveError, match="cannot be written"):
        database.rows("DELETE FROM wishes RETURNING question")


def test_a_closed_database_is_not_opened_again(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path)
    database.rows(_WISHES)
    database.close()
    with pytest.raises(ArchiveError, match="closed"):
        database.rows(_WISHES)


def test_who_reads_while_it_is_closed_leaves_nothing_open(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path)
    with database._reading() as connection:
        database.close()
        connection.execute("SELECT 1")
    with pytest.raises(Exception, match="closed"):
        connection.execute("SELECT 1")
