"""Countries and capitals, and who is of one: words that stand where a name could, and are none."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from retrieval.folding import fold

_ENDINGS = (*"аяыиуюеь", "ой", "ей", "ом", "ем", "ью", "ам", "ами", "ах")  # of Russian cases
_OF = ("ий", "ого", "ому", "им", "ом", "ая", "ой", "ую", "ие", "их", "ими")  # of Russian adjectives
_INDECLINABLE = tuple("оиуэ")  # at the end: Токио, Чили, Перу


def is_place(name: str, lang: str) -> bool:
    """Whether a name is a country's or a capital's, in any case; only in Arabic, English and Russian."""
    return fold(name) in _places(lang)


def is_of_place(word: str, lang: str) -> bool:
    """Whether a word says of which country somebody is; in Arabic with its article: "تركي" alone is a given name."""
    form = fold(word)
    if lang == "ar":
        return form.startswith("ال") and form[2:] in _nationalities()
    return form in _adjectives(lang)


@cache
def _nouns() -> dict[str, list[str]]:
    text = (resources.files("retrieval") / "data" / "places.toml").read_text(encoding="utf-8")
    return {table: [noun.replace("_", " ") for noun in nouns.split()] for table, nouns in tomllib.loads(text).items()}


@cache
def _places(lang: str) -> frozenset[str]:
    nouns = _nouns().get(lang, [])
    return frozenset(map(fold, nouns if lang != "ru" else (form for noun in nouns for form in _declined(noun))))


@cache
def _adjectives(lang: str) -> frozenset[str]:
    adjectives = map(fold, _nouns().get(f"of_{lang}", []))
    return frozenset(
        form for one in adjectives for form in ([one[:-2] + ending for ending in _OF] if lang == "ru" else [one])
    )


def _declined(noun: str) -> Iterator[str]:
    """A Russian noun with every ending that a case could give it."""
    yield noun
    if not (noun.isupper() or " " in noun or noun.endswith(_INDECLINABLE)):
        stem = noun[:-1] if noun.endswith(_ENDINGS) else noun
        yield from (stem + ending for ending in _ENDINGS)


@cache
def _nationalities() -> frozenset[str]:
    """What an Arabic adjective of a country is without its article: "سعودي", "روسيه", "تونسيين"."""
    adjectives = {_adjective(fold(noun).removeprefix("ال")) for noun in _nouns()["ar"]}
    return frozenset(one + ending for one in adjectives for ending in ("", "ه", "ون", "ين"))


def _adjective(noun: str) -> str:
    bare = noun[:-1] if noun.endswith(("ا", "ه")) else noun
    return bare if bare.endswith("ي") else bare + "ي"
