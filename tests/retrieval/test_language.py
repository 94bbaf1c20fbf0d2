"""The language of a text, short questions included."""

import pytest

from retrieval.language import detect_language
from tests.texts import ARABIC, ENGLISH, RUSSIAN


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "ماذا قال لافروف عن تمويل الإرهاب؟"),
        ("ar", "من قال ذلك؟"),
        ("ar", "لافروف"),
        ("ar", "ماذا قال Lavrov عن ISIS؟"),
        ("ar", "ماذا قال Sergey Viktorovich Lavrov؟"),
        ("ar", "\u200fقال بوتين\u200e 2017"),
        ("en", "What did Lavrov say about terrorism financing?"),
        ("en", "who said so"),
        ("en", "Putin?"),
        ("ru", "Что Лавров сказал о финансировании терроризма?"),
        ("ru", "Кто это сказал"),
        ("ru", "Путин"),
        ("ru", "Что сказал Лавров про ISIS и Al-Qaeda?"),
        ("fa", "وزیر خارجه ایران گفت که مذاکرات با کشورهای اروپایی هفته آینده ادامه خواهد یافت"),
        ("fr", "Le ministre des Affaires étrangères a déclaré que les négociations continueraient demain."),
        ("uk", "Міністр закордонних справ заявив, що переговори триватимуть наступного тижня в Києві."),
        ("zh", "外交部长说谈判将于下周继续进行"),
    ],
)  # fmt: skip
def test_questions_and_sentences_are_recognised(language: str, text: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(("language", "texts"), [("ar", ARABIC), ("en", ENGLISH[:4]), ("ru", RUSSIAN)])
def test_news_with_foreign_names_figures_and_marks_is_recognised(language: str, texts: list[str]) -> None:
    assert [detect_language(text) for text in texts] == [language] * len(texts)


@pytest.mark.parametrize("text", ["", "   ", "123 456", "🎉🎉", "?!…", "\u200f\u200e", "$4.5%"])
def test_a_text_without_letters_has_none(text: str) -> None:
    assert detect_language(text) == "und"
