"""Milliseconds to find a question's candidates: in PostgreSQL, and with the embedded indexes, over the same passages.

    python -m tests.benchmarks.postgres_search [PASSAGES]

Texts are real (the development archive), questions are headlines of other articles. Encoding 100 000 passages takes
hours: some are encoded, and every other one gets a vector between two of its language, and noise. Token
vectors are of the usual size and hold nothing. It takes half an hour for 100 000 passages, and 4 GB of disk.
"""

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from config import load_settings
from retrieval.archive import Archive, Prepared
from retrieval.candidates import CandidateIndex
from retrieval.embedded_index import EmbeddedIndex
from retrieval.encoder import Encoder, SentenceTransformerEncoder
from retrieval.language_means import LanguageMeans
from retrieval.lexical_index import TantivyIndex
from retrieval.linear import unit
from retrieval.postgres_archive import PostgresArchive
from retrieval.postgres_database import PostgresDatabase
from retrieval.postgres_index import PostgresIndex
from retrieval.search import Searcher
from retrieval.sqlite_archive import SqliteArchive
from retrieval.types import Article, Span
from retrieval.vector_index import FaissIndex
from retrieval.view import View
from tests.postgres import running_server
from tests.shared_data import DATA, read_lines

PASSAGES = 100_000
QUESTIONS = 60
ENCODED = 50  # passages a language
CHARACTERS = 600  # of a passage
TOKEN_BYTES = 10_000  # packed token vectors of a passage (docs/scaling.md)
TOGETHER = 50  # articles put at once
K = 60  # candidates of each language, as `search` asks for

Floats = npt.NDArray[np.float32]


class Vectors:
    """Vectors for any number of passages of a language, from some real ones."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._rng = np.random.default_rng(1)
        self._real: dict[str, Floats] = {}

    def of(self, texts: Sequence[str], lang: str) -> Floats:
        """Those of some passages, shape (len(texts), dimension): the first ones' own, then likely ones."""
        real = self._real.get(lang, np.zeros((0, self._encoder.dimension), np.float32))
        if len(real) < ENCODED:
            own = self._encoder.encode(texts, "passage").pooled
            self._real[lang] = np.concatenate([real, own])
            return own
        some, others = (real[self._rng.integers(len(real), size=len(texts))] for _ in range(2))
        share = self._rng.uniform(0.5, 1, (len(texts), 1)).astype(np.float32)
        noise = self._rng.standard_normal(some.shape, np.float32) * real.std(axis=0) / 2
        return unit(share * some + (1 - share) * others + noise)


def material(passages: int, vectors: Vectors) -> tuple[list[Prepared], list[str]]:
    """Articles with so many passages in all, of each file of the development archive by turns; and headlines."""
    files = [read_lines(file) for file in sorted((DATA / "archive").glob("*.jsonl.gz"))]
    lines = (line for group in itertools.zip_longest(*files) for line in group if line)
    prepared: list[Prepared] = []
    count = 0
    for line in lines:
        text, lang = line["text"], line["lang"]
        spans = [Span(start=i, end=min(i + CHARACTERS, len(text))) for i in range(0, len(text), CHARACTERS)]
        own = vectors.of([text[one.start : one.end] for one in spans], lang)
        article = Article(id=f"{len(prepared)}", text=text, lang=lang)
        prepared.append(Prepared(article, lang, [], [], spans, own, [bytes(TOKEN_BYTES)] * len(spans)))
        count += len(spans)
        if count >= passages:
            break
    return prepared, [line["title"] for line in itertools.islice((one for one in lines if one.get("title")), QUESTIONS)]


def rows(passages: int = PASSAGES) -> Iterator[tuple[str, str]]:
    """What was measured, and the figure."""
    settings = load_settings()
    encoder = SentenceTransformerEncoder(settings.encoder)
    means = LanguageMeans(encoder, settings.encoder.cache_dir)
    prepared, questions = material(passages, Vectors(encoder))
    langs = {one.lang: sum(len(each.passages) for each in prepared if each.lang == one.lang) for one in prepared}
    yield "passages", ", ".join(f"{lang} {count:,}" for lang, count in langs.items())
    found = []
    with tempfile.TemporaryDirectory() as folder, running_server() as server:
        for change in ("shared_buffers = '1GB'", "maintenance_work_mem = '1GB'", "max_wal_size = '8GB'"):
            server.run(f"ALTER SYSTEM SET {change}")
        server.stop()
        server.start()
        with server.database() as url:
            database = PostgresDatabase(url)
            archives: dict[str, Archive] = {
                "embedded": SqliteArchive(Path(folder)),
                "PostgreSQL": PostgresArchive(database),
            }
            vectors = FaissIndex(Path(folder), encoder.identity, means)
            words = TantivyIndex(Path(folder))
            indexes: dict[str, CandidateIndex] = {
                "embedded": EmbeddedIndex(archives["embedded"], vectors, words, settings.ranking),
                "PostgreSQL": PostgresIndex(database, means, settings.ranking),
            }
            for name, archive in archives.items():
                yield f"{name}: put", f"{_seconds(_put, archive, prepared):.0f} s"
                yield f"{name}: indexes", f"{_seconds(indexes[name].maintain):.0f} s"
            database.run("VACUUM ANALYZE passages")
            encoded = encoder.encode(questions, "query")
            for name, index in indexes.items():
                searcher = Searcher(encoder, means, index, settings.ranking)
                views = [searcher.seen(question, one) for question, one in zip(questions, encoded, strict=True)]
                for view in views:  # warm
                    index.find(view, K)
                yield from _figures(f"{name}: candidates", lambda view, index=index: index.find(view, K), views)
                yield from _figures(
                    f"{name}: rarity", lambda view, index=index: index.rarity(view.question, view.lang), views
                )
                found.append([{(one.article_id, one.start) for one in index.find(view, K).passages} for view in views])
            shared = [len(here & there) / len(here) for here, there in zip(*found, strict=True)]
            yield "candidates of the embedded indexes that PostgreSQL finds, too", f"{statistics.mean(shared):.1%}"
            ((size,),) = database.rows("SELECT pg_total_relation_size('passages')")
            yield "PostgreSQL: bytes a passage", f"{size / sum(langs.values()):,.0f}"
            database.close()
            archives["embedded"].close()


def _put(archive: Archive, prepared: Sequence[Prepared]) -> None:
    for start in range(0, len(prepared), TOGETHER):
        archive.put(prepared[start : start + TOGETHER])


def _seconds(do: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    do(*arguments)
    return time.perf_counter() - started


def _figures(name: str, ask: Callable[[View], object], views: Sequence[View]) -> Iterator[tuple[str, str]]:
    taken = sorted(1000 * _seconds(ask, view) for view in views)
    yield f"{name}, p50", f"{statistics.median(taken):.1f} ms"
    yield f"{name}, p95", f"{taken[int(0.95 * len(taken))]:.1f} ms"


if __name__ == "__main__":
    for what, figure in rows(*map(int, sys.argv[1:])):
        print(f"| {what} | {figure} |", flush=True)
