"""Who is quoted in an archive, found by the first letters of a name, in any script: what typing needs."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator

from retrieval.archive import StoredSource
from retrieval.folding import fold, words
from retrieval.names import name_words
from retrieval.source_follower import SourceFollower
from retrieval.transliteration import evidence, likelihood, script, skeleton, without_article

LEAST = 3  # letters typed: fewer begin too many names

_FITTING = 0.75  # likelihood from which letters of another script are a name's beginning; that of `NameIndex.find`
_LEAST_SKELETON = 2  # consonants typed that must agree before scripts are compared letter by letter
_COMPARED = 60  # words compared letter by letter, the most quoted: 60 take about 5 ms
_PEOPLE = 5  # names that one beginning may mean; more would be a list, not an answer
_LONGEST_BODY = 5  # words, as in `speakers`: a longer one is a description


class NamePrefixes(SourceFollower):
    """The names of an archive's sources, by the beginnings of their words."""

    def _clear(self) -> None:
        self._words: list[str] = []
        self._skeletons: list[tuple[str, str]] = []
        self._holders: dict[str, Counter[str]] = {}  # of each word: the folded names, with their statements
        self._sources: dict[str, list[int]] = {}  # of each folded name
        self._quoted: dict[str, Counter[str]] = {}  # of each language: people, with their statements
        self._taken_in: set[int] = set()
        self._begun: dict[tuple[bool, str], tuple[str, set[str]]] = {}  # of each spelling what `_begun_by` says

    def _add(self, stored: StoredSource) -> None:
        if stored.id in self._taken_in or not stored.statements:
            return
        self._taken_in.add(stored.id)
        spelling = (stored.person, stored.name)
        if spelling not in self._begun:
            self._begun[spelling] = (fold(stored.name), self._begun_by(stored))
        name, begun = self._begun[spelling]
        self._sources.setdefault(name, []).append(stored.id)
        if stored.person:
            self._quoted.setdefault(stored.lang, Counter())[name] += stored.statements
        for word in begun:
            if word not in self._holders:
                self._holders[word] = Counter()
                insort(self._words, word)
                insort(self._skeletons, (skeleton(word), word))
            self._holders[word][name] += stored.statements

    @staticmethod
    def _begun_by(stored: StoredSource) -> set[str]:
        """The words that one may begin to type a name with: any of a person's, the first of a body's."""
        split = name_words(stored.name)
        if not stored.person:
            split = split[:1] if len(split) <= _LONGEST_BODY else []
        return {form for word in split for form in (word, without_article(word))}

    def find(self, typed: str) -> frozenset[int]:
        """The sources of those whose name has a word that begins with what was typed; none for less than 3 letters."""
        typed = "".join(words(typed))
        if len(typed) < LEAST:
            return frozenset()
        with self._lock:
            named: Counter[str] = Counter()
            for word in {*self._beginning(typed), *self._sounding(typed)}:
                for name, statements in self._holders[word].items():
                    named[name] = max(named[name], statements)
            best = [name for name, _ in named.most_common(_PEOPLE)]
            return frozenset(source for name in best for source in self._sources[name])

    def _beginning(self, typed: str) -> Iterator[str]:
        for place in range(bisect_left(self._words, typed), len(self._words)):
            if not self._words[place].startswith(typed):
                return
            yield self._words[place]

    def _sounding(self, typed: str) -> Iterator[str]:
        """Words of other scripts that begin as what was typed sounds."""
        sound = skeleton(typed)
        if len(sound) < _LEAST_SKELETON:
            return
        near: list[str] = []
        for place in range(bisect_left(self._skeletons, (sound, "")), len(self._skeletons)):
            begins, word = self._skeletons[place]
            if not begins.startswith(sound):
                break
            if script(word) != script(typed):
                near.append(word)
        near.sort(key=lambda word: -self._holders[word].total())
        for word in near[:_COMPARED]:
            lengths = range(max(LEAST - 1, len(typed) - 2), min(len(word), len(typed) + 2) + 1)
            if any(likelihood(evidence(typed, word[:end])) >= _FITTING for end in lengths):
                yield word

    def most_quoted(self, language: str, count: int) -> list[frozenset[int]]:
        """The sources of the people with most statements, those quoted in that language first."""
        with self._lock:
            own = self._quoted.get(language, Counter())
            others: Counter[str] = Counter()
            for lang, quoted in self._quoted.items():
                if lang != language:
                    others.update(quoted)
            names = dict.fromkeys(name for each in (own, others) for name, _ in each.most_common(count))
            return [frozenset(self._sources[name]) for name in list(names)[:count]]
