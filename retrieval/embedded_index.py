"""Candidates of the archive in the data folder: FAISS for vectors, tantivy for words."""

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from config.settings import Ranking
from retrieval.archive import Archive
from retrieval.candidates import Candidates
from retrieval.lexical_index import LexicalIndex
from retrieval.threads import spare
from retrieval.vector_index import VectorIndex
from retrieval.view import View

Floats = npt.NDArray[np.float32]


class EmbeddedIndex:
    """A `CandidateIndex` of two indexes that follow an archive."""

    def __init__(self, archive: Archive, vectors: VectorIndex, words: LexicalIndex, ranking: Ranking) -> None:
        self._archive = archive
        self._vectors = vectors
        self._words = words
        self._ranking = ranking
        self._lock = threading.Lock()
        self._ready = False  # whether there is a state that questions may go on with

    def catch_up(self) -> None:
        """See `CandidateIndex.catch_up`."""
        if self._lock.acquire(blocking=not self._ready):
            try:
                self._follow()
            finally:
                self._lock.release()

    def _follow(self) -> None:
        self._vectors.catch_up(self._archive)
        self._words.catch_up(self._archive)
        self._ready = True

    def maintain(self) -> None:
        """See `CandidateIndex.maintain`."""
        with self._lock:
            self._follow()

    def rarity(self, question: str, lang: str) -> dict[str, float]:
        """See `CandidateIndex.rarity`."""
        return self._words.rarity(question, lang)

    def find(self, view: View, k: int) -> Candidates:
        """See `CandidateIndex.find`."""
        worded = spare.beside(self._words.search, view.question, view.lang, k) if self._ranking.lexical else None
        near = self._vectors.search(view.vector, k) if self._ranking.dense else []
        return self._of(list(dict.fromkeys(near + (worded.result() if worded else []))))

    def among(self, view: View, ids: Sequence[int], k: int) -> Candidates:
        """See `CandidateIndex.among`."""
        if len(ids) > k:
            ids = self._vectors.nearest_of(ids, view.vector, k, centred=self._ranking.centring)
        return self._of(ids)

    def _of(self, ids: Sequence[int]) -> Candidates:
        tokens = spare.beside(self._archive.token_vectors, ids)
        passages = self._archive.passages(ids)
        here, langs = [one.id for one in passages], [one.lang for one in passages]
        vectors = self._vectors.vectors(here, langs, centred=self._ranking.centring)
        packed = tokens.result()
        return Candidates(passages, vectors, [packed.get(one, b"") for one in here])

    def shares(self, view: View, candidates: Candidates) -> Floats:
        """See `CandidateIndex.shares`."""
        return self._words.scores(view.question, view.lang, [one.id for one in candidates.passages])

    def problems(self) -> list[str]:
        """See `CandidateIndex.problems`."""
        return self._vectors.problems(self._archive) + self._words.problems(self._archive)

    def rebuild(self) -> None:
        """See `CandidateIndex.rebuild`."""
        self._vectors.rebuild(self._archive)
        self._words.rebuild(self._archive)

    def save(self) -> None:
        """See `CandidateIndex.save`."""
        with self._lock:
            self._vectors.catch_up(self._archive)
            self._vectors.save()
            self._words.catch_up(self._archive)
