"""Question to ranked passages: candidates from dense and lexical search, then late interaction and fusion."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from config.settings import Ranking
from retrieval.archive import Archive
from retrieval.encoder import Encoded, Encoder
from retrieval.fusion import Features, Weights, match, rank
from retrieval.language import detect_language
from retrieval.language_means import LanguageMeans
from retrieval.late_interaction import centre, maxsim
from retrieval.lexical_index import LexicalIndex
from retrieval.linear import unit
from retrieval.packing import stretched, unpack
from retrieval.types import Hit, Passage
from retrieval.vector_index import VectorIndex

Floats = npt.NDArray[np.float32]

# Candidates for re-ranking of each kind, and of each language. Among 60 was the right passage for 99.0 to 99.9 % of
# the questions in docs/quality.md, among 30 for 98.3 to 99.9 %.
_CANDIDATES = 60

# Across languages a token of the question counts by its surprise to this power: names count for more than words that
# any passage can answer. On parallel news R@1 was 0.748 with 0, 0.760 with 1, 0.763 with 1.5 and 0.764 with 2.
_RARITY = 1.5


class Searcher:
    """Ranks an archive's passages for a question; always up to date with the archive's last write."""

    def __init__(
        self,
        archive: Archive,
        encoder: Encoder,
        means: LanguageMeans,
        vectors: VectorIndex,
        words: LexicalIndex,
        ranking: Ranking,
    ) -> None:
        self._archive = archive
        self._encoder = encoder
        self._means = means
        self._vectors = vectors
        self._words = words
        self._ranking = ranking
        self._weights = replace(Weights(), bridge=Weights.bridge if ranking.bridge else 0.0)
        self._lock = threading.Lock()

    def search(self, question: str, k: int) -> list[Hit]:
        """The k best passages, best first; none for a question without letters or digits."""
        return next(self.search_each([question], k))

    def search_each(self, questions: Sequence[str], k: int) -> Iterator[list[Hit]]:
        """The k best passages for each question, in order; encoding them together is several times faster."""
        for candidates, features in self.features_each(questions, k):
            matches = match(features, self._weights, late_interaction=self._ranking.late_interaction)
            scores = rank(features, matches, self._weights)
            yield [
                Hit(
                    article_id=candidates[i].article_id,
                    passage_id=candidates[i].id,
                    start=candidates[i].start,
                    end=candidates[i].end,
                    score=float(scores[i]),
                    match=float(matches[i]),
                )
                for i in np.argsort(-scores, kind="stable")[:k]
            ]

    def features_each(self, questions: Sequence[str], k: int) -> Iterator[tuple[list[Passage], Features]]:
        """For each question the candidates for its k best passages, in no order, and what is known of each."""
        with self._lock:
            self._vectors.catch_up(self._archive)
            self._words.catch_up(self._archive)
        for question, encoded in zip(questions, self._encoder.encode(questions, "query"), strict=True):
            lang = detect_language(question)
            vector = encoded.pooled
            if self._ranking.centring:
                vector = unit(vector - self._means.pooled("query", lang))
            asked = any(letter.isalnum() for letter in question)
            candidates = self._candidates(question, lang, vector, max(k, _CANDIDATES)) if asked else []
            yield candidates, self._features(question, lang, vector, encoded, candidates)

    def _candidates(self, question: str, lang: str, vector: Floats, k: int) -> list[Passage]:
        ids: dict[int, None] = {}
        if self._ranking.dense:
            ids |= dict.fromkeys(self._vectors.search(vector, k))
        if self._ranking.lexical:
            ids |= dict.fromkeys(self._words.search(question, lang, k))
        return self._archive.passages(list(ids))

    def _features(
        self, question: str, lang: str, vector: Floats, encoded: Encoded, candidates: Sequence[Passage]
    ) -> Features:
        ids = [passage.id for passage in candidates]
        langs = [passage.lang for passage in candidates]
        same = np.array([own == lang for own in langs], bool)
        nothing = np.zeros(len(ids), np.float32)
        vectors = self._vectors.vectors(ids, langs, centred=self._ranking.centring)
        return Features(
            langs=np.array(langs),
            same=same,
            late=self._late(question, lang, encoded, ids, same) if self._ranking.late_interaction else nothing,
            dense=vectors @ vector if self._ranking.dense else nothing,
            stems=self._words.scores(question, lang, ids) if self._ranking.lexical else nothing,
            vectors=vectors,
        )

    def _late(
        self, question: str, lang: str, encoded: Encoded, ids: Sequence[int], same: npt.NDArray[np.bool_]
    ) -> Floats:
        """MaxSim of the question's words; across languages rare words, which are names mostly, count for more."""
        packed = self._archive.token_vectors(ids)
        spread = self._means.spread
        tokens, lengths = unpack([packed.get(passage, b"") for passage in ids], len(spread))
        spoken = np.array([any(letter.isalnum() for letter in question[a:b]) for a, b in encoded.spans], bool)
        own = centre(encoded.tokens[spoken], self._means.tokens("query", lang))
        rare = np.maximum(encoded.surprise[spoken], 0.5) ** _RARITY
        within, across = maxsim(stretched(own, spread), np.stack([np.ones_like(rare), rare]), tokens, lengths)
        scores: Floats = np.where(same, within, across)
        return scores
