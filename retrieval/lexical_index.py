"""Lexical retrieval: BM25 over stems.

Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), as tantivy computes it.
"""

import logging
import math
import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import tantivy

from retrieval.archive import Archive, Changes
from retrieval.derived import disagreement
from retrieval.errors import ArchiveBusy, ArchiveUnwritable
from retrieval.files import write_atomically
from retrieval.folding import stems

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

_FORMAT = "1"
K1 = 1.2  # tantivy's: a term's score is at most (1 + k1) x idf
_WRITER_BYTES = 50_000_000  # tantivy's memory before it writes a segment
_LOCK_SECONDS = 30  # a commit takes well under a second; half a minute means that another process hangs
_MOST_TERMS = 64  # of a question: what is beyond is a pasted article, and each term costs a list of passages


class LexicalIndex(Protocol):
    """Words of passages by passage id, derived from the archive up to a sequence number."""

    def catch_up(self, archive: Archive) -> None:
        """Brings the index to the archive's last write."""

    def search(self, question: str, lang: str, k: int) -> list[int]:
        """Ids of the k passages that share most words with the question, best first."""

    def scores(self, question: str, lang: str, ids: Sequence[int]) -> Floats:
        """How much of the question's words each passage holds, from 0 to 1, shape (len(ids),).

        1 is what a passage would score that held nothing but the question's words, over and over.
        """

    def rarity(self, question: str, lang: str) -> dict[str, float]:
        """Inverse document frequency of each stem of the question."""

    def problems(self, archive: Archive) -> list[str]:
        """How the index differs from the archive, one line each; none when they agree."""

    def rebuild(self, archive: Archive) -> None:
        """Forgets everything and reads it from the archive again."""


def asked_terms(question: str, lang: str) -> list[str]:
    """The stems of a question that count, each once."""
    return list(dict.fromkeys(stems(question, lang)))[:_MOST_TERMS]


def idf(holders: int, count: int) -> float:
    """Inverse document frequency of a stem that `holders` of `count` passages hold."""
    holders = min(holders, count)
    return math.log(1 + (count - holders + 0.5) / (holders + 0.5))


def holders(rarity: float, count: int) -> float:
    """How many of `count` passages hold a stem of that `idf`."""
    return (count + 1) / math.exp(rarity) - 0.5


class TantivyIndex:
    """A `LexicalIndex` in the folder `data_dir`/words.

    Tantivy commits whole; the sequence number is written after the commit, and what is applied twice stands there
    once. Several processes may use one folder: they take turns at writing.
    """

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "words"
        self._reached = self.path / "sequence"
        self._lock = threading.Lock()
        self._open()

    def _open(self) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", indexed=True, fast=True)
        builder.add_text_field("stems", tokenizer_name="whitespace", index_option="freq")
        self._schema = builder.build()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=str(self.path))
        except (ValueError, OSError) as error:
            log.warning("The lexical index is built anew from the archive: %s.", error)
            shutil.rmtree(self.path, ignore_errors=True)
            try:
                self.path.mkdir(parents=True)
                self._index = tantivy.Index(self._schema, path=str(self.path))
            except (ValueError, OSError) as failure:
                raise ArchiveUnwritable(f"{self.path} cannot be written: {failure}.") from failure
        self._searcher = self._index.searcher()
        self._read: tuple[str, int] | None = None  # the archive and the write of it that the searcher has reached

    def _sequence(self, archive: Archive) -> int:
        """The sequence number of this archive that the index has reached; 0 for an index of another one."""
        try:
            form, identity, number = self._reached.read_text(encoding="utf-8").split()
            return int(number) if (form, identity) == (_FORMAT, archive.identity) else 0
        except (OSError, ValueError):
            return 0

    def catch_up(self, archive: Archive) -> None:
        """See `LexicalIndex.catch_up`."""
        with self._lock:
            now = archive.identity, archive.sequence()
            if now == self._read:
                return
            if self._sequence(archive) != now[1]:
                writer = self._writer()
                try:
                    self._write(writer, archive)
                    with suppress(ValueError):  # a merge that fails loses nothing
                        writer.wait_merging_threads()  # they die with the writer, and a segment a commit would stay
                finally:
                    del writer  # gives tantivy's lock back
            self._index.reload()
            self._searcher = self._index.searcher()
            self._read = now

    def _writer(self) -> tantivy.IndexWriter:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                writer = self._index.writer(_WRITER_BYTES, 1)
                # A process that was killed within a commit may have left a file of the very name that the next wants.
                writer.garbage_collect_files()
                return writer
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise ArchiveUnwritable(f"{self.path} cannot be written: {error}.") from error
                if time.monotonic() > deadline:
                    raise ArchiveBusy(f"Another process has been writing to {self.path} for too long.") from error
                time.sleep(0.05)

    def _write(self, writer: tantivy.IndexWriter, archive: Archive) -> None:
        reached = self._sequence(archive)
        if reached == 0 or reached > archive.sequence():
            writer.delete_all_documents()
            reached = 0
        for changes in archive.changes(reached):
            self._apply(writer, changes)
            try:
                writer.commit()
                line = f"{_FORMAT} {archive.identity} {changes.sequence}\n"
                write_atomically(self._reached, lambda path, line=line: path.write_text(line) and None)  # type: ignore[misc]
            except (ValueError, OSError) as error:
                raise ArchiveUnwritable(f"{self.path} cannot be written: {error}.") from error

    def _apply(self, writer: tantivy.IndexWriter, changes: Changes) -> None:
        ranges = list(changes.removed)
        if len(changes.ids):  # ids of one portion are neighbours: nothing else lies between them
            ranges.append((int(changes.ids[0]), int(changes.ids[-1])))
        for first, last in ranges:
            kind = tantivy.FieldType.Unsigned
            writer.delete_documents_by_query(tantivy.Query.range_query(self._schema, "id", kind, first, last))
        for passage, lang, text in zip(changes.ids.tolist(), changes.langs, changes.texts, strict=True):
            document = tantivy.Document()
            document.add_unsigned("id", passage)
            document.add_text("stems", " ".join(stems(text, lang)))
            writer.add_document(document)

    def search(self, question: str, lang: str, k: int) -> list[int]:
        """See `LexicalIndex.search`."""
        terms = asked_terms(question, lang)
        if not terms:
            return []
        searcher = self._searcher
        hits = searcher.search(self._any_of(terms), k, count=False).hits
        return self._passages(searcher, hits)

    def scores(self, question: str, lang: str, ids: Sequence[int]) -> Floats:
        """See `LexicalIndex.scores`."""
        scores = np.zeros(len(ids), np.float32)
        terms = asked_terms(question, lang)
        if not terms or not len(ids):
            return scores
        row = {passage: i for i, passage in enumerate(ids)}
        searcher = self._searcher
        one_of = tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, "id", list(ids)), 0.0)
        both = [(tantivy.Occur.Must, one_of), (tantivy.Occur.Must, self._any_of(terms))]
        hits = searcher.search(tantivy.Query.boolean_query(both), len(ids), count=False).hits
        for passage, (score, _) in zip(self._passages(searcher, hits), hits, strict=True):
            scores[row[passage]] = score
        best: Floats = scores / self._best_possible(terms)
        return best

    @staticmethod
    def _passages(searcher: tantivy.Searcher, hits: Sequence[tuple[Any, tantivy.DocAddress]]) -> list[int]:
        return [int(passage or 0) for passage in searcher.fast_field_values("id", [address for _, address in hits])]

    def _any_of(self, terms: Sequence[str]) -> tantivy.Query:
        queries = [(tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "stems", term)) for term in terms]
        return tantivy.Query.boolean_query(queries)

    def _best_possible(self, terms: Sequence[str]) -> float:
        """The sum of (1 + k1) x idf: a word that no passage holds counts, too, for it was asked for in vain."""
        return (1 + K1) * sum(map(self._idf, terms))

    def _idf(self, term: str) -> float:
        return idf(self._searcher.doc_freq("stems", term), self._searcher.num_docs)

    def rarity(self, question: str, lang: str) -> dict[str, float]:
        """See `LexicalIndex.rarity`."""
        return {term: self._idf(term) for term in asked_terms(question, lang)}

    def problems(self, archive: Archive) -> list[str]:
        """See `LexicalIndex.problems`."""
        self.catch_up(archive)
        everything = self._searcher.search(tantivy.Query.all_query(), max(1, self._searcher.num_docs), count=False)
        here = np.array(self._passages(self._searcher, everything.hits), np.int64)
        return disagreement("lexical index", here, archive)

    def rebuild(self, archive: Archive) -> None:
        """See `LexicalIndex.rebuild`."""
        with self._lock:
            self._reached.unlink(missing_ok=True)
            self._read = None
        self.catch_up(archive)
