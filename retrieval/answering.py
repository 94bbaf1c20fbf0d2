"""Question to answer: verbatim statements of whom was asked about, or an honest "not found"."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache, partial

from retrieval import amounts
from retrieval.archive import StoredStatement
from retrieval.confidence import Weights, confidence
from retrieval.errors import QuestionError
from retrieval.folding import words
from retrieval.planning import Asking, Spoken, Target
from retrieval.sentence_ranking import Candidate, SentenceRanker
from retrieval.types import Answer, Evidence, Plan, Speaker, Timings

MAX_QUESTION = 1000  # characters; longer texts are articles pasted by mistake, and beyond the encoder's length

_NEAREST = 2  # quotations shown with not_found
_SAME_WORDS = 0.8  # share of words in common from which two quotations are one, told by two outlets
_EDITED_WORDS = 0.5  # the same, when one outlet's article is a copy of the other's
_ENOUGH = 50  # best sentences looked at for an answer


@dataclass(frozen=True)
class Quotation:
    """A part of an article that may be shown: a statement with its speaker, or a sentence of narration."""

    candidate: Candidate
    statement: StoredStatement | None
    start: int
    end: int
    confidence: float
    also_in: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Its words."""
        return self.candidate.article.text[self.start : self.end]


class Answerer:
    """Answers questions from an archive, extractively: never a word that is not in an article."""

    def __init__(
        self,
        ranker: SentenceRanker,
        asking: Asking,
        weights: Weights | None = None,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self._ranker = ranker
        self._asking = asking
        self._weights = weights or Weights()
        self._today = today

    def answer(self, question: str, *, limit: int = 3, speaker_id: str | None = None) -> Answer:
        """The answer with at most `limit` quotations; in the words of the speaker with that id, if one is quoted.

        Raises:
            QuestionError: when the question is empty or too long.
        """
        question = question.strip()
        if not question:
            raise QuestionError("question-empty", "The question is empty.")
        if len(question) > MAX_QUESTION:
            raise QuestionError("question-too-long", f"The question is longer than {MAX_QUESTION} characters.")
        clock = _Stopwatch()
        target = self._asking.target(question, self._today(), speaker_id)
        clock.lap("plan")
        everybody = cache(partial(self._ranker.candidates, question))  # may be wanted twice
        target, candidates = self._candidates(target, everybody)
        clock.lap("retrieve")
        found = self.ranked(target, candidates)
        clock.lap("rerank")
        good = [one for one in found if self._is_sure(one, target)]
        target = self._chosen(target, good)
        if target.choices:
            good = []
        make = partial(Answer, question=question, language=target.asked.language, plan=target.plan)
        evidence = self._evidence(_joined(self._folded(good[:_ENOUGH]))[:limit])
        if evidence:
            answer = make(status="answered", evidence=evidence)
        else:
            nearest = found or self.ranked(_anybody(target), everybody())
            answer = make(status="not_found", nearest=self._evidence(self._folded(nearest[:_ENOUGH])[:_NEAREST]))
        clock.lap("answer")
        return answer.model_copy(update={"timings_ms": clock.timings()})

    def quotations(self, target: Target, *, limit: int, at_least: int = 0) -> list[Evidence]:
        """What answers a target whose sources are known, the most confident first; nothing when nothing does.

        Where something does, what comes next fills up to `at_least`: for people who choose by themselves.
        """
        found = self.ranked(target, self._ranker.candidates(target.plan.topic, target.sources))
        sure = sum(self._is_sure(one, target) for one in found)
        best = sorted(found, key=lambda one: not self._is_sure(one, target))
        good = best[: max(sure, at_least)] if sure else []
        return self._evidence(_joined(self._folded(good[:_ENOUGH]))[:limit])

    def following(self, question: str, previous: Answer) -> str | None:
        """A question that goes on from an answer, as one that stands alone; None when it already does."""
        meant = self._asking.standalone(question, previous, self._today())
        return meant if meant and len(meant) <= MAX_QUESTION else None

    def candidates(self, question: str, target: Target) -> tuple[Target, list[Candidate]]:
        """The sentences to choose from, and the target with whoever a description turned out to mean."""
        return self._candidates(target, partial(self._ranker.candidates, question))

    def _candidates(self, target: Target, everybody: Callable[[], list[Candidate]]) -> tuple[Target, list[Candidate]]:
        topic = target.plan.topic
        if target.description is None:
            return target, self._ranker.candidates(topic, target.sources)
        spoken: dict[int, Spoken] = {}
        for each in everybody():
            for one in each.sentence.statements:
                if one.source_id is not None and (
                    one.source_id not in spoken or spoken[one.source_id].fits < each.late
                ):
                    spoken[one.source_id] = Spoken(each.late, each.article.text)
        sources, speaker = self._asking.described(target.description, spoken)
        if not sources:
            near = self._asking.nearly(target.description)
            plan = target.plan.model_copy(update={"choices": near, "misspelt": bool(near)})
            return replace(target, plan=plan), []
        plan = target.plan.model_copy(update={"speaker": speaker})
        return replace(target, plan=plan, sources=sources), self._ranker.candidates(topic, sources)

    def ranked(self, target: Target, candidates: Sequence[Candidate]) -> list[Quotation]:
        """What may be quoted, the most confident first; no sentence twice."""
        found: dict[tuple[int, int], Quotation] = {}
        for one in candidates:
            if _dated(target.plan) and not _within(one.article.published, target.plan):
                continue
            statement = _statement(one, target)
            if statement is None and (target.sources is not None or target.plan.intent != "fact"):
                continue
            span = statement.span if statement else one.sentence.span
            lacks_amount = target.asked.amount and not amounts.held(one.article.text[span.start : span.end])
            sure = confidence(one, self._weights, lacks_amount=lacks_amount)
            quotation = Quotation(one, statement, span.start, span.end, sure)
            place = (one.sentence.article, span.start)
            if place not in found or found[place].confidence < sure:
                found[place] = quotation
        return sorted(found.values(), key=lambda one: -one.confidence)

    def _is_sure(self, one: Quotation, target: Target) -> bool:
        speaker = target.sources is not None
        return one.confidence >= self._weights.least(speaker=speaker, same=one.candidate.same)

    def _chosen(self, target: Target, good: Sequence[Quotation]) -> Target:
        """The target with one speaker, when only one of the people whom the name may mean has an answer."""
        if not target.choices:
            return target
        clear = [one for one in good if one.confidence >= self._weights.of_speaker]
        speaking = {one.statement.source_id for one in clear or good if one.statement}
        fits = [one for one in target.choices if one.sources & speaking]
        if len(fits) == 1:
            return replace(target, plan=target.plan.model_copy(update={"speaker": fits[0].speaker}), choices=())
        if not fits:
            return replace(target, choices=())
        choices = [one.speaker for one in fits]
        return replace(target, plan=target.plan.model_copy(update={"choices": choices}))

    def _folded(self, quotations: Sequence[Quotation]) -> list[Quotation]:
        """The quotations without those that another article tells in nearly the same words; those are named instead.

        Where one article is known to be a copy of the other, fewer words need to be the same. Left out is what is of an
        article that has gone or was replaced meanwhile.
        """
        for texts in {one.candidate.texts for one in quotations}:
            texts.read([one.candidate.sentence.article for one in quotations])
        quotations = [one for one in quotations if one.text]
        copies = self._ranker.copies({one.candidate.article.id for one in quotations})
        kept: list[Quotation] = []
        bags: list[frozenset[str]] = []
        places: list[str] = []
        for one in quotations:
            where = one.candidate.article.id
            bag = frozenset(words(one.text))
            near = copies.get(where, frozenset())
            least = [_EDITED_WORDS if other in near else _SAME_WORDS for other in places]
            alike = next((i for i, other in enumerate(bags) if _overlap(bag, other) >= least[i]), None)
            if alike is None:
                kept.append(one)
                bags.append(bag)
                places.append(where)
            elif where not in (places[alike], *kept[alike].also_in):
                kept[alike] = replace(kept[alike], also_in=(*kept[alike].also_in, where))
        return kept

    def _evidence(self, quotations: Sequence[Quotation]) -> list[Evidence]:
        """The quotations, with what else is known of their articles; not those of articles that changed meanwhile."""
        articles = self._ranker.articles({one.candidate.article.id for one in quotations})
        texts = {article_id: article.text for article_id, article in articles.items()}
        return [
            Evidence.cut(
                articles[one.candidate.article.id],
                one.start,
                one.end,
                score=round(one.confidence, 4),
                speaker=self._speaker(one.statement),
                kind=one.statement.kind if one.statement else "narration",
                also_in=list(one.also_in),
            )
            for one in quotations
            if texts.get(one.candidate.article.id) == one.candidate.article.text
        ]

    def _speaker(self, statement: StoredStatement | None) -> Speaker | None:
        if statement is None or statement.source_id is None:
            return None
        return self._asking.speaker(statement.source_id)


def _anybody(target: Target) -> Target:
    """The target without speaker and dates: what comes nearest may be anybody's, of any day."""
    return replace(target, sources=None, plan=target.plan.model_copy(update={"since": None, "until": None}))


def _statement(one: Candidate, target: Target) -> StoredStatement | None:
    """The statement of a sentence that is shown: of whom was asked about, else the first that has a speaker."""
    own = [each for each in one.sentence.statements if target.sources is None or each.source_id in target.sources]
    named = [each for each in own if each.source_id is not None]
    return next(iter(named or own), None) if target.plan.intent != "who" else next(iter(named), None)


def _dated(plan: Plan) -> bool:
    """Whether days are asked about."""
    return plan.since is not None or plan.until is not None


def _within(published: date | datetime | None, plan: Plan) -> bool:
    """Whether an article is from the days that are asked about; one without a date is from none."""
    if published is None:
        return False
    day = published.date() if isinstance(published, datetime) else published
    return (plan.since is None or day >= plan.since) and (plan.until is None or day <= plan.until)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / max(1, len(one) + len(other) - shared)


def _joined(quotations: Sequence[Quotation]) -> list[Quotation]:
    """The quotations with those put together that follow one another in an article and are one speaker's."""
    kept: list[Quotation] = []
    for one in quotations:
        beside = next((i for i, other in enumerate(kept) if _continues(one, other) or _continues(other, one)), None)
        if beside is None:
            kept.append(one)
        else:
            first, last = min(one.start, kept[beside].start), max(one.end, kept[beside].end)
            kept[beside] = replace(kept[beside], start=first, end=last)
    return kept


def _continues(one: Quotation, other: Quotation) -> bool:
    """Whether `other` goes on where `one` ends, in the same paragraph and the same speaker's words."""
    if one.candidate.article.id != other.candidate.article.id or one.statement is None or other.statement is None:
        return False
    gap = one.candidate.article.text[one.end : other.start] if one.end <= other.start else "-"
    return one.statement.source_id == other.statement.source_id and not gap.strip() and "\n" not in gap


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
