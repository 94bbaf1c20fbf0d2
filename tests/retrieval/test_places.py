"""Countries and capitals."""

import pytest

from retrieval.places import is_of_place, is_place


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("Syria", "en"),
        ("North Korea", "en"),
        ("Россия", "ru"),
        ("Москве", "ru"),
        ("США", "ru"),
        ("Чили", "ru"),
        ("Саудовской Аравии", "ru"),
        ("تونس", "ar"),
        ("السعودية", "ar"),
        ("كوريا الشمالية", "ar"),
    ],
)
def test_a_place_is_one_in_any_case(name: str, lang: str) -> None:
    assert is_place(name, lang)


@pytest.mark.parametrize(
    ("name", "lang"),
    [
        ("Jordan", "en"),
        ("Syrian", "en"),
        ("Syria", "ru"),
        ("Россия", "en"),
        ("Кен", "ru"),  # not Кения
        ("Сара", "ru"),  # not САР
        ("Ливанов", "ru"),
        ("بيرو", "ar"),
        ("Syria", "de"),
        ("", "en"),
    ],
)
def test_what_people_are_called_is_no_place(name: str, lang: str) -> None:
    assert not is_place(name, lang)


@pytest.mark.parametrize("word", ["الروسي", "الروسية", "السعودي", "التونسي", "الأمريكي", "الإماراتيين"])
def test_an_arabic_adjective_is_of_a_place(word: str) -> None:
    assert is_of_place(word, "ar")


@pytest.mark.parametrize(("word", "lang"), [("تركي", "ar"), ("الباجي", "ar"), ("العتيبي", "ar"), ("الروسي", "en")])
def test_other_words_are_of_no_place(word: str, lang: str) -> None:
    assert not is_of_place(word, lang)
