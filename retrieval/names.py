"""Names of people and bodies across scripts and spellings: Lavrov = لافروف = Лавровым."""

import re
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Indel

from retrieval.folding import fold
from retrieval.name_words import FAMILY_FIRST, TITLES, generation, given_before_father, is_mere_particle, word_set
from retrieval.name_words import name_words as split
from retrieval.skeletons import Skeletons
from retrieval.transliteration import Evidence, Sound, are_two, evidence, likelihood, romanised, rows, skeleton, sound

# What is left of sureness when a name is only part of the other.
_FAMILY_ALONE = 0.93
_OTHER_ALONE = 0.7
_WHOLE_JOINED = 0.85  # one word for a name of two: Davutoğlu and داود أوغلو, but also Juncker and جون كيري
_LEFT_OUT = 0.97  # a word of the fuller name
_LAST_LEFT_OUT = 0.9  # its last word
_TURNED = 0.75  # family name first on one side

_CONFLICT = 0.15  # fit below which two words are of two people
_SOUNDING = 0.6  # likeness of skeletons below which words are not compared
_NEAR = 300  # indexed words whose skeletons are nearest
_NEAREST = 40  # of them, whose letters are nearest
_CANDIDATES = 20  # names compared in full
_SHARED = 0.5  # of what the best candidate shares with the name, below which another is not compared
_LEAST_WORD = 0.2  # likelihood below which an indexed word is none of the name
_REMEMBERED = 20_000  # words asked for


Place = tuple[int, int, Hashable, float]  # start, end, key, likeness


def name_words(name: str) -> list[str]:
    """The folded words of a name that tell people apart: family name last, without article, particles and titles."""
    return list(split(name))


def word_likeness(a: str, b: str) -> float:
    """How surely two words in any scripts and inflections are the same name word, from 0 to 1."""
    return max((likelihood(evidence(x, y)) for x in split(a) for y in split(b)), default=0.0)


def name_likeness(a: str, b: str, least: float = 0.0) -> float:
    """How surely two names are one person's or one body's, from 0 to 1.

    A name of one word fits another's last word better than the rest of it; words that both names have and that
    do not fit make them two people. What is below `least` may come out lower, and sooner.
    """
    one, other = split(a), split(b)
    if not one or not other or generation(a) * generation(b) < 0:
        return 0.0
    givens = given_before_father(a), given_before_father(b)
    apart = any(givens) and min(len(one), len(other)) > 1
    if apart and evidence(givens[0] or one[0], givens[1] or other[0]).fit < _CONFLICT:
        return 0.0
    short, long = sorted((one, other), key=lambda words: (len(words), words))
    return _likeness(short, long, least)


def _likeness(short: tuple[str, ...], long: tuple[str, ...], least: float) -> float:
    if len(short) == 1:
        return max(_alone(short[0], long, i, least) for i in range(len(long)))
    best = _in_order(short, long)
    if max(best, least) < _TURNED:
        for turned in {(*short[1:], short[0]), (short[-1], *short[:-1])}:
            best = max(best, _TURNED * _in_order(turned, long))
    return best


def _alone(word: str, long: tuple[str, ...], place: int, least: float) -> float:
    """How surely a name of one word is the other's word at that place, or the words from there joined."""
    family_first = long[0] in FAMILY_FIRST
    family = place == 0 if family_first and len(long) > 2 else place == len(long) - 1 or (place == 0 and family_first)
    sure = 1.0 if len(long) == 1 else _FAMILY_ALONE if family else _OTHER_ALONE
    found = sure * likelihood(evidence(word, long[place])) if sure >= least else 0.0
    if place + 1 < len(long):
        sure = _WHOLE_JOINED if len(long) == 2 else _FAMILY_ALONE
        joined = long[place] + long[place + 1]
        if Indel.normalized_similarity(skeleton(word), skeleton(joined)) >= _SOUNDING:
            found = max(found, sure * likelihood(evidence(word, joined)))
    return found


def _in_order(short: tuple[str, ...], long: tuple[str, ...]) -> float:
    """The best likeness when every word of the shorter name fits one, or two joined, of the longer, in order."""
    best = 0.0
    family_first = long[0] in FAMILY_FIRST
    for shape in _shapes(len(short), len(long)):
        if shape.skipped and len(shape.groups) == 1:
            continue  # a given and a family name joined are no part of a longer name
        factor = _LEFT_OUT**shape.skipped * (1 if not shape.after else 0 if family_first else _LAST_LEFT_OUT)
        found = []
        for i, j, k, to in reversed(shape.groups):  # the family name tells most people apart
            one, other = "".join(short[i:j]), "".join(long[k:to])
            found.append(_initial(one, other, i == k) if min(len(one), len(other)) == 1 else evidence(one, other))
            if found[-1].fit < _CONFLICT and i == k == 0 and to < len(long) and skeleton(one)[0] == skeleton(other)[0]:
                if are_two(one, other):
                    break
                found[-1] = _shortened(one, other)
            if found[-1].fit < _CONFLICT:
                break
        else:
            fits = [one.fit for one in found]
            together = Evidence(sum(one.weight for one in found), (sum(fits) / len(fits) + min(fits)) / 2)
            best = max(best, factor * likelihood(together))
    return best


def _initial(one: str, other: str, same_place: bool) -> Evidence:
    """What an initial says: little for the other word, much against it."""
    fits = same_place and skeleton(one)[:1] == skeleton(other)[:1]
    return Evidence(1.0, 0.6) if fits else Evidence(0.0, 0.0)


def _shortened(one: str, other: str) -> Evidence:
    """What speaks for one given name being the other's beginning: Ash and Ashton."""
    short, full = sorted((one, other), key=len)
    parts = [full[:end] for end in range(max(2, len(short) - 1), min(len(short) + 2, len(full)))]
    found = max((evidence(short, part) for part in parts if len(short) > 2), key=likelihood, default=Evidence(0.0, 0.0))
    return Evidence(found.weight / 2, found.fit * 0.6)


class _Shape(NamedTuple):
    """A way to lay words along more words: groups (from, to, from, to), words skipped, whether the last is."""

    groups: tuple[tuple[int, int, int, int], ...]
    skipped: int
    after: bool


@lru_cache(maxsize=64)
def _shapes(n: int, m: int) -> tuple[_Shape, ...]:
    if not n:
        return (_Shape((), m, m > 0),)
    found = []
    for a, b in ((1, 1), (1, 2), (2, 1)):
        for skipped in range(m - b + 1 if a <= n else 0):
            for rest in _shapes(n - a, m - b - skipped):
                moved = tuple((i + a, j + a, k + b + skipped, to + b + skipped) for i, j, k, to in rest.groups)
                found.append(_Shape(((0, a, skipped, skipped + b), *moved), rest.skipped + skipped, rest.after))
    return tuple(found)


def indexed(words: Sequence[str]) -> set[str]:
    """What a name of these words is found by: they, and neighbours that another script may write as one, Jin Ping."""
    return {*words, *(one + other for one, other in pairwise(words) if min(len(one), len(other)) <= 4)}


class NameIndex:
    """Names with keys, found by any spelling, in any script; several names may have one key."""

    def __init__(self) -> None:
        self._names: list[tuple[tuple[str, ...], str, Hashable]] = []
        self._full: set[Hashable] = set()  # the keys with a name of several words
        self._holders: dict[str, list[int]] = {}  # of each word: the numbers of its names
        self._by_row: dict[int, set[str]] = {}
        self._skeletons = Skeletons()
        self._known: dict[str, dict[str, float]] = {}  # what each word asked for was found to be like

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_known": {}}  # what was asked for is nobody's business

    def add(self, name: str, key: Hashable) -> None:
        """Takes in one name of a key; a name without letters is ignored."""
        self.put(split(name), name, key)

    def put(self, words: tuple[str, ...], name: str, key: Hashable, sound_of: Callable[[str], Sound] = sound) -> None:
        """Takes in one name whose words are known, and perhaps how they sound."""
        if not words or is_mere_particle(words[-1:]):
            return
        self._names.append((words, name, key))
        if len(words) > 1:
            self._full.add(key)
        for word in indexed(words):
            if word not in self._holders:
                sounding = sound_of(word)
                self._holders[word] = []
                self._skeletons.add(word, sounding.skeleton)
                for row in sounding.rows:
                    self._by_row.setdefault(row, set()).add(word)
                self._known.clear()
            self._holders[word].append(len(self._names) - 1)

    def knows(self, word: str) -> bool:
        """Whether a folded word is one of a name."""
        return word in self._holders

    def find(self, name: str, least: float = 0.75) -> list[tuple[Hashable, float]]:
        """The keys whose names fit, each with the likeness of its best name, best first."""
        found: dict[Hashable, float] = {}
        words = split(name)
        if is_mere_particle(words):
            return []
        for number in self._candidates(words):
            known, spelt, key = self._names[number]
            if len(known) == 1 < len(words) and key in self._full:
                continue  # whose given name is known is not found by the family name of somebody else
            likeness = name_likeness(name, spelt)
            if likeness >= max(least, found.get(key, 0.0)):
                found[key] = likeness
        return sorted(found.items(), key=lambda item: -item[1])

    def find_in(self, text: str, least: float = 0.8) -> list[Place]:
        """Where in a text, by code points, which keys' names or family names occur, and how surely, in order.

        A clitic belongs to the span of its word. Of overlapping places the longest counts, for all the keys it fits.
        """
        places: list[Place] = []
        words = _name_like(text)
        hits = [
            any(one >= _LEAST_WORD for part in split(word) for one in self._similar(part).values())
            for *_, word in words
        ]
        for first in range(len(words)):
            for last in range(first, min(first + _LONGEST, len(words))):
                if last > first and not _joins(text[words[last - 1][1] : words[last][0]]):
                    break
                start, end = words[first][0], words[last][1]
                if (hits[first] or hits[last]) and not (first == last and self._given_otherwise(text, start, end)):
                    places += [(start, end, key, sure) for key, sure in self.find(text[start:end], least)]
        return _apart(places)

    def _given_otherwise(self, text: str, start: int, end: int) -> bool:
        """Whether the word at that place has another given name before it than the people that it would find."""
        before = _BEFORE_NAME.search(text, max(0, start - _LONGEST_WORD), start)
        if not before or fold(before[0].strip()) in TITLES or fold(before[0].strip()) in _FUNCTION_WORDS:
            return False
        starts_sentence = not text[: before.start()].strip() or text[: before.start()].rstrip()[-1:] in '.?!:«"“'
        if starts_sentence or self.find(before[0]):
            return False
        return not self.find(text[before.start() : end])

    def _candidates(self, words: tuple[str, ...]) -> list[int]:
        """The numbers of the names that share most with the words."""
        shared: dict[int, float] = {}
        for word in indexed(words):
            for like, likeness in self._similar(word).items():
                for number in self._holders[like]:
                    last = self._names[number][0][-1] == like
                    shared[number] = shared.get(number, 0.0) + likeness * (1.0 if last else 0.8)
        enough = _SHARED * max(shared.values(), default=0.0)
        best = sorted(shared, key=shared.__getitem__, reverse=True)[:_CANDIDATES]
        return [number for number in best if shared[number] >= enough]

    def _similar(self, word: str) -> dict[str, float]:
        """The indexed words that may be the word, each with its likeness."""
        if word not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[word] = dict(self._look_up(word))
        return self._known[word]

    def _look_up(self, word: str) -> Iterator[tuple[str, float]]:
        near = self._skeletons.near(skeleton(word), _SOUNDING, _NEAR)
        closest = process.extract(
            romanised(word), list(map(romanised, near)), scorer=Indel.normalized_similarity, limit=_NEAREST
        )
        words = {near[place] for _, _, place in closest}
        for row in rows(word):
            words |= self._by_row.get(row, set())
        for other in words:
            likeness = likelihood(evidence(word, other))
            if likeness >= _LEAST_WORD:
                yield other, likeness


# Words of questions and reports that are never taken for a name; a name like Said or Will is found by its family name.
_FUNCTION_WORDS = word_set(
    "a an the and or of on in at to for from by with about as is are was were be been do does did has have had will "
    "would can could who what when where why how which whom whose that this these those it he she they we you i his "
    "her their not no all any said say says told tell tells asked think thinks between after before against и или в "
    "во на о об от до из к ко с со у за по для при без не ни а но что кто как где когда почему какой какая какие чем "
    "кем кому кого чей это этот эта эти он она они мы вы я его ее их был была были есть ли же бы сказал сказала "
    "говорил говорит заявил заявила сообщил про между после против من ما ماذا متي اين كيف لماذا هل كم اي الذي التي "
    "الذين هذا هذه ذلك تلك عن علي الي في مع بين بعد قبل ضد حول عند منذ حتي لم لن لا ان انه انها كان كانت هو هي هم قال "
    "قالت يقول تقول صرح صرحت اعلن اعلنت ذكر اكد اكدت تحدث تحدثت او ثم قد كل"
)
_TEXT_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670]|['’](?=[^\W\d_]))*")
_BEFORE_NAME = re.compile(r"\b[A-ZÀ-ÞА-ЯЁ][\w-]+ \Z")
_LONGEST_WORD = 40  # letters
_LONGEST = 6  # words of a name in a text
_LONGEST_PARTICLE = 4  # letters; "bin" and "von der" stand within names


def _name_like(text: str) -> list[tuple[int, int, str]]:
    """Start, end and word of what may be part of a name; in a text that has capitals small letters begin none."""
    found = [(one.start(), one.end(), one[0]) for one in _TEXT_WORD.finditer(text)]
    capitals = any(word[0].isupper() for *_, word in found[1:])
    return [
        (start, end, word)
        for start, end, word in found
        if fold(word) not in _FUNCTION_WORDS and not (capitals and word[0].islower() and len(word) > _LONGEST_PARTICLE)
    ]


def _joins(between: str) -> bool:
    """Whether what stands between two words may stand within a name."""
    return between in {" ", "-", "‑", ". ", ".", " - "}


def _apart(places: Sequence[Place]) -> list[Place]:
    """The places that do not overlap, in order: the longest, unless words that are not of the name lengthen it."""
    best: dict[tuple[int, int, Hashable], float] = {(start, end, key): sure for start, end, key, sure in places}

    def lengthened(place: Place) -> bool:
        start, end, key, sure = place
        return any(
            key == other and start <= a and b <= end and (a, b) != (start, end) and likely >= sure
            for (a, b, other), likely in best.items()
        )

    taken: list[Place] = []
    for place in sorted(places, key=lambda place: (place[0] - place[1], -place[3])):
        free = all(place[1] <= start or end <= place[0] or (start, end) == place[:2] for start, end, *_ in taken)
        if free and not lengthened(place):
            taken.append(place)
    return sorted(taken, key=lambda place: (place[0], -place[3]))
