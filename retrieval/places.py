"""Countries and capitals, and who is of one: words that stand where a name could, and are none."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

from retrieval.folding import fold

_LANGUAGES = ("en", "ar", "ru")  # columns of the table
_MARK = "+"  # before what is no place by itself
_ENDINGS = (*"аяыиуюеьй", "ой", "ей", "ом", "ем", "ью", "ам", "ами", "ах")  # of Russian cases
_OF = ("ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ое", "ие", "их", "ими")  # of Russian adjectives
_OF_ARABIC = ("", "ه", "ون", "ين")  # of Arabic ones
_INDECLINABLE = tuple("оиуэ")  # at the end: Токио, Чили, Перу


class _Words(NamedTuple):
    """What stands for a country in one language, perhaps marked."""

    nouns: list[str]
    adjectives: list[str]


def is_place(name: str, lang: str) -> bool:
    """Whether a name is a country's or a capital's, in any case; only in Arabic, English and Russian."""
    return fold(name) in _places(lang)


def is_of_place(word: str, lang: str) -> bool:
    """Whether a word says of which country somebody is; in Arabic with its article: "تركي" alone is a given name."""
    form = fold(word)
    if lang == "ar":
        return form.startswith("ال") and form[2:] in _adjectives(lang)
    return form in _adjectives(lang)


@cache
def countries() -> dict[str, frozenset[str]]:
    """Of each country all that says it or its capital, or who is of it, folded, in every case and language."""
    return {
        country: frozenset(
            form
            for lang, words in columns.items()
            for form in (*_nouns_of(_bare(words.nouns), lang), *_adjectives_of(_all_bare(words), lang))
        )
        for country, columns in _table().items()
    }


@cache
def _table() -> dict[str, dict[str, _Words]]:
    text = (resources.files("retrieval") / "data" / "places.toml").read_text(encoding="utf-8")
    return {
        country: dict(zip(_LANGUAGES, map(_column, row.split("|")), strict=True))
        for country, row in tomllib.loads(text).items()
    }


def _column(column: str) -> _Words:
    nouns, _, adjectives = column.partition("/")
    return _Words(*([word.replace("_", " ") for word in part.split()] for part in (nouns, adjectives)))


def _all_bare(words: _Words) -> _Words:
    return _Words(_bare(words.nouns), _bare(words.adjectives))


def _bare(words: Iterable[str]) -> list[str]:
    return [word.removeprefix(_MARK) for word in words]


def _unmarked(lang: str) -> Iterator[_Words]:
    for columns in _table().values():
        words = columns.get(lang, _Words([], []))
        yield _Words(*([word for word in part if not word.startswith(_MARK)] for part in words))


@cache
def _places(lang: str) -> frozenset[str]:
    return frozenset(form for words in _unmarked(lang) for form in _nouns_of(words.nouns, lang))


@cache
def _adjectives(lang: str) -> frozenset[str]:
    return frozenset(form for words in _unmarked(lang) for form in _adjectives_of(words, lang))


def _nouns_of(nouns: Iterable[str], lang: str) -> Iterator[str]:
    yield from map(fold, nouns if lang != "ru" else (form for noun in nouns for form in _declined(noun)))


def _declined(noun: str) -> Iterator[str]:
    """A Russian noun with every ending that a case could give it."""
    yield noun
    if not (noun.isupper() or " " in noun or noun.endswith(_INDECLINABLE)):
        stem = noun[:-1] if noun.endswith(_ENDINGS) else noun
        yield from (stem + ending for ending in _ENDINGS)


def _adjectives_of(words: _Words, lang: str) -> Iterator[str]:
    """Adjectives with their endings; in Arabic without article, made of the nouns: "سعودي", "روسيه", "تونسيين"."""
    if lang == "ar":
        stems = (_adjective(fold(noun.removeprefix("ال"))) for noun in words.nouns)
        yield from (stem + ending for stem in stems for ending in _OF_ARABIC)
        return
    for one in map(fold, words.adjectives):
        yield from [one[:-2] + ending for ending in _OF] if lang == "ru" else [one]


def _adjective(noun: str) -> str:
    bare = noun[:-1] if noun.endswith(("ا", "ه")) else noun
    return bare if bare.endswith("ي") else bare + "ي"
