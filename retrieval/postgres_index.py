"""Candidates of the archive in PostgreSQL, found in the database: pgvector for vectors, a GIN index for words.

The nearest passages of each language are found by inner product: taking a language's mean away from all its passages
takes the same from the product of each with a question, and changes no order. What is brought back is centred, for
passages of several languages are compared by it.
"""
# ruff: noqa: S608  what is put into statements is words of ours, and quoted names of languages

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from psycopg.sql import Identifier, Literal

from config.settings import Ranking
from retrieval import postgres_counts, postgres_words
from retrieval.candidates import Candidates
from retrieval.errors import ArchiveError, ArchiveUnwritable
from retrieval.language_means import LanguageMeans
from retrieval.lexical_index import asked_terms, idf
from retrieval.linear import unit
from retrieval.postgres_database import Connection, PostgresDatabase, translated
from retrieval.stored_forms import halfvecs
from retrieval.types import Passage
from retrieval.view import View

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

# Passages of a language from which an index is worth it: fewer are compared one by one, exactly. On a busy machine
# 30 000 took 94 ms, and 16 by the index.
_OUTGROWN = 10_000

_LOCK = (0x5161776C, 6)  # "Qawl", and the migration that this came with: whoever holds it builds an index
_PREFIX = "passages_near_"

_BROUGHT = 'p.id, a.id, p.lang, p."start", p."end", halfvec_send(p.vector), p.tokens'


@dataclass(frozen=True)
class _Known:
    """The archive's languages as of a write: how many passages each has, and their mean vector."""

    sequence: int
    passages: dict[str, int]
    means: dict[str, Floats]

    @property
    def count(self) -> int:
        """Passages in all languages."""
        return sum(self.passages.values())


class PostgresIndex:
    """A `CandidateIndex` in the database itself: every process and machine has the same, at once."""

    def __init__(self, database: PostgresDatabase, means: LanguageMeans, ranking: Ranking) -> None:
        self._db = database
        self._means = means
        self._ranking = ranking
        self._dimension = len(means.pooled("passage", "und"))
        self._known = _Known(-1, {}, {})
        self._lock = threading.Lock()

    def catch_up(self) -> None:
        """See `CandidateIndex.catch_up`."""
        ((sequence,),) = self._db.rows("SELECT sequence FROM counters")
        if sequence != self._known.sequence:
            rows = self._db.rows(
                "SELECT lang, passages, total FROM languages WHERE dimension = ? ORDER BY lang", self._dimension
            )
            means = {lang: self._means.of_archive(lang, np.array(total), count) for lang, count, total in rows}
            self._known = _Known(sequence, {lang: count for lang, count, _ in rows}, means)

    def rarity(self, question: str, lang: str) -> dict[str, float]:
        """See `CandidateIndex.rarity`."""
        terms = {term: postgres_words.lexeme(term) for term in asked_terms(question, lang)}
        sql = "SELECT stem, passages FROM stem_counts WHERE stem = ANY (?::text[])"
        holders = dict(self._db.rows(sql, list(terms.values())))
        return {term: idf(holders.get(stem, 0), self._known.count) for term, stem in terms.items()}

    def find(self, view: View, k: int) -> Candidates:
        """See `CandidateIndex.find`."""
        parts: list[str] = []
        values: list[object] = []
        if self._ranking.dense:
            asked = _text(view.vector)
            for lang in self._known.passages:
                parts.append(f"(SELECT article, id {self._nearest(lang)} LIMIT ?)")
                values += [asked, k]
        rare = postgres_words.rarest(view.rarity, self._known.count) if self._ranking.lexical else None
        if rare:
            parts.append(
                "(SELECT article, id FROM (SELECT article, id, weights FROM passages WHERE stems @@ ?::tsquery LIMIT ?)"
                " AS worded ORDER BY weights <#> ?::sparsevec LIMIT ?)"
            )
            values += [rare, postgres_words.MOST_RANKED, postgres_words.asked(view.rarity), k]
        if not parts:
            return Candidates.none(self._dimension)
        found = self._rows(
            f"WITH found AS ({' UNION '.join(parts)}) SELECT {_BROUGHT} FROM found"
            " JOIN passages p USING (article, id) JOIN articles a USING (article)",
            *values,
        )
        return self._candidates(found)

    def _nearest(self, lang: str) -> str:
        """The passages of a language by their distance from a value; the words are those of the language's index."""
        return f"FROM passages WHERE {self._whole(lang)} ORDER BY (vector::halfvec({self._dimension})) <#> ?::halfvec"

    def _whole(self, lang: str) -> str:
        return f"lang = {Literal(lang).as_string()} AND vector_dims(vector) = {self._dimension}"

    def among(self, view: View, ids: Sequence[int], k: int) -> Candidates:
        """See `CandidateIndex.among`."""
        means = self._known.means if self._ranking.centring else {}
        sql = f"SELECT {_BROUGHT} FROM passages p JOIN articles a USING (article)"
        if len(ids) <= k:
            return self._candidates(self._rows(f"{sql} WHERE p.id = ANY (?::bigint[])", list(ids)))
        return self._candidates(
            self._rows(
                f"{sql} LEFT JOIN unnest(?::text[], ?::vector[]) AS m (lang, mean) ON m.lang = p.lang"
                f" WHERE p.id = ANY (?::bigint[]) AND vector_dims(p.vector) = {self._dimension}"
                " ORDER BY COALESCE(p.vector::vector - m.mean, p.vector::vector) <=> ?::vector LIMIT ?",
                *(list(means), [_text(mean) for mean in means.values()], list(ids), _text(view.vector), k),
            )
        )

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query that is planned for its values each time: other words, other ways to find them."""
        with self._db.connection() as connection:
            return connection.execute(translated(sql), values, binary=True, prepare=False).fetchall()

    def _candidates(self, rows: Sequence[tuple[Any, ...]]) -> Candidates:
        passages = [
            Passage(id=passage, article_id=article, lang=lang, start=start, end=end)
            for passage, article, lang, start, end, *_ in rows
        ]
        vectors = np.zeros((len(rows), self._dimension), np.float32)
        for i, (_, _, lang, _, _, stored, _) in enumerate(rows):
            own = halfvecs([stored] if stored else [])
            if own.shape[1] == self._dimension:
                vectors[i] = own[0]
                if self._ranking.centring and lang in self._known.means:
                    vectors[i] -= self._known.means[lang]
        return Candidates(passages, unit(vectors), [tokens or b"" for *_, tokens in rows])

    def shares(self, view: View, candidates: Candidates) -> Floats:
        """See `CandidateIndex.shares`."""
        ids = [one.id for one in candidates.passages]
        rows = self._rows(
            "SELECT id, weights <#> ?::sparsevec FROM passages WHERE id = ANY (?::bigint[])",
            *(postgres_words.asked(view.rarity), ids),
        )
        scores = dict(rows)
        best = max(postgres_words.best_possible(view.rarity), 1e-9)
        return np.array([-scores.get(one, 0.0) / best for one in ids], np.float32)

    def maintain(self) -> None:
        """See `CandidateIndex.maintain`. Builds the vector index of each language that has outgrown comparing all.

        One process does so at a time, and writers and questions go on meanwhile. Where it may not or cannot, a warning
        says so, and questions take longer.
        """
        self.catch_up()
        with self._lock:
            try:
                for lang in self._wanting():
                    self._build(lang)
            except ArchiveError as error:
                log.warning("Vectors are compared one by one, which takes longer: %s", error)

    def _wanting(self) -> list[str]:
        """The languages that lack a vector index."""
        there = {name for name, valid in self._indexes() if valid}
        return [
            lang for lang, count in self._known.passages.items() if count >= _OUTGROWN and self._name(lang) not in there
        ]

    def _name(self, lang: str) -> str:
        return f"{_PREFIX}{lang}_{self._dimension}"

    def _indexes(self) -> list[tuple[str, bool]]:
        """The names of all vector indexes, and whether each is whole."""
        return self._db.rows(
            "SELECT c.relname::text, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE i.indrelid = 'passages'::regclass AND starts_with(c.relname::text, ?)",
            _PREFIX,
        )

    def _build(self, lang: str) -> None:
        name = Identifier(self._name(lang)).as_string()
        with self._db.connection() as connection:
            if not _first(connection, b"SELECT pg_try_advisory_lock(%s, %s)"):
                return  # another process is building
            try:
                log.info("Building the index of the vectors of %d passages (%s) ...", self._known.passages[lang], lang)
                connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}".encode())  # one that was interrupted
                connection.execute(
                    f"CREATE INDEX CONCURRENTLY {name} ON passages USING hnsw"
                    f" ((vector::halfvec({self._dimension})) halfvec_ip_ops) WHERE {self._whole(lang)}".encode()
                )
            finally:
                if not connection.closed:
                    _first(connection, b"SELECT pg_advisory_unlock(%s, %s)")

    def problems(self) -> list[str]:
        """See `CandidateIndex.problems`."""
        self.catch_up()
        counts = [(self._db.rows(f"SELECT count(*) {sql}")[0][0], what) for what, sql in postgres_counts.WRONG.items()]
        lacking = [f"the vectors of {lang} have no index" for lang in self._wanting()]
        return [f"{number} {what}" for number, what in counts if number] + lacking

    def rebuild(self) -> None:
        """See `CandidateIndex.rebuild`."""
        with self._db.transaction(), self._db.connection() as connection:
            connection.execute("UPDATE counters SET sequence = sequence")  # takes a turn at writing
            postgres_counts.count_anew(connection)
        self._known = _Known(-1, {}, {})
        for name, _ in self._indexes():
            with suppress(ArchiveUnwritable):  # it stays as it is, and `maintain` says why
                self._db.run(f"DROP INDEX CONCURRENTLY {Identifier(name).as_string()}")
        self.maintain()

    def save(self) -> None:
        """See `CandidateIndex.save`: the database has it all."""


def _text(vector: Floats) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(map('{:.6g}'.format, vector.tolist()))}]"


def _first(connection: Connection, sql: bytes) -> bool:
    row = connection.execute(sql, _LOCK).fetchone()
    return bool(row and row[0])
