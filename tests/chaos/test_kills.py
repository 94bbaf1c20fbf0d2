"""A process is killed at any instant: what it had acknowledged is there once, whole, and everything fits together."""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from config import load_settings
from ingest.worker import Worker
from tests.chaos.operations import LEASE, Step, heard, steps, write_until_killed
from tests.fakes import FakeWorkspace

# `make chaos` asks for 2 000; these take half a minute.
KILLS = int(os.environ.get("QAWL_CHAOS_KILLS", "200"))
SEED = int(os.environ.get("QAWL_CHAOS_SEED", "8"))
_A_FOLDER = 200  # kills; then a fresh one, since checking takes as long as the history is
_DRAIN_AFTER = 20  # kills after which the queue is worked off
_LONGEST_LIFE = 0.1  # seconds: opening takes a quarter of that
_KINDS = 5  # of operations that kills must meet: the shortest are over in microseconds
_RECOVERY = 5.0  # seconds: "a few"; it takes some hundredths on an idle machine

OPERATIONS = ("open", "ingest", "update", "delete", "queue", "receive", "save", "close")


class Expected:
    """What must be in the archive, the queue and the inbox, as the processes said before they were killed."""

    def __init__(self) -> None:
        self.texts: dict[str, str | None] = {}
        self.jobs: dict[str, dict[str, str | None]] = {}
        self.unsettled: set[str] = set()
        self.interrupted: list[Step] = []  # begun and not acknowledged: done or not, but not half

    def heard(self, found: list[Step]) -> None:
        begun: Step | None = None
        for step in found:
            if step.state == "begun":
                begun = step
            else:
                begun = None
                self.did(step)
        self.interrupted = [begun] if begun else []

    def did(self, step: Step) -> None:
        if step.operation == "queue":
            self.jobs[step.name] = step.values
        elif step.operation == "receive":
            self.unsettled.add(step.name)
        elif step.operation == "settle":
            self.unsettled.discard(step.name)
        else:
            self.texts |= step.values


def check(workspace: FakeWorkspace, expected: Expected) -> None:
    """Everything that was acknowledged, and nothing that does not fit together."""
    stored = {one.id: one.text for one in workspace.archive.articles()}
    for step in expected.interrupted:
        _decide(workspace, expected, step, stored)
    wanted = {one: text for one, text in expected.texts.items() if text is not None}
    assert {one: text for one, text in stored.items() if one.startswith("a")} == wanted
    there = [one.id for one in workspace.archive.summaries()]
    assert len(there) == len(set(there)), "an article is there once"
    assert expected.jobs.keys() <= {one.name for one in workspace.queue.jobs(limit=1_000_000)}
    assert {_number(one) for one in workspace.memory.unsettled()} == expected.unsettled
    assert workspace.problems() == []
    assert not list(workspace.data_dir.rglob("*.bad")), "nothing was set aside as damaged"


def _decide(workspace: FakeWorkspace, expected: Expected, step: Step, stored: dict[str, str]) -> None:
    """Takes an interrupted operation for done if any of it is: then all of it must be."""
    if step.operation == "queue":
        done = step.name in {one.name for one in workspace.queue.jobs(limit=100)}
    elif step.operation in ("receive", "settle"):
        done = (step.name in {_number(one) for one in workspace.memory.unsettled()}) == (step.operation == "receive")
    else:
        done = any(stored.get(one) == text != expected.texts.get(one) for one, text in step.values.items())
    if done:
        expected.did(step)


def _number(document: str) -> str:
    return document.removeprefix('{"update_id": ').removesuffix("}")


def check_quotes(workspace: FakeWorkspace) -> None:
    """Answers, statements and passages are what the stored texts say at that place."""
    texts = {one.id: one.text for one in workspace.archive.articles()}
    for question in ("What did Peter Smith say about the number?", "Что сказал Песков о встрече?", "ماذا قال لافروف؟"):
        answer = workspace.answer(question, limit=5)
        for one in (*answer.evidence, *answer.nearest):
            assert texts[one.article_id][one.start : one.end] == one.quote
    for one in workspace.statements():
        assert texts[one.article_id][one.start : one.end] == one.quote
    ids = workspace.archive.passage_ids().tolist()
    assert len(workspace.archive.passages(ids)) == len(ids) == len(workspace.vectors)


def drain(workspace: FakeWorkspace, expected: Expected) -> None:
    """Works off what waits; every job is done, and each article of the queue is the newest that was accepted."""
    worker = Worker(workspace.queue, workspace.archive, lambda: workspace.ingestor, workspace._read, lease=LEASE)
    deadline = time.monotonic() + 30
    while workspace.queue.jobs("waiting", "running", limit=1):
        worker.drain()
        assert time.monotonic() < deadline, workspace.queue.jobs("waiting", "running")
    worker.stop()
    newest: dict[str, str | None] = {}
    for job in reversed(workspace.queue.jobs(limit=1_000_000)):
        assert (job.state, job.error) == ("done", None)
        newest |= expected.jobs[job.name]
    stored = {one.id: one.text for one in workspace.archive.articles() if one.id.startswith("q")}
    assert stored == newest
    assert workspace.problems() == []


class Victims:
    """Processes that are killed, one after the other: their data folders, and what each said."""

    def __init__(self, folders: list[Path], chance: random.Random) -> None:
        self._context = multiprocessing.get_context("forkserver")  # children that are ready within milliseconds
        self._context.set_forkserver_preload([write_until_killed.__module__])
        self._folders = folders
        self._chance = chance

    def __iter__(self) -> Iterator[tuple[Path, list[Step]]]:
        ready = self._process(self._folders[0])
        for folder, following in zip(self._folders, [*self._folders[1:], None], strict=True):
            said = self._killed(*ready)
            if following:
                ready = self._process(following)  # it starts while the caller checks
            yield folder, said

    def _process(self, folder: Path) -> tuple[ForkServerProcess, Connection]:
        pipe, childs = self._context.Pipe()
        process = self._context.Process(target=write_until_killed, args=(folder, self._chance.getrandbits(60), childs))
        process.start()
        childs.close()
        return process, pipe

    def _killed(self, process: ForkServerProcess, pipe: Connection) -> list[Step]:
        said = []
        pipe.send_bytes(b"go")
        for _ in range(self._chance.choice((1, 2, 2, 2))):  # it opens, it has opened
            assert pipe.poll(60), "the process does not start"
            said.append(heard(pipe))
        time.sleep(self._chance.uniform(0.0, _LONGEST_LIFE))
        assert process.pid and process.is_alive()
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        said += steps(pipe)
        pipe.close()
        return said


@pytest.mark.timeout(60 + KILLS)
def test_what_was_acknowledged_survives_kills_at_any_instant(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    met: Counter[str] = Counter()
    slowest = 0.0
    victims = Victims([tmp_path / f"data{kill // _A_FOLDER}" for kill in range(KILLS)], chance)
    for kill, (data, said) in enumerate(victims):
        if kill % _A_FOLDER == 0:
            expected = Expected()
        expected.heard(said)
        met.update([one.operation for one in expected.interrupted] or ["between"])
        started = time.monotonic()
        workspace = FakeWorkspace(load_settings(data_dir=data))
        workspace.catch_up()
        slowest = max(slowest, time.monotonic() - started)
        try:
            check(workspace, expected)
            if kill % _DRAIN_AFTER == _DRAIN_AFTER - 1:
                drain(workspace, expected)
                check_quotes(workspace)
        finally:
            workspace.close() if kill % 3 == 0 else _abandon(workspace)
    print(f"{KILLS} kills, seed {SEED}: {dict(met)}; slowest recovery {slowest:.2f} s")
    assert slowest < _RECOVERY
    if KILLS >= 200:
        often = {"ingest", "update", "open"}
        assert often <= set(met) and len(set(met) & set(OPERATIONS)) >= _KINDS, f"kills met too little: {met}"


def _abandon(workspace: FakeWorkspace) -> None:
    """Closes the archive and saves no index, so that the next process has something to catch up on."""
    workspace.archive.close()
    workspace.database.close()
