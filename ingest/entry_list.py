"""The addresses that feeds have listed and that were tried: none is read twice for nothing."""
# ruff: noqa: S608  what is put into statements is marks and words of ours, never data

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from retrieval.database import Database

# A page that cannot be read is tried again after an hour and after a day: a server that is down over a weekday's night
# costs no article, and one that never answers is asked three times.
_WAITS = (timedelta(hours=1), timedelta(days=1))
MAX_TRIES = len(_WAITS) + 1

KEEP = timedelta(days=90)  # since it was last listed: longer than feeds list anything; sitemaps may list it for ever
_DAY = timedelta(days=1)  # how exactly `seen` is kept; each poll of a large sitemap would write all of it otherwise

_GROUP = 500  # values in one IN (…): SQLite may be built with 999 parameters


class EntryList:
    """The tried addresses of a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def taken(self, address: str, now: datetime) -> None:
        """Remembers that an address was read and need not be again."""
        self._db.run(
            "INSERT INTO entries VALUES (?, 0, 1, ?, ?) ON CONFLICT (address) DO UPDATE SET"
            " taken = 1, tried = excluded.tried, seen = excluded.seen",
            *(address, now.timestamp(), now.timestamp()),
        )

    def failed(self, address: str, now: datetime) -> None:
        """Counts a try that gave no article."""
        self._db.run(
            "INSERT INTO entries VALUES (?, 1, 0, ?, ?) ON CONFLICT (address) DO UPDATE SET"
            " tries = entries.tries + 1, tried = excluded.tried, seen = excluded.seen",
            *(address, now.timestamp(), now.timestamp()),
        )

    def known(self, addresses: Sequence[str], now: datetime) -> tuple[set[str], bool]:
        """Those that need not be read now, and whether one of them is to be tried again at another time."""
        known: set[str] = set()
        left = False
        for group in _groups(addresses):
            marks = ",".join("?" * len(group))
            rows = self._db.rows(f"SELECT address, tries, taken, tried FROM entries WHERE address IN ({marks})", *group)
            for address, tries, taken, tried in rows:
                over = taken or tries >= MAX_TRIES
                if over or now.timestamp() < tried + _WAITS[tries - 1].total_seconds():
                    known.add(str(address))
                    left |= not over
            self._db.run(
                f"UPDATE entries SET seen = ? WHERE seen < ? AND address IN ({marks})",
                *(now.timestamp(), (now - _DAY).timestamp(), *group),
            )
        return known, left

    def forget(self, now: datetime) -> int:
        """Takes out what no feed has listed for a long time; how many."""
        return self._db.run("DELETE FROM entries WHERE seen < ?", (now - KEEP).timestamp())


def _groups(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _GROUP):
        yield values[start : start + _GROUP]
