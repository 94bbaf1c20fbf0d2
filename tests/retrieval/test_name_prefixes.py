"""Names by their first letters: whoever is quoted is found while his name is being typed, in any script."""

from pathlib import Path

import pytest

from retrieval.name_prefixes import NamePrefixes
from retrieval.sqlite_archive import SqliteArchive
from tests.fakes import quoting, source

NAMES = {
    "en": ("Sergey Lavrov", "Vladimir Putin", "Alexander Bortnikov", "Angela Merkel"),
    "ru": ("Сергей Лавров", "Владимир Путин", "Александр Бортников", "Ангела Меркель"),
    "ar": ("سيرغي لافروف", "فلاديمير بوتين", "ألكسندر بورتنيكوف", "أنجيلا ميركل"),
}


@pytest.fixture
def archive(tmp_path: Path) -> SqliteArchive:
    return SqliteArchive(tmp_path / "data")


def found(archive: SqliteArchive, typed: str) -> set[str]:
    index = NamePrefixes()
    index.catch_up(archive)
    ids = index.find(typed)
    return {one.name for one in archive.sources() if one.id in ids}


@pytest.mark.parametrize("script", list(NAMES))
@pytest.mark.parametrize(
    ("beginnings", "number"),
    [
        (("lavr", "Lavro", "лавр", "Лавро", "لافر", "لافرو"), 0),
        (("put", "Puti", "пут", "Пути", "بوت", "بوتي"), 1),
        (("bort", "Bortni", "борт", "Бортни", "بورت", "بورتن"), 2),
        (("merk", "Merke", "мерк", "Мерке", "ميرك"), 3),
    ],
)
def test_a_name_is_found_by_its_beginning_in_every_script(
    archive: SqliteArchive, script: str, beginnings: tuple[str, ...], number: int
) -> None:
    archive.put([quoting("a", *(source(name) for name in NAMES[script]), lang=script)])
    for typed in beginnings:
        assert found(archive, typed) == {NAMES[script][number]}, typed


def test_a_given_name_and_an_arabic_name_without_its_article_are_beginnings_too(archive: SqliteArchive) -> None:
    archive.put([quoting("a", source("عبد الفتاح السيسي"), source("Sergey Lavrov"))])
    assert found(archive, "serg") == {"Sergey Lavrov"}
    assert found(archive, "سيس") == found(archive, "السي") == {"عبد الفتاح السيسي"}


@pytest.mark.parametrize("typed", ["", "l", "la", "лав"[:2], "xyz", "lavx", "avrov", "🎉🎉🎉", "!!!"])
def test_too_little_and_what_no_name_begins_with_find_nobody(archive: SqliteArchive, typed: str) -> None:
    archive.put([quoting("a", source("Sergey Lavrov"))])
    assert found(archive, typed) == set()


def test_a_body_is_found_by_its_first_word_only(archive: SqliteArchive) -> None:
    archive.put([quoting("a", source("World Health Organization", person=False))])
    assert found(archive, "worl") == {"World Health Organization"}
    assert found(archive, "heal") == set()


def test_of_many_with_one_beginning_those_who_are_quoted_most_are_meant(archive: SqliteArchive) -> None:
    archive.put([quoting(str(times), source(f"Anna Smith{'abcdefgh'[times]}"), times=times) for times in range(1, 8)])
    assert found(archive, "smit") == {f"Anna Smith{letter}" for letter in "hgfed"}


def test_it_follows_the_archive(archive: SqliteArchive) -> None:
    index = NamePrefixes()
    for name in ("Sergey Lavrov", "Angela Merkel"):
        archive.put([quoting(name, source(name))])
        index.catch_up(archive)
    assert len(index.find("lavr")) == len(index.find("merk")) == 1
    archive.delete(["Sergey Lavrov"])
    index.catch_up(archive)
    assert index.find("lavr") == frozenset()
    assert len(index.find("merk")) == 1


def test_who_is_quoted_most_in_a_language_comes_first_then_those_of_others(archive: SqliteArchive) -> None:
    archive.put(
        [
            quoting("a", source("Sergey Lavrov"), times=3, lang="en"),
            quoting("b", source("Angela Merkel"), times=2, lang="en"),
            quoting("c", source("سيرغي لافروف"), times=9, lang="ar"),
            quoting("d", source("World Bank", person=False), times=20, lang="en"),
        ]
    )
    index = NamePrefixes()
    index.catch_up(archive)
    names = {one.id: one.name for one in archive.sources()}
    ranked = [{names[source] for source in sources} for sources in index.most_quoted("en", 3)]
    assert ranked == [{"Sergey Lavrov"}, {"Angela Merkel"}, {"سيرغي لافروف"}]
    assert len(index.most_quoted("ru", 2)) == 2
