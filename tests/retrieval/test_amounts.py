"""Numbers asked for and given, in three languages, in digits and in words."""

import pytest

from retrieval import amounts
from retrieval.language import detect_language


@pytest.mark.parametrize(
    "question",
    [
        "How many people were hurt?",
        "According to the mayor, how much will the bridge cost?",
        "What percentage of voters stayed at home?",
        "In which year was the treaty signed?",
        "Сколько человек пострадало?",
        "На какую сумму оштрафовали торговые сети?",
        "В каком году был подписан договор?",
        "На сколько процентов выросли цены?",
        "كم عدد المصابين؟",
        "بكم بيعت اللوحة في المزاد؟",
        "ما نسبة الناخبين الذين لم يصوتوا؟",
        "في أي عام وُقِّعت المعاهدة؟",
    ],
)
def test_who_asks_for_a_number(question: str) -> None:
    assert amounts.asked(question, detect_language(question))


@pytest.mark.parametrize(
    "question",
    [
        "When must the sanctions be lifted?",
        "How long will the war last?",
        "What did the minister say about the price of oil?",
        "Who much admired the painter, and how?",
        "Насколько важен этот договор?",
        "Кто сказал, что стоит подождать?",
        "Что сказал министр о количестве жертв?",
        "متى تُرفع العقوبات؟",
        "ماذا قال الوزير لكم عن الاتفاق؟",
        "من أعلن عن الاتفاق؟",
    ],
)
def test_who_does_not(question: str) -> None:
    assert not amounts.asked(question, detect_language(question))


def test_of_other_languages_nothing_is_said() -> None:
    assert not amounts.asked("Wie viele Menschen?", "de")


@pytest.mark.parametrize(
    "text",
    [
        "Some 40 people were hurt.",
        "The council has twenty-two members.",
        "Prices doubled.",
        "Почти сто следователей заняты делом.",
        "Погибли семеро рабочих.",
        "Расходы выросли вдвое.",
        "قُتل ثلاثة جنود.",
        "وبلغت الكلفة مليوني دولار.",
        "حضر ٤٥ وفدًا.",
        "زار المعرض آلاف الأشخاص.",
    ],
)
def test_texts_with_a_number(text: str) -> None:
    assert amounts.held(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nobody was hurt, and one of them smiled.",
        "The tension often weighs on them.",
        "Его семья стоит у моста, а пятно осталось.",
        "Столица ждёт третьего гостя.",
        "ستكون القمة في الرياض.",
        "قال الوزير إن الاتفاق قريب.",
    ],
)
def test_texts_without(text: str) -> None:
    assert not amounts.held(text)
