"""Which articles of the SQLite archive are near-duplicates of one another."""
# ruff: noqa: S608  what is put into statements is marks and words of ours, never data

import json
from collections.abc import Sequence

from retrieval.near_duplicates import LOOKED_AT, bands, story
from retrieval.sqlite_database import SqliteDatabase

_UNSIGNED = "articles a LEFT JOIN signatures s ON s.article = a.key WHERE s.article IS NULL"
_ASTRAY = "signature_bands WHERE article NOT IN (SELECT article FROM signatures)"


class SqliteCopies:
    """Near-duplicates, kept in step with the articles by whoever writes them; all within the caller's transaction."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._db = database

    def add(self, key: int, signed: bytes) -> None:
        """Puts an article into the story of the one that it resembles most, or begins one of its own."""
        numbers = bands(signed)
        rows = self._db.rows(
            "SELECT story, signature FROM signatures WHERE article IN (SELECT DISTINCT article FROM signature_bands"
            " WHERE band IN (SELECT value FROM json_each(?)) ORDER BY article DESC LIMIT ?)",
            *(json.dumps(numbers), LOOKED_AT),
        )
        self._db.run("INSERT INTO signatures VALUES (?, ?, ?)", key, story(signed, rows, key), signed)
        self._db.run_many("INSERT OR IGNORE INTO signature_bands VALUES (?, ?)", [(band, key) for band in numbers])

    def remove(self, key: int) -> None:
        """Takes an article out of its story; the others of it stay together."""
        for (signed,) in self._db.rows("SELECT signature FROM signatures WHERE article = ?", key):
            rows = [(band, key) for band in bands(signed)]
            self._db.run_many("DELETE FROM signature_bands WHERE band = ? AND article = ?", rows)
        self._db.run("DELETE FROM signatures WHERE article = ?", key)

    def of(self, article_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """See `Archive.copies`."""
        rows = self._db.rows(
            "SELECT a.id, b.id FROM articles a JOIN signatures s ON s.article = a.key"
            " JOIN signatures t ON t.story = s.story AND t.article <> s.article JOIN articles b ON b.key = t.article"
            " WHERE a.id IN (SELECT value FROM json_each(?))",
            json.dumps(list(article_ids)),
        )
        found: dict[str, set[str]] = {}
        for one, other in rows:
            found.setdefault(one, set()).add(other)
        return {one: frozenset(others) for one, others in found.items()}

    def unsigned(self) -> list[int]:
        """Keys of articles that nobody has looked for copies of."""
        return [int(row[0]) for row in self._db.rows(f"SELECT a.key FROM {_UNSIGNED}")]

    def problems(self) -> list[str]:
        """What is wrong, one line each."""
        found = []
        if unsigned := len(self.unsigned()):
            found.append(f"{unsigned} articles were never compared with others to find copies")
        ((astray,),) = self._db.rows(f"SELECT count(*) FROM {_ASTRAY}")
        if astray:
            found.append(f"{astray} marks of copies belong to no article")
        return found

    def tidy(self) -> None:
        """Takes out what belongs to no article."""
        self._db.run(f"DELETE FROM {_ASTRAY}")
