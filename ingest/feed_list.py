"""The feeds that are read by a schedule, kept in the database."""
# ruff: noqa: S608  what is put into statements is words of ours, never data

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.feeds import Feed
from retrieval.database import Database

_COLUMNS = "url, title, etag, last_modified, next_poll, failures, failing_since, told"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FeedList:
    """The feeds of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, feed: Feed) -> bool:
        """Puts a new feed on the list; False when its URL is there already, and that one stays as it is."""
        sql = f"INSERT INTO feeds ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO NOTHING"
        return self._db.run(sql, *_row(feed)) == 1

    def remove(self, url: str) -> bool:
        """Takes a feed off the list; False when it is not there."""
        return self._db.run("DELETE FROM feeds WHERE url = ?", url) == 1

    def all(self) -> list[Feed]:
        """Every feed, by URL."""
        return [_feed(row) for row in self._db.rows(f"SELECT {_COLUMNS} FROM feeds ORDER BY url")]

    def due(self, now: datetime) -> list[Feed]:
        """The feeds whose time has come, those that have waited longest first."""
        sql = f"SELECT {_COLUMNS} FROM feeds WHERE next_poll <= ? ORDER BY next_poll, url"
        return [_feed(row) for row in self._db.rows(sql, _seconds(now))]

    def claim(self, feed: Feed, now: datetime, until: datetime) -> bool:
        """Has a due feed polled by nobody else before `until`; False when somebody else was faster."""
        sql = "UPDATE feeds SET next_poll = ? WHERE url = ? AND next_poll <= ?"
        return self._db.run(sql, _seconds(until), feed.url, _seconds(now)) == 1

    def save(self, feed: Feed) -> bool:
        """Writes down where a feed's polling stands; False when it was taken off the list meanwhile.

        Whether admins know that it fails is forgotten when it does not; else it is for `tell` to say.
        """
        names = _COLUMNS.split(", ")[1:-1]
        told = "told = CASE WHEN CAST(? AS DOUBLE PRECISION) IS NULL THEN 0 ELSE told END"
        sql = f"UPDATE feeds SET {', '.join(f'{name} = ?' for name in names)}, {told} WHERE url = ?"
        url, *rest, failing_since, _ = _row(feed)
        return self._db.run(sql, *rest, failing_since, failing_since, url) == 1

    def tell(self, url: str) -> None:
        """Remembers that admins know that a feed fails."""
        self._db.run("UPDATE feeds SET told = 1 WHERE url = ?", url)


def _row(feed: Feed) -> tuple[object, ...]:
    since = None if feed.failing_since is None else _seconds(feed.failing_since)
    polling = (feed.etag, feed.last_modified, _seconds(feed.next_poll), feed.failures, since, int(feed.told))
    return (feed.url, feed.title, *polling)


def _feed(row: Sequence[Any]) -> Feed:
    url, title, etag, last_modified, next_poll, failures, since, told = row
    failing_since = None if since is None else _time(since)
    return Feed(url, title, etag, last_modified, _time(next_poll), failures, failing_since, bool(told))


def _seconds(time: datetime) -> float:
    return (time - _EPOCH).total_seconds()


def _time(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)  # `fromtimestamp` refuses the year 1 on some platforms
