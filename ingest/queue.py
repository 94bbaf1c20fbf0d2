"""What was accepted and is not in the archive yet: it is in the database first, so that no crash loses it."""
# ruff: noqa: S608  what is put into statements is marks and words of ours, never data

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from ingest.journal import Journal
from ingest.pipeline import Report
from retrieval.database import Database
from retrieval.types import Article

What = Literal["url", "file", "articles"]
State = Literal["offered", "waiting", "running", "done", "failed", "undone"]

_COLUMNS = "id, what, name, place, state, tries, claim, due, error, report, created"
_FURTHEST = timedelta(hours=3)  # the longest that a worker puts a job off, and some more
_HELD = "id = ? AND state = 'running' AND claim = ?"


@dataclass(frozen=True)
class Job:
    """Something to be taken in, and where it stands.

    Attributes:
        what: how its payload is read, see `Queue.add`.
        name: what an admin recognises: a URL, a file's name, a headline.
        place: where to report to, as whoever added it wrote it down.
        state: `offered` until it is confirmed; `undone` when what it put into the archive was taken out again.
        tries: how often it was begun since it last got on.
        claim: how often it was ever begun; a worker whose job was given to another one holds an older number.
        due: from when on a worker may take it: of a waiting one its next try, of a running one its lease's end.
        error: why it failed, or why it waits to be tried again.
    """

    id: int
    what: What
    name: str
    place: str
    state: State
    tries: int
    claim: int
    due: datetime
    error: str | None
    report: Report | None
    created: datetime


class Queue:
    """Jobs in a database; any number of processes may add them and work on them.

    Times are those of the database's clock, so that machines whose clocks differ agree on who has a job for how long.
    A call takes milliseconds, or as long as another writer takes: make it off the event loop.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self.journal = Journal(database)

    def add(self, what: What, name: str, payload: bytes = b"", place: str = "", *, offered: bool = False) -> Job:
        """The job, which survives from now on whatever happens to the process.

        The payload of a "file" is its content, that of "articles" comes from `packed`, and a "url" is its own name.
        An `offered` one waits for `confirm`.
        """
        now = self._db.time()
        with self._db.transaction():
            rows = self._db.rows(
                "INSERT INTO jobs (what, name, payload, place, state, due, created) VALUES (?, ?, ?, ?, ?, ?, ?)"
                f" RETURNING {_COLUMNS}",
                *(what, name, payload, place, "offered" if offered else "waiting", now, now),
            )
        return _job(rows[0])

    def job(self, job_id: int) -> Job | None:
        """The job, or None."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", job_id)
        return _job(rows[0]) if rows else None

    def jobs(self, *states: State, limit: int = 50) -> list[Job]:
        """The newest jobs in these states, or in any, newest first."""
        wanted = f"WHERE state IN ({','.join('?' * len(states))}) " if states else ""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM jobs {wanted}ORDER BY id DESC LIMIT ?", *states, limit)
        return [_job(row) for row in rows]

    def counts(self) -> dict[State, int]:
        """How many jobs there are in each state that any is in."""
        return {state: int(count) for state, count in self._db.rows("SELECT state, count(*) FROM jobs GROUP BY state")}

    def report_to(self, job_id: int, place: str) -> bool:
        """Writes down where to report to from now on; False when there is no such job any more."""
        return self._db.run("UPDATE jobs SET place = ? WHERE id = ?", place, job_id) == 1

    def payload(self, job_id: int) -> bytes:
        """What is to be read; empty once it is done."""
        rows = self._db.rows("SELECT payload FROM jobs WHERE id = ?", job_id)
        return bytes(rows[0][0]) if rows else b""

    def settle(self, job_id: int, articles: Sequence[Article]) -> bool:
        """Makes an offered job be about these articles, so that what is confirmed is what was shown."""
        sql = "UPDATE jobs SET what = 'articles', payload = ? WHERE id = ? AND state = 'offered'"
        return self._db.run(sql, packed(articles), job_id) == 1

    def confirm(self, job_id: int) -> bool:
        """Lets an offered job be worked on; False when it is not offered any more."""
        sql = "UPDATE jobs SET state = 'waiting', due = ? WHERE id = ? AND state = 'offered'"
        return self._db.run(sql, self._db.time(), job_id) == 1

    def drop(self, job_id: int) -> bool:
        """Forgets a job that is offered, waits or has failed; False when it is of any other state, or not there."""
        return self._db.run("DELETE FROM jobs WHERE id = ? AND state IN ('offered', 'waiting', 'failed')", job_id) == 1

    def retry(self, job_id: int) -> bool:
        """Has a failed or waiting job tried anew, now; False when it is of any other state."""
        sql = "UPDATE jobs SET state = 'waiting', tries = 0, due = ? WHERE id = ? AND state IN ('failed', 'waiting')"
        return self._db.run(sql, self._db.time(), job_id) == 1

    def claim(self, lease: timedelta) -> Job | None:
        """A job that is due, for this worker alone until the lease ends; None when there is none.

        The longest due comes first. One whose worker died is due when its lease has ended. What is new is due at once,
        and what is due later than anybody would have it was put off before the clock was set back.
        """
        now = self._db.time()
        due = "state IN ('waiting', 'running') AND (due <= ? OR due > ? OR (state = 'waiting' AND tries = 0))"
        times = (now, now + _FURTHEST.total_seconds())
        first = f"SELECT id FROM jobs WHERE {due} ORDER BY due, id LIMIT 1"
        if not self._db.rows(first, *times):  # a look takes no turn at writing, and mostly there is nothing
            return None
        with self._db.transaction():
            rows = self._db.rows(
                f"UPDATE jobs SET state = 'running', tries = tries + 1, claim = claim + 1, due = ?"
                f" WHERE id = ({first}{self._db.skip_locked}) AND {due} RETURNING {_COLUMNS}",
                *(now + lease.total_seconds(), *times, *times),
            )
        return _job(rows[0]) if rows else None

    def extend(self, job: Job, lease: timedelta, report: Report | None = None) -> bool:
        """Keeps the job for another lease and writes down how far it has got; False when it is another worker's now."""
        sql = f"UPDATE jobs SET due = ?, report = COALESCE(?, report) WHERE {_HELD}"
        return self._db.run(sql, self._db.time() + lease.total_seconds(), _json(report), job.id, job.claim) == 1

    def got_on(self, job: Job) -> bool:
        """Counts the job's tries anew, since this one has put something into the archive; False as with `extend`."""
        return self._db.run(f"UPDATE jobs SET tries = 1 WHERE {_HELD}", job.id, job.claim) == 1

    def hand_back(self, job: Job) -> bool:
        """Lets the next worker go on with the job, as if it had not been begun; False when it is another worker's."""
        sql = f"UPDATE jobs SET state = 'waiting', due = ?, tries = tries - 1 WHERE {_HELD}"
        return self._db.run(sql, self._db.time(), job.id, job.claim) == 1

    def finish(self, job: Job, report: Report) -> bool:
        """Ends the job as done and lets its payload go; False when it is another worker's now."""
        sql = f"UPDATE jobs SET state = 'done', error = NULL, report = ?, payload = ? WHERE {_HELD}"
        return self._db.run(sql, _json(report), b"", job.id, job.claim) == 1

    def fail(self, job: Job, error: str, *, report: Report | None = None, again: timedelta | None = None) -> bool:
        """Ends the job as failed, or has it tried again after a time; False when it is another worker's now."""
        state = "failed" if again is None else "waiting"
        due = self._db.time() + (again or timedelta()).total_seconds()
        sql = f"UPDATE jobs SET state = ?, due = ?, error = ?, report = COALESCE(?, report) WHERE {_HELD}"
        return self._db.run(sql, state, due, error, _json(report), job.id, job.claim) == 1

    def undone(self, job_id: int) -> bool:
        """Remembers that what the job had put into the archive was taken out again."""
        sql = "UPDATE jobs SET state = 'undone', payload = ? WHERE id = ? AND state IN ('done', 'failed')"
        return self._db.run(sql, b"", job_id) == 1

    def forget(self, before: datetime) -> int:
        """Takes out jobs that were added before then and nobody works on any more; how many."""
        sql = "DELETE FROM jobs WHERE state NOT IN ('waiting', 'running') AND created < ?"
        return self._db.run(sql, before.timestamp())


def packed(articles: Sequence[Article]) -> bytes:
    """Articles as the payload of a job."""
    return json.dumps([one.model_dump(mode="json") for one in articles], ensure_ascii=False).encode()


def unpacked(payload: bytes) -> list[Article]:
    """The articles in the payload of a job."""
    return [Article.model_validate(one) for one in json.loads(payload)]


def _json(report: Report | None) -> str | None:
    return report.model_dump_json() if report else None


def _job(row: Sequence[Any]) -> Job:
    number, what, name, place, state, tries, claim, due, error, report, created = row
    return Job(
        id=number,
        what=what,
        name=name,
        place=place,
        state=state,
        tries=tries,
        claim=claim,
        due=datetime.fromtimestamp(due, UTC),
        error=error,
        report=Report.model_validate_json(report) if report else None,
        created=datetime.fromtimestamp(created, UTC),
    )
