"""What was found out about names: kept, used again, and never more than the archive holds."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import speakers
from retrieval.speakers import SpeakerIndex
from retrieval.sqlite_archive import SqliteArchive
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
    assert "gazprom" in (tmp_path / "names.json").read_text(encoding="utf-8")
    archive.delete(["c"])
    archive.put([quoting("d", source("Jens Stoltenberg"))])
    kept(tmp_path, archive)
    text = (tmp_path / "names.json").read_text(encoding="utf-8")
    assert "stoltenberg" in text
    assert "gazprom" not in text


@pytest.mark.parametrize(
    "content", ["", "[]", '{"version": "0", "names": [[true, "x", null]]}', "\x00\x01", '{"names": 5']
)
def test_a_file_that_is_damaged_or_of_another_version_is_begun_anew(
    tmp_path: Path, archive: SqliteArchive, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    expected = kept(tmp_path, archive)
    (tmp_path / "names.json").write_text(content, encoding="utf-8")
    caplog.clear()
    assert kept(tmp_path, archive) == expected
    assert all(one.levelno == logging.WARNING for one in caplog.records)
    again = SpeakerIndex(tmp_path)
    again.catch_up(archive)
    assert again._memory.unsaved == 0
