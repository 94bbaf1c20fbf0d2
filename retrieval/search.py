"""Question to ranked passages: candidates from dense and lexical search, then late interaction and fusion."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

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


_ROOT, _ENDING = 4, 3  # letters that words of one root share at least, and that an ending has at most


@dataclass(frozen=True)
class View:
    """A question as each ranker sees it.

    Attributes:
        vector: float32 of shape (dimension,), unit length, the language's mean taken away.
        tokens: float32 of shape (tokens, dimension), see `packing.stretched`.
        weights: float32 of shape (2, tokens): what each token counts within its language and across.
        rarity: inverse document frequency of each of its stems.
    """

    question: str
    lang: str
    vector: Floats
    tokens: Floats
    weights: Floats
    rarity: dict[str, float]

    @property
    def asked(self) -> bool:
        """Whether there is anything to look for."""
        return any(letter.isalnum() for letter in self.question)

    def share(self, words: Collection[str]) -> float:
        """How much of the question's stems are among some stems, weighed by rarity, from 0 to 1."""
        held = set(words)
        found = sum(own for word, own in self.rarity.items() if word in held or _akin(word, held))
        return found / max(sum(self.rarity.values()), 1e-9)


def _akin(word: str, held: Collection[str]) -> bool:
    """Whether one of the stems is of the same root: "ارهاب" and "ارهابي", "terror" and "terrorist"."""
    start = word[:_ROOT]
    near = (one for one in held if one[:_ROOT] == start) if len(start) == _ROOT else ()
    return any(abs(len(one) - len(word)) <= _ENDING and (one.startswith(word) or word.startswith(one)) for one in near)


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
        self.catch_up()
        for question, encoded in zip(questions, self._encoder.encode(questions, "query"), strict=True):
            view = self._view(question, encoded)
            candidates = self.candidates(view, max(k, _CANDIDATES)) if view.asked else []
            yield candidates, self._features(view, candidates)

    def catch_up(self) -> None:
        """Brings the indexes to the archive's last write."""
        with self._lock:
            self._vectors.catch_up(self._archive)
            self._words.catch_up(self._archive)

    def view(self, question: str) -> View | None:
        """How a question looks to each ranker; None for one without letters or digits."""
        self.catch_up()
        (encoded,) = self._encoder.encode([question], "query")
        view = self._view(question, encoded)
        return view if view.asked else None

    def _view(self, question: str, encoded: Encoded) -> View:
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
            tokens=stretched(own, self._means.spread),
            weights=np.stack([np.ones_like(rare), rare]),
            rarity=self._words.rarity(question, lang),
        )

    def candidates(self, view: View, k: int) -> list[Passage]:
        """The k nearest passages of each language, and the k that share most words with the question."""
        ids: dict[int, None] = {}
        if self._ranking.dense:
            ids |= dict.fromkeys(self._vectors.search(view.vector, k))
        if self._ranking.lexical:
            ids |= dict.fromkeys(self._words.search(view.question, view.lang, k))
        return self._archive.passages(list(ids))

    def dense(self, view: View, passages: Sequence[Passage]) -> Floats:
        """Cosine of the question and each passage, shape (len(passages),)."""
        ids, langs = [one.id for one in passages], [one.lang for one in passages]
        cosines: Floats = self._vectors.vectors(ids, langs, centred=self._ranking.centring) @ view.vector
        return cosines

    def late(
        self, view: View, passages: Sequence[Passage], parts: Sequence[tuple[int, int, int]] = ()
    ) -> tuple[Floats, Floats]:
        """MaxSim of the question's words in parts of passages, shape (len(parts),), and in the passages as a whole.

        Across languages rare words, which are names mostly, count for more. A part is the position of its passage, its
        first token there and the one after its last.
        """
        packed = self._archive.token_vectors([one.id for one in passages])
        tokens, lengths = unpack([packed.get(one.id, b"") for one in passages], len(self._means.spread))
        same = np.array([one.lang == view.lang for one in passages], bool)
        whole = _by_language(maxsim(view.tokens, view.weights, tokens, lengths), same)
        if not parts:
            return np.zeros(0, np.float32), whole
        begins = np.cumsum(lengths) - lengths
        pieces = [tokens[begins[i] + first : begins[i] + min(end, lengths[i])] for i, first, end in parts]
        sizes = np.array([len(piece) for piece in pieces], np.int64)
        within = maxsim(view.tokens, view.weights, np.concatenate(pieces), sizes)
        return _by_language(within, same[[i for i, _, _ in parts]]), whole

    def _features(self, view: View, candidates: Sequence[Passage]) -> Features:
        ids = [passage.id for passage in candidates]
        langs = [passage.lang for passage in candidates]
        nothing = np.zeros(len(ids), np.float32)
        vectors = self._vectors.vectors(ids, langs, centred=self._ranking.centring)
        return Features(
            langs=np.array(langs),
            same=np.array([own == view.lang for own in langs], bool),
            late=self.late(view, candidates)[1] if self._ranking.late_interaction else nothing,
            dense=vectors @ view.vector if self._ranking.dense else nothing,
            stems=self._words.scores(view.question, view.lang, ids) if self._ranking.lexical else nothing,
            vectors=vectors,
        )


def _by_language(scores: Floats, same: npt.NDArray[np.bool_]) -> Floats:
    """Of two weightings' scores, shape (2, n), the first within a language and the second across."""
    chosen: Floats = np.where(same, scores[0], scores[1])
    return chosen
