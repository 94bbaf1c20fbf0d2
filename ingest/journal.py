"""What each job puts into the archive, written before it is put: enough to take it back, and to count it once."""

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.archive import Prepared
from retrieval.database import Database
from retrieval.types import Article


@dataclass(frozen=True)
class Entry:
    """An article that a job put, by id and content hash, and the version that it replaced, if any."""

    article_id: str
    hash: str
    former: Article | None


@dataclass(frozen=True)
class Stored:
    """How much a job has put into the archive, all its tries together."""

    added: int = 0
    updated: int = 0
    passages: int = 0
    statements: int = 0


class Journal:
    """The articles of jobs in a database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, job_id: int, prepared: Sequence[Prepared], former: Sequence[Article | None]) -> None:
        """Writes down what is about to be put, and what is there now.

        Of an article that the job has put before, the version from before the job stays.
        """
        with self._db.transaction():
            self._db.run_many(
                "INSERT INTO job_articles VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (job, article) DO UPDATE SET"
                " hash = excluded.hash, passages = excluded.passages, statements = excluded.statements",
                [
                    (
                        job_id,
                        one.article.id,
                        one.article.content_hash,
                        before.model_dump_json() if before else None,
                        len(one.passages),
                        len(one.attribution.statements),
                    )
                    for one, before in zip(prepared, former, strict=True)
                ],
            )

    def ids(self, job_id: int) -> set[str]:
        """Ids of the articles that a job has put, or was about to put."""
        return {str(row[0]) for row in self._db.rows("SELECT article FROM job_articles WHERE job = ?", job_id)}

    def superseded(self, job_id: int, article_id: str) -> bool:
        """Whether a job that was added later has put the article, and was not undone."""
        sql = (
            "SELECT 1 FROM job_articles a JOIN jobs j ON j.id = a.job"
            " WHERE a.article = ? AND a.job > ? AND j.state <> 'undone' LIMIT 1"
        )
        return bool(self._db.rows(sql, article_id, job_id))

    def entries(self, job_id: int) -> list[Entry]:
        """What a job has put, or was about to put."""
        rows = self._db.rows("SELECT article, hash, former FROM job_articles WHERE job = ? ORDER BY article", job_id)
        return [
            Entry(article, content, Article.model_validate_json(former) if former else None)
            for article, content, former in rows
        ]

    def stored(self, job_id: int) -> Stored:
        """The figures of all that a job has put."""
        rows = self._db.rows(
            "SELECT count(*) - count(former), count(former), COALESCE(sum(passages), 0), COALESCE(sum(statements), 0)"
            " FROM job_articles WHERE job = ?",
            job_id,
        )
        return Stored(*map(int, rows[0]))
