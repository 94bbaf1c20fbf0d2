"""The vector index: always what the archive says, whatever happened to its file."""

import json
import logging
from pathlib import Path

import pytest

from retrieval.errors import ArchiveUnwritable
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from retrieval.vector_index import FaissIndex
from tests.fakes import DIMENSION, FakeEncoder, prepare, vector_index

ENCODER = FakeEncoder()


def put(archive: SqliteArchive, article_id: str, text: str) -> None:
    archive.put([prepare(Article(id=article_id, text=text))])


def index(folder: Path, encoder: FakeEncoder = ENCODER) -> FaissIndex:
    return vector_index(folder, encoder)


def nearest(vectors: FaissIndex, archive: SqliteArchive, question: str, k: int = 1) -> list[str]:
    """The texts of the best passages, after catching up."""
    vectors.catch_up(archive)
    ids = vectors.search(ENCODER.encode([question], "query").pooled[0], k)
    found = archive.passages(ids)
    assert [one.id for one in found] == ids, "every vector belongs to a passage"
    texts = {one.id: one.text for one in archive.articles()}
    return [texts[one.article_id][one.start : one.end] for one in found]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]


def saved(folder: Path, archive: SqliteArchive) -> Path:
    vectors = index(folder)
    vectors.catch_up(archive)
    vectors.save()
    return vectors.path


def test_an_empty_index_finds_nothing(tmp_path: Path, archive: SqliteArchive) -> None:
    assert nearest(index(tmp_path), archive, "anything", 5) == []


def test_it_finds_what_is_nearest(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, "a", "cats sleep all day\ndogs bark at night")
    vectors = index(tmp_path)
    assert nearest(vectors, archive, "dogs bark", 2) == ["dogs bark at night", "cats sleep all day"]
    assert nearest(vectors, archive, "sleep all day", 10) == ["cats sleep all day", "dogs bark at night"]


def test_it_follows_every_write_of_anybody(tmp_path: Path, archive: SqliteArchive) -> None:
    vectors, other = index(tmp_path), SqliteArchive(tmp_path)
    for number in range(5):
        put(other, str(number), f"number {number} is here")
        assert nearest(vectors, archive, f"number {number} is here") == [f"number {number} is here"]
    other.close()


def test_removed_passages_never_come_back(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, "a", "cats sleep\ndogs bark")
    put(archive, "b", "birds sing")
    saved(tmp_path, archive)
    put(archive, "a", "cows graze")
    archive.delete(["b"])
    for vectors in (index(tmp_path), index(tmp_path)):
        assert nearest(vectors, archive, "birds sing", 10) == ["cows graze"]
        vectors.save()
    assert len(index(tmp_path)) == 1


def test_a_saved_index_is_whole_again_without_the_archive(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, "a", "cats sleep\ndogs bark")
    saved(tmp_path, archive)
    again = index(tmp_path)
    assert (len(again), again.sequence) == (2, archive.sequence())
    assert nearest(again, archive, "dogs bark") == ["dogs bark"]


def test_nothing_but_the_index_is_left_by_saving(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, "a", "cats sleep")
    path = saved(tmp_path, archive)
    assert {one.name for one in tmp_path.iterdir()} - {FILE, f"{FILE}-wal", f"{FILE}-shm"} == {path.name}


def test_a_crash_between_the_archives_commit_and_saving_loses_nothing(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, "a", "cats sleep")
    saved(tmp_path, archive)
    put(archive, "b", "dogs bark")
    index(tmp_path).catch_up(archive)  # and the process is gone before it saves
    assert nearest(index(tmp_path), archive, "dogs bark", 5) == ["dogs bark", "cats sleep"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "headless", "foreign"])
def test_a_damaged_file_is_built_anew_and_said_once(
    tmp_path: Path, archive: SqliteArchive, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    put(archive, "a", "cats sleep\ndogs bark")
    path = saved(tmp_path, archive)
    content = path.read_bytes()
    middle = len(content) - 40
    path.write_bytes(
        {
            "cut": content[:middle],
            "flipped": content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :],
            "emptied": b"",
            "headless": content.partition(b"\n")[2],
            "foreign": b"\x89PNG\r\n\x1a\n" + bytes(500),
        }[damage]
    )
    vectors = index(tmp_path)
    assert nearest(vectors, archive, "dogs bark", 5) == ["dogs bark", "cats sleep"]
    vectors.save()
    assert len(warnings(caplog)) == 1
    assert "vector index" in warnings(caplog)[0]
    assert nearest(index(tmp_path), archive, "dogs bark") == ["dogs bark"]
    assert len(warnings(caplog)) == 1, "the second start has nothing to say"


@pytest.mark.parametrize("other", [FakeEncoder("another model"), FakeEncoder("a larger one", dimension=2 * DIMENSION)])
def test_the_file_of_another_model_is_not_used(
    tmp_path: Path, archive: SqliteArchive, caplog: pytest.LogCaptureFixture, other: FakeEncoder
) -> None:
    put(archive, "a", "cats sleep")
    saved(tmp_path, archive)
    assert len(index(tmp_path, other)) == 0
    assert len(warnings(caplog)) == 1


def test_an_index_ahead_of_the_archive_is_built_anew(
    tmp_path: Path, archive: SqliteArchive, caplog: pytest.LogCaptureFixture
) -> None:
    put(archive, "a", "cats sleep")
    archive.close()
    older = (tmp_path / FILE).read_bytes()
    later = SqliteArchive(tmp_path)
    put(later, "b", "dogs bark")
    saved(tmp_path, later)
    later.close()
    (tmp_path / FILE).write_bytes(older)  # a copy from yesterday was put back
    restored = SqliteArchive(tmp_path)
    assert nearest(index(tmp_path), restored, "dogs bark", 5) == ["cats sleep"]
    assert len(warnings(caplog)) == 1
    restored.close()


def test_the_index_of_a_former_archive_is_not_used_for_a_new_one(tmp_path: Path) -> None:
    former = SqliteArchive(tmp_path)
    put(former, "a", "cats sleep\ndogs bark")
    saved(tmp_path, former)
    former.close()
    (tmp_path / FILE).unlink()  # starting over, or an older copy put back and written to since
    fresh = SqliteArchive(tmp_path)
    put(fresh, "b", "dogs bark\ncats sleep")
    found = nearest(index(tmp_path), fresh, "dogs bark")
    fresh.close()
    assert found == ["dogs bark"], "the new text has the vector of the old one"


def test_an_index_that_agrees_has_no_problems_and_one_that_does_not_says_so(
    tmp_path: Path, archive: SqliteArchive
) -> None:
    put(archive, "a", "cats sleep\ndogs bark\nbirds sing")
    path = saved(tmp_path, archive)
    assert index(tmp_path).problems(archive) == []
    head, _, body = path.read_bytes().partition(b"\n")
    put(archive, "b", "cows graze")
    fields = {**json.loads(head), "sequence": archive.sequence()}  # claims to have what it lacks
    path.write_bytes(json.dumps(fields).encode() + b"\n" + body)
    wrong = index(tmp_path)
    assert wrong.problems(archive) == ["1 passages are missing from the vector index"]
    wrong.rebuild(archive)
    assert wrong.problems(archive) == []
    assert index(tmp_path).problems(archive) == []


def test_thousands_of_passages_in_many_writes_are_all_there(tmp_path: Path, archive: SqliteArchive) -> None:
    for start in range(0, 1200, 100):
        archive.put([prepare(Article(id=str(n), text=f"article {n}")) for n in range(start, start + 100)])
    archive.delete([str(n) for n in range(0, 1200, 3)])
    vectors = index(tmp_path)
    vectors.catch_up(archive)
    assert len(vectors) == 800
    assert nearest(vectors, archive, "article 301") == ["article 301"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, "a", "cats sleep")
    vectors = index(tmp_path / "gone")
    vectors.catch_up(archive)
    with pytest.raises(ArchiveUnwritable, match="cannot be written"):
        vectors.save()
