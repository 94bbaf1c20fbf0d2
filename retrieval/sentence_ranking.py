"""Sentences that answer a question, best first: the unit that is quoted, where passages are the unit that is found."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, StoredSentence, StoredText
from retrieval.candidates import Candidates
from retrieval.folding import stems
from retrieval.late_interaction import Compared
from retrieval.search import Searcher
from retrieval.texts import Texts
from retrieval.threads import spare
from retrieval.types import Article
from retrieval.view import View

Floats = npt.NDArray[np.float32]

# Passages whose sentences are weighed: of everybody as many as are re-ranked, of one speaker more, for they are all
# about the question's first half already.
_PASSAGES = 60
_OF_SPEAKER = 150


@dataclass(frozen=True)
class Candidate:
    """A sentence, its article, and what is known of how well it answers.

    Attributes:
        texts: of all candidates' articles.
        late: MaxSim of the question in the sentence, about 0.2 to 0.8.
        context: the same in the sentence's whole passage.
        stems: share of the question's words that the sentence holds, weighed by their rarity, from 0 to 1.
        dense: cosine of question and passage, language means taken away.
        same: whether sentence and question are in one language.
    """

    sentence: StoredSentence
    texts: Texts
    late: float
    context: float
    stems: float
    dense: float
    same: bool

    @property
    def article(self) -> StoredText:
        """The sentence's article; without text when it has gone or was replaced since."""
        return self.texts[self.sentence.article]


class SentenceRanker:
    """Weighs the sentences of the passages that a `Searcher` finds."""

    def __init__(self, archive: Archive, searcher: Searcher) -> None:
        self._archive = archive
        self._searcher = searcher

    def candidates(self, question: str, sources: Collection[int] | None = None) -> list[Candidate]:
        """Sentences that may answer, in no order; with `sources` only statements of theirs."""
        with spare.work():
            return self._candidates(question, sources)

    def _candidates(self, question: str, sources: Collection[int] | None) -> list[Candidate]:
        seen = spare.beside(self._searcher.view, question)
        passages = [] if sources is None else self._archive.passages_of(sources)
        view = seen.result()
        if view is None:
            return []
        if sources is None:
            found = self._searcher.candidates(view, _PASSAGES)
        else:
            found = self._searcher.among(view, passages, _OF_SPEAKER)
        compared = spare.beside(self._searcher.compared, view, found)
        sentences = self._archive.stored_sentences([one.id for one in found.passages])
        if sources is not None:
            sentences = [one for one in sentences if any(each.source_id in sources for each in one.statements)]
        texts = Texts(self._archive, {one.article for one in sentences})
        # Of everybody's in another language most are never looked at.
        looked_at = {one.id for one in found.passages if sources is not None or one.lang == view.lang}
        texts.read({one.article for one in sentences if one.passage_id in looked_at})
        return _weighed(view, found, compared.result(), sentences, texts)

    def copies(self, article_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """See `Archive.copies`."""
        return self._archive.copies(article_ids)

    def articles(self, article_ids: Collection[str]) -> dict[str, Article]:
        """See `Archive.articles_of`."""
        return self._archive.articles_of(article_ids)


def _weighed(
    view: View,
    found: Candidates,
    compared: Compared,
    sentences: Sequence[StoredSentence],
    texts: Texts,
) -> list[Candidate]:
    row = {passage.id: i for i, passage in enumerate(found.passages)}
    parts = compared.parts([(row[one.passage_id], one.first_token, one.end_token) for one in sentences]).tolist()
    whole, dense = compared.whole.tolist(), (found.vectors @ view.vector).tolist()
    weighed = []
    for sentence, late in zip(sentences, parts, strict=True):
        place = row[sentence.passage_id]
        passage = found.passages[place]
        same = passage.lang == view.lang
        shared = 0.0
        if same:
            text = texts[sentence.article].text[sentence.span.start : sentence.span.end]
            shared = view.share(stems(text, passage.lang))
        weighed.append(Candidate(sentence, texts, late, whole[place], shared, dense[place], same))
    return weighed
