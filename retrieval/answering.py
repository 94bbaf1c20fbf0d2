"""Question to answer: verbatim evidence, or an honest "not found"."""

import time
from functools import partial

from retrieval.archive import Archive
from retrieval.errors import QuestionError
from retrieval.language import detect_language
from retrieval.search import Searcher
from retrieval.types import Answer, Evidence, Hit, Plan, Timings

MAX_QUESTION = 1000  # characters; longer texts are articles pasted by mistake, and beyond the encoder's length

# Match from which a passage counts as an answer: where the right passages for questions about parallel news are best
# told from the best wrong ones (`python -m tests.evaluation.fit_fusion` prints it). It tells 72 % of them: a question
# about what somebody said needs to know who speaks, which passages do not.
THRESHOLD = 0.505

_NEAREST = 2  # passages shown with not_found


class Answerer:
    """Answers questions from an archive, extractively: never a word that is not in an article."""

    def __init__(self, archive: Archive, searcher: Searcher) -> None:
        self._archive = archive
        self._searcher = searcher

    def answer(self, question: str, *, limit: int = 3) -> Answer:
        """The answer with at most `limit` quotations.

        Raises:
            QuestionError: when the question is empty or too long.
        """
        question = question.strip()
        if not question:
            raise QuestionError("question-empty", "The question is empty.")
        if len(question) > MAX_QUESTION:
            raise QuestionError("question-too-long", f"The question is longer than {MAX_QUESTION} characters.")
        clock = _Stopwatch()
        plan = Plan(topic=question)
        language = detect_language(question)
        clock.lap("plan")
        hits = self._searcher.search(question, max(limit, _NEAREST))
        clock.lap("retrieve")
        evidence = self._evidence([hit for hit in hits if hit.match >= THRESHOLD][:limit])
        make = partial(Answer, question=question, language=language, plan=plan)
        if evidence:
            answer = make(status="answered", evidence=evidence)
        else:
            answer = make(status="not_found", nearest=self._evidence(hits[:_NEAREST]))
        clock.lap("answer")
        return answer.model_copy(update={"timings_ms": clock.timings()})

    def _evidence(self, hits: list[Hit]) -> list[Evidence]:
        articles = {hit.article_id: self._archive.article(hit.article_id) for hit in hits}
        return [
            Evidence.cut(article, hit.start, hit.end, score=hit.score)
            for hit in hits
            if (article := articles[hit.article_id])  # deleted since the search
        ]


class _Stopwatch:
    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 3)
        self._last = now

    def timings(self) -> Timings:
        return Timings(**self._laps, total=round((time.perf_counter() - self._started) * 1000, 3))
