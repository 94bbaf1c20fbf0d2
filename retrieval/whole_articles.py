"""Articles with all that was made of them, as they were put into an archive: for bringing them into another one."""
# ruff: noqa: S608  what is put into statements is marks and words of ours, never data

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, Attributed, Attribution, Place, Prepared, Source, Wish
from retrieval.database import Database
from retrieval.errors import ArchiveDamaged
from retrieval.near_duplicates import signature
from retrieval.stored_forms import article_key, halfvecs, halves
from retrieval.types import Sentence, Span

_NO_VECTORS = np.empty((0, 0), np.float32)

Rows = dict[str, list[tuple[Any, ...]]]


class WholeArticles:
    """The articles of one archive. Numbers are the archive's own, and grow with every version written."""

    number: str
    key: str
    passages: str

    def __init__(self, archive: Archive, database: Database) -> None:
        self._archive = archive
        self._db = database

    def page(self, after: int, count: int) -> list[tuple[int, str]]:
        """Numbers and ids of the articles that follow a number, oldest write first, at most `count`."""
        sql = f"SELECT {self.number}, id FROM articles WHERE {self.number} > ? ORDER BY {self.number} LIMIT ?"
        return [(int(number), str(article_id)) for number, article_id in self._db.rows(sql, after, count)]

    def numbers(self, article_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of those of the articles that are there."""
        raise NotImplementedError

    def of(self, numbers: Sequence[int]) -> dict[str, Prepared]:
        """The articles with these numbers that are there, by id, as they were put.

        Raises:
            ArchiveDamaged: when something of one is missing, or not what was stored.
        """
        if not numbers:
            return {}
        passages = self._parts(self.passages, numbers)
        sentences = self._parts(f'{self._of("sentences")} ORDER BY p."start"', numbers, _SENTENCE)
        sources = self._parts(f"{self._of('sources')} ORDER BY p.id", numbers, _SOURCE)
        statements = self._parts(f"{self._of('statements')} ORDER BY p.id", numbers, _STATEMENT)
        signatures = self._parts(self._of("signatures"), numbers, "p.signature")
        found = {}
        langs = self._parts("FROM articles a WHERE {wanted}", numbers, "a.lang")
        articles = self._archive.articles_of(langs)
        for article_id, ((lang,),) in langs.items():
            article = articles.get(article_id)
            if article is None:  # taken out just now
                continue
            try:
                places = {row[0]: place for place, row in enumerate(passages[article_id])}
                found[article_id] = Prepared(
                    article=article,
                    lang=lang,
                    sentences=[Sentence(start=row[0], end=row[1]) for row in sentences[article_id]],
                    places=[Place(places[row[2]], row[3], row[4]) for row in sentences[article_id]],
                    passages=[Span(start=row[1], end=row[2]) for row in passages[article_id]],
                    vectors=self._vectors([row[3] for row in passages[article_id]]),
                    tokens=[bytes(row[4]) for row in passages[article_id]],
                    attribution=_attribution(sources[article_id], statements[article_id]),
                    signature=bytes(*signatures[article_id][0])
                    if article_id in signatures
                    else signature(article.text),
                )
            except (KeyError, TypeError, ValueError) as error:
                raise ArchiveDamaged(
                    f"Not all of the article {article_id} is there: run `qawl check --repair` where it comes from."
                ) from error
        return found

    def _of(self, table: str) -> str:
        return f"FROM {table} p JOIN articles a ON a.{self.key} = p.article WHERE {{wanted}}"

    def _parts(self, sql: str, numbers: Sequence[int], columns: str = "") -> Rows:
        """The rows of a query by the article's id, which is the first column."""
        wanted = f"a.{self.number} IN ({','.join('?' * len(numbers))})"
        parts: Rows = defaultdict(list)
        start = f"SELECT a.id, {columns} " if columns else ""
        for article_id, *row in self._db.rows(start + sql.format(wanted=wanted), *numbers):
            parts[article_id].append(tuple(row))
        return parts

    def _vectors(self, stored: Sequence[bytes]) -> npt.NDArray[np.float32]:
        """Stored vectors as rows, float32 of shape (n, dimension)."""
        raise NotImplementedError

    def stories(self, numbers: Sequence[int]) -> dict[str, str]:
        """For each of the articles the id of the first that is left of its story, see `near_duplicates`."""
        if not numbers:
            return {}
        rows = self._db.rows(
            f"SELECT a.id, (SELECT b.id FROM signatures t JOIN articles b ON b.{self.key} = t.article"
            f" WHERE t.story = s.story ORDER BY b.{self.number} LIMIT 1)"
            f" FROM signatures s JOIN articles a ON a.{self.key} = s.article"
            f" WHERE a.{self.number} IN ({','.join('?' * len(numbers))})",
            *numbers,
        )
        return dict(rows)

    def tell(self, stories: dict[str, str]) -> None:
        """Has the stories be these, as `stories` gives them."""
        numbers = self.numbers(list({*stories, *stories.values()}))
        told = [(numbers[first], numbers[one], numbers[first]) for one, first in stories.items()]
        sql = (
            f"UPDATE signatures SET story = ? WHERE article = (SELECT {self.key} FROM articles WHERE {self.number} = ?)"
            " AND story <> ?"
        )
        with self._db.transaction():
            self._db.run_many(sql, told)

    def wish(self, wishes: Iterable[Wish]) -> int:
        """Has the wish list hold these, too; how many of them it did not hold like that."""
        there = {one.question: one for one in self._archive.wishes()}
        new = [one for one in wishes if there.get(one.question) != one]
        with self._db.transaction():
            self._wish(new)
        return len(new)

    def _wish(self, wishes: Iterable[Wish]) -> None:
        raise NotImplementedError


class SqliteWholeArticles(WholeArticles):
    """The articles of a `SqliteArchive`."""

    number = "key"
    key = "key"
    passages = (
        'SELECT a.id, p.id, p."start", p."end", v.vector, t.packed'
        " FROM passages p JOIN articles a ON a.key = p.article LEFT JOIN vectors v ON v.passage = p.id"
        " LEFT JOIN token_vectors t ON t.passage = p.id WHERE {wanted} ORDER BY p.id"
    )

    def numbers(self, article_ids: Sequence[str]) -> dict[str, int]:
        """See `WholeArticles.numbers`."""
        rows = self._db.rows(
            "SELECT id, key FROM articles WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(article_ids))
        )
        return dict(rows)

    def _vectors(self, stored: Sequence[bytes]) -> npt.NDArray[np.float32]:
        return halves(stored)

    def _wish(self, wishes: Iterable[Wish]) -> None:
        self._db.run_many(
            "INSERT INTO wishes VALUES (?, ?, ?, ?) ON CONFLICT (question)"
            " DO UPDATE SET language = excluded.language, times = excluded.times, last_asked = excluded.last_asked",
            [(one.question, one.language, one.times, one.last_asked) for one in wishes],
        )


class PostgresWholeArticles(WholeArticles):
    """The articles of a `PostgresArchive`."""

    number = "number"
    key = "article"
    passages = (
        'SELECT a.id, p.id, p."start", p."end", halfvec_send(p.vector), p.tokens'
        " FROM passages p JOIN articles a USING (article) WHERE {wanted} ORDER BY p.id"
    )

    def numbers(self, article_ids: Sequence[str]) -> dict[str, int]:
        """See `WholeArticles.numbers`."""
        keys = [article_key(one) for one in article_ids]
        return dict(self._db.rows("SELECT id, number FROM articles WHERE article = ANY (?::uuid[])", keys))

    def _vectors(self, stored: Sequence[bytes]) -> npt.NDArray[np.float32]:
        return halfvecs(stored)

    def _wish(self, wishes: Iterable[Wish]) -> None:
        self._db.run_many(
            "INSERT INTO wishes VALUES (?, ?, ?, ?, ?) ON CONFLICT (key)"
            " DO UPDATE SET language = excluded.language, times = excluded.times, last_asked = excluded.last_asked",
            [(article_key(one.question), one.question, one.language, one.times, one.last_asked) for one in wishes],
        )


def same(one: Prepared, other: Prepared) -> bool:
    """Whether they are the same article with the same parts, every vector bit by bit."""
    parts = [replace(each, vectors=_NO_VECTORS) for each in (one, other)]
    return parts[0] == parts[1] and np.array_equal(one.vectors, other.vectors)


_SENTENCE = 'p."start", p."end", p.passage, p.first_token, p.end_token'
_SOURCE = 'p.id, p.name, p.aliases, p.role, p.person, p."start", p."end"'
_STATEMENT = 'p."start", p."end", p.source, p.cue, p.kind'


def _attribution(sources: Sequence[tuple[Any, ...]], statements: Sequence[tuple[Any, ...]]) -> Attribution:
    places: dict[int | None, int | None] = {row[0]: place for place, row in enumerate(sources)} | {None: None}
    return Attribution(
        [
            Source(name, json.loads(aliases), role, bool(person), Span(start=start, end=end))
            for _, name, aliases, role, person, start, end in sources
        ],
        [
            Attributed(Span(start=start, end=end), places[source], cue, kind)
            for start, end, source, cue, kind in statements
        ],
    )


def portions(articles: WholeArticles, count: int) -> Iterator[list[tuple[int, str]]]:
    """Numbers and ids of all articles, oldest write first, `count` at a time."""
    page = articles.page(0, count)
    while page:
        yield page
        page = articles.page(page[-1][0], count)
