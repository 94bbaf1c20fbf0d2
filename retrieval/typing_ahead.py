"""Quotations for a text that is still being typed: fast enough for every letter, and always somebody's words.

Unlike an answer it reads unfinished names, compares no descriptions of offices, which takes too long, and may show the
newest words of whom the text names when nothing of theirs is about the rest.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from retrieval.answering import Answerer
from retrieval.archive import Archive
from retrieval.folding import language_of_script, words
from retrieval.name_prefixes import LEAST, NamePrefixes
from retrieval.names import word_likeness
from retrieval.planning import Asking, Target
from retrieval.question_words import lexicon
from retrieval.types import Article, Evidence

# Confidence that anybody's words need, by hand, from what about 20 typed texts found: keys struck at random reach 0.17
# with two words and 0.33 with one, finished topics mostly 0.3 to 0.9.
_TOPIC = 0.2
_WORD = 0.5  # for one word that the quotation does not hold, as in another language
_LEAST_WORD = 5  # letters of such a word: shorter ones are beginnings

_SAME = 0.75  # likeness from which a word is one of a name; that of `NameIndex.find`
_SURE = 0.92  # and from which it is nothing else: "war" is 0.91 like Dewar
_SPELLINGS = 12  # of a name that the text's words are compared with
_FEW = 3  # of somebody's words that are shown when one fits: a word or two say little of what is wanted
_RECENT = 12  # articles that somebody's newest words are looked for in
_OF_ARTICLE = 2  # of each article come first, so that others are seen, too


@dataclass(frozen=True)
class Offer:
    """What may be quoted, best first. `fits` is False when it is by whom the text names, but about something else."""

    evidence: Sequence[Evidence]
    fits: bool = True


class TypeAhead:
    """Offers quotations of an archive."""

    def __init__(self, archive: Archive, asking: Asking, answerer: Answerer) -> None:
        self._archive = archive
        self._asking = asking
        self._answerer = answerer
        self._prefixes = NamePrefixes()

    def offer(self, typed: str, *, language: str, limit: int) -> Offer:
        """At most `limit` quotations; with less than 3 letters of who is quoted most, in `language` first."""
        text = " ".join(typed.split())
        self._prefixes.catch_up(self._archive, wait=False)
        if sum(letter.isalnum() for letter in text) < LEAST:
            self._asking.speakers.catch_up(self._archive, wait=False)
            return Offer(self._prominent(language, limit))
        target = self._asking.target(text, datetime.now(UTC).date())
        if target.asked.speaker:
            sources = target.sources or self._prefixes.find(target.asked.speaker.rpartition(" ")[2])
            return self._by(target, sources, target.plan.topic, limit) if sources else Offer([], fits=False)
        if target.sources:
            likeness = self._name_words(text, target)
            topic = " ".join(word for word, like in likeness.items() if like < _SAME)
            named = self._by(target, target.sources, topic, limit)
            if named.fits and max(likeness.values()) >= _SURE:
                return named
            other = self._begun(target, text, limit) if max(likeness.values()) < _SURE else named
            return other if other.fits else named
        return self._begun(target, text, limit)

    def _by(self, target: Target, sources: frozenset[int], topic: str, limit: int) -> Offer:
        """What some people say about a topic; else their newest words."""
        if not _content(topic):
            return Offer(self._newest(sources, limit))
        found = self._about(target, sources, topic, limit)
        return Offer(found) if found else Offer(self._newest(sources, limit), fits=False)

    def _begun(self, target: Target, text: str, limit: int) -> Offer:
        """The last word, or the first, may be the beginning of a name; all of it may be a topic."""
        content = _content(text) or text.split()
        for word in dict.fromkeys([content[-1], content[0]]):
            sources = self._prefixes.find(word)
            topic = " ".join(one for one in content if one != word)
            if sources and topic and (found := self._about(target, sources, topic, limit)):
                return Offer(found)
            if sources and not topic:
                others = self._by_anybody(target, text, limit // 2)
                return Offer(_once([*self._newest(sources, limit - len(others)), *others]))
        found = self._by_anybody(target, text, limit)
        return Offer(found, fits=bool(found))

    def _by_anybody(self, target: Target, text: str, limit: int) -> list[Evidence]:
        """What is said about a topic; a single word may be unfinished, and must stand there or be long enough."""
        found = self._about(target, None, text, limit)
        (word, *more) = words(text) or [""]
        if more:
            return [one for one in found if one.score >= _TOPIC]
        least = _WORD if len(word) >= _LEAST_WORD else 1.0
        return [one for one in found if one.score >= least or (one.score >= _TOPIC and _holds(one.quote, word))]

    def _about(self, target: Target, sources: frozenset[int] | None, topic: str, limit: int) -> list[Evidence]:
        plan = target.plan.model_copy(update={"topic": topic, "intent": "who"})  # "who": nothing without a speaker
        wanted = replace(target, plan=plan, sources=sources, description=None, choices=())
        return self._answerer.quotations(wanted, limit=limit, at_least=_FEW if sources else 0)

    def _newest(self, sources: Collection[int], limit: int) -> list[Evidence]:
        """What was said last, of the articles that were taken in last."""
        articles: dict[str, Article | None] = {}
        of_article: Counter[str] = Counter()
        first: list[Evidence] = []
        rest: list[Evidence] = []
        for own, one in self._archive.statements(source_ids=sorted(sources)[-_RECENT:]):
            if own not in articles:
                articles[own] = self._archive.article(own)
            article = articles[own]
            if article is None or one.source_id is None:
                continue
            speaker = self._asking.speaker(one.source_id)
            start, end = one.span.start, one.span.end
            of_article[own] += 1
            shown = first if of_article[own] <= _OF_ARTICLE else rest
            shown.append(Evidence.cut(article, start, end, score=0.0, speaker=speaker, kind=one.kind))
        for each in (first, rest):
            each.sort(key=lambda one: str(one.published or ""), reverse=True)
        return _once([*first, *rest])[:limit]

    def _prominent(self, language: str, limit: int) -> list[Evidence]:
        """The newest words of each of those who are quoted most."""
        found: dict[str, Evidence] = {}
        for sources in self._prefixes.most_quoted(language, 2 * limit):
            for one in self._newest(sources, 1):
                if one.speaker:
                    found.setdefault(one.speaker.id, one)
            if len(found) == limit:
                break
        return list(found.values())

    def _name_words(self, text: str, target: Target) -> dict[str, float]:
        """Each word of the text, and how surely it is one of the names of who was found."""
        sure = [target.plan.speaker] if target.plan.speaker else []
        speakers = [one.speaker for one in target.choices] or sure
        names = [name for one in speakers for name in (one.name, *one.aliases)[:_SPELLINGS]]
        spelt = dict.fromkeys(word for name in names for word in name.split())
        return {one: max((word_likeness(one, word) for word in spelt), default=0.0) for one in text.split()}


def _holds(quote: str, beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words(quote))


def _content(text: str) -> list[str]:
    """The words that are not question words, verbs of speech and the like."""
    known = lexicon(language_of_script(text) or "en").words(text)
    return [text[one.start : one.end] for one in known if not one.listed and one.folded[:1].isalnum()]


def _once(found: Sequence[Evidence]) -> list[Evidence]:
    return list({one.quote: one for one in reversed(found)}.values())[::-1]
