"""Duties: one process leads, another one takes over when it ends, however it ends."""

import multiprocessing
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from retrieval.errors import ArchiveError
from retrieval.postgres_database import PostgresDatabase
from retrieval.sqlite_database import SqliteDatabase
from tests.postgres import Server, running_server

SECONDS = 30  # in which a busy machine notices that a process has died


@pytest.fixture
def databases(postgres: Server) -> Iterator[list[PostgresDatabase]]:
    with postgres.database() as url:
        opened = [PostgresDatabase(url) for _ in range(3)]
        yield opened
        for one in opened:
            one.close()


def until_leading(database: PostgresDatabase) -> None:
    deadline = time.monotonic() + SECONDS
    while not database.duties.leads("feeds"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_one_leads_as_long_as_it_is_there(databases: list[PostgresDatabase]) -> None:
    first, second, third = databases
    assert [one.duties.leads("feeds") for one in (first, second, first, third, first)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert second.duties.leads("reports"), "each duty is led for itself"
    assert not first.duties.leads("reports")
    first.close()
    until_leading(third)
    assert not second.duties.leads("feeds")


def test_many_take_part_and_whoever_asks_knows_of_it(databases: list[PostgresDatabase]) -> None:
    bot, *workers = databases
    assert not bot.duties.others_do("ingest")
    for one in workers:
        for _ in range(3):
            one.duties.takes_part("ingest")
    assert bot.duties.others_do("ingest")
    workers[0].close()
    time.sleep(0.2)
    assert bot.duties.others_do("ingest")
    workers[1].close()
    deadline = time.monotonic() + SECONDS
    while bot.duties.others_do("ingest"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_of_many_that_try_at_once_one_leads(databases: list[PostgresDatabase]) -> None:
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda one=one: found.append(one.duties.leads("feeds"))) for one in databases * 3
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert found.count(True) == 3, "the threads of one process"
    assert sum(one.duties.leads("feeds") for one in databases) == 1


def test_databases_of_one_server_have_duties_of_their_own(postgres: Server, databases: list[PostgresDatabase]) -> None:
    databases[0].duties.takes_part("ingest")
    with postgres.database() as url:
        other = PostgresDatabase(url)
        assert not other.duties.others_do("ingest")
        assert other.duties.leads("ingest")
        other.close()


def lead_until_killed(url: str, pipe: Connection) -> None:
    database = PostgresDatabase(url)
    pipe.send(database.duties.leads("feeds"))
    threading.Event().wait()


def test_another_one_takes_over_when_the_leader_is_killed(postgres: Server, databases: list[PostgresDatabase]) -> None:
    context = multiprocessing.get_context("spawn")
    pipe, childs = context.Pipe(duplex=False)
    name = databases[0].where.partition(" ")[0]
    leader = context.Process(target=lead_until_killed, args=(postgres.url(name), childs))
    leader.start()
    assert pipe.recv()
    assert not databases[0].duties.leads("feeds")
    leader.kill()
    leader.join()
    until_leading(databases[0])


def test_a_server_that_is_restarted_has_one_leader_again() -> None:
    with running_server() as server, server.database() as url:
        first, second = PostgresDatabase(url), PostgresDatabase(url)
        assert first.duties.leads("feeds")
        second.duties.takes_part("ingest")
        server.stop()
        with pytest.raises(ArchiveError, match="does not answer"):
            first.duties.leads("feeds")
        server.start()
        assert not first.duties.others_do("ingest")
        second.duties.takes_part("ingest")
        assert first.duties.others_do("ingest")
        assert second.duties.leads("feeds")
        assert not first.duties.leads("feeds")
        first.close()
        second.close()


def test_whoever_has_a_folder_does_everything(tmp_path: Path) -> None:
    first, second = SqliteDatabase(tmp_path), SqliteDatabase(tmp_path)
    second.duties.takes_part("ingest")
    assert [one.duties.leads("feeds") for one in (first, second)] == [True, True]
    assert not first.duties.others_do("ingest")
    first.close()
    second.close()
