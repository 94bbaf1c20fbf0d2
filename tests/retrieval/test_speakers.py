"""Speakers: one person however the articles spell the name, and never two people in one."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from retrieval.archive import Source
from retrieval.speakers import SpeakerIndex
from retrieval.sqlite_archive import SqliteArchive
from tests.fakes import quoting, source

Lines = Sequence[tuple[str | Source, int, str]]


@pytest.fixture
def quoted(archive: SqliteArchive) -> Callable[..., SpeakerIndex]:
    """Puts articles that quote these people so many times each; the index of all."""
    index = SpeakerIndex()

    def put(*lines: tuple[str | Source, int, str]) -> SpeakerIndex:
        for who, times, lang in lines:
            one = source(who) if isinstance(who, str) else who
            number = archive.counts().articles + 1
            archive.put([quoting(f"article {number}", one, times=times, lang=lang)])
        index.catch_up(archive)
        return index

    return put


def people(index: SpeakerIndex) -> dict[str, int]:
    return {one.speaker.name: one.statements for one in index.all()}


def meant(index: SpeakerIndex, phrase: str) -> list[str]:
    return [one.speaker.name for one in index.find(phrase)]


LAVROV: Lines = [
    ("Sergey Lavrov", 3, "en"),
    ("سيرغي لافروف", 2, "ar"),
    ("Сергей Лавров", 1, "ru"),
    ("Sergei Lavrov", 1, "en"),
    ("سيرجي لافروف", 1, "ar"),
]
MINISTERS: Lines = [("Dmitry Medvedev", 3, "en"), ("Andrei Medvedev", 3, "en"), ("Medvedev", 1, "en")]


def test_one_person_in_every_script_and_spelling(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(*LAVROV)
    (lavrov,) = index.all()
    assert (lavrov.speaker.name, lavrov.statements) == ("Sergey Lavrov", 8)
    assert set(lavrov.speaker.aliases) == {"سيرغي لافروف", "Сергей Лавров", "Sergei Lavrov", "سيرجي لافروف"}
    assert len(lavrov.sources) == 5


@pytest.mark.parametrize("name", ["Сергеем Лавровым", "Сергея Лаврова", "Сергею Лаврову"])
def test_one_person_in_every_case(quoted: Callable[..., SpeakerIndex], name: str) -> None:
    assert people(quoted(("Сергей Лавров", 1, "ru"), (name, 1, "ru"))) == {"Сергей Лавров": 2}


def test_everybody_is_listed_the_most_quoted_first(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(("Vladimir Putin", 2, "en"), *LAVROV, ("Dmitry Peskov", 4, "en"))
    assert list(people(index).items()) == [("Sergey Lavrov", 8), ("Dmitry Peskov", 4), ("Vladimir Putin", 2)]


def test_a_speaker_is_named_in_the_articles_own_script(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive
) -> None:
    index = quoted(*LAVROV)
    for one in archive.sources():
        speaker = index.speaker(one.id)
        assert speaker is not None
        assert speaker.name == one.name
        assert speaker.id == index.all()[0].speaker.id
        assert {speaker.name, *speaker.aliases} == {name for name, *_ in LAVROV}


@pytest.mark.parametrize("bare", ["Lavrov", "لافروف", "Лавров"])
def test_a_bare_family_name_belongs_to_the_only_one_who_has_it(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive, bare: str
) -> None:
    index = quoted((bare, 2, "en"), *LAVROV, ("Vladimir Putin", 1, "en"))
    assert people(index) == {"Sergey Lavrov": 10, "Vladimir Putin": 1}
    (first, *_) = archive.sources()
    speaker = index.speaker(first.id)
    assert speaker is not None
    assert speaker.name in {"Sergey Lavrov", "سيرغي لافروف", "سيرجي لافروف", "Сергей Лавров"}, "the full name is shown"
    assert bare in speaker.aliases


def test_a_bare_family_name_of_nobody_else_is_a_speaker_of_its_own(quoted: Callable[..., SpeakerIndex]) -> None:
    assert people(quoted(("Lavrov", 2, "en"), ("Putin", 1, "en"))) == {"Lavrov": 2, "Putin": 1}


@pytest.mark.parametrize(
    ("full", "bare", "lang"),
    [("أبو يحيى التونسي", "التونسي", "ar"), ("Анна Чили", "Чили", "ru"), ("Anna French", "French", "en")],
)
def test_a_country_that_was_taken_for_a_person_is_nobodys_family_name(
    quoted: Callable[..., SpeakerIndex], full: str, bare: str, lang: str
) -> None:
    assert people(quoted((full, 2, lang), (bare, 1, lang))) == {full: 2, bare: 1}


def test_everybody_has_the_words_that_they_are_found_with(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(*LAVROV, ("Lavrov", 2, "en"), *MINISTERS, ("Gazprom", 1, "en"))
    for one in index.all():
        found = index.by_id(one.speaker.id)
        assert found is not None
        assert (found.speaker, found.sources, found.statements) == (one.speaker, one.sources, one.statements)


def test_a_bare_family_name_of_two_ministers_is_neithers(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(*MINISTERS)
    assert people(index) == {"Dmitry Medvedev": 3, "Andrei Medvedev": 3, "Medvedev": 1}


def test_who_asks_by_the_family_name_of_two_ministers_means_either(quoted: Callable[..., SpeakerIndex]) -> None:
    for index in (quoted(*MINISTERS[:2]), quoted(MINISTERS[2])):
        for phrase in ("Medvedev", "Медведев", "ميدفيديف", "the former president Medvedev"):
            found = index.find(phrase)
            assert {"Dmitry Medvedev", "Andrei Medvedev"} <= {one.speaker.name for one in found}
            assert index.sure(found) is None


def test_the_full_name_tells_two_ministers_apart(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(*MINISTERS)
    for phrase in ("Dmitry Medvedev", "Дмитрий Медведев", "ديمتري ميدفيديف"):
        (found,) = index.find(phrase)
        assert found.speaker.name == "Dmitry Medvedev"


def test_who_is_quoted_ten_times_as_often_is_meant_by_the_family_name(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(*MINISTERS, ("Dmitry Medvedev", 26, "en"))
    assert "Medvedev" in people(index), "29 to 3 is not enough"
    index = quoted(("Dmitry Medvedev", 1, "en"))
    assert people(index) == {"Dmitry Medvedev": 31, "Andrei Medvedev": 3}
    sure = index.sure(index.find("Medvedev"))
    assert sure is not None
    assert sure.speaker.name == "Dmitry Medvedev"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed bin Salman", "Mohammed bin Zayed"),
        ("Hassan Nasrallah", "Hassan Rouhani"),
        ("Сергей Лавров", "Сергей Шойгу"),
        ("George Bush", "George Clooney"),
        ("جون كيري", "جون بولتون"),
    ],
)
def test_people_who_share_a_given_name_are_two(quoted: Callable[..., SpeakerIndex], one: str, other: str) -> None:
    assert people(quoted((one, 1, "en"), (other, 1, "en"))) == {one: 1, other: 1}


@pytest.mark.parametrize(
    "phrase",
    [
        "Lavrov",
        "lavrov",
        "Лаврова",
        "لافروف",
        "Sergej Lawrow",
        "Russian Foreign Minister Sergey Lavrov",
        "Russian foreign minister Lavrov",
        "وزير الخارجية الروسي سيرغي لافروف",
        "министра иностранных дел Лаврова",
        "Mr Lavrov",
    ],
)
def test_a_speaker_is_found_by_any_phrase_with_the_name(quoted: Callable[..., SpeakerIndex], phrase: str) -> None:
    index = quoted(*LAVROV, ("Lavrov", 1, "en"), ("Vladimir Putin", 5, "en"))
    found = index.find(phrase)
    assert [one.speaker.name for one in found] == ["Sergey Lavrov"]
    assert (found[0].statements, len(found[0].sources)) == (9, 6)


@pytest.mark.parametrize(
    "phrase",
    [
        "Obama",
        "Sergey Shoigu",
        "Yelena Lavrova",
        "Елена Лаврова",
        "the foreign minister",
        "",
        "?!",
        "Lavrentiev",
        "him",
    ],
)
def test_somebody_else_is_not_found(quoted: Callable[..., SpeakerIndex], phrase: str) -> None:
    index = quoted(*LAVROV, ("Lavrov", 1, "en"), ("Vladimir Putin", 5, "en"))
    assert meant(index, phrase) == []
    assert index.sure(index.find(phrase)) is None


# --- roles


def test_a_role_is_what_the_article_says_or_another_in_its_language(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive
) -> None:
    index = quoted(
        (source("Sergey Lavrov", role="Russian foreign minister"), 1, "en"),
        (source("سيرغي لافروف", role="وزير الخارجية الروسي"), 1, "ar"),
        ("Sergei Lavrov", 1, "en"),
        ("Сергей Лавров", 1, "ru"),
    )
    speakers = [index.speaker(one.id) for one in archive.sources()]
    roles = [one.role for one in speakers if one]
    assert roles == ["Russian foreign minister", "وزير الخارجية الروسي", "Russian foreign minister", None]


# --- bodies


def body(name: str) -> Source:
    return source(name, person=False)


def test_a_body_is_one_across_scripts(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted((body("the Kremlin"), 2, "en"), (body("الكرملين"), 1, "ar"), (body("Kremlin"), 1, "en"))
    assert people(index) == {"the Kremlin": 4}
    for phrase in ("Kremlin", "the Kremlin", "الكرملين"):
        assert meant(index, phrase) == ["the Kremlin"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Russian Foreign Ministry", "Turkish Foreign Ministry"),
        ("Russian Foreign Ministry", "Foreign Ministry"),
        ("Slovakia", "Slovenia"),
        ("Словакия", "Словения"),
        ("Niger", "نيجيريا"),
        ("وزارة الدفاع", "وزارة الصحة"),
    ],
)
def test_bodies_with_like_names_are_two(quoted: Callable[..., SpeakerIndex], one: str, other: str) -> None:
    assert people(quoted((body(one), 1, "en"), (body(other), 1, "en"))) == {one: 1, other: 1}


def test_a_minister_is_not_his_ministry(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted((body("وزارة الخارجية الروسية"), 1, "ar"), (body("Russian Foreign Ministry"), 1, "en"))
    for phrase in ("وزير الخارجية الروسي", "وزير الخارجية القطري", "the Russian foreign minister"):
        assert meant(index, phrase) == []
    assert meant(index, "the Russian Foreign Ministry") == ["Russian Foreign Ministry"]


def test_a_body_and_a_person_of_one_name_are_two(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted((body("Ford"), 1, "en"), ("Ford", 2, "en"))
    assert [one.statements for one in index.all()] == [2, 1]


def test_a_noun_that_is_a_family_name_means_its_people_too(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted((body("المعلم"), 1, "ar"), ("وليد المعلم", 3, "ar"), ("أحمد العلوي", 3, "ar"))
    assert sorted(meant(index, "المعلم")) == ["المعلم", "وليد المعلم"]
    assert meant(index, "وليد المعلم") == ["وليد المعلم"]


@pytest.mark.parametrize("phrase", ["المعهد البحثي الأمريكي", "معهد البحري", "البحري"])
def test_a_word_of_a_description_is_a_name_only_as_it_is_spelt(
    quoted: Callable[..., SpeakerIndex], phrase: str
) -> None:
    index = quoted(("ماهر البحري", 1, "ar"), ("العهد", 1, "ar"))
    assert meant(index, phrase) == (["ماهر البحري"] if "البحري" in phrase else [])


@pytest.mark.parametrize(
    "phrase", ["prosecutor Roberts Miller", "спецпрокурор Роберт Мюллер", "the Roberts Foundation"]
)
def test_a_given_name_is_not_somebody_elses_family_name(quoted: Callable[..., SpeakerIndex], phrase: str) -> None:
    index = quoted(("Jennifer Roberts", 2, "en"))
    assert meant(index, phrase) == []
    assert meant(index, "mayor Roberts of Charlotte") == ["Jennifer Roberts"]


def test_a_description_is_nobodys_name(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted((body("a spokesman for the interior ministry in Baghdad"), 1, "en"))
    assert people(index) == {"a spokesman for the interior ministry in Baghdad": 1}
    assert meant(index, "Baghdad") == []


# --- in step with the archive


def test_what_is_taken_in_later_is_there_at_the_next_look(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive
) -> None:
    index = quoted(*LAVROV)
    archive.put([quoting("new", source("لافروف"), source("Владимир Путин"), times=2)])
    index.catch_up(archive)
    assert people(index) == {"Sergey Lavrov": 10, "Владимир Путин": 2}


def test_a_replaced_article_counts_once(quoted: Callable[..., SpeakerIndex], archive: SqliteArchive) -> None:
    index = quoted(("Sergey Lavrov", 2, "en"), ("Vladimir Putin", 2, "en"))
    archive.put([quoting("article 1", source("Dmitry Peskov"), times=1)])
    index.catch_up(archive)
    assert people(index) == {"Vladimir Putin": 2, "Dmitry Peskov": 1}
    assert meant(index, "Lavrov") == []


def test_a_deleted_articles_speaker_is_gone(quoted: Callable[..., SpeakerIndex], archive: SqliteArchive) -> None:
    index = quoted(("Sergey Lavrov", 2, "en"), ("Vladimir Putin", 2, "en"))
    (lavrov, _) = archive.sources()
    archive.delete(["article 1"])
    index.catch_up(archive)
    assert index.speaker(lavrov.id) is None
    assert meant(index, "Lavrov") == []
    assert people(index) == {"Vladimir Putin": 2}
    archive.delete(["article 2"])
    index.catch_up(archive)
    assert index.all() == []


def test_a_name_that_only_a_deleted_article_gave_is_no_longer_shown(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive
) -> None:
    index = quoted(*MINISTERS)
    archive.delete(["article 2"])
    index.catch_up(archive)
    assert people(index) == {"Dmitry Medvedev": 4}, "the only Medvedev now"


def test_an_index_of_one_archive_is_not_taken_for_anothers(quoted: Callable[..., SpeakerIndex], tmp_path: Path) -> None:
    index = quoted(*LAVROV)
    other = SqliteArchive(tmp_path / "other")
    other.put([quoting("x", source("Vladimir Putin"))])
    index.catch_up(other)
    other.close()
    assert people(index) == {"Vladimir Putin": 1}


def test_ids_are_the_same_after_a_restart_and_when_more_is_taken_in(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive
) -> None:
    index = quoted(*LAVROV, *MINISTERS)
    before = {one.speaker.name: one.speaker.id for one in index.all()}
    assert len(set(before.values())) == len(before)
    quoted(("Vladimir Putin", 1, "en"), ("Lavrov", 1, "en"))
    again = SpeakerIndex()
    again.catch_up(archive)
    for found in (index, again):
        now = {one.speaker.name: one.speaker.id for one in found.all()}
        assert now | before == now


def test_ids_lead_to_their_speakers_after_other_articles_have_gone(
    quoted: Callable[..., SpeakerIndex], archive: SqliteArchive
) -> None:
    index = quoted(("Vladimir Putin", 1, "en"), *LAVROV, *MINISTERS)
    before = {one.speaker.name: one.speaker.id for one in index.all()}
    archive.delete(["article 1"])
    index.catch_up(archive)
    now = {one.speaker.name: one.speaker.id for one in index.all()}
    assert now == {name: one for name, one in before.items() if name != "Vladimir Putin"}
    assert index.by_id(before["Vladimir Putin"]) is None
    archive.put([quoting("again", source("Vladimir Putin"))])
    index.catch_up(archive)
    assert index.by_id(before["Vladimir Putin"]) is not None


def test_an_id_outlives_the_article_that_gave_it(quoted: Callable[..., SpeakerIndex], archive: SqliteArchive) -> None:
    index = quoted(("Sergey Lavrov", 1, "en"), ("Сергей Лавров", 1, "ru"), ("Sergey Lavrov", 1, "en"))
    (before,) = index.all()
    archive.delete(["article 1"])
    index.catch_up(archive)
    found = index.by_id(before.speaker.id)
    assert found is not None
    assert len(found.sources) == 2


def test_people_and_bodies_of_one_name_have_ids_of_their_own(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted((source("Kassel"), 1, "en"), (source("Kassel", person=False), 1, "en"))
    assert len({one.speaker.id for one in index.all()}) == 2


@pytest.mark.parametrize(
    ("phrase", "person"),
    [("Lavrov", True), ("لافروف", True), ("Syria", False), ("gas", False), ("Lavrov's visit", False), ("", False)],
)
def test_a_person_is_told_from_a_country(quoted: Callable[..., SpeakerIndex], phrase: str, person: bool) -> None:
    assert quoted(*LAVROV, (source("Syria", person=False), 3, "en")).is_person(phrase) is person


def test_names_do_not_chain_people_together(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(
        ("فهد بن محمد الجبير", 3, "ar"),
        ("فهد الجبير", 2, "ar"),
        ("محمد الجبير", 2, "ar"),
        ("محمد أحمد الجبير", 1, "ar"),
    )
    assert people(index) == {"فهد بن محمد الجبير": 5, "محمد الجبير": 3}


@pytest.mark.parametrize(
    ("together", "lang"),
    [("الجبير ولافروف", "ar"), ("Putin and Lavrov", "en"), ("Путин и Лавров", "ru")],
)
def test_two_who_were_named_together_are_no_third(
    quoted: Callable[..., SpeakerIndex], together: str, lang: str
) -> None:
    index = quoted(*LAVROV, (together, 3, lang), ("لافروف", 1, "ar"))
    assert meant(index, "Лавров") == ["Sergey Lavrov"]
    assert index.find("Lavrov")[0].statements == 9


def test_a_family_name_that_was_not_seen_to_be_one_is_the_persons(quoted: Callable[..., SpeakerIndex]) -> None:
    erdogan = source("أردوغان", person=False)
    index = quoted(("رجب طيب أردوغان", 9, "ar"), (erdogan, 2, "ar"), (source("الرئيس", person=False), 1, "ar"))
    assert people(index) == {"رجب طيب أردوغان": 11, "الرئيس": 1}
    assert meant(index, "Erdogan") == ["رجب طيب أردوغان"]


def test_a_body_that_is_quoted_more_than_its_namesake_is_itself(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(("محمد سبق", 2, "ar"), (source("سبق", person=False), 5, "ar"))
    assert people(index) == {"سبق": 5, "محمد سبق": 2}


@pytest.mark.parametrize("name", ["министр иностранных дел Сергей Лавров", "russian minister Sergey Lavrov"])
def test_what_is_written_small_before_a_name_is_no_part_of_it(quoted: Callable[..., SpeakerIndex], name: str) -> None:
    assert len(people(quoted(*LAVROV, (name, 2, "ru")))) == 1


def test_a_bare_name_with_a_word_before_it_is_still_bare(quoted: Callable[..., SpeakerIndex]) -> None:
    index = quoted(("Barack Obama", 9, "en"), ("defensive Obama", 1, "en"), ("Obama", 2, "en"))
    assert people(index) == {"Barack Obama": 12}


def test_who_is_called_by_a_country_is_nobody(quoted: Callable[..., SpeakerIndex]) -> None:
    assert meant(quoted(("Russian", 2, "en"), ("Barack Obama", 1, "en")), "Russian") == []
