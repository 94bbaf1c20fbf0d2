"""The vector index of an archive that grows: quantised in the background, whatever happens meanwhile."""

import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retrieval import vector_partition
from retrieval.language_means import LanguageMeans
from retrieval.quantised import Floats, Ids, Quantised
from retrieval.sqlite_archive import SqliteArchive
from retrieval.types import Article
from retrieval.vector_index import FaissIndex
from retrieval.vector_partition import Growth, Partition, joined, nearest
from tests.fakes import FakeEncoder, prepare

ENCODER = FakeEncoder()
GROWTH = Growth(exact=50, recent=30, share=0.1, most=1000)
SUBJECTS = ["cats", "dogs", "birds", "cows", "fish"]


@pytest.fixture
def opened() -> Iterator[list[FaissIndex]]:
    every: list[FaissIndex] = []
    yield every
    for one in every:
        one.close()


def text(number: int) -> str:
    return f"{SUBJECTS[number % 5]} eat number{number} today"


def put(archive: SqliteArchive, numbers: range) -> None:
    archive.put([prepare(Article(id=str(n), text=text(n))) for n in numbers])


def index(folder: Path, growth: Growth = GROWTH) -> FaissIndex:
    return FaissIndex(folder, ENCODER.identity, LanguageMeans(ENCODER, folder.with_name("cache")), growth)


def settle(vectors: FaissIndex, archive: SqliteArchive) -> None:
    """Catches up, and waits for what goes on in the background."""
    vectors.catch_up(archive)
    if vectors._growing:
        vectors._growing.join()


def found(vectors: FaissIndex, archive: SqliteArchive, number: int, k: int = 1) -> list[str]:
    ids = vectors.search(ENCODER.encode([text(number)], "query").pooled[0], k)
    return [one.article_id for one in archive.passages(ids)]


def bases(folder: Path) -> list[Path]:
    return sorted(folder.glob("vectors.faiss.*"))


def grown(folder: Path, archive: SqliteArchive, count: int = 120) -> FaissIndex:
    put(archive, range(count))
    vectors = index(folder)
    settle(vectors, archive)
    assert len(bases(folder)) == 1
    assert all(len(one.recent) == 0 for one in vectors._partitions.values())
    return vectors


def test_a_grown_index_finds_what_is_nearest_and_so_does_the_next_start(tmp_path: Path, archive: SqliteArchive) -> None:
    for vectors in (grown(tmp_path, archive), index(tmp_path)):
        assert len(vectors) == 120
        assert vectors.sequence == archive.sequence()
        for number in range(0, 120, 7):
            assert found(vectors, archive, number) == [str(number)]
        assert vectors.problems(archive) == []


def test_what_comes_and_goes_after_that_is_followed(tmp_path: Path, archive: SqliteArchive) -> None:
    vectors = grown(tmp_path, archive)
    put(archive, range(120, 130))
    archive.delete(["7", "125"])
    archive.put([prepare(Article(id="9", text="ducks swim"))])
    vectors.catch_up(archive)
    vectors.save()
    for one in (vectors, index(tmp_path)):
        one.catch_up(archive)
        assert len(one) == 128
        assert found(one, archive, 122) == ["122"]
        assert not {"7", "125"} & set(found(one, archive, 7, 200)), "what was deleted came back"
        assert set(found(one, archive, 7, 200)) <= {one.id for one in archive.summaries()}
        assert one.problems(archive) == []
    assert len(bases(tmp_path)) == 1, "a few changes are no reason for a new file"


def test_many_changes_make_a_new_file_of_what_there_is(tmp_path: Path, archive: SqliteArchive) -> None:
    vectors = grown(tmp_path, archive)
    (before,) = bases(tmp_path)
    archive.delete([str(number) for number in range(0, 20)])
    put(archive, range(120, 150))
    settle(vectors, archive)
    (base,) = {one.base.quantised.path for one in vectors._partitions.values() if one.base.quantised}
    assert base != before
    assert len(vectors) == 130
    again = index(tmp_path)
    assert found(again, archive, 149) == ["149"]
    assert "3" not in found(again, archive, 3, 200)
    assert again.problems(archive) == []


def test_a_file_that_nobody_names_is_taken_away_once_it_is_old(tmp_path: Path, archive: SqliteArchive) -> None:
    vectors = grown(tmp_path, archive)
    young, old = tmp_path / "vectors.faiss.young", tmp_path / "vectors.faiss.old"
    for path in (young, old):
        path.write_bytes(b"of a process that was killed")
    os.utime(old, (0, 0))
    put(archive, range(120, 121))
    vectors.catch_up(archive)
    vectors.save()
    assert young.exists()
    assert not old.exists()


def test_while_it_is_read_anew_it_does_not_grow_without_end(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, range(200))
    vectors = index(tmp_path, replace(GROWTH, exact=10_000, most=100))
    vectors.catch_up(archive)
    assert all(len(one.recent) == 0 for one in vectors._partitions.values())
    assert found(vectors, archive, 150) == ["150"]


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_file_that_is_lost_or_damaged_has_the_index_built_anew(
    tmp_path: Path, archive: SqliteArchive, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    grown(tmp_path, archive)
    (path,) = bases(tmp_path)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-5])
    vectors = index(tmp_path)
    settle(vectors, archive)
    assert found(vectors, archive, 50) == ["50"]
    assert [one.levelno for one in caplog.records if one.levelno >= logging.WARNING] == [logging.WARNING]


def test_vectors_that_rot_on_the_disk_are_told_and_mended(tmp_path: Path, archive: SqliteArchive) -> None:
    grown(tmp_path, archive)
    (path,) = bases(tmp_path)
    content = bytearray(path.read_bytes())
    content[-5] ^= 0xFF
    path.write_bytes(content)
    vectors = index(tmp_path)
    assert vectors.problems(archive) == [f"{path.name} of the vector index is damaged"]
    vectors.rebuild(archive)
    settle(vectors, archive)
    assert vectors.problems(archive) == []


def test_another_process_that_has_saved_later_is_not_written_over(tmp_path: Path, archive: SqliteArchive) -> None:
    vectors = grown(tmp_path, archive)
    (path,) = bases(tmp_path)
    path.unlink()  # as another process does an hour after it has written its own
    head = vectors.path.read_bytes()
    put(archive, range(120, 125))
    vectors.catch_up(archive)
    vectors.save()
    assert vectors.path.read_bytes() == head
    assert found(vectors, archive, 60) == ["60"], "what is in use stays so"


def test_a_disk_without_room_costs_nothing_but_memory(
    tmp_path: Path, archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put(archive, range(120))
    vectors = index(tmp_path)

    def fails(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        settle(vectors, archive)
    assert "No space left on device" in caplog.text
    assert bases(tmp_path) == []
    assert found(vectors, archive, 50) == ["50"]
    vectors.save()
    assert found(index(tmp_path), archive, 50) == ["50"]


def test_closing_does_not_wait_for_what_is_being_made(tmp_path: Path, archive: SqliteArchive) -> None:
    put(archive, range(120))
    vectors = index(tmp_path)
    vectors.close()
    vectors.catch_up(archive)
    assert vectors._growing is None
    assert found(vectors, archive, 50) == ["50"]


def test_what_happens_while_a_file_is_made_is_not_lost(tmp_path: Path) -> None:
    encoded = ENCODER.encode([text(n) for n in range(40)], "passage").pooled
    partition = Partition.empty(ENCODER.dimension)
    partition.add(np.arange(30), encoded[:30])
    snapshot = partition.snapshot()
    partition.add(np.arange(30, 40), encoded[30:])
    partition.remove(np.array([3, 35, 99]))
    partition.rest_on(snapshot.quantised(tmp_path / "v", threading.Event()))
    assert sorted(partition.ids().tolist()) == [n for n in range(40) if n not in (3, 35)]
    assert len(partition) == 38
    assert len(partition.recent) == 9
    for question, is_there in ((3, False), (38, True), (5, True)):
        recent, base = (part.search(encoded[question], 1) for part in (partition.recent, partition.base))
        assert (nearest(recent, base, 1).tolist() == [question]) == is_there
    some = np.array([38, 3, 5])
    here, vectors = joined(partition.recent.found(some), partition.base.found(some), ENCODER.dimension)
    assert here.tolist() == [True, False, True]
    assert np.allclose(vectors, encoded[[38, 5]], atol=0.02)
    assert np.allclose(partition.total, encoded[[n for n in range(40) if n not in (3, 35)]].sum(axis=0), atol=1e-3)


@pytest.mark.parametrize("growth", [GROWTH, Growth()], ids=["quantised", "exact"])
def test_of_some_passages_the_nearest_come_first(tmp_path: Path, archive: SqliteArchive, growth: Growth) -> None:
    put(archive, range(120))
    vectors = index(tmp_path, growth)
    settle(vectors, archive)
    some = archive.passage_ids()[10:60].tolist()
    question = ENCODER.encode([text(33)], "query").pooled[0]
    first, *rest = vectors.nearest_of(some, question, 5, centred=True)
    assert [one.article_id for one in archive.passages([first])] == ["33"]
    assert len({first, *rest}) == 5
    near = vectors.vectors(some, ["en"] * len(some), centred=True) @ question
    assert [first, *rest] == [some[i] for i in np.argsort(-near, kind="stable")[:5]]
    assert vectors.nearest_of([987_654, some[0]], question, 2, centred=False)[-1] == 987_654


def test_of_very_many_passages_the_nearest_come_first_as_well(
    tmp_path: Path, archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for constant, few in (("_ONE_BY_ONE", 20), ("_TIMES", 2), ("_LEAST", 10)):
        monkeypatch.setattr(vector_partition, constant, few)
    vectors = grown(tmp_path, archive)
    put(archive, range(120, 130))  # come since, and are compared one by one
    archive.delete(["33"])
    settle(vectors, archive)
    some = archive.passage_ids().tolist()
    for number in (34, 125):
        question = ENCODER.encode([text(number)], "query").pooled[0]
        found = vectors.nearest_of([*some, 987_654], question, 5, centred=True)
        assert [one.article_id for one in archive.passages(found[:1])] == [str(number)]
        assert len(set(found) & set(some)) == 5
    everything = vectors.nearest_of([*some, 987_654], question, len(some) + 1, centred=True)
    assert sorted(everything) == [*some, 987_654]


def test_a_search_keeps_nobody_waiting(tmp_path: Path, archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = grown(tmp_path, archive)
    goes_on, begun, search = threading.Event(), threading.Event(), Quantised.search

    def slow(self: Quantised, query: Floats, k: int, without: Ids) -> tuple[Floats, Ids]:
        begun.set()
        assert goes_on.wait(10)
        return search(self, query, k, without)

    monkeypatch.setattr(Quantised, "search", slow)
    with ThreadPoolExecutor(2) as others:
        slow_one = others.submit(found, vectors, archive, 50)
        assert begun.wait(10)
        put(archive, range(120, 125))
        others.submit(vectors.catch_up, archive).result(10)
        goes_on.set()
        assert slow_one.result(10) == ["50"]
    assert found(vectors, archive, 121) == ["121"]
