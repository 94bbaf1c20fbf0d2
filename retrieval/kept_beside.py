"""What a database keeps beside the articles, brought row by row into another one: feeds, jobs, people, answers."""
# ruff: noqa: S608  what is put into statements is words of ours, never data

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from retrieval.database import Database
from retrieval.errors import ArchiveError

_TOGETHER = 20  # rows: the file that an admin has sent may be 20 MB


@dataclass(frozen=True)
class Table:
    """A table that both databases have, its key and its other columns."""

    name: str
    key: tuple[str, ...]
    rest: tuple[str, ...]


# Whatever a row refers to comes first. `marks` and `allowances` are of minutes: they stay behind.
TABLES = [
    Table("feeds", ("url",), ("title", "etag", "last_modified", "next_poll", "failures", "failing_since", "told")),
    Table("entries", ("address",), ("tries", "taken", "tried", "seen")),
    Table(
        "jobs",
        ("id",),
        ("what", "name", "payload", "place", "state", "tries", "claim", "due", "error", "report", "created"),
    ),
    Table("job_articles", ("job", "article"), ("hash", "former", "passages", "statements")),
    Table("people", ("id",), ("language",)),
    Table("chats", ("id",), ("language", "silent", "told", "ingested")),
    Table("answers", ("id",), ("chat", "thread", "person", "message", "answer", "followed", "given")),
    Table("answer_messages", ("chat", "message"), ("answer",)),
    Table("votes", ("answer", "person"), ("useful",)),
    Table("updates", ("id",), ("document", "received", "owner", "due")),
]


def bring(source: Database, target: Database) -> int:
    """Has `target` hold every row of `source`, as it is there; how many it did not hold like that.

    Raises:
        ArchiveError: jobs of `target` have the numbers of other jobs; nothing of those was changed.
    """
    brought = sum(_bring(table, source, target) for table in TABLES)
    if target.shared:  # rows that bring their numbers along do not move what PostgreSQL numbers new ones by
        target.rows("SELECT setval('jobs_id_seq', GREATEST(last_value, (SELECT max(id) FROM jobs))) FROM jobs_id_seq")
    return brought


def _bring(table: Table, source: Database, target: Database) -> int:
    columns = (*table.key, *table.rest)
    changes = ", ".join(f"{name} = excluded.{name}" for name in table.rest)
    sql = (
        f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {changes}"
    )
    brought = 0
    size = len(table.key)
    for rows in _pages(table, source):
        there = {row[:size]: row for row in _between(table, target, rows[0][:size], rows[-1][:size])}
        new = [row for row in rows if there.get(row[:size]) != row]
        if table.name == "jobs":
            _refuse_others(columns, new, there)
        with target.transaction():
            target.run_many(sql, new)
        brought += len(new)
    return brought


def _pages(table: Table, database: Database) -> Iterator[list[tuple[Any, ...]]]:
    key = ", ".join(table.key)
    sql = f"SELECT {', '.join((*table.key, *table.rest))} FROM {table.name}"
    after = f"WHERE ({key}) > ({', '.join('?' * len(table.key))})"
    end = f"ORDER BY {key} LIMIT {_TOGETHER}"
    rows = database.rows(f"{sql} {end}")
    while rows:
        yield rows
        rows = database.rows(f"{sql} {after} {end}", *rows[-1][: len(table.key)])


def _between(table: Table, database: Database, first: tuple[Any, ...], last: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    key, marks = ", ".join(table.key), ", ".join("?" * len(table.key))
    sql = f"SELECT {', '.join((*table.key, *table.rest))} FROM {table.name}"
    return database.rows(f"{sql} WHERE ({key}) >= ({marks}) AND ({key}) <= ({marks})", *first, *last)


def _refuse_others(
    columns: tuple[str, ...], jobs: list[tuple[Any, ...]], there: dict[tuple[Any, ...], tuple[Any, ...]]
) -> None:
    created = columns.index("created")
    for job in jobs:
        other = there.get(job[:1])
        if other and other[created] != job[created]:
            raise ArchiveError(
                f"Job {job[0]} is another one where the copy is to be: bring what waits there into the archive, and"
                " copy into one that no bot has worked with."
            )
