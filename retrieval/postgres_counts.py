"""What search must know of all passages together: how many hold a stem, and each language's sum of vectors.

Whoever writes passages counts them within the same transaction; the functions take its connection.
"""
# ruff: noqa: S608  what is put into statements is words of ours, never data

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import psycopg

from retrieval.postgres_words import words_of

log = logging.getLogger(__name__)

Connection = psycopg.Connection[Any]
Vectors = npt.NDArray[np.float32]

_PORTION = 500  # articles that are read at once: a few MB of text

_ADD_STEMS = (
    " ON CONFLICT (stem) DO UPDATE SET passages = stem_counts.passages + excluded.passages RETURNING stem, passages"
)
_ADD_SUMS = (
    " ON CONFLICT (lang, dimension) DO UPDATE SET passages = languages.passages + excluded.passages,"
    " total = ARRAY(SELECT a + b FROM unnest(languages.total, excluded.total) AS t (a, b))"
)
# How many passages there are in each language, and the sum of their vectors, times `sign`.
_SUMS = (
    "SELECT lang, dimension, {sign} * count, ARRAY(SELECT {sign} * count * one FROM unnest(mean) AS one) FROM"
    " (SELECT lang, vector_dims(vector) AS dimension, count(*) AS count,"
    "  avg(vector::vector)::real[]::double precision[] AS mean"
    "  FROM passages WHERE vector IS NOT NULL AND {which} GROUP BY 1, 2) AS sums"
)


def add(connection: Connection, lang: str, held: Iterable[Sequence[str]], vectors: Vectors) -> None:
    """Counts new passages of a language: the different stems of each, and their vectors, shape (n, dimension)."""
    counts = Counter(stem for each in held for stem in each)
    connection.execute(
        f"INSERT INTO stem_counts SELECT * FROM unnest(%s::text[], %s::bigint[]){_ADD_STEMS}",
        (list(counts), list(counts.values())),
    )
    if len(vectors):
        stored = vectors.astype(np.float16).sum(axis=0, dtype=np.float64)
        connection.execute(
            f"INSERT INTO languages VALUES (%s, %s, %s, %s::double precision[]){_ADD_SUMS}",
            (lang, vectors.shape[1], len(vectors), stored.tolist()),
        )


def take_off(connection: Connection, keys: Sequence[UUID]) -> None:
    """Counts the passages of articles that are about to go; a stem that nobody holds any more goes, too."""
    counted = connection.execute(
        "INSERT INTO stem_counts SELECT lexeme, -count(*) FROM passages, unnest(stems)"
        f" WHERE article = ANY (%s::uuid[]) GROUP BY lexeme{_ADD_STEMS}",
        (keys,),
    ).fetchall()
    connection.execute("DELETE FROM stem_counts WHERE stem = ANY (%s)", ([stem for stem, left in counted if left < 1],))
    which = "article = ANY (%s::uuid[])"
    connection.execute(f"INSERT INTO languages {_SUMS.format(sign=-1, which=which)}{_ADD_SUMS}", (keys,))
    connection.execute("DELETE FROM languages WHERE passages < 1")


def count_anew(connection: Connection) -> None:
    """Counts everything."""
    connection.execute("DELETE FROM stem_counts")
    connection.execute("DELETE FROM languages")
    connection.execute("INSERT INTO stem_counts SELECT word, ndoc FROM ts_stat('SELECT stems FROM passages')")
    connection.execute(f"INSERT INTO languages {_SUMS.format(sign=1, which='TRUE')}")


# How the counts differ from what they count.
WRONG = {
    "words are counted wrongly": (
        "FROM ts_stat('SELECT stems FROM passages') AS there FULL JOIN stem_counts AS here ON here.stem = there.word"
        " WHERE here.passages IS DISTINCT FROM there.ndoc"
    ),
    "languages are counted wrongly": (
        "FROM (SELECT lang, vector_dims(vector) AS dimension, count(*) AS passages FROM passages"
        " WHERE vector IS NOT NULL GROUP BY 1, 2) AS there FULL JOIN languages AS here USING (lang, dimension)"
        " WHERE here.passages IS DISTINCT FROM there.passages"
    ),
}


def prepare(connection: Connection) -> None:
    """Makes what is there searchable, after migration 6: languages, stems and weights of all passages, and the counts.

    Within the transaction of the migration: whole, or not at all.
    """
    (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone() or (0,)
    if passages:
        log.info("Preparing the search of %d passages in the database, once ...", passages)
        _prepare_each(connection)
    for column in ("lang", "stems", "weights"):
        connection.execute(f"ALTER TABLE passages ALTER COLUMN {column} SET NOT NULL".encode())


def _prepare_each(connection: Connection) -> None:
    connection.execute(
        "CREATE TEMPORARY TABLE prepared (article uuid, id bigint, lang text, stems tsvector, weights sparsevec)"
        " ON COMMIT DROP"
    )
    after = -1
    while articles := connection.execute(
        "SELECT number, article, lang, text FROM articles WHERE number > %s ORDER BY number LIMIT %s", (after, _PORTION)
    ).fetchall():
        after = articles[-1][0]
        texts = {key: (lang, text) for _, key, lang, text in articles}
        spans = connection.execute(
            'SELECT article, id, "start", "end" FROM passages WHERE article = ANY (%s)', (list(texts),)
        ).fetchall()
        with connection.cursor() as cursor, cursor.copy("COPY prepared FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["uuid", "int8", "text", "bytea", "bytea"])
            for key, passage, start, end in spans:
                lang, text = texts[key]
                own = words_of(text[start:end], lang)
                copy.write_row((key, passage, lang, own.lookup, own.weights))
    connection.execute(
        "UPDATE passages p SET lang = n.lang, stems = n.stems, weights = n.weights FROM prepared n"
        " WHERE n.article = p.article AND n.id = p.id"
    )
    count_anew(connection)
