"""Offices, and what may be a name beside one."""

import pytest

from retrieval.offices import is_country, is_no_name, is_office, others, without_office


@pytest.mark.parametrize("word", ["minister", "Ministers", "президента", "Министр", "الرئيس", "وزيرة", "والرئيس"])
def test_an_office_is_one_in_any_form(word: str) -> None:
    assert is_office(word)


@pytest.mark.parametrize("word", ["Lavrov", "Лавров", "لافروف", "", "?", "議長"])
def test_a_name_is_no_office(word: str) -> None:
    assert not is_office(word)
    assert not is_no_name(word)


@pytest.mark.parametrize(
    "name",
    ["Россия", "Россию", "Saudi Arabia", "Russia's", "Russia’s", "U.S.", "французского", "الروسي", "كوريا الشمالية"],
)
def test_a_country_and_who_is_of_it(name: str) -> None:
    assert is_country(name)


@pytest.mark.parametrize("name", ["Lavrov", "Россия санкции", "", "?", "Paris Hilton"])
def test_other_names_are_no_country(name: str) -> None:
    assert not is_country(name)


@pytest.mark.parametrize(
    ("phrase", "rest"),
    [
        ("the Russian foreign minister", ""),
        ("American president Obama", "Obama"),
        ("министр иностранных дел России Лавров", "Лавров"),
        ("французский президент", ""),
        ("президент США", ""),
        ("الرئيس التونسي", ""),
        ("وزير الخارجية الروسي لافروف", "لافروف"),
        ("the U.S. president Obama", "Obama"),
        ("Russia's foreign minister", ""),
        ("الوزير المعلم", "المعلم"),
        ("Sergey Lavrov", None),
        ("the White House", None),
        ("", None),
    ],
)
def test_what_may_be_a_name_is_without_office_and_country(phrase: str, rest: str | None) -> None:
    assert without_office(phrase) == rest


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("the Russian foreign minister", "وزير الخارجية الروسي", True),
        ("the Russian foreign minister", "نائب وزير الخارجية الروسي", False),
        ("the deputy foreign minister", "заместитель министра иностранных дел", True),
        ("the former president", "الرئيس السابق", True),
        ("the president", "бывший президент", False),
        ("a spokesman for the ministry", "المتحدث باسم الوزارة", True),
        ("the Tunisian president", "رئيس حزب آفاق تونس", False),
        ("пресс-секретарь президента", "the president", False),
    ],
)
def test_a_deputy_is_somebody_else(one: str, other: str, same: bool) -> None:
    assert (others(one) == others(other)) == same
