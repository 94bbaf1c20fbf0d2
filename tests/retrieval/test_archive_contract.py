"""What every archive does, on SQLite and on PostgreSQL: whole articles or nothing, by any number of writers."""

import multiprocessing
import multiprocessing.synchronize
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pydantic import ValidationError

from retrieval.archive import Archive, StoredText
from retrieval.errors import ForeignModel
from retrieval.types import Article
from tests.fakes import DIMENSION, FakeEncoder, prepare
from tests.postgres import InFolder, Storage


@pytest.fixture
def archive(storage: Storage) -> Iterator[Archive]:
    opened = storage.archive()
    yield opened
    opened.close()


def article(article_id: str = "a", text: str = "One line.\nAnother line.", **rest: object) -> Article:
    return Article.model_validate({"id": article_id, "text": text, **rest})


def put(archive: Archive, *articles: Article, anew: bool = False) -> list[str]:
    return list(archive.put([prepare(one) for one in articles], anew=anew))


def texts(archive: Archive) -> dict[str, str]:
    return {one.id: one.text for one in archive.articles()}


# --- what is stored


def test_an_article_comes_back_as_it_was_given(archive: Archive) -> None:
    given = article(
        text=" لا \u200fيُغيَّر\r\n\tشيء 🎉 ",
        title="عنوان «x»",
        url="https://example.org/?a=1&b=ا",
        source="واس",
        published="2024-05-01T10:00:00+03:00",
        lang="ar",
    )
    assert put(archive, given) == ["added"]
    assert archive.article("a") == given


def test_several_articles_are_read_at_once(archive: Archive) -> None:
    given = {f"no. {number}": article(f"no. {number}", f"Line {number}.") for number in range(600)}
    put(archive, *given.values())
    assert archive.articles_of(given) == given
    assert archive.articles_of(["no. 7", "no. 601", "NO. 8"]) == {"no. 7": given["no. 7"]}
    assert archive.articles_of([]) == {}


@pytest.mark.parametrize("published", [None, "2024-05-01", "2024-05-01T10:00:00+03:00", "2024-05-01T00:00:00Z"])
def test_texts_to_look_through_are_the_articles(archive: Archive, published: str | None) -> None:
    given = article(text=" لا \u200fيُغيَّر\r\n\t«شيء» 🎉 ", published=published)
    put(archive, given, article("b"))
    number, other = numbers(archive)
    texts = archive.texts_of([number, 10**9])
    assert texts == {number: StoredText("a", given.text, given.published)}
    assert type(texts[number].published) is type(given.published)
    assert [one.id for one in archive.texts_of([number, other]).values()] == ["a", "b"]
    assert archive.texts_of([]) == {}


def test_the_text_of_a_version_that_was_replaced_is_none(archive: Archive) -> None:
    put(archive, article("a", "Before."))
    (before,) = numbers(archive)
    put(archive, article("a", "After."))
    (after,) = numbers(archive)
    assert {one.text for one in archive.texts_of([before, after]).values()} == {"After."}
    assert archive.texts_of([before]) == {}
    archive.delete(["a"])
    assert archive.texts_of([before, after]) == {}


def numbers(archive: Archive) -> list[int]:
    """Of all articles with sentences, ascending."""
    return sorted({one.article for one in archive.stored_sentences(archive.passage_ids().tolist())})


def test_an_article_without_an_id_gets_one_from_its_text() -> None:
    first, again, other = (Article(text=text) for text in ("same", "same", "other"))  # type: ignore[call-arg]
    assert first.id == again.id != other.id


@pytest.mark.parametrize("text", ["", "  \n\t ", "a\0b", "\ufeff\0"])
def test_what_is_no_text_is_no_article(text: str) -> None:
    with pytest.raises(ValidationError):
        article(text=text)


@pytest.mark.parametrize(
    "article_id",
    [
        "with space",
        "new\nline",
        "'; DROP TABLE articles; --",
        '"q"',
        "%_[a-z]*?",
        "\\",
        "../../x",
        "🎉",
        "\u200fعدد",
        "a" * 5000,
        "".join(map(chr, range(0x4E00, 0x4E00 + 3000))),  # 9 kB that no compression makes fit an index
        "-1",
        "NULL",
    ],
)
def test_any_characters_may_be_an_id(archive: Archive, article_id: str) -> None:
    put(archive, article("other"), article(article_id, title="this one"))
    found = archive.article(article_id)
    assert found is not None
    assert found.title == "this one"
    assert set(archive.hashes([article_id, "missing"])) == {article_id}
    assert archive.delete([article_id]) == [article_id]
    assert list(texts(archive)) == ["other"]


@pytest.mark.parametrize("field", ["id", "url", "lang"])
def test_nul_characters_are_in_no_name_of_an_article(field: str) -> None:
    with pytest.raises(ValidationError, match="NUL"):
        Article.model_validate({"text": "One line.", field: "a\0b"})


def test_nul_characters_in_what_is_said_about_an_article_are_left_out(archive: Archive) -> None:
    given = article(title="Head\0line", source="\0Wire", author="A. Smith\0")
    assert put(archive, given) == ["added"]
    stored = archive.article("a")
    assert stored == given
    assert (given.title, given.source, given.author) == ("Headline", "Wire", "A. Smith")
    assert put(archive, given) == ["unchanged"]


def test_ids_that_differ_in_case_or_composition_are_different_articles(archive: Archive) -> None:
    ids = ["A", "a", "é", "e\u0301", "a "]
    put(archive, *(article(one) for one in ids))
    assert [one.id for one in archive.articles()] == ids


def test_the_same_article_again_changes_nothing(archive: Archive) -> None:
    put(archive, article())
    before = (archive.passage_ids().tolist(), texts(archive))
    assert put(archive, article()) == ["unchanged"]
    assert (archive.passage_ids().tolist(), texts(archive)) == before


@pytest.mark.parametrize(
    "change", [{"text": "New."}, {"title": "New"}, {"published": "2024-01-02"}, {"url": "http://x"}]
)
def test_a_changed_article_replaces_its_old_version(archive: Archive, change: dict[str, str]) -> None:
    put(archive, article(), article("b", "Untouched."))
    old = archive.passage_ids().tolist()
    new = article(**{"text": "One line.\nAnother line.", **change})
    assert put(archive, new) == ["updated"]
    assert archive.article("a") == new
    assert len(archive.passage_ids()) == len(new.text.split("\n")) + 1
    assert archive.passages(old[:2]) == [], "passages of the old version are gone, their ids not used again"
    assert len(archive.sentences("a")) == len(new.text.split("\n"))


def test_an_equal_article_is_replaced_when_asked_for_anew(archive: Archive) -> None:
    put(archive, article())
    old = archive.passage_ids().tolist()
    assert put(archive, article(), anew=True) == ["updated"]
    assert set(archive.passage_ids().tolist()).isdisjoint(old)


def test_a_deleted_article_leaves_nothing_behind(archive: Archive) -> None:
    put(archive, article(), article("b"))
    assert archive.delete(["a", "a", "never there"]) == ["a"]
    assert archive.article("a") is None
    assert archive.sentences("a") == []
    assert list(archive.hashes(["a", "b"])) == ["b"]
    assert archive.counts().passages == 2
    assert [summary.id for summary in archive.summaries()] == ["b"]
    assert archive.delete(["a"]) == []


def test_passages_come_in_the_order_asked_for_without_those_that_are_gone(archive: Archive) -> None:
    put(archive, article("a", "\n".join(f"Line {n}." for n in range(700))))
    ids = archive.passage_ids().tolist()
    wanted = [ids[650], 10**9, ids[3], ids[0], -1]
    assert [one.id for one in archive.passages(wanted)] == [ids[650], ids[3], ids[0]]
    assert len(archive.passages(ids)) == 700
    assert archive.passages([]) == []
    third = archive.passages([ids[2]])[0]
    assert (third.article_id, texts(archive)["a"][third.start : third.end]) == ("a", "Line 2.")


def test_counts_and_summaries_say_what_is_there(archive: Archive) -> None:
    put(archive, article("a", lang="ar", title="T"), article("b", "One.", lang="ru", published="2024-01-02"))
    counts = archive.counts()
    assert (counts.articles, counts.sentences, counts.passages) == (2, 3, 3)
    assert counts.languages == {"ar": 1, "ru": 1}
    assert counts.bytes > 0
    rows = [(one.id, one.title, one.lang, one.published, one.passages) for one in archive.summaries()]
    assert rows == [("a", "T", "ar", None, 2), ("b", None, "ru", "2024-01-02", 1)]


def test_the_newest_articles_come_page_by_page(archive: Archive) -> None:
    for letter in "abcde":
        put(archive, article(letter, title=letter.upper()))
    assert [one.id for one in archive.newest(2)] == ["e", "d"]
    assert archive.newest(2, skip=4) == [next(iter(archive.summaries()))]
    assert archive.newest(2, skip=5) == []


def test_a_question_that_is_longer_than_an_index_takes_is_remembered_once(archive: Archive) -> None:
    question = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    for _ in range(2):
        archive.wish(question, "en", datetime(2026, 5, 1, tzinfo=UTC))
    assert [(one.question, one.times) for one in archive.wishes()] == [(question, 2)]
    assert archive.grant(question) == 1


def test_a_sound_archive_has_no_problems(archive: Archive) -> None:
    put(archive, article())
    assert archive.problems() == []


def test_a_missing_vector_is_a_problem(archive: Archive, storage: Storage) -> None:
    put(archive, article())
    lose = "DELETE FROM vectors" if isinstance(storage, InFolder) else "UPDATE passages SET vector = NULL"
    database = storage.database()
    database.run(lose)
    database.close()
    assert archive.problems() == ["2 passages have no vectors"]


def test_packed_tokens_come_back_for_the_passages_that_are_there(archive: Archive) -> None:
    given = prepare(article("a", "قال.\nHe said.\nСказал."))
    packed = [b"\0\xff", b"", bytes(range(256)) * 50]
    archive.put([replace(given, tokens=packed)])
    ids = archive.passage_ids().tolist()
    assert archive.token_vectors([*ids, -1, 10**9]) == dict(zip(ids, packed, strict=True))
    assert archive.token_vectors([]) == {}


STORY = {
    "ar": "قال وزير الخارجية الروسي سيرغي لافروف إن الإرهابيين يواصلون الحصول على دعم خارجي.",
    "en": "The Russian foreign minister Sergei Lavrov said the militants still get support from abroad.",
    "ru": "Министр иностранных дел Сергей Лавров заявил, что боевики по-прежнему получают поддержку извне.",
}


@pytest.mark.parametrize("lang", STORY)
def test_copies_of_a_story_know_each_other_until_they_change_or_go(archive: Archive, lang: str) -> None:
    text = " ".join([STORY[lang]] * 2)
    put(archive, article("first", text), article("second", f"{text}!"), article("other", "Dogs bark at night."))
    put(archive, article("third", text.upper()))
    everybody = ["first", "second", "third", "other", "missing"]
    assert archive.copies(everybody) == {
        "first": {"second", "third"},
        "second": {"first", "third"},
        "third": {"first", "second"},
    }
    assert archive.copies(["second"]) == {"second": {"first", "third"}}
    archive.delete(["first"])
    put(archive, article("third", "It says something else now."))
    assert archive.copies(everybody) == {}
    put(archive, article("fourth", text))
    assert archive.copies(everybody) == {"second": {"fourth"}}
    assert archive.copies([]) == {}


def test_what_was_never_compared_is_a_problem_that_is_mended(archive: Archive, storage: Storage) -> None:
    put(archive, article("a", STORY["ar"]), article("b", STORY["ar"]))
    database = storage.database()
    database.run("DELETE FROM signatures")
    database.close()
    assert any("2 articles were never compared" in one for one in archive.problems())
    archive.mend()
    assert archive.problems() == archive.damaged() == []
    assert archive.copies(["a"]) == {"a": {"b"}}


# --- one transaction


def test_of_two_versions_in_one_write_the_later_one_stays(archive: Archive) -> None:
    put(archive, article("b", "Old b."))
    versions = [
        article("a", "First."),
        article("b", "New b."),
        article("a", "Second.\nLonger."),
        article("b", "Old b."),
    ]
    assert put(archive, *versions) == ["added", "updated", "updated", "updated"]
    assert texts(archive) == {"a": "Second.\nLonger.", "b": "Old b."}
    assert put(archive, article("b", "Old b."), article("b", "Old b.")) == ["unchanged", "unchanged"]
    assert len(archive.passage_ids()) == 3
    assert archive.problems() == []
    known: dict[int, bytes] = {}
    followed(archive, 0, known)
    assert sorted(known) == archive.passage_ids().tolist()


def test_a_failure_half_way_leaves_every_old_version(archive: Archive) -> None:
    put(archive, article("a", "Old a."), article("b", "Old b."))
    before = archive.sequence()
    bad = prepare(article("b", "New b.\nIts vectors are too few."))
    bad = replace(bad, vectors=bad.vectors[:1])
    with pytest.raises(ValueError, match="shorter"):
        archive.put([prepare(article("a", "New a.")), prepare(article("c", "New c.")), bad])
    assert texts(archive) == {"a": "Old a.", "b": "Old b."}
    assert archive.sequence() == before
    assert archive.problems() == []
    assert put(archive, article("a", "New a.")) == ["updated"], "and writing goes on"


def test_what_was_put_is_there_for_the_next_process_though_nobody_closed(storage: Storage) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_put_and_die, args=(storage,))
    process.start()
    process.join()
    assert process.exitcode == 9
    archive = storage.archive()
    assert texts(archive) == {"survivor": "I was acknowledged."}
    assert archive.problems() == []
    archive.close()


def _put_and_die(storage: Storage) -> None:
    import os

    archive = storage.archive()
    put(archive, article("survivor", "I was acknowledged."))
    database = storage.database()
    with database.transaction():  # half-way through the next one the power goes
        database.run("DELETE FROM articles")
        os._exit(9)


def test_two_processes_writing_at_once_lose_nothing(storage: Storage) -> None:
    storage.archive().close()
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    writers = [spawn.Process(target=_write_many, args=(storage, name, start)) for name in ("x", "y")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    archive = storage.archive()
    own = {f"{name}{n}": f"{name} {n}." for name in "xy" for n in range(20)}
    found = texts(archive)
    assert found.pop("both") in ("x 19 was here.", "y 19 was here.")
    assert found == own
    assert archive.sequence() == 80
    assert archive.problems() == []
    assert len(archive.passage_ids()) == 41
    archive.close()


def _write_many(storage: Storage, name: str, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait()
    archive = storage.archive()
    for n in range(20):
        put(archive, article(f"{name}{n}", f"{name} {n}."))
        put(archive, article("both", f"{name} {n} was here."))
    archive.close()


def test_a_reader_sees_what_another_connection_committed(archive: Archive, storage: Storage) -> None:
    other = storage.archive()
    put(other, article())
    assert archive.article("a") == article()
    other.delete(["a"])
    assert archive.article("a") is None
    other.close()


def test_who_follows_two_writers_at_work_misses_nothing(archive: Archive, storage: Storage) -> None:
    def write(name: str) -> None:
        own = storage.archive()
        for n in range(25):
            put(own, article(f"{name}{n % 7}", f"{name} {n}.\n" * (n % 3 + 1)), article(f"{name} {n}", "Once."))
            own.delete([f"{name}{(n + 3) % 7}"])
        own.close()

    writers = [threading.Thread(target=write, args=(name,)) for name in ("قول", "сказал")]
    for one in writers:
        one.start()
    known: dict[int, bytes] = {}
    at = 0
    while any(one.is_alive() for one in writers):
        at = followed(archive, at, known)
    assert followed(archive, at, known) == archive.sequence() == 100
    assert sorted(known) == archive.passage_ids().tolist()


# --- sequence and changes


def followed(archive: Archive, since: int, known: dict[int, bytes]) -> int:
    """Applies `changes` as an index would; returns the sequence number reached."""
    for change in archive.changes(since):
        for first, last in change.removed:
            for passage in [one for one in known if first <= one <= last]:
                del known[passage]
        known.update(zip(change.ids.tolist(), (v.tobytes() for v in change.vectors), strict=True))
        assert change.sequence >= since
        since = change.sequence
    return since


def test_nothing_new_is_no_change(archive: Archive) -> None:
    assert (archive.sequence(), list(archive.changes(0))) == (0, [])
    put(archive, article())
    assert list(archive.changes(archive.sequence())) == []


def test_changes_bring_the_vectors_of_what_is_new(archive: Archive) -> None:
    put(archive, article("a", "One."), article("b", "Two."))
    known: dict[int, bytes] = {}
    assert followed(archive, 0, known) == archive.sequence()
    assert sorted(known) == archive.passage_ids().tolist()
    vector = np.frombuffer(known[2], np.float32)
    assert vector.shape == (DIMENSION,)
    assert vector @ FakeEncoder().encode(["Two."], "passage").pooled[0] == pytest.approx(1, abs=1e-3)


def test_whoever_follows_the_changes_has_exactly_the_passages_at_every_step(archive: Archive) -> None:
    known: dict[int, bytes] = {}
    at = 0
    steps = [
        lambda: put(archive, article("a", "One.\nTwo."), article("b")),
        lambda: put(archive, article("a", "Three.")),
        lambda: archive.delete(["b"]),
        lambda: (put(archive, article("c")), archive.delete(["c"])),
        lambda: (archive.delete(["a"]), put(archive, article("a", "One.\nTwo."))),
        lambda: put(archive, article("a", "One.\nTwo.")),
        lambda: archive.delete(["nothing"]),
        lambda: archive.delete(["a"]),
    ]
    for step in steps:
        step()
        at = followed(archive, at, known)
        assert at == archive.sequence()
        assert sorted(known) == archive.passage_ids().tolist()


def test_what_came_and_went_in_between_is_not_brought(archive: Archive) -> None:
    put(archive, article("a"))
    archive.delete(["a"])
    assert sum(len(change.ids) for change in archive.changes(0)) == 0


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_changes_come_in_portions_of_whole_writes(archive: Archive, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("retrieval.change_log._PORTION", size)
    for n in range(6):
        put(archive, article(f"{n}", "One.\nTwo."), article(f"{n}+"))
    archive.delete(["3"])
    portions = [change for change in archive.changes(0) if len(change.ids)]
    assert len(portions) == {1: 6, 3: 5, 1000: 1}[size], "the fourth write has one passage left"
    assert np.concatenate([one.ids for one in portions]).tolist() == archive.passage_ids().tolist()


def test_changes_bring_languages_and_texts_to_the_letter(archive: Archive) -> None:
    lines = ["قال «نعم» 🎉\r", "\tПесков: «да» 👨‍👩‍👧", "He said: e\u0301."]
    put(archive, article("a", "\n".join(lines), lang="ar"))
    (change,) = [one for one in archive.changes(0) if len(one.ids)]
    assert (change.texts, change.langs) == (lines, ["ar"] * 3)


def test_every_write_has_a_number_of_its_own(archive: Archive) -> None:
    numbers = [archive.sequence()]
    for write in (lambda: put(archive, article()), lambda: archive.delete(["a"]), lambda: put(archive, article())):
        write()
        numbers.append(archive.sequence())
    assert numbers == sorted(set(numbers))


# --- model


def test_vectors_of_another_model_are_refused_and_the_way_out_is_said(archive: Archive) -> None:
    archive.bind_model("one")
    archive.bind_model("one")
    put(archive, article())
    with pytest.raises(ForeignModel, match=r"one.*two.*qawl check --repair"):
        archive.bind_model("two")
    archive.bind_model("two", force=True)
    archive.bind_model("two")


def test_an_archive_without_vectors_takes_any_model(archive: Archive) -> None:
    archive.bind_model("a mistyped name")
    archive.bind_model("the right name")
