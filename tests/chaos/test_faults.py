"""The disk fails, the folder is read-only, the clock jumps: one clear line, nothing lost, and on it goes afterwards."""

import multiprocessing
import os
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from bot.access import Limits
from bot.incoming import Kind, Place
from config import load_settings
from ingest.queue import packed
from ingest.worker import Worker
from retrieval.errors import ArchiveError, ArchiveUnwritable
from retrieval.types import Answer, Article, Plan
from tests.fakes import FakeWorkspace

QUESTIONS = {
    "en": "What did Peter Smith say about cranes?",
    "ar": "ماذا قال لافروف عن الاتفاق؟",
    "ru": "Что сказал Песков о встрече?",
}
TEXTS = {
    "en": "Peter Smith said: cranes fly south.",
    "ar": "لافروف said: الاتفاق قريب.",
    "ru": "Песков said: встреча состоится завтра.",
}
DAY = 24 * 3600.0


def articles(prefix: str, count: int, words: int = 20) -> list[Article]:
    return [
        Article(id=f"{prefix}{n}", text=f"{text} {n}.\n" + f"{prefix}{n} goes on. " * words, lang=lang)
        for n, (lang, text) in enumerate(list(TEXTS.items()) * (count // 3))
    ]


def agree(workspace: FakeWorkspace, expected: list[Article]) -> None:
    """The archive has these articles and no others, its indexes fit, and answers are what is written there."""
    assert {one.id: one for one in workspace.archive.articles()} == {one.id: one for one in expected}
    assert workspace.problems() == []
    texts = {one.id: one.text for one in expected}
    for question in QUESTIONS.values():
        answer = workspace.answer(question, limit=3)
        shown = [*answer.evidence, *answer.nearest]
        assert shown or not expected
        for one in shown:
            assert texts[one.article_id][one.start : one.end] == one.quote


def refused(work: Callable[[], object]) -> str:
    """What is said when a disk fails: one line."""
    try:
        work()
    except ArchiveUnwritable as error:
        assert "\n" not in str(error)
        return str(error)
    pytest.fail("it did not notice")


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """Writing beyond that size fails in the kernel, for SQLite, FAISS and tantivy alike, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def sqlite_is_full(workspace: FakeWorkspace) -> Iterator[None]:
    """SQLite may take no further page: what it says is what it says of a full disk."""
    database: sqlite3.Connection = workspace.archive._db._db  # type: ignore[attr-defined]
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages + 2}")
    try:
        yield
    finally:
        database.execute("PRAGMA max_page_count = 1000000000")


# --- disk full, failing


def test_a_full_disk_takes_nothing_of_a_batch_and_all_of_it_afterwards(workspace: FakeWorkspace) -> None:
    first, second = articles("a", 6), articles("b", 60)
    workspace.ingestor.ingest(first)
    with sqlite_is_full(workspace):
        assert "disk is full or failing" in refused(lambda: workspace.ingestor.ingest(second))
    agree(workspace, first)
    assert workspace.ingestor.ingest(second).added == len(second)
    agree(workspace, [*first, *second])


def test_a_database_that_cannot_grow_fails_in_one_line_and_the_next_process_goes_on(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "full")
    workspace = FakeWorkspace(settings)
    first, second = articles("a", 6), articles("b", 90)
    workspace.ingestor.ingest(first)
    with no_file_larger_than(400_000):
        assert str(workspace.archive.path) in refused(lambda: workspace.ingestor.ingest(second))
    agree(workspace, first)
    workspace.close()
    again = FakeWorkspace(settings)
    again.ingestor.ingest(second)
    agree(again, [*first, *second])
    again.close()


@pytest.mark.parametrize("index", ["vectors", "words"])
def test_an_index_that_cannot_be_written_costs_no_article_and_is_whole_afterwards(tmp_path: Path, index: str) -> None:
    settings = load_settings(data_dir=tmp_path / "full")
    workspace = FakeWorkspace(settings)
    all_of_them = articles("a", 60)
    workspace.ingestor.ingest(all_of_them)
    _ = workspace.index
    opened = getattr(workspace, index)
    save = workspace.save if index == "vectors" else lambda: opened.catch_up(workspace.archive)
    with no_file_larger_than(300):
        assert str(opened.path) in refused(save)
    agree(workspace, all_of_them)
    workspace.close()
    again = FakeWorkspace(settings)
    agree(again, all_of_them)
    again.close()


def test_an_io_error_while_an_index_is_put_on_disk_leaves_the_old_one(
    workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = articles("a", 6), articles("b", 6)
    workspace.ingestor.ingest(first)
    workspace.save()
    before = workspace.vectors.path.read_bytes()
    workspace.ingestor.ingest(second)

    def fails(file: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fails)
        assert "Input/output error" in refused(workspace.save)
    assert workspace.vectors.path.read_bytes() == before
    assert list(workspace.data_dir.rglob("*.tmp")) == []
    workspace.save()
    agree(workspace, [*first, *second])


def test_jobs_wait_for_a_full_disk_and_are_done_once_there_is_room(workspace: FakeWorkspace) -> None:
    first, second = articles("a", 6), articles("b", 60)
    workspace.ingestor.ingest(first)
    job = workspace.queue.add("articles", "news", packed(second))
    worker = Worker(
        workspace.queue,
        workspace.archive,
        lambda: workspace.ingestor,
        workspace._read,
        lease=timedelta(seconds=0.3),
        first_wait=timedelta(seconds=0.05),
    )
    with sqlite_is_full(workspace):
        worker.start()
        time.sleep(0.5)
        assert {one.id for one in workspace.archive.articles()} == {one.id for one in first}
    deadline = time.monotonic() + 30
    while (now := workspace.queue.job(job.id)) and now.state != "done":
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    worker.stop()
    agree(workspace, [*first, *second])


# --- read-only


def _as_nobody(data_dir: Path, pipe: Connection) -> None:
    """What somebody who may only read the folder is told; root may write anywhere."""
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    told = []
    for work in (lambda one: one.ingestor.ingest(articles("b", 3)), lambda one: one.answer(QUESTIONS["en"], limit=1)):
        try:
            work(FakeWorkspace(load_settings(data_dir=data_dir)))
            told.append("")
        except ArchiveError as error:
            told.append(str(error))
    pipe.send(told)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_a_read_only_folder_is_named_and_stays_as_it_was(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    settings = load_settings(data_dir=tmp_path / "data")
    workspace = FakeWorkspace(settings)
    workspace.ingestor.ingest(articles("a", 6))
    workspace.close()
    for entry in (settings.data_dir, *settings.data_dir.rglob("*")):
        entry.chmod(0o555 if entry.is_dir() else 0o444)
    before = {one: one.read_bytes() for one in settings.data_dir.rglob("*") if one.is_file()}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    pipe, childs = context.Pipe(duplex=False)
    process = context.Process(target=_as_nobody, args=(settings.data_dir, childs))
    process.start()
    childs.close()
    told = pipe.recv()
    process.join()
    assert [one for one in told if "cannot be written" not in one or "\n" in one] == []
    assert {one: one.read_bytes() for one in settings.data_dir.rglob("*") if one.is_file()} == before
    for entry in (settings.data_dir, *settings.data_dir.rglob("*")):
        entry.chmod(0o755)
    agree(FakeWorkspace(settings), articles("a", 6))


# --- the clock jumps


class Clock:
    """The time of day, which can be set."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._time = time.time

    def __call__(self) -> float:
        return self._time() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


JUMPS = pytest.mark.parametrize("jump", [-30 * DAY, -DAY, -3600.0, 3600.0, DAY, 400 * DAY])


def worker_of(workspace: FakeWorkspace) -> Worker:
    lease = timedelta(seconds=0.3)
    return Worker(workspace.queue, workspace.archive, lambda: workspace.ingestor, workspace._read, lease=lease)


@JUMPS
def test_what_waits_is_done_soon_though_the_clock_was_set(workspace: FakeWorkspace, clock: Clock, jump: float) -> None:
    expected = articles("a", 3)
    job = workspace.queue.add("articles", "news", packed(expected))
    clock.ahead = jump
    worker = worker_of(workspace)
    worker.drain()
    worker.stop()
    now = workspace.queue.job(job.id)
    assert now
    assert now.state == "done"
    agree(workspace, expected)


@JUMPS
def test_a_job_at_work_when_the_clock_is_set_is_done_once(workspace: FakeWorkspace, clock: Clock, jump: float) -> None:
    expected = articles("a", 30)

    def slowly(job: object, payload: bytes) -> Iterator[Article]:
        for number, one in enumerate(expected):
            if number == 10:
                clock.ahead = jump
            time.sleep(0.02)
            yield one

    job = workspace.queue.add("articles", "news", packed(expected))
    ended = []
    workers = [
        Worker(
            workspace.queue,
            workspace.archive,
            lambda: workspace.ingestor,
            slowly,
            lease=timedelta(seconds=0.3),
            on_change=lambda one: ended.append(one.id) if one.state in ("done", "failed") else None,
        )
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    deadline = time.monotonic() + 20
    while (now := workspace.queue.job(job.id)) and now.state != "done":
        assert time.monotonic() < deadline, now
        time.sleep(0.02)
    for worker in workers:
        worker.stop()
    assert ended == [job.id]
    assert now and now.report
    assert (now.report.added, now.report.done) == (30, 30)
    agree(workspace, expected)


@pytest.mark.parametrize("jump", [-30 * DAY, -DAY])
def test_what_a_killed_process_had_begun_is_taken_up_though_the_clock_was_set_back(
    workspace: FakeWorkspace, clock: Clock, jump: float
) -> None:
    expected = articles("a", 3)
    job = workspace.queue.add("articles", "news", packed(expected))
    assert workspace.queue.claim(timedelta(seconds=15))  # and its process is killed
    clock.ahead = jump
    worker = worker_of(workspace)
    worker.drain()
    worker.stop()
    now = workspace.queue.job(job.id)
    assert now
    assert now.state == "done"
    agree(workspace, expected)


@pytest.mark.parametrize("jump", [-DAY, DAY, 400 * DAY])
def test_questions_are_counted_by_a_clock_that_nobody_sets(clock: Clock, jump: float) -> None:
    limits = Limits(person=2, chat=10)
    waits = [limits.wait(person=1, chat=1) for _ in range(2)]
    clock.ahead = jump
    waits.append(limits.wait(person=1, chat=1))
    assert waits[:2] == [0.0, 0.0]
    assert 0 < waits[2] <= 30


@pytest.mark.parametrize("jump", [-DAY, -3600.0])
def test_a_follow_up_follows_the_last_answer_though_the_clock_was_set_back(
    workspace: FakeWorkspace, clock: Clock, jump: float
) -> None:
    def asked(number: int) -> Place:
        return Place(chat=5, person=5, message=number, kind=Kind.PRIVATE)

    memory = workspace.memory
    first, second = (Answer(question=one, language="en", status="answered", plan=Plan(topic=one)) for one in "ab")
    memory.give(asked(1), first)
    clock.ahead = jump
    memory.give(asked(2), second)
    followed = memory.followed(asked(3))
    assert followed
    assert followed.answer.question == "b"


@pytest.mark.parametrize("jump", [DAY, 400 * DAY])
def test_updates_that_were_not_dealt_with_outlive_any_clock(
    workspace: FakeWorkspace, clock: Clock, jump: float
) -> None:
    assert workspace.memory.receive(1, "{}")
    clock.ahead = jump
    workspace.memory.tidy()
    assert workspace.memory.unsettled() == ["{}"]
    assert not workspace.memory.receive(1, "{}")
