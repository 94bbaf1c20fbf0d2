"""Well-known offices and who held them, by a description in any of the three languages."""

import pytest

from retrieval.descriptions import described
from retrieval.holders import holders, table


@pytest.mark.parametrize(
    ("description", "office"),
    [
        ("the US president", "president of the United States"),
        ("الرئيس الروسي", "president of Russia"),
        ("رئيس الوزراء السويدي", "prime minister of Sweden"),
        ("глава МИД Украины", "foreign minister of Ukraine"),
        ("британский министр финансов", "finance minister of the United Kingdom"),
        ("Pentagon chief", "defence secretary of the United States"),
        ("генсек ООН", "secretary-general of the United Nations"),
        ("أمير قطر", "emir of Qatar"),
        ("папа римский", "pope"),
    ],
)
def test_an_office_is_known_in_every_language(description: str, office: str) -> None:
    assert set(holders(description).values()) == {office}


@pytest.mark.parametrize(
    "description",
    [
        "the president",
        "the minister",
        "Russian minister",
        "the US vice president",
        "former US president",
        "the French president's adviser",
        "رئيس الاتحاد الفرنسي لكرة القدم",
        "the president of Liverpool",
        "мэр Лондона",
        "Lavrov",
        "",
    ],
)
def test_what_tells_less_or_something_else_is_nobodys_office(description: str) -> None:
    assert holders(description) == {}


def test_every_office_of_the_table_is_told_from_the_others() -> None:
    for office in table():
        assert set(holders(office).values()) == {office}
        assert described(office).is_office
