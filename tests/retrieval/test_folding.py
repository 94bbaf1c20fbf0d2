"""Folding and stemming: words that are one word to a reader are one word to the index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.folding import fold, stem, stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد إيران آسيا", "احمد ايران اسيا"),  # hamza carriers
        ("موسى", "موسي"),  # alef maqsura
        ("مدرسة", "مدرسه"),  # teh marbuta
        ("مــحــمــد", "محمد"),  # tatweel
        ("مُحَمَّدٌ", "محمد"),  # marks
        ("ﻣﺤﻤﺪ ﻻﻓﺮﻭﻑ", "محمد لافروف"),  # presentation forms
        ("١٤٣٦ ۱۴۳۶", "1436 1436"),  # Arabic-Indic and Persian digits
        ("ИГИЛ Ещё", "игил еще"),
        ("Müller CAFÉ", "muller cafe"),
    ],
)
def test_spellings_of_one_word_fold_together(one: str, other: str) -> None:
    assert words(one) == words(other)


def test_letters_that_tell_words_apart_are_kept() -> None:
    assert fold("й") != fold("и")
    assert words("don't stop") == ["don't", "stop"]
    assert words("3.5 per cent, 1,200 men") == ["3.5", "per", "cent", "1,200", "men"]


@pytest.mark.parametrize(
    ("lang", "forms"),
    [
        ("ar", "تمويل التمويل والتمويل للتمويل بتمويل فالتمويل وبالتمويل كتمويل تمويله وتمويلهم"),
        ("ar", "إرهابيون والإرهابيين الإرهابيون للإرهابيين"),
        ("en", "financing financed finance finances"),
        ("ru", "терроризма терроризме терроризмом терроризм"),
        ("de", "Häuser Häusern"),
        ("fr", "continuait continuaient continuer"),
    ],
)
def test_forms_of_one_word_have_one_stem(lang: str, forms: str) -> None:
    assert len(set(stems(forms, lang))) == 1, stems(forms, lang)


def test_a_word_in_another_script_is_stemmed_as_that_script_asks() -> None:
    assert stems("قال Ministers اليوم", "ar")[1] == stems("ministers", "en")[0]
    assert stems("министров", "ar") == stems("министров", "ru")


def test_scripts_without_a_stemmer_keep_their_words() -> None:
    assert stems("საქართველო 東京 ไทย", "ka")[:2] == ["საქართველო", "東京"]


@given(st.text(), st.sampled_from(["ar", "en", "ru", "zh", "und"]))
def test_any_text_gives_words_without_spaces(text: str, lang: str) -> None:
    assert all(stem and not any(letter.isspace() for letter in stem) for stem in stems(text, lang))


@given(st.text() | st.text("aB1ﻣل٣ىΣςйи\u0306\u0301\xa0\x1f\u200f’'. \n"), st.sampled_from(["ar", "en", "ru"]))
def test_the_stems_of_a_text_are_those_of_its_words(text: str, lang: str) -> None:
    assert stems(text, lang) == [stem(word, lang) for word in words(text)]
