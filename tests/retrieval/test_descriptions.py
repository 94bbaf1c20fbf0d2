"""Descriptions of people and bodies, compared across languages."""

import tomllib
from functools import partial
from importlib import resources

import pytest

from retrieval.descriptions import _WEIGHTS, Notion, agreement, contradict, country_of, described
from retrieval.places import countries

NOWHERE = frozenset[Notion]


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
    assert agreement(asked, called, NOWHERE) == pytest.approx(1.0)
    assert agreement(called, asked, NOWHERE) > 0.5


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("the Russian foreign minister", "وزير الدفاع الروسي"),  # another field,
        ("the Russian foreign minister", "وزير الخارجية الألماني"),  # country,
        ("the Russian foreign minister", "سفير روسيا"),  # office
        ("Iranian president", "верховный лидер Ирана"),
    ],
)
def test_who_is_of_something_else_contradicts(asked: str, called: str) -> None:
    assert contradict(asked, called, NOWHERE)
    assert contradict(called, asked, NOWHERE)
    assert agreement(asked, called, NOWHERE) == 0


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("وزير الدفاع", "نائب وزير الدفاع"),
        ("министр обороны", "пресс-секретарь министра обороны"),
        ("the president", "adviser to the president"),
        ("the minister", "former minister"),
        ("ملك المغرب", "شقيق ملك المغرب"),
        ("Russian president", "полпред президента РФ"),
    ],
)
def test_a_deputy_is_not_who_he_stands_in_for(asked: str, called: str) -> None:
    assert contradict(asked, called, NOWHERE)
    assert contradict(called, asked, NOWHERE)


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("Egypt's prosecutor", "النائب العام المصري"),  # has the word for a deputy
        ("глава Пентагона", "the US defense secretary"),
        ("a Canadian lawmaker", "a member of Canada's House of Commons"),
        ("الأمين العام للجامعة العربية", "the Arab League's secretary-general"),
        ("посол Китая в США", "سفير الصين لدى الولايات المتحدة"),
        ("UN envoy to Syria", "المبعوث الأممي إلى سوريا"),
        ("US envoy to Syria", "المبعوث الأمريكي لسوريا"),
        ("German chancellor", "المستشار الألماني"),
        ("Iraqi MP", "النائب العراقي"),
        ("president's assistant", "помощник президента"),
        ("German foreign minister", "وزيرة الخارجية الألمانية"),
        ("президент Нигерии", "Nigerian president"),
        ("sports minister", "وزير الشباب والرياضة"),
        ("глава МИД Египта", "Egyptian foreign minister"),
        ("NATO chief", "генсек НАТО"),
        ("central bank governor", "глава Центробанка"),
    ],
)
def test_several_words_mean_one_thing(asked: str, called: str) -> None:
    assert agreement(asked, called, NOWHERE) > 0.9


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
    assert agreement(asked, called, partial(country_of, "Россия")) == 0


def test_a_country_that_is_not_told_must_be_the_articles() -> None:
    article = "Президент Черногории приехал в Подгорицу, говорили о НАТО и Черногории."
    assert 0.5 < agreement("رئيس الجبل الأسود", "президент страны", partial(country_of, article)) < 1
    assert agreement("رئيس صربيا", "президент страны", partial(country_of, article)) == 0
    assert agreement("رئيس الجبل الأسود", "президент страны", NOWHERE) == 0


def test_words_that_may_mean_several_things_contradict_nothing() -> None:
    assert not contradict("المدير الرياضي", "director of sport", NOWHERE)  # of Riyadh, or of sport
    assert not contradict("the general director", "генерал", NOWHERE)


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
    assert contradict("президент США", called, NOWHERE) is other
    assert (agreement("президент США", called, NOWHERE) == 0) is other
    assert contradict("Egyptian president", "رئيس البرلمان المصري", NOWHERE)


def test_words_of_no_notion_are_names_across_scripts() -> None:
    assert described("the manager of Threave").others == ("threave",)
    assert agreement("the head of Vestas", "глава Вестас", NOWHERE) == pytest.approx(1.0)
    assert agreement("the head of Vestas", "глава", NOWHERE) < 0.5
    assert agreement("رئيس نادي الهلال", "رئيس نادي النصر", NOWHERE) == 0
    named = "Mecca police spokesman al-Qurashi", "الناطق بشرطة مكة"
    assert agreement(*named, NOWHERE) < agreement(*named, NOWHERE, "عاطي القرشي")


def test_the_country_of_an_article_is_the_one_it_names_most() -> None:
    assert {one.name for one in country_of("Berlin and Paris: what Germany wants")} == {"germany"}
    assert {one.name for one in country_of("روسيا والصين")} == {"russia", "china"}
    assert country_of("no place") == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [("مسؤول أمني", "مصدر أمني"), ("an eyewitness", "أحد السكان"), ("police chief", "اللواء قائد الشرطة")],
)
def test_what_one_person_may_be_called_in_turn_contradicts_nothing(one: str, other: str) -> None:
    assert not contradict(one, other, NOWHERE)


def test_no_two_notions_have_one_name() -> None:
    tables = tomllib.loads((resources.files("retrieval") / "data" / "descriptions.toml").read_text(encoding="utf-8"))
    names = [name for kind in _WEIGHTS for name in tables.get(kind, countries())]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("form", ["saudi", "السعوديه", "саудовского", "эр-рияде", "riyadh"])
def test_a_country_is_told_by_any_form_of_its_words(form: str) -> None:
    assert form in countries()["saudi"]
