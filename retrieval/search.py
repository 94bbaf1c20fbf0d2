"""Question to ranked passages."""

import threading

from retrieval.archive import Archive
from retrieval.encoder import Encoder
from retrieval.types import Hit
from retrieval.vector_index import VectorIndex


class Searcher:
    """Ranks an archive's passages for a question; always up to date with the archive's last write."""

    def __init__(self, archive: Archive, encoder: Encoder, vectors: VectorIndex) -> None:
        self._archive = archive
        self._encoder = encoder
        self._vectors = vectors
        self._lock = threading.Lock()

    def search(self, question: str, k: int) -> list[Hit]:
        """The k best passages, best first; none for a question without letters or digits."""
        if not any(letter.isalnum() for letter in question):
            return []
        with self._lock:
            self._vectors.catch_up(self._archive)
        query = self._encoder.encode([question], "query").pooled[0]
        ids, scores = self._vectors.search(query, k)
        score_of = dict(zip(ids.tolist(), scores.tolist(), strict=True))
        return [
            Hit(article_id=p.article_id, passage_id=p.id, start=p.start, end=p.end, score=score_of[p.id])
            for p in self._archive.passages(list(score_of))
        ]
