"""Descriptions of people and bodies, compared across languages."""

import pytest

from retrieval.descriptions import agreement, contradict, country_of, described
from retrieval.places import countries


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("the Russian foreign minister", "وزير الخارجية الروسي"),
        ("глава МИД России", "وزير الخارجية الروسي"),
        ("رئيس الدبلوماسية الروسية", "министр иностранных дел России"),
        ("British home secretary", "министр внутренних дел Великобритании"),
        ("посол США в Пекине", "سفير الولايات المتحدة لدى الصين"),
        ("the lifeguard", "حارس الإنقاذ"),
        ("саудовский Минздрав", "وزارة الصحة السعودية"),
        ("the Red Cross", "Красный Крест"),
        ("الصليب الأحمر", "Красного Креста"),
        ("губернатор Адена", "محافظ عدن"),
    ],
)
def test_what_is_said_in_both_languages_agrees(asked: str, called: str) -> None:
    assert agreement(asked, called, "") == pytest.approx(1.0)
    assert agreement(called, asked, "") > 0.5


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("the Russian foreign minister", "وزير الدفاع الروسي"),  # another field,
        ("the Russian foreign minister", "وزير الخارجية الألماني"),  # country,
        ("the Russian foreign minister", "سفير روسيا"),  # office
    ],
)
def test_who_is_of_something_else_contradicts(asked: str, called: str) -> None:
    assert contradict(asked, called, "")
    assert contradict(called, asked, "")
    assert agreement(asked, called, "") == 0


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("the Russian foreign minister", "Россия"),  # no office
        ("Владимир Путин", "президент России"),  # no description
        ("the Russian foreign minister", ""),
        ("", ""),
        ("министр", "?!"),
    ],
)
def test_without_an_office_or_body_in_common_nothing_agrees(asked: str, called: str) -> None:
    assert agreement(asked, called, "Россия") == 0


def test_a_country_that_is_not_told_must_be_the_articles() -> None:
    article = "Президент Черногории приехал в Подгорицу, говорили о НАТО и Черногории."
    assert 0.5 < agreement("رئيس الجبل الأسود", "президент страны", article) < 1
    assert agreement("رئيس صربيا", "президент страны", article) == 0
    assert agreement("رئيس الجبل الأسود", "президент страны", "") == 0


def test_words_that_may_mean_several_things_contradict_nothing() -> None:
    assert not contradict("المدير الرياضي", "director of sport", "")  # of Riyadh, or of sport
    assert not contradict("the general secretary", "генерал", "")


@pytest.mark.parametrize(
    ("called", "other"),
    [
        ("President of the United States", False),
        ("America's president", False),
        ("US stock market watchdog's chairman", True),
        ("رئيس مجلس إدارة البنك الأمريكي", True),
    ],
)
def test_who_presides_over_a_country_presides_over_nothing_else(called: str, other: bool) -> None:
    assert contradict("президент США", called, "") is other
    assert (agreement("президент США", called, "") == 0) is other


def test_words_of_no_notion_are_names_across_scripts() -> None:
    assert described("the manager of Threave").others == ("threave",)
    assert agreement("the head of Vestas", "глава Вестас", "") == pytest.approx(1.0)
    assert agreement("the head of Vestas", "глава Сименс", "") < 0.5


def test_the_country_of_an_article_is_the_one_it_names_most() -> None:
    assert {one.name for one in country_of("Berlin and Paris: what Germany wants")} == {"germany"}
    assert {one.name for one in country_of("روسيا والصين")} == {"russia", "china"}
    assert country_of("no place") == frozenset()


@pytest.mark.parametrize("form", ["saudi", "السعوديه", "саудовского", "эр-рияде", "riyadh"])
def test_a_country_is_told_by_any_form_of_its_words(form: str) -> None:
    assert form in countries()["saudi"]
