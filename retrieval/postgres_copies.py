"""Which articles of the PostgreSQL archive are near-duplicates of one another."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from retrieval.near_duplicates import LOOKED_AT, bands, story
from retrieval.postgres_database import PostgresDatabase


class PostgresCopies:
    """Near-duplicates, written by whoever writes the articles, within the same transaction; they go with them, too."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._db = database

    def add(self, key: UUID, number: int, signed: bytes) -> None:
        """Puts an article into the story of the one that it resembles most, or begins one of its own."""
        numbers = bands(signed)
        rows = self._db.rows(
            "SELECT story, signature FROM signatures WHERE bands && ?::bigint[] ORDER BY number DESC LIMIT ?",
            *(numbers, LOOKED_AT),
        )
        self._db.run(
            "INSERT INTO signatures VALUES (?, ?, ?, ?::bigint[], ?)",
            *(key, number, story(signed, rows, number), numbers, signed),
        )

    def of(self, keys: Sequence[UUID]) -> dict[str, frozenset[str]]:
        """See `Archive.copies`; `keys` are those of the articles."""
        rows = self._db.rows("SELECT article, story FROM signatures WHERE article = ANY (?::uuid[])", keys)
        stories = dict(rows)
        members: dict[int, dict[UUID, str]] = defaultdict(dict)
        for number, key, article_id in self._db.rows(
            "SELECT story, article, id FROM signatures JOIN articles USING (article) WHERE story = ANY (?::bigint[])",
            list(set(stories.values())),
        ):
            members[number][key] = article_id
        found = {}
        for key, number in stories.items():
            others = {one: article_id for one, article_id in members[number].items() if one != key}
            if others and key in members[number]:
                found[members[number][key]] = frozenset(others.values())
        return found

    def unsigned(self, limit: int) -> list[tuple[UUID, int, str]]:
        """Key, number and text of articles that nobody has looked for copies of, oldest first."""
        return self._db.rows(
            "SELECT a.article, a.number, a.text FROM articles a LEFT JOIN signatures s USING (article)"
            " WHERE s.article IS NULL ORDER BY a.number LIMIT ?",
            limit,
        )
