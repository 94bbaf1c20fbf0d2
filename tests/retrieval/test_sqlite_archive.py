"""The archive in a file: what any file may hold, and never one overwritten that is not ours."""

import sqlite3
import threading
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from retrieval.errors import ArchiveDamaged, ArchiveError, ArchiveUnwritable
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.fakes import prepare, quoting, source


def article(article_id: str = "a", text: str = "One line.\nAnother line.", **rest: object) -> Article:
    return Article.model_validate({"id": article_id, "text": text, **rest})


def put(archive: SqliteArchive, *articles: Article, anew: bool = False) -> list[str]:
    return list(archive.put([prepare(one) for one in articles], anew=anew))


def texts(archive: SqliteArchive) -> dict[str, str]:
    return {one.id: one.text for one in archive.articles()}


# --- starting


def test_two_first_starts_at_once_wait_for_each_other(tmp_path: Path) -> None:
    first = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")  # as the faster process does while it creates the tables
    timer = threading.Timer(0.5, lambda: (first.execute("COMMIT"), first.close()))
    timer.start()
    try:
        SqliteArchive(tmp_path).close()
    finally:
        timer.join()


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


def test_sources_of_before_learn_their_language_and_statements(tmp_path: Path) -> None:
    archive = SqliteArchive(tmp_path)
    archive.put([quoting("a", source("Песков"), source("Лавров")), quoting("b", source("Песков"))])
    expected = list(archive.sources())
    archive.close()
    assert [(one.lang, one.statements) for one in expected] == [("en", 1)] * 3
    with closing(sqlite3.connect(tmp_path / FILE)) as database, database:
        database.executescript("ALTER TABLE sources DROP COLUMN lang; ALTER TABLE sources DROP COLUMN statements")
        database.execute("PRAGMA user_version = 11")
    archive = SqliteArchive(tmp_path)
    assert list(archive.sources()) == expected
    archive.put([quoting("c", source("Песков"))])
    assert len(list(archive.sources())) == 4
    assert archive.problems() == []
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
        numbers = {one.article for one in archive.stored_sentences(archive.passage_ids().tolist())}
        for read in (lambda: archive.article("a7"), lambda: archive.texts_of(numbers)):
            with pytest.raises(ArchiveError) as caught:
                read()
            assert "take it in again" in str(caught.value)
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
