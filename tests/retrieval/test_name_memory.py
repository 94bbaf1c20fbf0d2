"""What was found out about names: kept, used again, and never more than the archive holds."""

import errno
import logging
import pickle
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from retrieval import speakers
from retrieval.errors import ArchiveUnwritable
from retrieval.name_memory import comparison_version
from retrieval.speakers import SNAPSHOT, SpeakerIndex
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE
from tests.fakes import quoting, source


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SqliteArchive]:
    opened = SqliteArchive(tmp_path)
    opened.put([quoting("a", source("Sergey Lavrov"), source("Angela Merkel"))])
    opened.put([quoting("b", source("Сергей Лавров"), source("Merkel"))])
    opened.put([quoting("c", source("سيرغي لافروف"), source("Gazprom", person=False))])
    yield opened
    opened.close()


def everybody(index: SpeakerIndex, archive: SqliteArchive) -> list[tuple[str, frozenset[int]]]:
    index.catch_up(archive)
    return [(one.speaker.id, one.sources) for one in index.all()]


def kept(tmp_path: Path, archive: SqliteArchive) -> list[tuple[str, frozenset[int]]]:
    index = SpeakerIndex(tmp_path)
    found = everybody(index, archive)
    index.save()
    return found


def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The pairs of names that are compared from now on."""
    pairs: list[tuple[str, str]] = []
    likeness = speakers.name_likeness
    monkeypatch.setattr(speakers, "name_likeness", lambda a, b: pairs.append((a, b)) or likeness(a, b))
    return pairs


def test_the_next_start_compares_nothing_and_knows_the_same_people(
    tmp_path: Path, archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept(tmp_path, archive)
    assert len(before) == 3
    again = SpeakerIndex(tmp_path)
    pairs = compared(monkeypatch)
    again.catch_up(archive)
    assert pairs == []
    monkeypatch.undo()
    assert everybody(again, archive) == before


def test_a_new_name_joins_whom_it_is_like(tmp_path: Path, archive: SqliteArchive) -> None:
    kept(tmp_path, archive)
    archive.put([quoting("d", source("Sergei Lavrov"))])
    again, fresh = SpeakerIndex(tmp_path), SpeakerIndex()
    assert everybody(again, archive) == everybody(fresh, archive)
    assert len(again.all()) == 3


@pytest.mark.parametrize("article", ["a", "b", "c"])
def test_people_are_the_same_as_without_memory_when_an_article_went_or_came_again(
    tmp_path: Path, archive: SqliteArchive, article: str
) -> None:
    kept(tmp_path, archive)
    archive.delete([article])
    assert everybody(SpeakerIndex(tmp_path), archive) == everybody(SpeakerIndex(), archive)
    archive.put([quoting(article, source("Sergey Lavrov"), source("سيرغي لافروف"))])
    index = SpeakerIndex(tmp_path)
    assert everybody(index, archive) == everybody(SpeakerIndex(), archive)
    index.save()
    assert everybody(SpeakerIndex(tmp_path), archive) == everybody(SpeakerIndex(), archive)


def test_names_of_deleted_articles_are_not_kept(tmp_path: Path, archive: SqliteArchive) -> None:
    kept(tmp_path, archive)
    assert b"gazprom" in (tmp_path / SNAPSHOT).read_bytes()
    index = SpeakerIndex(tmp_path)
    index.catch_up(archive)
    archive.delete(["c"])
    archive.put([quoting("d", source("Jens Stoltenberg"))])
    index.catch_up(archive)  # not only when the process ends
    content = (tmp_path / SNAPSHOT).read_bytes()
    assert b"stoltenberg" in content
    assert b"gazprom" not in content


def test_what_was_asked_for_is_not_kept(tmp_path: Path, archive: SqliteArchive) -> None:
    index = SpeakerIndex(tmp_path)
    index.catch_up(archive)
    assert index.find("what did Zakharova say") == []
    index.save()
    assert b"zakharova" not in (tmp_path / SNAPSHOT).read_bytes()


def test_what_was_kept_of_another_archive_is_not_taken_up(tmp_path: Path, archive: SqliteArchive) -> None:
    kept(tmp_path, archive)
    (tmp_path / "other").mkdir()
    with closing(SqliteArchive(tmp_path / "other")) as other:
        other.put([quoting("a", source("Jens Stoltenberg"))])
        for number in range(5):  # its sequence number is beyond the other's
            other.put([quoting(f"b{number}", source("Jens Stoltenberg"))])
        assert everybody(SpeakerIndex(tmp_path), other) == everybody(SpeakerIndex(), other)


def test_a_file_that_is_ahead_of_its_archive_is_not_taken_up(tmp_path: Path, archive: SqliteArchive) -> None:
    before = kept(tmp_path, archive)
    with closing(sqlite3.connect(tmp_path / FILE)) as database, database:  # as a disk that lost the last write has it
        database.execute("UPDATE meta SET value = value - 1 WHERE name = 'sequence'")
        database.execute("DELETE FROM sources WHERE name = 'Gazprom'")
    found = everybody(SpeakerIndex(tmp_path), archive)
    assert found == everybody(SpeakerIndex(), archive)
    assert len(found) == len(before) - 1


def state(content: bytes) -> bytes:
    """A file with the head of this version."""
    return b"%s %08x\n%s" % (comparison_version().encode(), crc32(content), content)


@pytest.mark.parametrize("content", [b"", b"[]", b"0 00000000\n", b"\x00\x01", b"%s", b"%s 00000000\n\x80\x05N."])
def test_a_file_that_is_damaged_or_of_another_version_is_made_anew(
    tmp_path: Path, archive: SqliteArchive, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    expected = kept(tmp_path, archive)
    (tmp_path / SNAPSHOT).write_bytes(content.replace(b"%s", comparison_version().encode()))
    caplog.clear()
    assert kept(tmp_path, archive) == expected
    assert all(one.levelno == logging.WARNING for one in caplog.records)
    assert len(caplog.records) == (b"%s" in content)
    again = SpeakerIndex(tmp_path)
    again.catch_up(archive)
    assert again._memory.unkept == 0


def test_a_file_that_calls_something_is_refused(
    tmp_path: Path, archive: SqliteArchive, caplog: pytest.LogCaptureFixture
) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "called",)

    expected = kept(tmp_path, archive)
    (tmp_path / SNAPSHOT).write_bytes(state(pickle.dumps(Hostile())))
    assert kept(tmp_path, archive) == expected
    assert "cannot be read" in caplog.text
    assert not (tmp_path / "called").exists()


def test_the_former_file_goes(tmp_path: Path, archive: SqliteArchive) -> None:
    (tmp_path / "names.json").write_text("{}")
    kept(tmp_path, archive)
    assert not (tmp_path / "names.json").exists()


def test_a_full_disk_hinders_no_question(
    tmp_path: Path, archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(speakers, "keep", full)
    index = SpeakerIndex(tmp_path)
    assert len(everybody(index, archive)) == 3
    assert "No space left" in caplog.text
    archive.put([quoting("d", source("Jens Stoltenberg"))])
    index.catch_up(archive)
    with pytest.raises(ArchiveUnwritable, match="No space left"):
        index.save()
