"""The archive: whole articles or nothing, by any number of writers, and never a file overwritten that is not ours."""

import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from retrieval.errors import ArchiveDamaged, ArchiveError, ArchiveUnwritable, ForeignModel
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.fakes import DIMENSION, FakeEncoder, prepare


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    opened = SqliteArchive(tmp_path)
    yield opened
    opened.close()


def article(article_id: str = "a", text: str = "One line.\nAnother line.", **rest: object) -> Article:
    return Article.model_validate({"id": article_id, "text": text, **rest})


def put(archive: SqliteArchive, *articles: Article, anew: bool = False) -> list[str]:
    return list(archive.put([prepare(one) for one in articles], anew=anew))


def texts(archive: SqliteArchive) -> dict[str, str]:
    return {one.id: one.text for one in archive.articles()}


# --- what is stored


def test_an_article_comes_back_as_it_was_given(archive: SqliteArchive) -> None:
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
        "-1",
        "NULL",
    ],
)
def test_any_characters_may_be_an_id(archive: SqliteArchive, article_id: str) -> None:
    put(archive, article("other"), article(article_id, title="this one"))
    found = archive.article(article_id)
    assert found is not None
    assert found.title == "this one"
    assert set(archive.hashes([article_id, "missing"])) == {article_id}
    assert archive.delete([article_id]) == [article_id]
    assert list(texts(archive)) == ["other"]


def test_ids_that_differ_in_case_or_composition_are_different_articles(archive: SqliteArchive) -> None:
    ids = ["A", "a", "é", "e\u0301", "a "]
    put(archive, *(article(one) for one in ids))
    assert [one.id for one in archive.articles()] == ids


def test_the_same_article_again_changes_nothing(archive: SqliteArchive) -> None:
    put(archive, article())
    before = (archive.passage_ids().tolist(), texts(archive))
    assert put(archive, article()) == ["unchanged"]
    assert (archive.passage_ids().tolist(), texts(archive)) == before


@pytest.mark.parametrize(
    "change", [{"text": "New."}, {"title": "New"}, {"published": "2024-01-02"}, {"url": "http://x"}]
)
def test_a_changed_article_replaces_its_old_version(archive: SqliteArchive, change: dict[str, str]) -> None:
    put(archive, article(), article("b", "Untouched."))
    old = archive.passage_ids().tolist()
    new = article(**{"text": "One line.\nAnother line.", **change})
    assert put(archive, new) == ["updated"]
    assert archive.article("a") == new
    assert len(archive.passage_ids()) == len(new.text.split("\n")) + 1
    assert archive.passages(old[:2]) == [], "passages of the old version are gone, their ids not used again"
    assert len(archive.sentences("a")) == len(new.text.split("\n"))


def test_an_equal_article_is_replaced_when_asked_for_anew(archive: SqliteArchive) -> None:
    put(archive, article())
    old = archive.passage_ids().tolist()
    assert put(archive, article(), anew=True) == ["updated"]
    assert set(archive.passage_ids().tolist()).isdisjoint(old)


def test_a_deleted_article_leaves_nothing_behind(archive: SqliteArchive) -> None:
    put(archive, article(), article("b"))
    assert archive.delete(["a", "a", "never there"]) == ["a"]
    assert archive.article("a") is None
    assert archive.sentences("a") == []
    assert list(archive.hashes(["a", "b"])) == ["b"]
    assert archive.counts().passages == 2
    assert [summary.id for summary in archive.summaries()] == ["b"]
    assert archive.delete(["a"]) == []


def test_passages_come_in_the_order_asked_for_without_those_that_are_gone(archive: SqliteArchive) -> None:
    put(archive, article("a", "\n".join(f"Line {n}." for n in range(700))))
    ids = archive.passage_ids().tolist()
    wanted = [ids[650], 10**9, ids[3], ids[0], -1]
    assert [one.id for one in archive.passages(wanted)] == [ids[650], ids[3], ids[0]]
    assert len(archive.passages(ids)) == 700
    assert archive.passages([]) == []
    third = archive.passages([ids[2]])[0]
    assert (third.article_id, texts(archive)["a"][third.start : third.end]) == ("a", "Line 2.")


def test_counts_and_summaries_say_what_is_there(archive: SqliteArchive) -> None:
    put(archive, article("a", lang="ar", title="T"), article("b", "One.", lang="ru", published="2024-01-02"))
    counts = archive.counts()
    assert (counts.articles, counts.sentences, counts.passages) == (2, 3, 3)
    assert counts.languages == {"ar": 1, "ru": 1}
    assert counts.bytes > 0
    rows = [(one.id, one.title, one.lang, one.published, one.passages) for one in archive.summaries()]
    assert rows == [("a", "T", "ar", None, 2), ("b", None, "ru", "2024-01-02", 1)]


def test_a_sound_archive_has_no_problems(archive: SqliteArchive) -> None:
    put(archive, article())
    assert archive.problems() == []


def test_a_missing_vector_is_a_problem(archive: SqliteArchive) -> None:
    put(archive, article())
    with sqlite3.connect(archive.path) as other:
        other.execute("DELETE FROM vectors WHERE passage = 1")
    other.close()
    assert archive.problems() != []


# --- one transaction


def test_a_failure_half_way_leaves_every_old_version(archive: SqliteArchive) -> None:
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


def test_what_was_put_is_there_for_the_next_process_though_nobody_closed(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=_put_and_die, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == 9
    archive = SqliteArchive(tmp_path)
    assert texts(archive) == {"survivor": "I was acknowledged."}
    assert archive.problems() == []
    archive.close()


def _put_and_die(folder: Path) -> None:
    import os

    archive = SqliteArchive(folder)
    put(archive, article("survivor", "I was acknowledged."))
    with archive._db.transaction():  # half-way through the next one the power goes
        archive._db.run("DELETE FROM articles")
        os._exit(9)


def test_two_processes_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    SqliteArchive(tmp_path).close()
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    writers = [spawn.Process(target=_write_many, args=(tmp_path, name, start)) for name in ("x", "y")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    archive = SqliteArchive(tmp_path)
    own = {f"{name}{n}": f"{name} {n}." for name in "xy" for n in range(20)}
    found = texts(archive)
    assert found.pop("both") in ("x 19 was here.", "y 19 was here.")
    assert found == own
    assert archive.sequence() == 80
    assert archive.problems() == []
    assert len(archive.passage_ids()) == 41
    archive.close()


def _write_many(folder: Path, name: str, start: "multiprocessing.synchronize.Barrier") -> None:
    start.wait()
    archive = SqliteArchive(folder)
    for n in range(20):
        put(archive, article(f"{name}{n}", f"{name} {n}."))
        put(archive, article("both", f"{name} {n} was here."))
    archive.close()


def test_two_first_starts_at_once_wait_for_each_other(tmp_path: Path) -> None:
    first = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")  # as the faster process does while it creates the tables
    timer = threading.Timer(0.5, lambda: (first.execute("COMMIT"), first.close()))
    timer.start()
    try:
        SqliteArchive(tmp_path).close()
    finally:
        timer.join()


def test_a_reader_sees_what_another_connection_committed(archive: SqliteArchive, tmp_path: Path) -> None:
    other = SqliteArchive(tmp_path)
    put(other, article())
    assert archive.article("a") == article()
    other.delete(["a"])
    assert archive.article("a") is None
    other.close()


# --- sequence and changes


def followed(archive: SqliteArchive, since: int, known: dict[int, bytes]) -> int:
    """Applies `changes` as an index would; returns the sequence number reached."""
    for change in archive.changes(since):
        for first, last in change.removed:
            for passage in [one for one in known if first <= one <= last]:
                del known[passage]
        known.update(zip(change.ids.tolist(), (v.tobytes() for v in change.vectors), strict=True))
        assert change.sequence >= since
        since = change.sequence
    return since


def test_nothing_new_is_no_change(archive: SqliteArchive) -> None:
    assert (archive.sequence(), list(archive.changes(0))) == (0, [])
    put(archive, article())
    assert list(archive.changes(archive.sequence())) == []


def test_changes_bring_the_vectors_of_what_is_new(archive: SqliteArchive) -> None:
    put(archive, article("a", "One."), article("b", "Two."))
    known: dict[int, bytes] = {}
    assert followed(archive, 0, known) == archive.sequence()
    assert sorted(known) == archive.passage_ids().tolist()
    vector = np.frombuffer(known[2], np.float32)
    assert vector.shape == (DIMENSION,)
    assert vector @ FakeEncoder().encode(["Two."], "passage").pooled[0] == pytest.approx(1, abs=1e-3)


def test_whoever_follows_the_changes_has_exactly_the_passages_at_every_step(archive: SqliteArchive) -> None:
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


def test_what_came_and_went_in_between_is_not_brought(archive: SqliteArchive) -> None:
    put(archive, article("a"))
    archive.delete(["a"])
    assert sum(len(change.ids) for change in archive.changes(0)) == 0


def test_every_write_has_a_number_of_its_own(archive: SqliteArchive) -> None:
    numbers = [archive.sequence()]
    for write in (lambda: put(archive, article()), lambda: archive.delete(["a"]), lambda: put(archive, article())):
        write()
        numbers.append(archive.sequence())
    assert numbers == sorted(set(numbers))


# --- model


def test_vectors_of_another_model_are_refused_and_the_way_out_is_said(archive: SqliteArchive) -> None:
    archive.bind_model("one")
    archive.bind_model("one")
    put(archive, article())
    with pytest.raises(ForeignModel, match=r"one.*two.*qawl check --repair"):
        archive.bind_model("two")
    archive.bind_model("two", force=True)
    archive.bind_model("two")


def test_an_archive_without_vectors_takes_any_model(archive: SqliteArchive) -> None:
    archive.bind_model("a mistyped name")
    archive.bind_model("the right name")


# --- files that are not as they should be


def test_a_fresh_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    SqliteArchive(tmp_path / "deep" / "down").close()
    assert (tmp_path / "deep" / "down").stat().st_mode & 0o077 == 0


def test_an_archive_opens_again_and_again_without_losing_anything(tmp_path: Path) -> None:
    for n in range(3):
        archive = SqliteArchive(tmp_path)
        put(archive, article(str(n)))
        archive.close()
    archive = SqliteArchive(tmp_path)
    assert list(texts(archive)) == ["0", "1", "2"]
    archive.close()


def test_an_interrupted_first_start_is_completed(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()  # made, but nothing was written yet
    archive = SqliteArchive(tmp_path)
    assert put(archive, article()) == ["added"]
    archive.close()


def test_an_archive_of_the_first_version_is_brought_up_to_date_with_all_it_holds(tmp_path: Path) -> None:
    given = article("old", "Line 1.", title="T")
    script = (resources.files("retrieval") / "migrations" / "0001_archive.sql").read_text(encoding="utf-8")
    first = sqlite3.connect(tmp_path / FILE)
    first.executescript(f"{script}; PRAGMA user_version = 1; PRAGMA application_id = {0x5161776C};")
    with first:
        row = (given.id, given.content_hash, given.model_dump_json())
        first.execute("INSERT INTO articles (id, hash, sequence, lang, document) VALUES (?, ?, 1, 'en', ?)", row)
        first.execute("UPDATE meta SET value = '1' WHERE name = 'sequence'")
    first.close()
    archive = SqliteArchive(tmp_path)
    assert archive.article("old") == given
    assert archive.sequence() == 1
    assert put(archive, given, article("new")) == ["unchanged", "added"]
    archive.close()
    for _ in range(2):  # a migration is applied once
        archive = SqliteArchive(tmp_path)
        assert list(texts(archive)) == ["old", "new"]
        archive.close()


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path)
    put(archive, article())
    archive.close()
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ArchiveError, match="newer Qawl"):
        SqliteArchive(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ArchiveDamaged, match="not an archive of Qawl"):
        SqliteArchive(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("content", [b"This is a letter to my aunt. " * 100, b"\0" * 8192, b"A very short note"])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ArchiveDamaged) as caught:
        SqliteArchive(tmp_path)
    assert str(tmp_path / FILE) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == content


def filled(folder: Path) -> bytes:
    """Makes an archive of some pages; its bytes."""
    archive = SqliteArchive(folder)
    put(archive, *(article(f"a{n}", "\n".join(f"Line {n} {m}." for m in range(40))) for n in range(20)))
    archive.close()
    return (folder / FILE).read_bytes()


def test_a_damaged_header_is_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    content = filled(tmp_path)
    damaged = b"\xff" * 100 + content[100:]
    (tmp_path / FILE).write_bytes(damaged)
    with pytest.raises(ArchiveDamaged, match="nothing was overwritten"):
        SqliteArchive(tmp_path)
    assert (tmp_path / FILE).read_bytes() == damaged


def test_damage_in_the_middle_is_said_and_nothing_is_overwritten(tmp_path: Path) -> None:
    content = filled(tmp_path)
    page = int.from_bytes(content[16:18], "big")
    damaged = bytearray(content)
    for start in range(2 * page, len(content), page):  # the schema stays, all data pages are struck
        damaged[start : start + 200] = b"\xa5" * 200
    (tmp_path / FILE).write_bytes(bytes(damaged))
    with pytest.raises(ArchiveError) as caught:
        archive = SqliteArchive(tmp_path)
        try:
            list(archive.articles())
            archive.counts()
        finally:
            archive.close()
    assert "\n" not in str(caught.value)
    assert str(tmp_path / FILE) in str(caught.value)
    assert (tmp_path / FILE).read_bytes() == bytes(damaged)


def test_a_damaged_archive_is_not_written_to(tmp_path: Path) -> None:
    content = filled(tmp_path)
    page = int.from_bytes(content[16:18], "big")
    damaged = bytearray(content)
    for start in range(2 * page, len(content), page):
        damaged[start : start + 200] = b"\xa5" * 200
    (tmp_path / FILE).write_bytes(bytes(damaged))
    with pytest.raises(ArchiveError):
        archive = SqliteArchive(tmp_path)
        try:
            put(archive, article("new"))
        finally:
            archive.close()
    assert (tmp_path / FILE).read_bytes() == bytes(damaged)


def test_a_damaged_article_is_said_as_damage(tmp_path: Path) -> None:
    content = filled(tmp_path)
    at = content.index(b'"text":"Line 7 0.')
    (tmp_path / FILE).write_bytes(content[: at + 6] + b"\x01\x02" + content[at + 8 :])
    archive = SqliteArchive(tmp_path)
    try:
        with pytest.raises(ArchiveError):
            archive.article("a7")
    finally:
        archive.close()


def test_altered_words_are_not_served_as_the_articles_own(tmp_path: Path) -> None:
    content = filled(tmp_path)
    (tmp_path / FILE).write_bytes(content.replace(b'"text":"Line 7 0.', b'"text":"Lies 7 0.'))
    archive = SqliteArchive(tmp_path)
    try:
        with pytest.raises(ArchiveError):
            archive.article("a7")
    finally:
        archive.close()


def test_a_data_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveUnwritable, match="cannot be made"):
        SqliteArchive(tmp_path / "file" / "data")


def test_a_data_folder_that_holds_a_folder_in_the_archives_place_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(ArchiveUnwritable):
        SqliteArchive(tmp_path)
