"""What descriptions have in common, in Arabic, English and Russian: "глава МИД России" and "وزير الخارجية الروسي".

Words stand for notions, of offices, bodies, fields and countries, which a table lists in all three languages.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from retrieval.folding import language_of_script, stem, words
from retrieval.names import word_likeness
from retrieval.places import countries

# What a shared notion of each kind says, and a shared word that stands for none, which mostly is a name.
_WEIGHTS = {
    "offices": 1.0,
    "bodies": 1.0,
    "bodies_by_name": 1.5,
    "fields": 1.3,
    "parties": 1.3,
    "countries": 1.0,
    "qualities": 0.4,
}
_WORD = 1.2
_HEADS = ("offices", "bodies", "bodies_by_name")  # of what a description is
_EXCLUSIVE = ("offices", "fields", "parties", "countries")  # who is of one of these is of no other
_ELSEWHERE = 0.8  # share of a country's weight where the article tells of it and the description of none
_SAME = 0.55  # likeness of words from which they are one name
_NAME = 2  # words that a name in a description has at most
_LONGEST = 4  # words that stand for something together
_REMEMBERED, _ARTICLES = 8192, 512  # descriptions, texts

_BEFORE = re.compile(r"^(?:[وف]?(?:ال|بال|كال|لل)|ولل)(?=..)")  # of an Arabic word
_AFTER = re.compile(r"(?<=..)(?:ييون|ييين|يون|يين|يات|يه|يا|ات|ون|ين|ان|ه|ي|ا)$")
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
_PREPOSITIONS = "لب"  # of one letter, before an Arabic word
_SHORTEST = 3  # letters of an Arabic word that keeps its end, and of one that may be a name


class Notion(NamedTuple):
    """What a word stands for."""

    kind: str
    name: str


Places = Callable[[], frozenset[Notion]]  # found out when they are wanted

_PRESIDENT = Notion("offices", "president")


class Description(NamedTuple):
    """What a description says: for each of its words, or of several together, what that may mean; and other words."""

    meant: tuple[frozenset[Notion], ...]
    others: tuple[str, ...]

    @property
    def notions(self) -> frozenset[Notion]:
        """All that it may say."""
        return frozenset[Notion]().union(*self.meant)

    @property
    def is_office(self) -> bool:
        """Whether it is of an office or a body."""
        return any(each.kind in _HEADS for may_be in self.meant for each in may_be)

    def apart_from(self, other: "Description") -> bool:
        """Whether it says what sets somebody apart, and the other does not: a deputy, a spokesman, a son.

        "نائب" is a deputy beside another office, and may be a lawmaker alone.
        """
        offices = sum(any(each.kind == "offices" for each in may_be) for may_be in self.meant)
        surely = (may_be for may_be in self.meant if may_be <= _apart() or (may_be & _apart() and offices > 1))
        return any(not may_be & other.notions for may_be in surely)

    @property
    def of_something(self) -> bool:
        """Whether it may be of a body or a field."""
        kinds = [{each.kind for each in may_be} for may_be in self.meant]
        return any(own & {"bodies", "bodies_by_name", "fields"} and "countries" not in own for own in kinds)

    def abroad(self, other: "Description") -> list[frozenset[Notion]]:
        """Its countries that the other does not tell."""
        places = (may_be for may_be in self.meant if all(each.kind == "countries" for each in may_be))
        return [may_be for may_be in places if not may_be & other.notions]

    def of(self, kind: str) -> set[Notion]:
        """The notions of words that mean nothing of another kind."""
        return {one for may_be in self.meant if all(each.kind == kind for each in may_be) for one in may_be}


def agreement(asked: str, called: str, places: Places, name: str = "") -> float:
    """How much of a description another has, of somebody of a name and perhaps of some places, from 0 to 1.

    Nothing where they contradict, where they share neither an office nor a body, or where each has a word that may be a
    name and that the other has not: two clubs have a president each.
    """
    one, other = described(asked), described(called)
    shared = [may_be for may_be in one.meant if may_be & other.notions]
    if contradict(asked, called, places) or not any(each.kind in _HEADS for may_be in shared for each in may_be):
        return 0.0
    named, theirs = _named(one.others, (*other.others, *words(name))), _named(other.others, one.others)
    if len(named) < len(one.others) and 0 < len(other.others) - len(theirs) <= _NAME:
        return 0.0
    found = sum(map(_weight, shared)) + _WORD * len(named) + _ELSEWHERE * sum(map(_weight, one.abroad(other)))
    return found / (sum(map(_weight, one.meant)) + _WORD * len(one.others))


def _named(own: Sequence[str], among: Sequence[str]) -> list[str]:
    """The words that are among others, in whatever script."""
    return [word for word in own if any(word_likeness(word, other) >= _SAME for other in among)]


def contradict(asked: str, called: str, places: Places) -> bool:
    """Whether two descriptions tell of different offices, fields, parties or countries, or one of a deputy or the like.

    A country that is asked for and that the other does not tell must be among the places that else is known of; and
    who presides over a country presides over nothing else.
    """
    one, other = described(asked), described(called)
    if any(_differ(one, other, kind) for kind in _EXCLUSIVE) or one.apart_from(other) or other.apart_from(one):
        return True
    abroad, theirs = one.abroad(other), other.of("countries")
    if abroad and (theirs - one.notions or not (theirs or all(each & places() for each in abroad))):
        return True
    of_country = _PRESIDENT in one.notions and one.of("countries") and not (one.others or one.of_something)
    return bool(of_country) and other.of_something


def _differ(one: Description, other: Description, kind: str) -> bool:
    """Whether each surely has a notion of a kind, and they may have none in common, nor any like it."""
    if not (one.of(kind) and other.of(kind)):
        return False
    mine, theirs = ({each for each in both.notions if each.kind == kind} for both in (one, other))
    if mine & theirs or _ranks() & (one.of(kind) | other.of(kind)):
        return False
    return not any(mine & alike and theirs & alike for alike in _alike())


def _weight(may_be: frozenset[Notion]) -> float:
    return max(_WEIGHTS[one.kind] for one in may_be)


@lru_cache(maxsize=_REMEMBERED)
def described(text: str) -> Description:
    """What a description says, in any of the three languages."""
    meant: list[frozenset[Notion]] = []
    others = []
    for notions, word in _read(_words(text)):
        if notions:
            meant += notions
        elif word not in _empty() and len(word) >= _SHORTEST:
            others.append(word)
    for parts, whole in _together():  # глава МИД
        bodies = sum(any(each.kind in ("bodies", "bodies_by_name") for each in one) for one in meant)
        if bodies == 1 and all(any(part in one for one in meant) for part in parts):
            meant = [*(one for one in meant if not one & parts), frozenset([whole])]
    return Description(tuple(dict.fromkeys(meant)), tuple(others))


@lru_cache(maxsize=_ARTICLES)
def country_of(article: str) -> frozenset[Notion]:
    """The country that a text names most often; several that are named as often."""
    text = _words(article)
    bare = list(map(_bare, text))
    counts = Counter[Notion]()
    for at in range(len(text)):
        for count in range(max(_longest().get(text[at], 0), _longest().get(bare[at], 0)), 0, -1):
            named = (_places().get(tuple(form[at : at + count])) for form in (text, bare))
            if found := next(filter(None, named), None):
                counts.update(found)
                break
    most = max(counts.values(), default=0)
    return frozenset(one for one, count in counts.items() if count == most)


def _read(text: Sequence[str]) -> Iterator[tuple[list[frozenset[Notion]], str]]:
    """The words of a text, those together that stand for something together, with what that is."""
    bare, keys = list(map(_bare, text)), list(map(_key, text))
    at = 0
    while at < len(text):
        for count in range(min(_LONGEST, len(text) - at), 0, -1):
            places = [tuple(text[at : at + count]), tuple(bare[at : at + count])]
            names = [tuple(keys[at : at + count])]
            if text[at][0] in _PREPOSITIONS and len(text[at]) > _SHORTEST:  # "لسوريا"
                places.append((text[at][1:], *bare[at + 1 : at + count]))
                names.append((_key(text[at][1:]), *keys[at + 1 : at + count]))
            if found := _meaning(places, names):
                break
        yield found, text[at]
        at += count


def _meaning(places: Sequence[tuple[str, ...]], names: Sequence[tuple[str, ...]]) -> list[frozenset[Notion]]:
    """What words mean that are read in several ways: any of it, unless one way they mean several things at once."""
    told = [_places()[one] for one in dict.fromkeys(places) if one in _places()]
    entries = [_table()[one] for one in dict.fromkeys(names) if one in _table()]
    if at_once := next((each for each in entries if len(each) > 1), None):
        return at_once
    either = frozenset[Notion]().union(*told, *(each[0] for each in entries))
    return [either] if either else []


def _words(text: str) -> list[str]:
    return words(_POSSESSIVE.sub("", text.replace("-", " ")))


def _bare(word: str) -> str:
    return _BEFORE.sub("", word)


@lru_cache(maxsize=_REMEMBERED)
def _key(word: str) -> str:
    """What a folded word's forms have in common; Arabic loses more than for search: "روسيا" and "الروسية" are one."""
    lang = language_of_script(word) or "en"
    if lang != "ar":
        return stem(word, lang)
    bare = _bare(word)
    return _AFTER.sub("", bare) if len(bare) > _SHORTEST else bare


@cache
def _notions() -> dict[str, Notion]:
    kinds = {kind: _tables().get(kind, countries()) for kind in _WEIGHTS}
    return {name: Notion(kind, name) for kind, rows in kinds.items() for name in rows}


@cache
def _places() -> dict[tuple[str, ...], frozenset[Notion]]:
    """Countries by the words for them as they are spelt, and without article: "الرياض" is not "الرياضة"."""
    found: dict[tuple[str, ...], set[Notion]] = {}
    for name, forms in countries().items():
        for form in map(_words, forms):
            for each in (form, map(_bare, form)):
                found.setdefault(tuple(each), set()).add(_notions()[name])
    return {form: frozenset(notions) for form, notions in found.items()}


@cache
def _longest() -> dict[str, int]:
    """How many words of a country begin with a word, at most."""
    found: dict[str, int] = {}
    for form in _places():
        found[form[0]] = max(len(form), found.get(form[0], 0))
    return found


@cache
def _table() -> dict[tuple[str, ...], list[frozenset[Notion]]]:
    """What else words stand for, by what their forms have in common; countries, too, where that is no Arabic word."""
    either: dict[tuple[str, ...], set[Notion]] = {}
    for name, notion in _notions().items():
        if notion.kind == "countries":
            listed = [form for form in countries()[name] if language_of_script(form) != "ar"]
        else:
            listed = [part.replace("_", " ") for part in _tables()[notion.kind][name].replace("|", " ").split()]
        for form in map(_keys, listed):
            either.setdefault(form, set()).add(notion)
    told = {
        _keys(text): [frozenset([_notions()[one]]) for one in each.split()]
        for text, each in _tables()["meaning"].items()
    }
    return {key: [frozenset(notions)] for key, notions in either.items()} | told


@cache
def _together() -> list[tuple[frozenset[Notion], Notion]]:
    return [(_all(parts), _notions()[whole]) for parts, whole in _tables()["together"].items()]


@cache
def _apart() -> frozenset[Notion]:
    return _all(_tables()["apart"])


@cache
def _ranks() -> frozenset[Notion]:
    return _all(_tables()["ranks"])


@cache
def _alike() -> list[frozenset[Notion]]:
    return list(map(_all, _tables()["alike"]))


def _all(names: str) -> frozenset[Notion]:
    return frozenset(_notions()[name] for name in names.split())


def _keys(text: str) -> tuple[str, ...]:
    return tuple(map(_key, _words(text)))


@cache
def _empty() -> frozenset[str]:
    return frozenset(words(_tables()["empty"]))


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources.files("retrieval") / "data" / "descriptions.toml").read_text(encoding="utf-8"))
