"""Question to ranked passages: candidates from dense and lexical search, then late interaction and fusion."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from config.settings import Ranking
from retrieval.candidates import CandidateIndex, Candidates
from retrieval.encoder import Encoded, Encoder
from retrieval.fusion import Features, Weights, match, rank
from retrieval.language import detect_language
from retrieval.language_means import LanguageMeans
from retrieval.late_interaction import Compared, centre
from retrieval.linear import unit
from retrieval.types import Hit
from retrieval.view import View

Floats = npt.NDArray[np.float32]

# Candidates for re-ranking of each kind, and of each language. Among 60 was the right passage for 99.0 to 99.9 % of
# the questions in docs/quality.md, among 30 for 98.3 to 99.9 %.
_CANDIDATES = 60

# Across languages a token of the question counts by its surprise to this power: names count for more than words that
# any passage can answer. On parallel news R@1 was 0.748 with 0, 0.760 with 1, 0.763 with 1.5 and 0.764 with 2.
_RARITY = 1.5


class Searcher:
    """Ranks an archive's passages for a question; always up to date with the archive's last write."""

    def __init__(self, encoder: Encoder, means: LanguageMeans, index: CandidateIndex, ranking: Ranking) -> None:
        self._encoder = encoder
        self._means = means
        self._index = index
        self._ranking = ranking
        self._weights = replace(Weights(), bridge=Weights.bridge if ranking.bridge else 0.0)

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
                    article_id=candidates.passages[i].article_id,
                    passage_id=candidates.passages[i].id,
                    start=candidates.passages[i].start,
                    end=candidates.passages[i].end,
                    score=float(scores[i]),
                    match=float(matches[i]),
                )
                for i in np.argsort(-scores, kind="stable")[:k]
            ]

    def features_each(self, questions: Sequence[str], k: int) -> Iterator[tuple[Candidates, Features]]:
        """For each question the candidates for its k best passages, in no order, and what is known of each."""
        self._index.catch_up()
        for question, encoded in zip(questions, self._encoder.encode(questions, "query"), strict=True):
            view = self.seen(question, encoded)
            candidates = self.candidates(view, max(k, _CANDIDATES)) if view.asked else Candidates.none(len(view.vector))
            yield candidates, self._features(view, candidates)

    def view(self, question: str) -> View | None:
        """How a question looks to each ranker; None for one without letters or digits."""
        self._index.catch_up()
        (encoded,) = self._encoder.encode([question], "query")
        view = self.seen(question, encoded)
        return view if view.asked else None

    def seen(self, question: str, encoded: Encoded) -> View:
        """How an encoded question looks to each ranker."""
        lang = detect_language(question)
        vector = encoded.pooled
        if self._ranking.centring:
            vector = unit(vector - self._means.pooled("query", lang))
        spoken = np.array([any(letter.isalnum() for letter in question[a:b]) for a, b in encoded.spans], bool)
        own = centre(encoded.tokens[spoken], self._means.tokens("query", lang))
        rare = np.maximum(encoded.surprise[spoken], 0.5) ** _RARITY
        return View(
            question=question,
            lang=lang,
            vector=vector,
            tokens=self._means.packing.stretched(own),
            weights=np.stack([np.ones_like(rare), rare]),
            rarity=self._index.rarity(question, lang),
        )

    def candidates(self, view: View, k: int) -> Candidates:
        """See `CandidateIndex.find`."""
        return self._index.find(view, k)

    def among(self, view: View, ids: Sequence[int], k: int) -> Candidates:
        """See `CandidateIndex.among`."""
        return self._index.among(view, ids, k)

    def compared(self, view: View, candidates: Candidates) -> Compared:
        """The question compared with each candidate; across languages rare words, names mostly, count for more."""
        cosines, lengths = self._means.packing.cosines(candidates.tokens, view.tokens)
        same = np.array([one.lang == view.lang for one in candidates.passages], bool)
        return Compared(cosines, view.weights, lengths, same)

    def _features(self, view: View, candidates: Candidates) -> Features:
        langs = [passage.lang for passage in candidates.passages]
        nothing = np.zeros(len(candidates), np.float32)
        return Features(
            langs=np.array(langs),
            same=np.array([own == view.lang for own in langs], bool),
            late=self.compared(view, candidates).whole if self._ranking.late_interaction else nothing,
            dense=candidates.vectors @ view.vector if self._ranking.dense else nothing,
            stems=self._index.shares(view, candidates) if self._ranking.lexical else nothing,
            vectors=candidates.vectors,
        )
