"""The archive in a PostgreSQL database with pgvector."""
# ruff: noqa: S608  what is put into statements is words of ours, never data

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from retrieval import postgres_counts
from retrieval.archive import (
    ArticleSummary,
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
from retrieval.postgres_copies import PostgresCopies
from retrieval.postgres_database import PostgresDatabase
from retrieval.postgres_health import PostgresHealth
from retrieval.postgres_words import Words, words_of
from retrieval.stored_forms import (
    SOURCE_COLUMNS,
    article_key,
    halfvec,
    halfvecs,
    published,
    stored_sentences,
    stored_sources,
    stored_statement,
)
from retrieval.types import Article, Passage, Sentence

_PAGE = 500  # articles read at once: a few MB of text

_ARTICLE = {"article": "uuid", "number": "int8", "id": "text", "hash": "text", "sequence": "int8", "lang": "text"}
_ARTICLE |= {"head": "text", "text": "text"}
_ARTICLE |= {"first_passage": "int8", "sentences": "int4", "passages": "int4", "statements": "int4"}
_SPAN = {"start": "int4", "end": "int4"}
_PASSAGE = {"article": "uuid", "id": "int8", **_SPAN, "vector": "bytea", "tokens": "bytea"}
_PASSAGE |= {"lang": "text", "stems": "bytea", "weights": "bytea"}
_SENTENCE = {"article": "uuid", **_SPAN, "passage": "int8", "first_token": "int4", "end_token": "int4"}
_SOURCE = {
    "article": "uuid",
    "id": "int8",
    "name": "text",
    "aliases": "text",
    "role": "text",
    "person": "bool",
    **_SPAN,
    "lang": "text",
    "statements": "int4",
}
_STATEMENT = {"article": "uuid", "id": "int8", "source": "int8", **_SPAN, "cue": "text", "kind": "text"}
_TABLES = ["articles", "passages", "sentences", "sources", "statements", "signatures", "removals", "wishes"]
_TABLES += ["stem_counts", "languages"]


@dataclass(frozen=True)
class _Numbered:
    """An article on its way in, with the numbers that it and its parts get."""

    prepared: Prepared
    key: UUID
    words: Sequence[Words]
    number: int
    passage: int
    source: int
    statement: int


_SUMMARY = "number, id, head, lang, passages, statements"


class PostgresArchive(ChangeLog):
    """An `Archive` in a database that may have other users, too; safe to use from any thread."""

    _db: PostgresDatabase

    def __init__(self, database: PostgresDatabase) -> None:
        self._db = database
        self._copies = PostgresCopies(database)
        self._health = PostgresHealth(database, self._copies)

    def _meta(self, name: str) -> str | None:
        rows = self._db.rows("SELECT value FROM meta WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    @cached_property
    def identity(self) -> str:
        """See `Archive.identity`."""
        return self._meta("identity") or ""

    def bind_model(self, identity: str, *, force: bool = False) -> None:
        """See `Archive.bind_model`."""
        if force or self._meta("model") is None:
            manner = "UPDATE SET value = excluded.value" if force else "NOTHING"
            self._db.run(f"INSERT INTO meta VALUES ('model', ?) ON CONFLICT (name) DO {manner}", identity)
        bound = self._meta("model")
        if bound != identity and not self._db.rows("SELECT 1 FROM passages LIMIT 1"):
            return self.bind_model(identity, force=True)  # no vectors yet: a mistyped name binds nobody
        if bound != identity:
            raise ForeignModel(
                f"The archive was encoded with {bound}, not with {identity}: "
                "run `qawl check --repair` to encode it anew, or go back to the former model."
            )

    def hashes(self, article_ids: Sequence[str]) -> dict[str, str]:
        """See `Archive.hashes`."""
        return dict(self._db.rows("SELECT id, hash FROM articles WHERE article = ANY (?::uuid[])", _keys(article_ids)))

    def put(self, prepared: Sequence[Prepared], *, anew: bool = False) -> list[Outcome]:
        """See `Archive.put`."""
        words = [_words(one) for one in prepared]
        with self._db.transaction():
            sequence, numbered = self._number(prepared, words)  # no other writer goes on until this one ends
            known = self.hashes([one.article.id for one in prepared])
            former = _keys(known)
            outcomes: list[Outcome] = []
            written: dict[str, _Numbered] = {}
            for one in numbered:
                article = one.prepared.article
                if known.get(article.id) == article.content_hash and not anew:
                    outcomes.append("unchanged")
                    continue
                outcomes.append("updated" if article.id in known else "added")
                known[article.id] = article.content_hash
                written[article.id] = one
            self._remove([key for key in former if key in {one.key for one in written.values()}], sequence)
            self._write(sorted(written.values(), key=lambda one: one.number), sequence)
            return outcomes

    def _number(
        self, prepared: Sequence[Prepared] = (), words: Sequence[Sequence[Words]] = ()
    ) -> tuple[int, list[_Numbered]]:
        """The number of this write, and the articles with numbers of their own; some may stay unused."""
        sizes = [
            (1, len(one.passages), len(one.attribution.sources), len(one.attribution.statements)) for one in prepared
        ]
        wanted = [sum(column) for column in zip(*sizes, strict=True)] or [0, 0, 0, 0]
        ((sequence, *last),) = self._db.rows(
            "UPDATE counters SET sequence = sequence + 1, articles = articles + ?, passages = passages + ?,"
            " sources = sources + ?, statements = statements + ?"
            " RETURNING sequence, articles, passages, sources, statements",
            *wanted,
        )
        following = [end - count + 1 for end, count in zip(last, wanted, strict=True)]
        numbered = []
        for one, size, own in zip(prepared, sizes, words, strict=True):
            numbered.append(_Numbered(one, article_key(one.article.id), own, *following))
            following = [number + count for number, count in zip(following, size, strict=True)]
        return sequence, numbered

    def _write(self, articles: Sequence[_Numbered], sequence: int) -> None:
        if not articles:
            return
        self._db.copy("articles", _ARTICLE, (_article_row(one, sequence) for one in articles))
        self._db.copy("passages", _PASSAGE, (row for one in articles for row in _passage_rows(one)))
        self._db.copy("sentences", _SENTENCE, (row for one in articles for row in _sentence_rows(one)))
        self._db.copy("sources", _SOURCE, (row for one in articles for row in _source_rows(one)))
        self._db.copy("statements", _STATEMENT, (row for one in articles for row in _statement_rows(one)))
        for one in articles:
            self._copies.add(one.key, one.number, one.prepared.signature)
        with self._db.connection() as connection:
            for lang in {one.prepared.lang for one in articles}:
                own = [one for one in articles if one.prepared.lang == lang]
                stems = [words.stems for one in own for words in one.words]
                postgres_counts.add(connection, lang, stems, np.concatenate([one.prepared.vectors for one in own]))

    def _remove(self, keys: Sequence[UUID], sequence: int) -> None:
        if not keys:
            return
        with self._db.connection() as connection:
            postgres_counts.take_off(connection, keys)
        self._db.run(
            "INSERT INTO removals SELECT ?, first_passage, first_passage + passages - 1 FROM articles"
            " WHERE article = ANY (?::uuid[]) AND passages > 0",
            *(sequence, keys),
        )
        self._db.run("DELETE FROM articles WHERE article = ANY (?::uuid[])", keys)

    def delete(self, article_ids: Sequence[str]) -> list[str]:
        """See `Archive.delete`."""
        with self._db.transaction():
            sequence, _ = self._number()
            there = self.hashes(article_ids)
            self._remove(_keys(there), sequence)
            return [one for one in dict.fromkeys(article_ids) if one in there]

    def copies(self, article_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """See `Archive.copies`."""
        return self._copies.of(_keys(article_ids))

    def article(self, article_id: str) -> Article | None:
        """See `Archive.article`."""
        return self.articles_of([article_id]).get(article_id)

    def articles_of(self, article_ids: Collection[str]) -> dict[str, Article]:
        """See `Archive.articles_of`."""
        rows = self._db.rows(
            "SELECT id, hash, head, text FROM articles WHERE article = ANY (?::uuid[])", _keys(article_ids)
        )
        return {row[0]: self._article(*row) for row in rows}

    def _damaged(self, article_id: str) -> ArchiveDamaged:
        return ArchiveDamaged(
            f"The article {article_id} in the database {self._db.where} is not what was stored: "
            "delete it and take it in again."
        )

    def texts_of(self, numbers: Collection[int]) -> dict[int, StoredText]:
        """See `Archive.texts_of`."""
        found: dict[int, StoredText] = {}
        for number, own, head, text in self._db.rows(
            "SELECT number, id, head, text FROM articles WHERE number = ANY (?::bigint[])", list(numbers)
        ):
            try:
                found[number] = StoredText(own, text, published(json.loads(head)["published"]))
            except (ValueError, LookupError, TypeError) as error:
                raise self._damaged(own) from error
        return found

    def _article(self, article_id: str, stored_hash: str, head: str, text: str) -> Article:
        try:
            article = Article.model_validate_json(f'{{"text":{json.dumps(text)},{head[1:]}')
        except ValidationError:
            article = None
        if article is None or article.content_hash != stored_hash:
            raise self._damaged(article_id)
        return article

    def articles(self) -> Iterator[Article]:
        """See `Archive.articles`."""
        for _, *row in self._pages("number, id, hash, head, text"):
            yield self._article(*row)

    def summaries(self) -> Iterator[ArticleSummary]:
        """See `Archive.summaries`."""
        yield from map(_summary, self._pages(_SUMMARY))

    def newest(self, limit: int, skip: int = 0) -> list[ArticleSummary]:
        """See `Archive.newest`."""
        rows = self._db.rows(f"SELECT {_SUMMARY} FROM articles ORDER BY number DESC LIMIT ? OFFSET ?", limit, skip)
        return [_summary(row) for row in rows]

    def _pages(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """All articles, oldest write first, some at a time; the first column is the number."""
        sql = f"SELECT {columns} FROM articles WHERE number > ? ORDER BY number LIMIT {_PAGE}"
        rows = self._db.rows(sql, 0)
        while rows:
            yield from rows
            rows = self._db.rows(sql, rows[-1][0])

    def sentences(self, article_id: str) -> list[Sentence]:
        """See `Archive.sentences`."""
        rows = self._db.rows(
            'SELECT "start", "end" FROM sentences WHERE article = ? ORDER BY "start"', article_key(article_id)
        )
        return [Sentence(start=start, end=end) for start, end in rows]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """See `Archive.passages`."""
        rows = self._db.rows(
            'SELECT p.id, a.id, a.lang, p."start", p."end" FROM passages p JOIN articles a USING (article)'
            " WHERE p.id = ANY (?::bigint[])",
            list(ids),
        )
        found = {
            passage_id: Passage(id=passage_id, article_id=article_id, lang=lang, start=start, end=end)
            for passage_id, article_id, lang, start, end in rows
        }
        return [found[i] for i in ids if i in found]

    def token_vectors(self, ids: Sequence[int]) -> dict[int, bytes]:
        """See `Archive.token_vectors`."""
        return dict(self._db.rows("SELECT id, tokens FROM passages WHERE id = ANY (?::bigint[])", list(ids)))

    def sources(self, since: int = 0) -> Iterator[StoredSource]:
        """See `Archive.sources`."""
        written = "WHERE article IN (SELECT article FROM articles WHERE sequence > ?)" if since else ""
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
            wanted.append("t.article = ?")
            values.append(article_key(article_id))
        if source_ids is not None:
            wanted.append("t.source = ANY (?::bigint[])")
            values.append(list(source_ids))
        rows = self._db.rows(
            'SELECT a.id, t."start", t."end", t.source, t.cue, t.kind FROM statements t JOIN articles a USING (article)'
            f' WHERE {" AND ".join(wanted)} ORDER BY a.number, t."start", t.id',
            *values,
        )
        for own, *row in rows:
            yield own, stored_statement(row)

    def passages_of(self, source_ids: Collection[int]) -> list[int]:
        """See `Archive.passages_of`."""
        rows = self._db.rows(
            "SELECT DISTINCT s.passage FROM statements t JOIN sentences s"
            ' ON s.article = t.article AND s."start" >= t."start" AND s."start" < t."end"'
            " WHERE t.source = ANY (?::bigint[]) ORDER BY s.passage",
            list(source_ids),
        )
        return [row[0] for row in rows]

    def stored_sentences(self, passage_ids: Sequence[int]) -> list[StoredSentence]:
        """See `Archive.stored_sentences`."""
        rows = self._db.rows(
            'SELECT a.number, s.passage, s."start", s."end", s.first_token, s.end_token,'
            ' t."start", t."end", t.source, t.cue, t.kind'
            " FROM sentences s JOIN articles a USING (article) LEFT JOIN statements t"
            ' ON t.article = s.article AND t."start" <= s."start" AND t."end" > s."start"'
            ' WHERE s.passage = ANY (?::bigint[]) ORDER BY a.number, s."start", t.id',
            list(passage_ids),
        )
        return stored_sentences(rows)

    def wish(self, question: str, language: str, asked: datetime) -> None:
        """See `Archive.wish`."""
        self._db.run(
            "INSERT INTO wishes VALUES (?, ?, ?, 1, ?) ON CONFLICT (key)"
            " DO UPDATE SET times = wishes.times + 1, last_asked = excluded.last_asked",
            *(article_key(question), question, language, asked.isoformat(timespec="seconds")),
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
        return self._db.run("DELETE FROM wishes WHERE key = ?", article_key(question))

    def sequence(self) -> int:
        """See `Archive.sequence`."""
        return int(self._db.rows("SELECT sequence FROM counters")[0][0])

    def _sizes(self, since: int, upto: int, count: int) -> list[tuple[int, int]]:
        return self._db.rows(
            "SELECT sequence, passages FROM articles WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
            *(since, upto, count),
        )

    def _written(self, since: int, upto: int) -> list[Row]:
        return self._db.rows(
            'SELECT p.id, a.lang, substr(a.text, p."start" + 1, p."end" - p."start"), halfvec_send(p.vector)'
            " FROM articles a JOIN passages p USING (article)"
            " WHERE a.sequence > ? AND a.sequence <= ? AND p.vector IS NOT NULL ORDER BY p.id",
            *(since, upto),
        )

    def _vectors(self, stored: Sequence[bytes]) -> Floats:
        """The vectors of such forms."""
        return halfvecs(stored)

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
        articles, sentences, passages, statements = self._db.rows(
            "SELECT count(*), COALESCE(sum(sentences), 0), COALESCE(sum(passages), 0), COALESCE(sum(statements), 0)"
            " FROM articles"
        )[0]
        languages = dict(
            self._db.rows("SELECT lang, count(*) FROM articles GROUP BY lang ORDER BY count(*) DESC, lang")
        )
        ((size,),) = self._db.rows(
            "SELECT sum(pg_total_relation_size(one::regclass))::bigint FROM unnest(?::text[]) AS one", _TABLES
        )
        return Counts(articles, sentences, passages, statements, languages, size)

    def close(self) -> None:
        """See `Archive.close`."""
        self._db.close()


def _summary(row: tuple[Any, ...]) -> ArticleSummary:
    _, article_id, head, lang, passages, statements = row
    own = json.loads(head)
    return ArticleSummary(article_id, own["title"], own["source"], own["published"], lang, passages, statements)


def _keys(article_ids: Collection[str]) -> list[UUID]:
    return [article_key(one) for one in article_ids]


def _article_row(one: _Numbered, sequence: int) -> tuple[object, ...]:
    article, prepared = one.prepared.article, one.prepared
    head = article.model_dump_json(exclude={"text"})
    sizes = (len(prepared.sentences), len(prepared.passages), len(prepared.attribution.statements))
    texts = (article.id, article.content_hash, sequence, prepared.lang, head, article.text)
    return (one.key, one.number, *texts, one.passage, *sizes)


def _passage_rows(one: _Numbered) -> Iterator[tuple[object, ...]]:
    prepared = one.prepared
    parts = zip(prepared.passages, prepared.vectors, prepared.tokens, one.words, strict=True)
    for number, (span, vector, tokens, words) in enumerate(parts, one.passage):
        made = (halfvec(vector), tokens, prepared.lang, words.lookup, words.weights)
        yield one.key, number, span.start, span.end, *made


def _words(prepared: Prepared) -> list[Words]:
    """The words of each passage."""
    text = prepared.article.text
    return [words_of(text[span.start : span.end], prepared.lang) for span in prepared.passages]


def _sentence_rows(one: _Numbered) -> Iterator[tuple[object, ...]]:
    ids = range(one.passage, one.passage + len(one.prepared.passages))
    for sentence, place in zip(one.prepared.sentences, one.prepared.places, strict=True):
        yield one.key, sentence.start, sentence.end, ids[place.passage], place.first_token, place.end_token


def _source_rows(one: _Numbered) -> Iterator[tuple[object, ...]]:
    found = one.prepared.attribution
    for number, (source, statements) in enumerate(zip(found.sources, found.counts(), strict=True), one.source):
        aliases = json.dumps(list(source.aliases), ensure_ascii=False)
        own = (source.name, aliases, source.role, source.person, source.introduced.start, source.introduced.end)
        yield one.key, number, *own, one.prepared.lang, statements


def _statement_rows(one: _Numbered) -> Iterator[tuple[object, ...]]:
    ids = range(one.source, one.source + len(one.prepared.attribution.sources))
    for number, said in enumerate(one.prepared.attribution.statements, one.statement):
        source = None if said.source is None else ids[said.source]
        yield one.key, number, source, said.span.start, said.span.end, said.cue, said.kind
