"""What may be wrong within the PostgreSQL archive, and how it is mended."""
# ruff: noqa: S608  what is put into statements is words of ours, never data

from retrieval.near_duplicates import signature
from retrieval.postgres_copies import PostgresCopies
from retrieval.postgres_database import PostgresDatabase

_AT_ONCE = 500  # articles compared with others in one transaction: a second or so

_SIZES = "WITH sizes AS MATERIALIZED (SELECT article, length(text) AS size FROM articles) "
_OUTSIDE = 'JOIN sizes USING (article) WHERE "start" < 0 OR "start" >= "end" OR "end" > size'

# What an article may have wrong, and where that is looked for. The database sees to it that every part belongs to an
# article, and every statement to a source of the same one.
_DAMAGE = {
    "passages have no vectors": "FROM passages WHERE vector IS NULL OR tokens IS NULL",
    "passages lie outside their article": f"FROM passages {_OUTSIDE}",
    "sentences lie outside their article": f"FROM sentences {_OUTSIDE}",
    "statements lie outside their article": f"FROM statements {_OUTSIDE}",
    "sentences are in no passage of their article": (
        "FROM sentences s WHERE NOT EXISTS (SELECT 1 FROM passages p WHERE p.article = s.article AND p.id = s.passage)"
    ),
    "articles lack passages or sentences": (
        "FROM articles a WHERE passages <> (SELECT count(*) FROM passages p WHERE p.article = a.article)"
        " OR sentences <> (SELECT count(*) FROM sentences s WHERE s.article = a.article)"
    ),
    "sources know their language or statements wrongly": (
        "FROM sources s JOIN articles a USING (article) WHERE s.lang <> a.lang"
        " OR s.statements <> (SELECT count(*) FROM statements t WHERE t.article = s.article AND t.source = s.id)"
    ),
}


class PostgresHealth:
    """Checks and mends an archive's tables."""

    def __init__(self, database: PostgresDatabase, copies: PostgresCopies) -> None:
        self._db = database
        self._copies = copies

    def problems(self) -> list[str]:
        """See `Archive.problems`."""
        checks = {what: f"{_SIZES}SELECT count(*) {where}" for what, where in _DAMAGE.items()}
        checks["articles were never compared with others to find copies"] = (
            "SELECT count(*) FROM articles a LEFT JOIN signatures s USING (article) WHERE s.article IS NULL"
        )
        found = [(self._db.rows(sql)[0][0], what) for what, sql in checks.items()]
        return [f"{number} {what}" for number, what in found if number]

    def damaged(self) -> list[str]:
        """See `Archive.damaged`."""
        keys = " UNION ".join(f"SELECT article {where}" for where in _DAMAGE.values())
        rows = self._db.rows(f"{_SIZES}SELECT id FROM articles WHERE article IN ({keys}) ORDER BY number")
        return [str(row[0]) for row in rows]

    def mend(self) -> None:
        """See `Archive.mend`."""
        done = False
        while not done:
            with self._db.transaction():
                self._db.run("UPDATE counters SET sequence = sequence")  # takes a turn at writing
                unsigned = self._copies.unsigned(_AT_ONCE)
                for key, number, text in unsigned:
                    self._copies.add(key, number, signature(text))
                done = len(unsigned) < _AT_ONCE
