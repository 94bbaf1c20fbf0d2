"""What may be wrong within the SQLite archive, and how it is mended."""
# ruff: noqa: S608  what is put into statements is words of ours, never data

from retrieval.near_duplicates import signature
from retrieval.sqlite_copies import SqliteCopies
from retrieval.sqlite_database import SqliteDatabase

_AT_ONCE = 500  # articles compared with others in one transaction: a second or so

_SIZES = "WITH sizes AS MATERIALIZED (SELECT key, length(document ->> 'text') AS size FROM articles) "
_OUTSIDE = 'part JOIN sizes ON key = article WHERE "start" < 0 OR "start" >= "end" OR "end" > size'

# What an article may have wrong, and where that is looked for: what is counted, and rows with the article's key.
_DAMAGE = {
    "passages have no vectors": (
        "*",
        "FROM passages p LEFT JOIN vectors v ON v.passage = p.id LEFT JOIN token_vectors t ON t.passage = p.id"
        " WHERE v.passage IS NULL OR t.passage IS NULL",
    ),
    "passages lie outside their article": ("*", f"FROM passages {_OUTSIDE}"),
    "sentences lie outside their article": ("*", f"FROM sentences {_OUTSIDE}"),
    "statements lie outside their article": ("*", f"FROM statements {_OUTSIDE}"),
    "articles were taken in by an earlier Qawl that knew no statements": (
        "DISTINCT article",
        "FROM sentences WHERE passage IS NULL",
    ),
    "sentences are in no passage of their article": (
        "*",
        "FROM sentences s WHERE s.passage IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM passages p WHERE p.id = s.passage AND p.article = s.article)",
    ),
    "statements are of nobody in their article": (
        "*",
        "FROM statements t WHERE t.source IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM sources s WHERE s.id = t.source AND s.article = t.article)",
    ),
    "sources know their language or statements wrongly": (
        "*",
        "FROM sources s JOIN articles a ON a.key = s.article WHERE s.lang <> a.lang"
        " OR s.statements <> (SELECT count(*) FROM statements t WHERE t.source = s.id AND t.article = s.article)",
    ),
}


class SqliteHealth:
    """Checks and mends an archive's database."""

    def __init__(self, database: SqliteDatabase, copies: SqliteCopies) -> None:
        self._db = database
        self._copies = copies

    def problems(self) -> list[str]:
        """See `Archive.problems`."""
        found = [str(row[0]) for row in self._db.rows("PRAGMA integrity_check") if row[0] != "ok"]
        for what, (counted, where) in _DAMAGE.items():
            ((number,),) = self._db.rows(f"{_SIZES}SELECT count({counted}) {where}")
            if number:
                found.append(f"{number} {what}")
        orphans = [str(row[0]) for row in self._db.rows("PRAGMA foreign_key_check")]
        found += [f"{orphans.count(table)} {table} belong to nothing" for table in sorted(set(orphans))]
        return found + self._copies.problems()

    def damaged(self) -> list[str]:
        """See `Archive.damaged`."""
        keys = " UNION ".join(f"SELECT article {where}" for _, where in _DAMAGE.values())
        rows = self._db.rows(f"{_SIZES}SELECT id FROM articles WHERE key IN ({keys}) ORDER BY key")
        return [str(row[0]) for row in rows]

    def mend(self) -> None:
        """See `Archive.mend`."""
        with self._db.transaction():
            self._take_out_orphans()
            self._copies.tidy()
        unsigned = self._copies.unsigned()
        for start in range(0, len(unsigned), _AT_ONCE):
            with self._db.transaction():
                for key in unsigned[start : start + _AT_ONCE]:
                    for (text,) in self._db.rows("SELECT document ->> 'text' FROM articles WHERE key = ?", key):
                        self._copies.add(key, signature(text))

    def _take_out_orphans(self) -> None:
        while tables := {(str(row[0]), row[3]) for row in self._db.rows("PRAGMA foreign_key_check")}:
            for table, number in tables:  # what hangs on an orphan is one in the next round
                keys = {row[0]: row[2:5] for row in self._db.rows(f"PRAGMA foreign_key_list({table})")}
                parent, own, other = keys[number]
                self._db.run(f"DELETE FROM {table} WHERE {own} NOT IN (SELECT {other} FROM {parent})")
