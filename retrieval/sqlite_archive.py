"""The archive in one SQLite file."""
# ruff: noqa: S608  what is put into statements is marks and words of ours, never data

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from retrieval.archive import (
    ArticleSummary,
    Attribution,
    Counts,
    Outcome,
    Prepared,
    StoredSentence,
    StoredSource,
    StoredStatement,
    StoredText,
    Wish,
)
from retrieval.change_log import ChangeLog, Floats, Row
from retrieval.errors import ArchiveDamaged, ForeignModel
from retrieval.sqlite_copies import SqliteCopies
from retrieval.sqlite_database import SqliteDatabase
from retrieval.sqlite_health import SqliteHealth
from retrieval.stored_forms import (
    SOURCE_COLUMNS,
    halves,
    published,
    stored_sentences,
    stored_sources,
    stored_statement,
)
from retrieval.types import Article, Passage, Sentence

_T = TypeVar("_T")

_IN_LIMIT = 500  # values in one IN (…): SQLite may be built with 999 parameters
_SUMMARIES = (
    "SELECT id, document ->> 'title', document ->> 'source', document ->> 'published', lang,"
    " (SELECT count(*) FROM passages WHERE article = key),"
    " (SELECT count(*) FROM statements WHERE article = key) FROM articles"
)


class SqliteArchive(ChangeLog):
    """An `Archive` in the folder `data_dir`; safe to use from any thread. Raises what `SqliteDatabase` raises."""

    _db: SqliteDatabase

    def __init__(self, data_dir: Path) -> None:
        self._db = SqliteDatabase(data_dir)
        self._copies = SqliteCopies(self._db)
        self._health = SqliteHealth(self._db, self._copies)
        self.path = self._db.path

    def _meta(self, name: str) -> str | None:
        rows = self._db.rows("SELECT value FROM meta WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def bind_model(self, identity: str, *, force: bool = False) -> None:
        """See `Archive.bind_model`."""
        if force or self._meta("model") is None:
            manner = "REPLACE" if force else "IGNORE"
            with self._db.transaction():
                self._db.run(f"INSERT OR {manner} INTO meta VALUES ('model', ?)", identity)
        bound = self._meta("model")
        if bound != identity and not self._db.rows("SELECT 1 FROM vectors LIMIT 1"):
            return self.bind_model(identity, force=True)  # no vectors yet: a mistyped name binds nobody
        if bound != identity:
            raise ForeignModel(
                f"The archive was encoded with {bound}, not with {identity}: "
                "run `qawl check --repair` to encode it anew, or go back to the former model."
            )

    def hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """See `Archive.hashes`."""
        found: dict[str, str] = {}
        for group in _groups(article_ids):
            rows = self._db.rows(f"SELECT id, hash FROM articles WHERE id IN ({_marks(group)})", *group)
            found.update((str(article_id), str(value)) for article_id, value in rows)
        return found

    def put(self, prepared: Sequence[Prepared], *, anew: bool = False) -> list[Outcome]:
        """See `Archive.put`."""
        with self._db.transaction():
            sequence = self._next_sequence()
            return [self._put_one(one, sequence, anew=anew) for one in prepared]

    def _next_sequence(self) -> int:
        self._db.run("UPDATE meta SET value = value + 1 WHERE name = 'sequence'")
        return self.sequence()

    def _put_one(self, one: Prepared, sequence: int, *, anew: bool) -> Outcome:
        row = next(iter(self._db.rows("SELECT key, hash FROM articles WHERE id = ?", one.article.id)), None)
        if row and row[1] == one.article.content_hash and not anew:
            return "unchanged"
        if row:
            self._remove(row[0], sequence)
        key = self._db.insert(
            "INSERT INTO articles (id, hash, sequence, lang, document) VALUES (?, ?, ?, ?, ?)",
            *(one.article.id, one.article.content_hash, sequence, one.lang, one.article.model_dump_json()),
        )
        passage_ids = []
        for passage, vector, tokens in zip(one.passages, one.vectors.astype(np.float16), one.tokens, strict=True):
            passage_id = self._db.insert(
                'INSERT INTO passages (article, "start", "end") VALUES (?, ?, ?)', key, passage.start, passage.end
            )
            passage_ids.append(passage_id)
            self._db.run("INSERT INTO vectors VALUES (?, ?)", passage_id, vector.tobytes())
            self._db.run("INSERT INTO token_vectors VALUES (?, ?)", passage_id, tokens)
        self._db.run_many(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
            (
                (key, sentence.start, sentence.end, passage_ids[place.passage], place.first_token, place.end_token)
                for sentence, place in zip(one.sentences, one.places, strict=True)
            ),
        )
        self._put_attribution(key, one.lang, one.attribution)
        self._copies.add(key, one.signature)
        return "updated" if row else "added"

    def _put_attribution(self, key: int, lang: str, found: Attribution) -> None:
        ids: list[int | None] = []
        for one, statements in zip(found.sources, found.counts(), strict=True):
            aliases = json.dumps(list(one.aliases), ensure_ascii=False)
            introduced = (one.introduced.start, one.introduced.end)
            values = (key, one.name, aliases, one.role, int(one.person), *introduced, lang, statements)
            ids.append(self._db.insert(f"INSERT INTO sources VALUES (NULL, {_marks(values)})", *values))
        self._db.run_many(
            "INSERT INTO statements VALUES (NULL, ?, ?, ?, ?, ?, ?)",
            (
                (key, None if one.source is None else ids[one.source], one.span.start, one.span.end, one.cue, one.kind)
                for one in found.statements
            ),
        )

    def _remove(self, key: int, sequence: int) -> None:
        ((first, last),) = self._db.rows("SELECT min(id), max(id) FROM passages WHERE article = ?", key)
        if first is not None:  # an article's passages are written in one go: their ids are one range
            self._db.run("INSERT INTO removals VALUES (?, ?, ?)", sequence, first, last)
        self._copies.remove(key)
        self._db.run("DELETE FROM articles WHERE key = ?", key)

    def delete(self, article_ids: Sequence[str]) -> list[str]:
        """See `Archive.delete`."""
        with self._db.transaction():
            sequence = self._next_sequence()
            gone = []
            for article_id in dict.fromkeys(article_ids):
                for (key,) in self._db.rows("SELECT key FROM articles WHERE id = ?", article_id):
                    self._remove(key, sequence)
                    gone.append(article_id)
            return gone

    def copies(self, article_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """See `Archive.copies`."""
        return self._copies.of(list(article_ids))

    def article(self, article_id: str) -> Article | None:
        """See `Archive.article`."""
        return self.articles_of([article_id]).get(article_id)

    def articles_of(self, article_ids: Collection[str]) -> dict[str, Article]:
        """See `Archive.articles_of`."""
        found: dict[str, Article] = {}
        for group in _groups(list(article_ids)):
            rows = self._db.rows(f"SELECT id, document, hash FROM articles WHERE id IN ({_marks(group)})", *group)
            found.update((row[0], self._article(*row)) for row in rows)
        return found

    def _article(self, article_id: str, document: str, stored_hash: str) -> Article:
        try:
            article = Article.model_validate_json(document)
        except ValidationError:
            article = None
        if article is None or article.content_hash != stored_hash:
            raise self._damaged(article_id)
        return article

    def _damaged(self, article_id: str) -> ArchiveDamaged:
        return ArchiveDamaged(
            f"The article {article_id} in {self.path} is not what was stored: delete it and take it in again."
        )

    def texts_of(self, numbers: Collection[int]) -> dict[int, StoredText]:
        """See `Archive.texts_of`."""
        found: dict[int, StoredText] = {}
        for group in _groups(list(numbers)):
            for number, own, document in self._db.rows(
                f"SELECT key, id, document FROM articles WHERE key IN ({_marks(group)})", *group
            ):
                try:
                    fields = json.loads(document)
                    found[number] = StoredText(own, fields["text"], published(fields["published"]))
                except (ValueError, LookupError, TypeError) as error:
                    raise self._damaged(own) from error
        return found

    def articles(self) -> Iterator[Article]:
        """See `Archive.articles`."""
        for (article_id,) in self._db.rows("SELECT id FROM articles ORDER BY key"):
            if article := self.article(str(article_id)):
                yield article

    def summaries(self) -> Iterator[ArticleSummary]:
        """See `Archive.summaries`."""
        for row in self._db.rows(f"{_SUMMARIES} ORDER BY key"):
            yield ArticleSummary(*row)

    def newest(self, limit: int, skip: int = 0) -> list[ArticleSummary]:
        """See `Archive.newest`."""
        rows = self._db.rows(f"{_SUMMARIES} ORDER BY key DESC LIMIT ? OFFSET ?", limit, skip)
        return [ArticleSummary(*row) for row in rows]

    def sentences(self, article_id: str) -> list[Sentence]:
        """See `Archive.sentences`."""
        rows = self._db.rows(
            'SELECT s."start", s."end" FROM sentences s JOIN articles a ON a.key = s.article'
            ' WHERE a.id = ? ORDER BY s."start"',
            article_id,
        )
        return [Sentence(start=start, end=end) for start, end in rows]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """See `Archive.passages`."""
        found: dict[int, Passage] = {}
        for group in _groups(ids):
            rows = self._db.rows(
                'SELECT p.id, a.id, a.lang, p."start", p."end" FROM passages p JOIN articles a ON a.key = p.article'
                f" WHERE p.id IN ({_marks(group)})",
                *group,
            )
            for passage_id, article_id, lang, start, end in rows:
                found[passage_id] = Passage(id=passage_id, article_id=article_id, lang=lang, start=start, end=end)
        return [found[i] for i in ids if i in found]

    def token_vectors(self, ids: Sequence[int]) -> dict[int, bytes]:
        """See `Archive.token_vectors`."""
        found: dict[int, bytes] = {}
        for group in _groups(ids):
            found.update(self._db.rows(f"SELECT * FROM token_vectors WHERE passage IN ({_marks(group)})", *group))
        return found

    def sources(self, since: int = 0) -> Iterator[StoredSource]:
        """See `Archive.sources`."""
        written = "WHERE article IN (SELECT key FROM articles WHERE sequence > ?)" if since else ""
        values = (since,) if since else ()
        return stored_sources(self._db.rows(f"SELECT {SOURCE_COLUMNS} FROM sources {written} ORDER BY id", *values))

    def removed_since(self, since: int) -> bool:
        """See `Archive.removed_since`."""
        return bool(self._db.rows("SELECT 1 FROM removals WHERE sequence > ? LIMIT 1", since))

    def statements(
        self, *, article_id: str | None = None, source_ids: Collection[int] | None = None
    ) -> Iterator[tuple[str, StoredStatement]]:
        """See `Archive.statements`."""
        wanted = ["TRUE"]
        values: list[object] = []
        if article_id is not None:
            wanted.append("a.id = ?")
            values.append(article_id)
        if source_ids is not None:
            wanted.append("t.source IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(source_ids)))
        rows = self._db.rows(
            'SELECT a.id, t."start", t."end", t.source, t.cue, t.kind'
            " FROM statements t JOIN articles a ON a.key = t.article"
            f' WHERE {" AND ".join(wanted)} ORDER BY t.article, t."start", t.id',
            *values,
        )
        for own, *row in rows:
            yield own, stored_statement(row)

    def passages_of(self, source_ids: Collection[int]) -> list[int]:
        """See `Archive.passages_of`."""
        found: set[int] = set()
        for group in _groups(sorted(source_ids)):
            rows = self._db.rows(
                "SELECT DISTINCT s.passage FROM statements t JOIN sentences s"
                ' ON s.article = t.article AND s."start" >= t."start" AND s."start" < t."end"'
                f" WHERE t.source IN ({_marks(group)}) AND s.passage IS NOT NULL",
                *group,
            )
            found.update(int(row[0]) for row in rows)
        return sorted(found)

    def stored_sentences(self, passage_ids: Sequence[int]) -> list[StoredSentence]:
        """See `Archive.stored_sentences`."""
        rows: list[tuple[Any, ...]] = []
        for group in _groups(passage_ids):
            rows += self._db.rows(
                'SELECT s.article, s.passage, s."start", s."end", s.first_token, s.end_token,'
                ' t."start", t."end", t.source, t.cue, t.kind FROM sentences s LEFT JOIN statements t'
                ' ON t.article = s.article AND t."start" <= s."start" AND t."end" > s."start"'
                f' WHERE s.passage IN ({_marks(group)}) ORDER BY s.article, s."start", t.id',
                *group,
            )
        return stored_sentences(rows)

    def wish(self, question: str, language: str, asked: datetime) -> None:
        """See `Archive.wish`."""
        self._db.run(
            "INSERT INTO wishes VALUES (?, ?, 1, ?)"
            " ON CONFLICT DO UPDATE SET times = times + 1, last_asked = excluded.last_asked",
            *(question, language, asked.isoformat(timespec="seconds")),
        )

    def wishes(self) -> list[Wish]:
        """See `Archive.wishes`."""
        rows = self._db.rows(
            "SELECT question, language, times, last_asked FROM wishes ORDER BY times DESC, last_asked DESC"
        )
        return [Wish(*row) for row in rows]

    def grant(self, question: str | None = None) -> int:
        """See `Archive.grant`."""
        if question is None:
            return self._db.run("DELETE FROM wishes")
        return self._db.run("DELETE FROM wishes WHERE question = ?", question)

    @property
    def identity(self) -> str:
        """See `Archive.identity`."""
        return self._meta("identity") or ""

    def sequence(self) -> int:
        """See `Archive.sequence`."""
        return int(self._meta("sequence") or 0)

    def _sizes(self, since: int, upto: int, count: int) -> list[tuple[int, int]]:
        return self._db.rows(
            "SELECT a.sequence, count(*) FROM articles a JOIN passages p ON p.article = a.key"
            " WHERE a.sequence > ? AND a.sequence <= ? GROUP BY a.sequence ORDER BY a.sequence LIMIT ?",
            *(since, upto, count),
        )

    def _written(self, since: int, upto: int) -> list[Row]:
        return self._db.rows(
            'SELECT p.id, a.lang, substr(a.document ->> \'text\', p."start" + 1, p."end" - p."start"), v.vector'
            " FROM articles a JOIN passages p ON p.article = a.key JOIN vectors v ON v.passage = p.id"
            " WHERE a.sequence > ? AND a.sequence <= ? ORDER BY p.id",
            *(since, upto),
        )

    def _vectors(self, stored: Sequence[bytes]) -> Floats:
        return halves(stored)

    def passage_ids(self) -> npt.NDArray[np.int64]:
        """See `Archive.passage_ids`."""
        return np.array([row[0] for row in self._db.rows("SELECT id FROM passages ORDER BY id")], np.int64)

    def problems(self) -> list[str]:
        """See `Archive.problems`."""
        return self._health.problems()

    def damaged(self) -> list[str]:
        """See `Archive.damaged`."""
        return self._health.damaged()

    def mend(self) -> None:
        """See `Archive.mend`."""
        self._health.mend()

    def counts(self) -> Counts:
        """See `Archive.counts`."""
        tables = ("articles", "sentences", "passages", "statements")
        articles, sentences, passages, statements = self._db.rows(
            "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
        )[0]
        languages = dict(self._db.rows("SELECT lang, count(*) FROM articles GROUP BY lang ORDER BY 2 DESC, 1"))
        size = sum(map(_size, self.path.parent.rglob("*")))
        return Counts(articles, sentences, passages, statements, languages, size)

    def close(self) -> None:
        """See `Archive.close`."""
        self._db.close()


def _size(file: Path) -> int:
    """Bytes; none of a folder, nor of what an index has just taken away."""
    try:
        return file.stat().st_size if file.is_file() else 0
    except OSError:
        return 0


def _groups(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _IN_LIMIT):
        yield values[start : start + _IN_LIMIT]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
