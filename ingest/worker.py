"""Takes jobs from the queue into the archive, in the background: a bounded number of threads, questions first."""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ingest.pipeline import Failure, Ingestor, Preview, Report
from ingest.queue import Job, Queue
from retrieval.archive import Archive, Prepared
from retrieval.errors import ArchiveBusy, ArchiveUnwritable, JobError, ModelUnavailable, QawlError, SourceError
from retrieval.types import Article

log = logging.getLogger(__name__)

# A job whose process was killed is taken up again after so long; it is prolonged at each third of it.
LEASE = timedelta(seconds=15)

# The waits double from half a minute: a server that is down for four hours fails no job, and one that is gone for good
# is reported on the same day.
MAX_TRIES = 10
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(hours=2)

_KEEP = timedelta(days=30)  # ended jobs, and with them what it takes to undo them
_FORGET_SECONDS = 24 * 3600.0  # between two looks for jobs to be forgotten
_LOOK_SECONDS = 0.5  # between two looks for work; each is one query by an index
_TELL_SECONDS = 1.0  # between two reports of progress: Telegram allows about one edit of a message a second
_FAILURES = 20  # kept of a job's failures: what an admin reads; their number is kept in any case

Read = Callable[[Job, bytes], Iterable[Article | SourceError]]


@dataclass(frozen=True)
class Overview:
    """What a job holds: its first article as it was understood, the number of its articles, what could not be read.

    `temporary`: whether some of that may well be read later.
    """

    first: Preview | None
    articles: int
    failures: tuple[Failure, ...]
    temporary: bool = False


class _Interrupted(Exception):
    """The worker stops, or the job is another one's now."""


@dataclass
class _Run:
    """A job that is being worked on."""

    job: Job
    before: set[str]  # ids of what earlier tries have put, or were about to put
    report: Report | None = None
    over: bool = False  # it was handed back, or another worker has it
    told: float = 0.0
    put: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)  # ids met in this try that are in `before`
    superseded: int = 0  # articles that a later job has put in a newer version
    errors: list[SourceError] = field(default_factory=list)


class Worker:
    """Works on a queue's jobs until it is stopped, in `threads` threads; one suits an encoder that uses all cores.

    `read` gives a job's articles from its payload. `on_change` hears of every state that a job of this worker gets to,
    and once a second how far it has got; `give_way` is called between steps, see `Precedence`; `catch_up` after each
    batch, so that questions need not bring the indexes up to date; `wanted` before each job, whether to take one.
    """

    def __init__(
        self,
        queue: Queue,
        archive: Archive,
        ingestor: Callable[[], Ingestor],
        read: Read,
        *,
        on_change: Callable[[Job], None] = lambda job: None,
        give_way: Callable[[], None] = lambda: None,
        catch_up: Callable[[], None] = lambda: None,
        wanted: Callable[[], bool] = lambda: True,
        threads: int = 1,
        lease: timedelta = LEASE,
        first_wait: timedelta = _FIRST_WAIT,
    ) -> None:
        self.on_change = on_change
        self.catch_up = catch_up
        self.wanted = wanted
        self._queue = queue
        self._archive = archive
        self._ingestor = ingestor
        self._read = read
        self._give_way = give_way
        self._lease = lease
        self._first_wait = first_wait
        self._stopping = threading.Event()
        self._runs: dict[int, _Run] = {}
        self._threads = [
            threading.Thread(target=self._serve, name=f"ingest-{number}", daemon=True) for number in range(threads)
        ]
        self._keeper = threading.Thread(target=self._keep, name="ingest-leases", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        for thread in (*self._threads, self._keeper):
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Returns within `timeout` seconds: jobs at work end at their next pause and are handed back.

        One that does not get to a pause in time, since its server is slow, say, is handed back behind its back. Another
        call does nothing.
        """
        if self._stopping.is_set():
            return
        deadline = time.monotonic() + timeout
        self._stopping.set()
        for thread in (*self._threads, self._keeper):
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
        for run in list(self._runs.values()):
            self._give_back(run)

    def drain(self) -> None:
        """Works, in the thread of the caller, on all that is due: for where nothing works in the background."""
        if not self._keeper.is_alive():
            self._keeper.start()
        while job := self._queue.claim(self._lease):
            self._work(job)

    def overview(self, job: Job) -> Overview:
        """What an offered job holds; it is about exactly these articles from now on, if there are any.

        Takes as long as reading it and encoding one article: call it from a thread that may wait.
        """
        found = list(self._read(job, self._queue.payload(job.id)))
        articles = [one for one in found if isinstance(one, Article)]
        errors = [one for one in found if isinstance(one, SourceError)]
        failures = tuple(Failure(source=one.source, error=str(one)) for one in errors)
        if articles and job.what == "url":
            self._queue.settle(job.id, articles)
        first = self._ingestor().preview(articles[0]) if articles else None
        return Overview(first, len(articles), failures, any(one.temporary for one in errors))

    def undo(self, job_id: int) -> Job:
        """Takes out what an ended job had added and puts back what it had replaced.

        Raises:
            JobError: when there is no such job, it has not ended, or one of its articles was changed since.
        """
        job = self._queue.job(job_id)
        if job is None:
            raise JobError(f"There is no job {job_id} any more.")
        if job.state not in ("done", "failed"):
            raise JobError(f"Job {job_id} ({job.name}) is {job.state}: only one that has ended can be undone.")
        entries = self._queue.journal.entries(job_id)
        now = self._archive.hashes([one.article_id for one in entries])
        out, back = [], []
        for one in entries:
            former = one.former.content_hash if one.former else None
            here = now.get(one.article_id)
            if here is None or here == former:  # it was never put, is undone, or an admin has deleted it since
                continue
            if here != one.hash:
                raise JobError(f"The article {one.article_id} was changed again since: undo that first, or delete it.")
            if one.former:
                back.append(one.former)
            else:
                out.append(one.article_id)
        if back:
            report = self._ingestor().ingest(back, pause=self._give_way)
            if report.failed:
                raise JobError(f"The former version of {report.failures[0].source} could not be put back.")
        if out:
            self._archive.delete(out)
        self._queue.undone(job_id)
        self._tell(job_id)
        return replace(job, state="undone")

    def _serve(self) -> None:
        """Works on one job after the other."""
        while not self._stopping.is_set():
            try:
                job = self._queue.claim(self._lease) if self.wanted() else None
                if job:
                    self._work(job)
                else:
                    self._stopping.wait(_LOOK_SECONDS)
            except Exception as error:  # the database fails; a worker that gave up would leave all jobs waiting
                if isinstance(error, QawlError):
                    log.error("Jobs must wait: %s", error)
                else:
                    log.exception("the ingest worker stumbled")
                self._stopping.wait(self._lease.total_seconds())

    def _keep(self) -> None:
        """Keeps what is being worked on, and forgets what has long ended."""
        forget_at = 0.0
        while not self._stopping.wait(self._lease.total_seconds() / 3):
            try:
                for run in list(self._runs.values()):
                    if not self._queue.extend(run.job, self._lease, run.report):
                        run.over = True
                if time.monotonic() >= forget_at:
                    self._queue.forget(datetime.now(UTC) - _KEEP)
                    forget_at = time.monotonic() + _FORGET_SECONDS
            except QawlError as error:
                log.error("Jobs cannot be kept: %s", error)

    def _work(self, job: Job) -> None:
        run = _Run(job, self._queue.journal.ids(job.id))
        self._runs[job.id] = run
        try:
            self._tell(job.id)
            if job.tries > MAX_TRIES:
                self._end(run, f"Qawl ended {MAX_TRIES} times while it worked on this; the log may say why")
            else:
                self._ingest(run)
        except _Interrupted:
            self._give_back(run)
        except (ArchiveBusy, ArchiveUnwritable, ModelUnavailable) as error:
            self._end(run, str(error), again=self._wait(job))
        except QawlError as error:
            self._end(run, str(error))
        except Exception:
            log.exception("job %s (%s) failed", job.id, job.name)
            self._end(run, "it met a defect of Qawl; the log has the details")
        finally:
            self._runs.pop(job.id, None)

    def _ingest(self, run: _Run) -> None:
        report = self._ingestor().ingest(
            self._found(run),
            progress=lambda report: self._progress(run, report),
            journal=lambda prepared: self._note(run, prepared),
            pause=lambda: self._pause(run),
        )
        run.report = self._total(run, report)
        temporary = next((one for one in run.errors if one.temporary), None)
        wait = self._wait(run.job)
        if temporary and wait:
            asked = timedelta(seconds=getattr(temporary, "retry_after", None) or 0)
            self._end(run, str(temporary), again=max(wait, min(asked, _LONGEST_WAIT)))
        elif run.report.done == run.report.failed:
            self._end(run, report.failures[0].error if report.failures else "it holds no article")
        elif self._queue.finish(run.job, run.report):
            self._tell(run.job.id)

    def _found(self, run: _Run) -> Iterator[Article | SourceError]:
        """The job's articles, with a look at each."""
        for one in self._read(run.job, self._queue.payload(run.job.id)):
            self._pause(run)
            if isinstance(one, SourceError):
                run.errors.append(one)
            elif run.job.what != "url" and self._queue.journal.superseded(run.job.id, one.id):
                run.superseded += one.id not in run.before  # a late try must not bring an older version back
                continue
            elif one.id in run.before:
                run.again.add(one.id)
            yield one

    def _pause(self, run: _Run) -> None:
        if run.over or self._stopping.is_set():
            raise _Interrupted
        self._give_way()

    def _note(self, run: _Run, prepared: Sequence[Prepared]) -> None:
        self._pause(run)
        former = self._archive.articles_of([one.article.id for one in prepared])
        self._queue.journal.note(run.job.id, prepared, [former.get(one.article.id) for one in prepared])
        run.put |= {one.article.id for one in prepared}

    def _progress(self, run: _Run, report: Report) -> None:
        run.report = self._total(run, report)
        if run.put and run.job.tries > 1:
            self._queue.got_on(run.job)
            run.job = replace(run.job, tries=1)
        self._give_way()
        self.catch_up()
        if time.monotonic() - run.told >= _TELL_SECONDS:
            run.told = time.monotonic()
            self._call(replace(run.job, report=run.report))

    def _total(self, run: _Run, report: Report) -> Report:
        """The report of all tries: what an earlier one has put counts as added or updated, not as unchanged."""
        stored = self._queue.journal.stored(run.job.id)
        return report.model_copy(
            update={
                "added": stored.added,
                "updated": stored.updated,
                "unchanged": report.unchanged - len(run.again - run.put) + run.superseded,
                "passages": stored.passages,
                "statements": stored.statements,
                "failures": report.failures[:_FAILURES],
            }
        )

    def _wait(self, job: Job) -> timedelta | None:
        """How long to wait for the next try; None after the last one. Jitter keeps jobs that failed together apart."""
        if job.tries >= MAX_TRIES:
            return None
        return min(self._first_wait * 2.0 ** (job.tries - 1), _LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311

    def _end(self, run: _Run, error: str, *, again: timedelta | None = None) -> None:
        if self._queue.fail(run.job, error, report=run.report, again=again):
            self._tell(run.job.id)

    def _give_back(self, run: _Run) -> None:
        run.over = True
        self._queue.hand_back(run.job)

    def _tell(self, job_id: int) -> None:
        if job := self._queue.job(job_id):
            self._call(job)

    def _call(self, job: Job) -> None:
        try:
            self.on_change(job)
        except Exception:  # who listens must not stop the work
            log.exception("telling of job %s failed", job.id)
