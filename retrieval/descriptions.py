"""What descriptions have in common, in Arabic, English and Russian: "глава МИД России" and "وزير الخارجية الروسي".

Words stand for notions, of offices, bodies, fields and countries, which a table lists in all three languages.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from retrieval.folding import language_of_script, stem, words
from retrieval.names import word_likeness
from retrieval.places import countries

# What a shared notion of each kind says, and a shared word that stands for none, which mostly is a name.
_WEIGHTS = {"offices": 1.0, "bodies": 1.0, "bodies_by_name": 1.5, "fields": 1.3, "countries": 1.0, "qualities": 0.4}
_WORD = 1.2
_HEADS = ("offices", "bodies", "bodies_by_name")  # of what a description is
_EXCLUSIVE = ("offices", "fields", "countries")  # who is of one of these is of no other
_ELSEWHERE = 0.8  # share of a country's weight where the article tells of it and the description of none
_SAME = 0.6  # likeness of words from which they are one name
_LONGEST = 4  # words that stand for something together
_REMEMBERED, _ARTICLES = 8192, 512  # descriptions, texts

_BEFORE = re.compile(r"^(?:[وف]?(?:ال|بال|كال|لل)|ولل)(?=..)")  # of an Arabic word
_AFTER = re.compile(r"(?<=..)(?:ييون|ييين|يون|يين|يات|يه|يا|ات|ون|ين|ان|ه|ي|ا)$")
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
_SHORTEST = 3  # letters of an Arabic word that keeps its end, and of one that may be a name


class Notion(NamedTuple):
    """What a word stands for."""

    kind: str
    name: str


_PRESIDENT = Notion("offices", "president")
_MINISTER = frozenset({_PRESIDENT, Notion("bodies", "ministry")})


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

    def of(self, kind: str) -> set[Notion]:
        """The notions of a kind that it surely has, one of those for each word."""
        return {one for may_be in self.meant if all(each.kind == kind for each in may_be) for one in may_be}


def agreement(asked: str, called: str, article: str) -> float:
    """How much of a description another has, of somebody who speaks in an article, from 0 to 1.

    Nothing where they contradict, or where what is asked for, an office or a body, is missing.
    """
    one, other = described(asked), described(called)
    shared = [may_be for may_be in one.meant if may_be & other.notions]
    if contradict(asked, called, article) or not any(each.kind in _HEADS for may_be in shared for each in may_be):
        return 0.0
    found = sum(map(_weight, shared))
    if one.of("countries") - other.notions:
        found += _ELSEWHERE * _WEIGHTS["countries"]
    for word in one.others:
        if any(word_likeness(word, each) >= _SAME for each in other.others):
            found += _WORD
    return found / (sum(map(_weight, one.meant)) + _WORD * len(one.others))


def contradict(asked: str, called: str, article: str) -> bool:
    """Whether two descriptions tell of different offices, fields or countries.

    A country that is asked for and that the other, of somebody who speaks in an article, does not tell must be the
    article's; and who presides over a country presides over nothing else.
    """
    one, other = described(asked), described(called)
    for kind in _EXCLUSIVE:
        if one.of(kind) and other.of(kind) and not any(may_be & other.of(kind) for may_be in one.meant):
            return True
    abroad = one.of("countries") - other.notions
    if abroad and (other.of("countries") or not abroad <= country_of(article)):
        return True
    of_country = _PRESIDENT in one.notions and one.of("countries") and not (one.others or _of_something(one))
    return bool(of_country) and _of_something(other)


def _of_something(one: Description) -> bool:
    return any(one.of(kind) for kind in ("bodies", "bodies_by_name", "fields"))


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
    if all(any(part in one for one in meant) for part in _MINISTER):  # глава МИД
        meant = [*(one for one in meant if not one & _MINISTER), frozenset([Notion("offices", "minister")])]
    return Description(tuple(dict.fromkeys(meant)), tuple(others))


@lru_cache(maxsize=_ARTICLES)
def country_of(article: str) -> frozenset[Notion]:
    """The country that a text names most often; several that are named as often."""
    counts = Counter(
        one
        for notions, _ in _read(_words(article))
        for may_be in notions
        for one in may_be
        if all(each.kind == "countries" for each in may_be)
    )
    most = max(counts.values(), default=0)
    return frozenset(one for one, count in counts.items() if count == most)


def _read(text: Sequence[str]) -> Iterator[tuple[list[frozenset[Notion]], str]]:
    """The words of a text, those together that stand for something together, with what that is."""
    forms = [list(map(form, text)) for form in (str, _bare, _key)]
    table = _table()
    at = 0
    while at < len(text):
        for count in range(min(_LONGEST, len(text) - at), 0, -1):
            keys = {tuple(form[at : at + count]) for form in forms}
            if found := _either([table[key] for key in keys if key in table]):
                break
        yield found, text[at]
        at += count


def _either(entries: list[list[frozenset[Notion]]]) -> list[frozenset[Notion]]:
    """What a word means that is read in several ways: any of it, unless one way it means several things at once."""
    at_once = next((each for each in entries if len(each) > 1), None)
    return at_once or [frozenset().union(*(each[0] for each in entries))] if entries else []


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
def _table() -> dict[tuple[str, ...], list[frozenset[Notion]]]:
    either: dict[tuple[str, ...], set[Notion]] = {}
    names: dict[str, Notion] = {}
    for kind in _WEIGHTS:
        rows = _tables()[kind] if kind != "countries" else {}
        for name, row in rows.items():
            names[name] = Notion(kind, name)
            for part in row.replace("|", " ").split():
                either.setdefault(_keys(part.replace("_", " ")), set()).add(names[name])
    for name, forms in countries().items():
        names[name] = Notion("countries", name)
        for form in forms:  # "ألماني" is none of whose article could be told
            spelt = _words(form)
            for each in (spelt, map(_bare, spelt)):
                either.setdefault(tuple(each), set()).add(names[name])
    together = {
        _keys(text): [frozenset([names[one]]) for one in told.split()] for text, told in _tables()["meaning"].items()
    }
    return {key: [frozenset(notions)] for key, notions in either.items()} | together


def _keys(text: str) -> tuple[str, ...]:
    return tuple(map(_key, _words(text)))


@cache
def _empty() -> frozenset[str]:
    return frozenset(words(_tables()["empty"]))


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources.files("retrieval") / "data" / "descriptions.toml").read_text(encoding="utf-8"))
