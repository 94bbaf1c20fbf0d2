"""The worker: every accepted job ends once, as done or as failed with a reason, whatever is killed in between."""

import json
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config import load_settings
from ingest.queue import Job, packed
from ingest.sources import read_bytes
from ingest.worker import MAX_TRIES, Read, Worker
from retrieval.errors import ArchiveBusy, ArchiveError, JobError, SourceError, UnexpectedStatus
from retrieval.types import Article
from tests.fakes import FakeEncoder, FakeWorkspace
from tests.ingest.site import PARAGRAPHS, page, running_site

TEXTS = {
    "ar": "قال لافروف إن الاتفاق قريب.\nLavrov said: soon.",
    "en": "It rained.\nPutin said: we agree.",
    "ru": "Песков сообщил о встрече.\nPeskov said: maybe.",
}
SECONDS = 20  # until a test gives up; none should take two


def article(article_id: str, text: str = TEXTS["en"], **rest: object) -> Article:
    return Article.model_validate({"id": article_id, "text": text, **rest})


class Bench:
    """A workspace with a quick worker, and what it told."""

    def __init__(self, workspace: FakeWorkspace) -> None:
        self.workspace = workspace
        self.queue = workspace.queue
        self.told: list[Job] = []
        self.workers: list[Worker] = []

    def worker(self, read: Read | None = None, **more: Any) -> Worker:
        """A worker that has begun to work."""
        settings = {"on_change": self.told.append, "first_wait": timedelta(seconds=0.01), **more}
        worker = Worker(
            self.queue,
            self.workspace.archive,
            lambda: self.workspace.ingestor,
            read or self.workspace._read,
            **settings,
        )
        self.workers.append(worker)
        worker.start()
        return worker

    def add(self, *articles: Article) -> Job:
        return self.queue.add("articles", "news", packed(articles), "chat 5")

    def ended(self, job: Job) -> Job:
        """The job when it has ended."""
        return self.when(job, lambda now: now.state in ("done", "failed"))

    def when(self, job: Job, reached: Callable[[Job], bool]) -> Job:
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            now = self.queue.job(job.id)
            assert now
            if reached(now):
                return now
            time.sleep(0.01)
        raise AssertionError(f"it came no further than {now}")

    def texts(self) -> dict[str, str]:
        return {one.id: one.text for one in self.workspace.archive.articles()}


@pytest.fixture
def bench(workspace: FakeWorkspace) -> Iterator[Bench]:
    bench = Bench(workspace)
    yield bench
    for worker in bench.workers:
        worker.stop()


def figures(job: Job) -> tuple[int, int, int, int]:
    assert job.report
    return job.report.added, job.report.updated, job.report.unchanged, job.report.failed


# --- done


def test_a_worker_takes_no_job_while_others_are_there_for_it(bench: Bench) -> None:
    others = [True]
    job = bench.add(article("a"))
    bench.worker(wanted=lambda: not others)
    time.sleep(0.3)
    now = bench.queue.job(job.id)
    assert now
    assert now.state == "waiting"
    others.clear()
    assert bench.ended(job).state == "done"


def test_to_stop_a_worker_twice_takes_no_longer_than_once(bench: Bench) -> None:
    begun = threading.Event()

    def hangs(job: Job, payload: bytes) -> Iterator[Article]:
        begun.set()
        time.sleep(3)
        yield article("a")

    bench.add(article("a"))
    worker = bench.worker(hangs)
    assert begun.wait(SECONDS)
    worker.stop(0.1)
    before = time.monotonic()
    worker.stop()
    assert time.monotonic() - before < 1


def test_a_job_is_done_and_told_with_its_figures(bench: Bench) -> None:
    job = bench.add(*(article(lang, text) for lang, text in TEXTS.items()))
    bench.worker()
    done = bench.ended(job)
    assert (done.state, figures(done)) == ("done", (3, 0, 0, 0))
    assert done.report and done.report.statements == 3
    assert bench.texts() == TEXTS
    bench.workers[0].stop()
    assert [one.state for one in bench.told][::-1][:1] == ["done"]
    assert {(one.id, one.place) for one in bench.told} == {(job.id, "chat 5")}


def test_a_file_that_was_sent_is_read_from_the_queue(bench: Bench) -> None:
    job = bench.queue.add("file", "خبر.txt", TEXTS["ar"].encode("cp1256"))
    bench.worker()
    assert bench.ended(job).state == "done"
    assert bench.texts() == {"خبر": TEXTS["ar"]}
    assert bench.queue.payload(job.id) == b""


def test_a_question_finds_what_a_job_has_brought(bench: Bench) -> None:
    job = bench.add(article("a", "Putin said: cranes fly south."))
    bench.worker()
    bench.ended(job)
    answer = bench.workspace.answer("Who said that cranes fly south?", limit=1)
    shown = [*answer.evidence, *answer.nearest]
    assert [one.quote for one in shown] == ["Putin said: cranes fly south."]


def test_jobs_that_come_later_are_seen_too_and_one_after_the_other(bench: Bench) -> None:
    bench.worker()
    first = bench.ended(bench.add(article("a")))
    second = bench.ended(bench.add(article("a"), article("b", "Other.")))
    assert [figures(one) for one in (first, second)] == [(1, 0, 0, 0), (1, 0, 1, 0)]


def test_who_listens_badly_stops_nothing(bench: Bench) -> None:
    def stumble(job: Job) -> None:
        raise RuntimeError("Telegram is down")

    job = bench.add(article("a"))
    bench.worker(on_change=stumble)
    assert bench.ended(job).state == "done"


def test_progress_of_a_big_job_is_told_and_kept(bench: Bench) -> None:
    go_on = threading.Event()

    def slowly(job: Job, payload: bytes) -> Iterable[Article]:
        yield article("a", "He spoke. " * 6001)  # a batch
        go_on.wait(SECONDS)
        yield article("b")

    job = bench.add()
    bench.worker(slowly, lease=timedelta(seconds=0.3))
    now = bench.when(job, lambda now: now.report is not None)
    assert (now.state, figures(now)) == ("running", (1, 0, 0, 0))
    assert any(one.state == "running" and one.report and one.report.added == 1 for one in bench.told)
    go_on.set()
    assert figures(bench.ended(job)) == (2, 0, 0, 0)


# --- failed


@pytest.mark.parametrize("name", ["فارغ.txt", "empty.txt", "пусто.txt"])
def test_what_cannot_be_read_fails_at_once_with_its_reason(bench: Bench, name: str) -> None:
    job = bench.queue.add("file", name, b"  \n")
    bench.worker()
    failed = bench.ended(job)
    assert (failed.state, failed.error, failed.tries) == ("failed", "it is empty", 1)
    assert bench.queue.payload(job.id) == b"  \n", "it can be tried again"


def test_a_job_with_some_bad_articles_is_done_and_says_which_failed(bench: Bench) -> None:
    lines = [json.dumps({"id": "a", "text": TEXTS["en"]}), "no json", json.dumps({"id": "b", "text": TEXTS["ru"]})]
    job = bench.queue.add("file", "many.jsonl", "\n".join(lines).encode())
    bench.worker()
    done = bench.ended(job)
    assert (done.state, figures(done)) == ("done", (2, 0, 0, 1))
    assert done.report and done.report.failures[0].source == "many.jsonl:2"


def test_what_may_pass_is_tried_again_until_it_passes(bench: Bench) -> None:
    tries: list[int] = []

    def flaky(job: Job, payload: bytes) -> Iterable[Article | SourceError]:
        tries.append(job.tries)
        yield article("a") if len(tries) > 3 else SourceError("x", "its server cannot be reached", temporary=True)

    job = bench.queue.add("url", "https://example.org/")
    bench.worker(flaky)
    done = bench.ended(job)
    assert (done.state, done.error, figures(done)) == ("done", None, (1, 0, 0, 0))
    assert tries == [1, 2, 3, 4]
    waiting = next(one for one in bench.told if one.state == "waiting")
    assert waiting.error == "its server cannot be reached"


def test_waits_grow_and_a_server_that_names_a_time_is_given_it(bench: Bench) -> None:
    def down(job: Job, payload: bytes) -> Iterable[SourceError]:
        seconds = 3600.0 if job.name == "asking" else None
        return [UnexpectedStatus(job.name, "its server is overloaded", 503, seconds)]

    asking, plain = bench.queue.add("url", "asking"), bench.queue.add("url", "plain")
    bench.worker(down, first_wait=timedelta(seconds=100))
    waits = []
    for job in (asking, plain):
        now = bench.when(job, lambda now: now.error is not None)
        waits.append(now.due.timestamp() - time.time())
    assert 3500 < waits[0] <= 3600
    assert 70 < waits[1] < 126
    bench.workers[0].stop()
    waits = [bench.workers[0]._wait(Job(**{**vars(plain), "tries": tries})) for tries in range(1, MAX_TRIES + 1)]
    assert waits[-1] is None
    assert waits[:6] == sorted(waits[:6]), waits  # then they are as long as they get


def test_what_never_passes_fails_after_the_last_try_and_an_admin_can_have_it_tried_anew(bench: Bench) -> None:
    up = threading.Event()

    def down(job: Job, payload: bytes) -> Iterable[Article | SourceError]:
        return [article("a")] if up.is_set() else [SourceError("x", "no network", temporary=True)]

    job = bench.queue.add("url", "https://example.org/")
    bench.worker(down, first_wait=timedelta(microseconds=1))
    failed = bench.ended(job)
    assert (failed.state, failed.error, failed.tries) == ("failed", "no network", MAX_TRIES)
    up.set()
    assert bench.queue.retry(job.id)
    assert bench.when(job, lambda now: now.state == "done").error is None


def test_what_was_read_is_stored_though_the_rest_must_be_tried_again(bench: Bench) -> None:
    def half(job: Job, payload: bytes) -> Iterable[Article | SourceError]:
        return [article("a"), article("b") if job.tries > 1 else SourceError("b", "no network", temporary=True)]

    job = bench.queue.add("url", "https://example.org/feed")
    bench.worker(half)
    done = bench.when(job, lambda now: now.state == "done")
    assert figures(done) == (2, 0, 0, 0), "what the first try brought counts as brought"


@pytest.mark.parametrize(("error", "ends"), [(ArchiveBusy("busy"), "done"), (ArchiveError("no"), "failed")])
def test_a_busy_archive_passes_and_a_broken_one_does_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: ArchiveError, ends: str
) -> None:
    put, failed = bench.workspace.archive.put, []

    def once(*arguments: Any, **more: Any) -> Any:
        if not failed:
            failed.append(True)
            raise error
        return put(*arguments, **more)

    monkeypatch.setattr(bench.workspace.archive, "put", once)
    job = bench.add(article("a"))
    bench.worker()
    assert bench.ended(job).state == ends


def test_a_defect_fails_the_job_without_its_text_and_the_next_job_is_done(bench: Bench) -> None:
    def read(job: Job, payload: bytes) -> Iterable[Article | SourceError]:
        if job.name == "bad.txt":
            raise ZeroDivisionError("secret")
        return read_bytes(job.name, payload)

    bad, good = bench.queue.add("file", "bad.txt", b"x"), bench.queue.add("file", "good.txt", b"Good news.")
    bench.worker(read)
    failed = bench.ended(bad)
    assert failed.state == "failed"
    assert failed.error and "defect" in failed.error and "secret" not in failed.error
    assert bench.ended(good).state == "done"


def test_a_database_that_fails_for_a_while_stops_the_worker_for_no_longer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, failed = bench.queue.claim, []

    def first_fails(lease: timedelta) -> Job | None:
        if not failed:
            failed.append(True)
            raise ArchiveError("the disk is full")
        return claim(lease)

    monkeypatch.setattr(bench.queue, "claim", first_fails)
    job = bench.add(article("a"))
    bench.worker(lease=timedelta(seconds=0.3))
    assert bench.ended(job).state == "done"


def test_a_job_that_kills_every_process_is_given_up(bench: Bench) -> None:
    job = bench.add(article("a"))
    for _ in range(MAX_TRIES):
        assert bench.queue.claim(timedelta())  # and then the process is gone
    bench.worker()
    failed = bench.ended(job)
    assert failed.state == "failed"
    assert failed.error and "log" in failed.error
    assert bench.texts() == {}


# --- links, and the workspace's own worker


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
def test_a_link_whose_server_is_down_for_a_while_is_taken_in_and_a_dead_one_fails(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("QAWL_INGEST__ALLOW_PRIVATE_ADDRESSES", "true")
    bench.workspace.settings = load_settings()
    with running_site() as site:
        link = site.put("/news", b"", status=503)
        job, dead = bench.queue.add("url", link), bench.queue.add("url", site.url + "/gone")
        bench.worker(first_wait=timedelta(seconds=0.2))
        failed = bench.when(dead, lambda now: now.state == "failed")
        assert (failed.tries, failed.error is not None) == (1, True)
        bench.when(job, lambda now: now.tries >= 1 and now.state == "waiting")
        site.put("/news", page("News", lang))
        assert figures(bench.ended(job)) == (1, 0, 0, 0)
    (text,) = bench.texts().values()
    assert text.endswith(PARAGRAPHS[lang][-1])


def test_a_name_that_is_no_link_is_not_opened_as_a_file(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    job = bench.queue.add("url", str(tmp_path / "secret.txt"))
    bench.worker()
    assert bench.ended(job).state == "failed"
    assert bench.texts() == {}


def test_the_workspaces_own_worker_works_until_the_workspace_is_closed(tmp_path: Path) -> None:
    workspace = FakeWorkspace(load_settings(data_dir=tmp_path / "own"))
    bench = Bench(workspace)
    workspace.worker.start()
    assert bench.ended(bench.add(article("a"))).state == "done"
    assert bench.texts() == {"a": TEXTS["en"]}
    workspace.close()
    assert not [one.name for one in threading.enumerate() if one.name.startswith("ingest-")]


# --- order


def test_an_older_version_that_comes_late_does_not_replace_a_newer_one(bench: Bench) -> None:
    older, newer = bench.add(article("a", "Old.")), bench.add(article("a", "New."))
    assert bench.queue.claim(timedelta(seconds=1.0))  # its worker dies; a new one does the other job first
    bench.worker()
    assert figures(bench.ended(newer)) == (1, 0, 0, 0)
    assert figures(bench.ended(older)) == (0, 0, 1, 0)
    assert bench.texts() == {"a": "New."}


# --- stopping


def test_a_big_job_is_handed_back_when_the_worker_stops_and_goes_on_with_the_next(bench: Bench) -> None:
    articles = [article(str(number), f"Number {number}. " + "He spoke. " * 7000) for number in range(6)]

    def slowly(job: Job, payload: bytes) -> Iterable[Article]:
        for one in articles:
            time.sleep(0.1)
            yield one

    job = bench.add()
    worker = bench.worker(slowly)
    bench.when(job, lambda now: len(bench.texts()) >= 2)
    started = time.monotonic()
    worker.stop()
    assert time.monotonic() - started < 5
    now = bench.queue.job(job.id)
    assert now and (now.state, now.tries) == ("waiting", 0)
    assert 2 <= len(bench.texts()) < 6
    bench.worker(lambda job, payload: articles)
    assert figures(bench.ended(job)) == (6, 0, 0, 0)
    assert bench.texts() == {one.id: one.text for one in articles}


def test_a_worker_that_hangs_in_a_slow_source_stops_in_time_and_its_late_end_changes_nothing(bench: Bench) -> None:
    reading, let_go = threading.Event(), threading.Event()

    def hang(job: Job, payload: bytes) -> Iterable[Article]:
        reading.set()
        let_go.wait(SECONDS)
        yield article("late")

    job = bench.queue.add("url", "https://example.org/")
    worker = bench.worker(hang)
    assert reading.wait(SECONDS)
    started = time.monotonic()
    worker.stop(timeout=0.5)
    assert time.monotonic() - started < 2
    bench.worker(lambda job, payload: [article("a")])
    done = bench.ended(job)
    let_go.set()
    worker._threads[0].join(SECONDS)
    assert bench.queue.job(job.id) == done
    assert list(bench.texts()) == ["a"]


def test_a_step_that_takes_longer_than_the_lease_is_not_given_to_another_worker(bench: Bench) -> None:
    begun: list[int] = []

    def slow(job: Job, payload: bytes) -> Iterable[Article]:
        begun.append(job.tries)
        time.sleep(1.0)
        return [article("a")]

    job = bench.add()
    bench.worker(slow, lease=timedelta(seconds=0.3), threads=2)
    assert bench.ended(job).state == "done"
    assert begun == [1]


def test_ingest_pauses_while_a_question_is_answered(bench: Bench) -> None:
    encoder = bench.workspace.encoder
    assert isinstance(encoder, FakeEncoder)
    asking, asked = threading.Event(), threading.Event()
    _ = bench.workspace.ingestor.preview(article("warm-up"))

    def ask() -> None:
        with bench.workspace.precedence.question():
            asking.set()
            asked.wait(SECONDS)

    person = threading.Thread(target=ask)
    person.start()
    asking.wait(SECONDS)
    encoder.encoded.clear()
    job = bench.add(article("a", "One. " * 3000))
    bench.worker(give_way=bench.workspace.precedence.give_way)
    bench.when(job, lambda now: now.state == "running")
    time.sleep(0.3)
    assert encoder.encoded == []
    asked.set()
    person.join()
    assert bench.ended(job).state == "done"


# --- previewing and undoing


def test_an_overview_says_what_was_understood_and_stores_nothing(bench: Bench) -> None:
    job = bench.queue.add("articles", "news", packed([article("a", title="Rain"), article("b")]), offered=True)
    overview = bench.worker().overview(job)
    assert overview.first
    assert (overview.first.title, overview.first.speakers, overview.first.statements) == ("Rain", ("Putin",), 1)
    assert (overview.articles, overview.failures) == (2, ())
    assert bench.texts() == {}


def test_what_is_confirmed_is_what_was_shown_though_the_page_changes(bench: Bench) -> None:
    texts = iter(["Shown.", "Changed."])
    job = bench.queue.add("url", "https://example.org/", offered=True)
    worker = bench.worker()
    worker._read = lambda job, payload: (
        [article("page", next(texts))] if job.what == "url" else bench.workspace._read(job, payload)
    )
    worker.overview(job)
    bench.queue.confirm(job.id)
    assert bench.ended(job).state == "done"
    assert bench.texts() == {"page": "Shown."}


def test_an_overview_of_what_cannot_be_read_says_why(bench: Bench) -> None:
    job = bench.queue.add("file", "empty.txt", b"", offered=True)
    overview = bench.worker().overview(job)
    assert (overview.first, overview.articles) == (None, 0)
    assert [one.error for one in overview.failures] == ["it is empty"]


def test_undoing_takes_out_what_was_added_and_puts_back_what_was_replaced(bench: Bench) -> None:
    worker = bench.worker()
    bench.ended(bench.add(article("kept", TEXTS["ar"]), article("changed", TEXTS["ru"], title="Встреча")))
    before = list(bench.workspace.archive.articles())
    job = bench.ended(bench.add(article("new"), article("changed", "Other."), article("kept", TEXTS["ar"])))
    assert figures(job) == (1, 1, 1, 0)
    assert worker.undo(job.id).state == "undone"
    assert {one.id: one for one in bench.workspace.archive.articles()} == {one.id: one for one in before}
    now = bench.queue.job(job.id)
    assert now and now.state == "undone"
    assert bench.told[-1].state == "undone"
    with pytest.raises(JobError, match="undone"):
        worker.undo(job.id)


def test_undoing_is_refused_when_an_article_was_changed_again_and_changes_nothing(bench: Bench) -> None:
    worker = bench.worker()
    first = bench.ended(bench.add(article("a"), article("b")))
    second = bench.ended(bench.add(article("b", "Newer.")))
    before = bench.texts()
    with pytest.raises(JobError, match="article b was changed again"):
        worker.undo(first.id)
    assert bench.texts() == before
    worker.undo(second.id)
    worker.undo(first.id)
    assert bench.texts() == {}


def test_undoing_leaves_alone_what_an_admin_has_deleted_since(bench: Bench) -> None:
    worker = bench.worker()
    job = bench.ended(bench.add(article("a"), article("b")))
    bench.workspace.archive.delete(["a"])
    worker.undo(job.id)
    assert bench.texts() == {}


def test_what_runs_or_is_gone_cannot_be_undone(bench: Bench) -> None:
    waiting = bench.queue.add("url", "https://example.org/")
    worker = Worker(bench.queue, bench.workspace.archive, lambda: bench.workspace.ingestor, bench.workspace._read)
    with pytest.raises(JobError, match="waiting"):
        worker.undo(waiting.id)
    with pytest.raises(JobError, match="no job 99"):
        worker.undo(99)


def test_what_earlier_tries_of_a_job_have_put_is_undone_too(bench: Bench) -> None:
    bench.workspace.ingestor.ingest([article("old", "As it was.")])

    def half(job: Job, payload: bytes) -> Iterable[Article | SourceError]:
        error = SourceError("x", "no network", temporary=True)
        return [article("old", "Replaced."), error if job.tries == 1 else article("new")]

    job = bench.queue.add("url", "https://example.org/")
    worker = bench.worker(half)
    assert figures(bench.when(job, lambda now: now.state == "done")) == (1, 1, 0, 0)
    worker.undo(job.id)
    assert bench.texts() == {"old": "As it was."}


# --- killed


KILLS = 25
_BIG = 12  # articles of a job that takes several batches


def _work(data_dir: Path, log: Path) -> None:
    """A process that works until it is killed; a line in `log` for each job that it says is done."""
    workspace = FakeWorkspace(load_settings(data_dir=data_dir))

    def note(job: Job) -> None:
        if job.state in ("done", "failed"):
            with log.open("a") as file:
                file.write(f"{job.id} {job.state}\n")

    def read(job: Job, payload: bytes) -> Iterator[Article | SourceError]:
        for one in workspace._read(job, payload):
            time.sleep(0.005)  # so that kills meet every stage of the work
            yield one

    queue, archive = workspace.queue, workspace.archive
    worker = Worker(queue, archive, lambda: workspace.ingestor, read, on_change=note, lease=timedelta(seconds=0.5))
    worker.start()
    while True:
        time.sleep(1)


def test_jobs_survive_any_number_of_kills_none_is_lost_or_done_twice(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")  # children that are ready within milliseconds
    context.set_forkserver_preload([__name__])
    data, log = tmp_path / "data", tmp_path / "log"
    log.touch()
    workspace = FakeWorkspace(load_settings(data_dir=data))
    queue = workspace.queue
    chance = random.Random(20)
    expected: dict[str, str] = {}
    jobs: dict[int, list[Article]] = {}
    for round_ in range(KILLS):
        for job_articles in _articles(round_):
            expected |= {one.id: one.text for one in job_articles}
            jobs[queue.add("articles", f"round {round_}", packed(job_articles)).id] = job_articles
        process = context.Process(target=_work, args=(data, log))
        process.start()
        time.sleep(chance.uniform(0.1, 0.8))
        assert process.pid and process.is_alive()
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    process = context.Process(target=_work, args=(data, log))
    process.start()
    try:
        deadline = time.monotonic() + 60
        while queue.jobs("waiting", "running") and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        process.kill()
        process.join()
    assert {one.id: one.state for one in queue.jobs(limit=1000)} == dict.fromkeys(jobs, "done")
    assert {one.id: one.text for one in workspace.archive.articles()} == expected
    assert workspace.archive.problems() == []
    told = Counter(log.read_text().split("\n")[:-1])
    assert set(told.values()) <= {1}, "no job ends twice"
    for job in queue.jobs(limit=1000):
        assert job.report
        assert job.report.done == len({one.id for one in jobs[job.id]}), (job, "every article is counted once")
        assert job.report.failed == 0
    met = sum(job.claim > 1 for job in queue.jobs(limit=1000))
    assert met >= KILLS // 4, "the kills must have met jobs at work to show anything"
    reports = [job.report for job in queue.jobs(limit=1000) if job.report]
    assert sum(one.added for one in reports) == len(expected)
    workspace.close()


def _articles(round_: int) -> Iterator[list[Article]]:
    """Jobs: small ones in three languages, a new version of a standing article, and sometimes a big one."""
    for lang, text in TEXTS.items():
        yield [article(f"{lang} {round_}", f"{text}\n{round_}", lang=lang)]
    yield [article("standing", f"Version {round_}.")]
    if round_ % 8 == 0:
        yield [article(f"big {round_}.{n}", f"Big {round_}.{n}. " + "He spoke. " * 1500) for n in range(_BIG)]
