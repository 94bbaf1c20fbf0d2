"""Which words of a quotation stand out: those of the question, a few, and in other scripts only names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.highlighting import MARKED, highlights


def marked(topic: str, quote: str, language: str) -> list[str]:
    return [quote[start:end] for start, end in highlights(topic, quote, language)]


@pytest.mark.parametrize(
    ("language", "topic", "quote", "words"),
    [
        ("ar", "محاربة الإرهاب", "أكد أن مُحاربةَ الإرهاب وتمويله أولوية", ["مُحاربةَ الإرهاب"]),
        ("ar", "شروط صندوق النقد", "يفرض صندوق النقد الدولي شروطه على تونس", ["صندوق النقد", "شروطه"]),
        ("en", "the war on terror in Syria", 'The "war on terror" is over in Syria.', ["war", "terror", "Syria"]),
        ("en", "Theresa May's Chequers plan", "He said May’s plan is off.", ["May’s plan"]),
        ("ru", "финансировании терроризма", "Финансирование терроризма растёт.", ["Финансирование терроризма"]),
        ("ru", "встречах G7", "Встреча G7 прошла.", ["Встреча G7"]),
        ("en", "growth in 2025", "Growth of 3 % in 2025.", ["Growth", "2025"]),
    ],
)
def test_words_of_one_stem_stand_out(language: str, topic: str, quote: str, words: list[str]) -> None:
    assert marked(topic, quote, language) == words


@pytest.mark.parametrize(
    ("language", "topic", "quote", "words"),
    [
        ("en", "Brexit and car production", "مستقبل صناعة السيارات بعد بريكست", ["بريكست"]),
        ("en", "trams in Kazan", "Трамваи в Казани выйдут на линии.", ["Казани"]),
        ("ar", "لقاء أوباما وميركل", "Обама встретится с Ангелой Меркель.", ["Обама", "Меркель"]),
        ("ru", "ударах по Сирии", "Strikes on Iraq in 2015.", []),
        ("en", "product of the cold war", "Продукт холодной войны", []),
    ],
)
def test_in_another_script_only_names_do(language: str, topic: str, quote: str, words: list[str]) -> None:
    assert marked(topic, quote, language) == words


@pytest.mark.parametrize(
    ("language", "topic", "quote"),
    [
        ("en", "that they have been with them", "They have been there with them, that is what they were."),
        ("ar", "على ذلك الذي كان في", "كان ذلك على الطاولة التي في البيت"),
        ("ru", "который был на этом", "Это то, что было на столе, который стоит."),
        ("en", "", "Anything."),
        ("en", "…", "Anything…"),
        ("und", "words", ""),
    ],
)
def test_words_that_only_hold_a_sentence_together_do_not(language: str, topic: str, quote: str) -> None:
    assert marked(topic, quote, language) == []


def test_a_few_words_stand_out_however_many_fit() -> None:
    topic = "harbour wall ferry tickets island council storm bridge"
    assert sum(len(words.split()) for words in marked(topic, f"{topic}. " * 3, "en")) == MARKED
    assert marked("harbour wall", "harbour " * 10 + "and a wall", "en") == ["harbour", "wall"], "each once, then"


@settings(deadline=None)  # the tables of names and question words are read once
@given(st.text("aبя🎉\u0301\u064e\u200d 1'’_-", max_size=60), st.text("aبя🎉\u064e 1'’", max_size=60))
def test_whatever_the_texts_the_parts_are_words_apart_and_in_order(topic: str, quote: str) -> None:
    at = 0
    for start, end in highlights(topic, quote, "en"):
        assert at <= start < end <= len(quote)
        assert quote[start:end].strip() == quote[start:end]
        at = end
