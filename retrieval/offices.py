"""What somebody is, told from what they are called: the offices and countries of a phrase that asks for them."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from retrieval.folding import fold, script_of, stem, words
from retrieval.places import is_of_place, is_place

_LANGUAGES = {"ARABIC": "ar", "CYRILLIC": "ru", "LATIN": "en"}


@cache
def office_words(lang: str) -> frozenset[str]:
    """The nouns of a language that say what a person is, folded."""
    return frozenset(fold(word.replace("_", " ")) for word in _tables().get(lang, "").split())


def is_office(word: str) -> bool:
    """Whether a word, in whatever case or number, says what a person is; only in Arabic, English and Russian."""
    lang = _LANGUAGES.get(script_of(word) or "", "")
    return any(stem(one, lang) in _stems(lang) for one in words(word))


def without_office(phrase: str) -> str | None:
    """What may be a name in a phrase that holds an office: without it, and without countries; None without an office.

    "министр иностранных дел России Лавров" may have the name "иностранных дел Лавров". A second Arabic office at the
    end may be one, too: "الوزير المعلم".
    """
    parts = phrase.split()
    offices = [is_office(one) for one in parts]
    if not any(offices):
        return None
    if sum(offices) > 1 and script_of(parts[-1]) == "ARABIC":
        offices[-1] = False
    return " ".join(one for one, office in zip(parts, offices, strict=True) if not (office or is_country(one)))


def is_country(name: str) -> bool:
    """Whether a name is a country's or a capital's, or says who is of one; only in Arabic, English and Russian."""
    lang = _LANGUAGES.get(script_of(name) or "", "")
    return is_place(name, lang) or all(is_place(one, lang) or is_of_place(one, lang) for one in words(name) or [""])


def is_no_name(word: str) -> bool:
    """Whether a word is what no name ends in: an office, a country, "российский"."""
    return is_office(word) or is_country(word)


def others(description: str) -> frozenset[str]:
    """What makes an office in a description somebody else's: "deputy", "spokesman", "adviser", "former"."""
    found = {_stemmed(word) for word in words(description)}
    return frozenset(kind for kind, known in _others().items() if known & found)


def _stemmed(word: str) -> str:
    return stem(word, _LANGUAGES.get(script_of(word) or "", ""))


@cache
def _others() -> dict[str, set[str]]:
    return {kind: set(map(_stemmed, known.split())) for kind, known in _tables()["others"].items()}


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((resources.files("retrieval") / "data" / "offices.toml").read_text(encoding="utf-8"))


@cache
def _stems(lang: str) -> frozenset[str]:
    return frozenset(stem(one, lang) for one in office_words(lang))
