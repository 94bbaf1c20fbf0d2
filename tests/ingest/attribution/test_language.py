"""The word lists: read as readers fold, so that what is written in the file is found in a text."""

import tomllib
from dataclasses import fields
from importlib import resources

import pytest

from ingest.attribution.language import Words, language_words
from retrieval.folding import fold, stems

FILE = resources.files("ingest.attribution") / "words.toml"
LANGUAGES = list(tomllib.loads(FILE.read_text(encoding="utf-8")))
LISTS = [one.name for one in fields(Words) if one.name not in ("lang", "same")]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_every_word_is_folded(lang: str, name: str) -> None:
    known = getattr(language_words(lang), name)
    assert known == {fold(word) for word in known}


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("ru", "глава МИД РФ", "министр иностранных дел России"),
        ("ru", "премьер Японии", "премьер-министр Японии"),
        ("ru", "Генеральный прокурор", "генпрокурор"),
        ("en", "British foreign secretary", "British foreign minister"),
        ("ar", "رئيس الحكومة التونسية", "رئيس الوزراء التونسية"),
    ],
)
def test_an_office_of_several_names_is_one(lang: str, one: str, other: str) -> None:
    found = language_words(lang)
    assert found.one_way(stems(one, lang)) == found.one_way(stems(other, lang))


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
def test_an_office_of_its_own_stays_itself(lang: str) -> None:
    office = {"ar": "وزير النفط", "en": "oil minister", "ru": "министр культуры"}[lang]
    assert language_words(lang).one_way(stems(office, lang)) == stems(office, lang)


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
def test_a_language_has_pronouns_offices_and_honorifics(lang: str) -> None:
    found = language_words(lang)
    assert found.lang == lang
    assert all([found.he, found.she, found.they, found.office, found.honorific, found.joins, found.particle])


@pytest.mark.parametrize("lang", ["xx", "", "de"])
def test_an_unknown_language_does_without(lang: str) -> None:
    found = language_words(lang)
    assert found == Words(lang=lang)
    assert found.pronoun("he") is None
    assert found.gender("said", "Mrs Smith") is None


@pytest.mark.parametrize(
    ("lang", "text", "pronoun"),
    [
        ("en", "He", "he"),
        ("en", "she", "she"),
        ("en", "They", "they"),
        ("en", "Smith", None),
        ("en", "he himself", None),
        ("en", "", None),
        ("ru", "Он", "he"),
        ("ru", "её", "she"),
        ("ru", "Они", "they"),
        ("ru", "ей", "she"),
        ("ru", "который", "they"),
        ("ar", "هو", "he"),
        ("ar", "هي", "she"),
        ("ar", "أنا", "they"),
    ],
)
def test_a_pronoun_is_told_by_its_word(lang: str, text: str, pronoun: str | None) -> None:
    assert language_words(lang).pronoun(text) == pronoun


@pytest.mark.parametrize(
    ("lang", "cue", "source", "gender"),
    [
        ("en", "said", "Mrs Smith", "she"),
        ("en", "said", "Mr Smith", "he"),
        ("en", "said", "Dr Smith", None),
        ("en", None, "Smith", None),
        ("en", " ", "Smith", None),
        ("ru", "заявила", "Иванова", "she"),
        ("ru", "заявил", "Иванов", "he"),
        ("ru", "поделилась", "Иванова", "she"),
        ("ru", "поделился", "Иванов", "he"),
        ("ru", "говорит", "Иванов", None),
        ("ru", "говорит", "госпожа Иванова", "she"),
        ("ar", "قالت", "هند", "she"),
        ("ar", "قال", "السيد حسن", "he"),
        ("ar", "قال", "حسن", "he"),
    ],
)
def test_gender_is_told_by_cue_or_honorific(lang: str, cue: str | None, source: str, gender: str | None) -> None:
    assert language_words(lang).gender(cue, source) == gender


def test_an_honorific_outweighs_the_cue() -> None:
    assert language_words("ru").gender("сказал", "госпожа министр") == "she"
