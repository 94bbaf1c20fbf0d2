"""The queue: what was accepted is never lost, and every job is one worker's at a time."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.pipeline import Report
from ingest.queue import Job, Queue, packed, unpacked
from retrieval.sqlite_database import FILE, SqliteDatabase
from retrieval.types import Article
from tests.postgres import Storage

LEASE = timedelta(seconds=30)
AT_ONCE = timedelta()  # a lease that has ended when it begins


@pytest.fixture
def queue(storage: Storage) -> Iterator[Queue]:
    database = storage.database()
    yield Queue(database)
    database.close()


def claimed(queue: Queue, lease: timedelta = LEASE) -> Job:
    job = queue.claim(lease)
    assert job
    return job


def state(queue: Queue, job: Job) -> str | None:
    now = queue.job(job.id)
    return now.state if now else None


# --- adding


@pytest.mark.parametrize("name", ["خبر عاجل.txt", "news.txt", "новости.txt"])
def test_what_was_added_is_there_for_another_process_with_name_payload_and_place(storage: Storage, name: str) -> None:
    first = storage.database()
    added = Queue(first).add("file", name, b"\0\xff text", '{"chat": 5}')
    second = storage.database()  # the first one is never closed, as after a kill
    job = Queue(second).job(added.id)
    assert job == added
    assert (job.what, job.name, job.place, job.state) == ("file", name, '{"chat": 5}', "waiting")
    assert Queue(second).payload(job.id) == b"\0\xff text"
    first.close()
    second.close()


def test_articles_come_out_of_a_payload_as_they_went_in() -> None:
    articles = [
        Article(id="ar", text="قال لافروف.", title="خبر", published="2024-05-01T10:00:00+03:00", lang="ar"),
        Article(id="ru", text="Песков сказал.", source="ТАСС", published="2024-05-01"),
        Article(id="en", text="He said.", url="https://example.org/"),
    ]
    assert unpacked(packed(articles)) == articles


def test_jobs_are_listed_newest_first_by_state(queue: Queue) -> None:
    first, second, third = (queue.add("url", name) for name in ("a", "b", "c"))
    queue.fail(claimed(queue), "gone")
    assert [one.id for one in queue.jobs()] == [third.id, second.id, first.id]
    assert [one.id for one in queue.jobs("failed")] == [first.id]
    assert [one.id for one in queue.jobs("failed", "waiting", limit=2)] == [third.id, second.id]


# --- offering


def test_an_offered_job_is_worked_on_only_when_it_was_confirmed_and_only_once(queue: Queue) -> None:
    job = queue.add("url", "https://example.org/", offered=True)
    assert queue.claim(LEASE) is None
    assert queue.confirm(job.id)
    assert not queue.confirm(job.id), "a second press of the button"
    assert claimed(queue).id == job.id
    assert queue.claim(LEASE) is None
    assert not queue.confirm(job.id)


def test_an_offered_job_becomes_about_what_was_shown(queue: Queue) -> None:
    job, other = queue.add("url", "https://example.org/", offered=True), queue.add("url", "https://example.org/2")
    shown = [Article(id="a", text="As shown.")]
    assert queue.settle(job.id, shown)
    assert not queue.settle(other.id, shown), "it may be at work already"
    now = queue.job(job.id)
    assert now and (now.what, now.name) == ("articles", "https://example.org/")
    assert unpacked(queue.payload(job.id)) == shown


def test_a_job_that_nobody_works_on_can_be_dropped(queue: Queue) -> None:
    offered, waiting = queue.add("url", "a", offered=True), queue.add("url", "b")
    assert queue.drop(offered.id)
    assert not queue.drop(offered.id)
    running = claimed(queue)
    assert not queue.drop(running.id)
    assert (state(queue, offered), state(queue, waiting)) == (None, "running")
    queue.finish(running, Report(added=1))
    assert not queue.drop(running.id), "what it put into the archive must stay undoable"


# --- claiming


def test_jobs_are_claimed_in_the_order_in_which_they_came(queue: Queue) -> None:
    added = [queue.add("url", str(number)).id for number in range(5)]
    assert [claimed(queue).id for _ in added] == added
    assert queue.claim(LEASE) is None


def test_every_job_goes_to_one_worker_when_many_ask_at_once(storage: Storage) -> None:
    database = storage.database()
    added = {Queue(database).add("url", str(number)).id for number in range(40)}
    got: list[int] = []
    start = threading.Barrier(4)

    def work() -> None:
        own = storage.database()
        start.wait()
        while job := Queue(own).claim(LEASE):
            got.append(job.id)
        own.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(got) == sorted(added)
    database.close()


def test_a_job_whose_worker_died_goes_to_another_one_when_the_lease_ends_and_not_before(queue: Queue) -> None:
    queue.add("url", "a")
    first = claimed(queue, timedelta(seconds=0.2))
    assert queue.claim(LEASE) is None
    time.sleep(0.25)
    second = claimed(queue)
    assert (second.id, second.tries) == (first.id, 2)


def test_who_was_too_slow_can_change_nothing_any_more(queue: Queue) -> None:
    queue.add("file", "a", b"payload")
    slow = claimed(queue, AT_ONCE)
    quick = claimed(queue)
    assert not queue.extend(slow, LEASE)
    assert not queue.got_on(slow)
    assert not queue.hand_back(slow)
    assert not queue.fail(slow, "too late")
    assert not queue.finish(slow, Report())
    now = queue.job(quick.id)
    assert now and (now.state, now.error, queue.payload(quick.id)) == ("running", None, b"payload")
    assert queue.finish(quick, Report(added=1))


def test_an_extended_lease_keeps_others_away_and_shows_how_far_it_got(queue: Queue) -> None:
    queue.add("url", "a")
    job = claimed(queue, timedelta(seconds=0.1))
    assert queue.extend(job, LEASE, Report(added=7))
    time.sleep(0.15)
    assert queue.claim(LEASE) is None
    now = queue.job(job.id)
    assert now and now.report and now.report.added == 7


def test_a_job_that_was_handed_back_is_taken_up_at_once_and_has_lost_no_try(queue: Queue) -> None:
    queue.add("url", "a")
    assert queue.hand_back(claimed(queue))
    again = claimed(queue)
    assert (again.tries, again.claim) == (1, 2)


def test_looking_for_work_takes_no_turn_at_writing(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path)
    writer = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    assert Queue(database).claim(LEASE) is None
    assert time.monotonic() - started < 1
    writer.execute("ROLLBACK")
    writer.close()
    database.close()


# --- ending


def test_a_finished_job_keeps_its_report_and_lets_its_payload_go(queue: Queue) -> None:
    queue.add("file", "a", b"payload")
    job = claimed(queue)
    report = Report(added=2, passages=9, statements=3, seconds=1.5)
    assert queue.finish(job, report)
    now = queue.job(job.id)
    assert now and (now.state, now.report, now.error) == ("done", report, None)
    assert queue.payload(job.id) == b""
    assert queue.claim(LEASE) is None


@pytest.mark.parametrize("reason", ["الملف فارغ", "it is empty", "файл пуст"])
def test_a_failed_job_keeps_reason_and_payload_and_can_be_tried_again(queue: Queue, reason: str) -> None:
    queue.add("file", "a", b"payload")
    job = claimed(queue)
    assert queue.fail(job, reason, report=Report(failed=1))
    now = queue.job(job.id)
    assert now and (now.state, now.error) == ("failed", reason)
    assert queue.claim(LEASE) is None
    assert queue.retry(job.id)
    assert not queue.retry(claimed(queue).id), "it is being tried"
    assert queue.payload(job.id) == b"payload"


def test_a_retry_counts_tries_anew(queue: Queue) -> None:
    queue.add("url", "a")
    for _ in range(3):
        job = claimed(queue)
        queue.fail(job, "busy", again=AT_ONCE)
    queue.retry(job.id)
    assert claimed(queue).tries == 1


def test_a_job_that_is_to_be_tried_again_waits_for_its_time(queue: Queue) -> None:
    queue.add("url", "a")
    job = claimed(queue)
    queue.fail(job, "its server is down", again=timedelta(seconds=0.2))
    now = queue.job(job.id)
    assert now and (now.state, now.error) == ("waiting", "its server is down")
    assert now.due > datetime.now(UTC)
    assert queue.claim(LEASE) is None
    time.sleep(0.25)
    assert claimed(queue).id == job.id


def test_a_waiting_job_can_be_tried_before_its_time(queue: Queue) -> None:
    queue.add("url", "a")
    queue.fail(claimed(queue), "its server is down", again=timedelta(hours=1))
    assert queue.retry(1)
    assert claimed(queue).id == 1


def test_what_ended_long_ago_is_forgotten_and_nothing_that_waits(queue: Queue) -> None:
    done, failed, running = (queue.add("url", name) for name in ("done", "failed", "running"))
    offered, waiting = queue.add("url", "offered", offered=True), queue.add("url", "waiting")
    queue.finish(claimed(queue), Report())
    queue.fail(claimed(queue), "gone")
    claimed(queue)
    assert queue.forget(datetime.now(UTC) - timedelta(days=1)) == 0
    assert queue.forget(datetime.now(UTC) + timedelta(seconds=1)) == 3
    assert [state(queue, one) for one in (done, failed, offered)] == [None] * 3
    assert [state(queue, one) for one in (running, waiting)] == ["running", "waiting"]


# --- beside


def test_where_to_report_to_can_change_at_any_time_and_the_work_goes_on(queue: Queue) -> None:
    job = queue.add("url", "https://example.org/a", place='{"chat": 5}')
    held = claimed(queue)
    assert queue.report_to(job.id, '{"chat": 6}')
    now = queue.job(job.id)
    assert now
    assert (now.place, now.state) == ('{"chat": 6}', "running")
    assert queue.finish(held, Report(added=1))
    assert not queue.report_to(job.id + 1, "")


def test_jobs_are_counted_by_state(queue: Queue) -> None:
    assert queue.counts() == {}
    for offered in (True, False, False):
        queue.add("url", "https://example.org/a", offered=offered)
    queue.fail(claimed(queue), "it is gone")
    assert queue.counts() == {"offered": 1, "waiting": 1, "failed": 1}
