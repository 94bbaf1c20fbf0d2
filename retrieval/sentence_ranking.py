"""Sentences that answer a question, best first: the unit that is quoted, where passages are the unit that is found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, StoredSentence
from retrieval.folding import stems
from retrieval.search import Searcher, View
from retrieval.types import Article, Passage

Floats = npt.NDArray[np.float32]

# Passages whose sentences are weighed: of everybody as many as are re-ranked, of one speaker more, for they are all
# about the question's first half already.
_PASSAGES = 60
_OF_SPEAKER = 150


@dataclass(frozen=True)
class Candidate:
    """A sentence, its article, and what is known of how well it answers.

    Attributes:
        late: MaxSim of the question in the sentence, about 0.2 to 0.8.
        context: the same in the sentence's whole passage.
        stems: share of the question's words that the sentence holds, weighed by their rarity, from 0 to 1.
        dense: cosine of question and passage, language means taken away.
        same: whether sentence and question are in one language.
    """

    sentence: StoredSentence
    article: Article
    late: float
    context: float
    stems: float
    dense: float
    same: bool


class SentenceRanker:
    """Weighs the sentences of the passages that a `Searcher` finds."""

    def __init__(self, archive: Archive, searcher: Searcher) -> None:
        self._archive = archive
        self._searcher = searcher

    def candidates(self, question: str, sources: Collection[int] | None = None) -> list[Candidate]:
        """Sentences that may answer, in no order; with `sources` only statements of theirs."""
        view = self._searcher.view(question)
        if view is None:
            return []
        if sources is None:
            passages = self._searcher.candidates(view, _PASSAGES)
        else:
            passages = self._nearest(view, self._archive.passages(self._archive.passages_of(sources)))
        sentences = self._archive.stored_sentences([one.id for one in passages])
        if sources is not None:
            sentences = [one for one in sentences if any(each.source_id in sources for each in one.statements)]
        return self._weighed(view, {one.id: one for one in passages}, sentences)

    def copies(self, article_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """See `Archive.copies`."""
        return self._archive.copies(article_ids)

    def _nearest(self, view: View, passages: list[Passage]) -> list[Passage]:
        if len(passages) <= _OF_SPEAKER:
            return passages
        near = self._searcher.dense(view, passages)
        return [passages[i] for i in np.argsort(-near, kind="stable")[:_OF_SPEAKER]]

    def _weighed(
        self, view: View, passages: dict[int, Passage], sentences: Sequence[StoredSentence]
    ) -> list[Candidate]:
        articles = {one.article_id: self._archive.article(one.article_id) for one in sentences}
        # An article may be deleted or replaced since the search; a passage's id is never used for another.
        there = {one.id for one in self._archive.passages(list(passages))}
        sentences = [one for one in sentences if one.passage_id in there and articles[one.article_id]]
        own = [passages[one.passage_id] for one in sentences]
        unique = list(dict.fromkeys(one.id for one in own))
        row = {passage: i for i, passage in enumerate(unique)}
        late, context = self._searcher.late(
            view,
            [passages[one] for one in unique],
            [(row[one.passage_id], one.first_token, one.end_token) for one in sentences],
        )
        dense = self._searcher.dense(view, [passages[one] for one in unique])
        found = []
        for i, (sentence, passage) in enumerate(zip(sentences, own, strict=True)):
            article = articles[sentence.article_id]
            assert article
            text = article.text[sentence.span.start : sentence.span.end]
            found.append(
                Candidate(
                    sentence,
                    article,
                    late=float(late[i]),
                    context=float(context[row[passage.id]]),
                    stems=view.share(stems(text, passage.lang)) if passage.lang == view.lang else 0.0,
                    dense=float(dense[row[passage.id]]),
                    same=passage.lang == view.lang,
                )
            )
        return found
