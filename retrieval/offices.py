"""What somebody is, told from what they are called: the offices and countries of a phrase that asks for them.

Words are known in Arabic, English and Russian, each by its script.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from retrieval.folding import fold, language_of_script, script_of, stem, words
from retrieval.places import is_of_place, is_place

_POSSESSIVE = re.compile(r"['’]s?$")
_OWN = "en"  # of `stem`: words in other scripts are stemmed by theirs
_REMEMBERED = 4096  # descriptions


@cache
def office_words(lang: str) -> frozenset[str]:
    """The nouns of a language that say what a person is, folded."""
    return frozenset(map(fold, _tables().get(lang, "").split()))


def is_office(word: str) -> bool:
    """Whether a word, in whatever case or number, says what a person is."""
    return any(stem(one, _OWN) in _offices() for one in words(word))


def is_country(name: str) -> bool:
    """Whether a name is a country's or a capital's, or says who is of one: "Russia's", "U.S.", "французского"."""
    bare = _POSSESSIVE.sub("", name)
    parts = words(bare)
    return _is_of_country(bare) or (bool(parts) and all(map(_is_of_country, parts)))


def _is_of_country(name: str) -> bool:
    lang = language_of_script(name) or ""
    return is_place(name, lang) or is_of_place(name, lang)


def is_no_name(word: str) -> bool:
    """Whether a word is what no name ends in: an office, a country, "российский"."""
    return is_office(word) or is_country(word)


def without_office(phrase: str) -> str | None:
    """What may be a name in a phrase that holds an office: without it, what it is for and countries; None without one.

    A second Arabic office at the end may be a name, too: "الوزير المعلم".
    """
    parts = phrase.split()
    offices = [is_office(one) for one in parts]
    if not any(offices):
        return None
    if sum(offices) > 1 and script_of(parts[-1]) == "ARABIC":
        offices[-1] = False
    left = (one for one, office in zip(parts, offices, strict=True) if not (office or is_country(one)))
    return " ".join(one for one in left if not set(words(one)) <= _beside())


@lru_cache(maxsize=_REMEMBERED)
def others(description: str) -> frozenset[str]:
    """What makes an office in a description somebody else's: "deputy", "spokesman", "adviser", "former"."""
    found = {stem(word, _OWN) for word in words(description)}
    return frozenset(kind for kind, known in _others().items() if known & found)


@cache
def _offices() -> frozenset[str]:
    return frozenset(stem(word, _OWN) for lang in ("ar", "en", "ru") for word in office_words(lang))


@cache
def _beside() -> frozenset[str]:
    return frozenset(map(fold, _tables()["beside"].split()))


@cache
def _others() -> dict[str, set[str]]:
    return {kind: {stem(word, _OWN) for word in known.split()} for kind, known in _tables()["others"].items()}


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources.files("retrieval") / "data" / "offices.toml").read_text(encoding="utf-8"))
