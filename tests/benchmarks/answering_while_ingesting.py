"""What questions and ingest cost each other: answers in an idle process, and while its worker takes in a big file.

Over about 200 articles of the development archive, as many again being ingested. Questions come one after the other
with random pauses, as from people who do not know of each other.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.workspace import Workspace
from config import load_settings
from ingest.queue import Job, packed
from retrieval.types import Article
from tests.benchmarks.searching import material
from tests.shared_data import DATA, read_lines

STORED = 200
QUESTIONS = 100
PAUSE = 0.3  # seconds between two questions, at the mean


def rows() -> list[tuple[str, str]]:
    """What was measured, and the figure."""
    stored, waiting = _articles()
    questions = material()[1][:QUESTIONS]
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(load_settings(data_dir=Path(folder)))
        workspace.ingestor.ingest(stored)
        workspace.catch_up()
        for question in questions:  # role descriptions are encoded at their first use
            workspace.answer(question, limit=3)
        finished: dict[int, float] = {}
        workspace.worker.on_change = lambda job: _note(job, finished)
        workspace.worker.start()
        idle = _ask(workspace, questions)
        alone = _ingest(workspace, waiting[0], finished)
        job, started = _add(workspace, waiting[1])
        busy: list[float] = []
        while job.id not in finished:
            busy += _ask(workspace, questions, until=lambda: job.id in finished)
        together = len(waiting[1]) / (finished[job.id] - started)
        workspace.close()
    return [
        ("articles stored, ingested", f"{len(stored)}, {len(waiting[1])}"),
        ("answers idle, p50, p95", _figures(idle)),
        ("answers while ingesting, p50, p95", _figures(busy)),
        ("ratio of p50, of p95", f"{_p(busy, 0.5) / _p(idle, 0.5):.1f}, {_p(busy, 0.95) / _p(idle, 0.95):.1f}"),
        ("questions asked while ingesting", f"{len(busy)}"),
        ("ingest alone", f"{alone:.1f} articles/s"),
        ("ingest with questions", f"{together:.1f} articles/s"),
    ]


def _articles() -> tuple[list[Article], tuple[list[Article], list[Article]]]:
    """Articles that are stored before, and two like portions of others to be ingested."""
    files = sorted((DATA / "archive").glob("*.jsonl.gz"))
    each = 3 * STORED // len(files) + 1
    found = [
        Article(id=line["id"], text=line["text"], lang=line["lang"])
        for file in files
        for _, line in zip(range(each), read_lines(file), strict=False)
    ]
    return found[::3], (found[1::3], found[2::3])


def _ask(workspace: Workspace, questions: list[str], until: Callable[[], bool] = lambda: False) -> list[float]:
    taken = []
    chance = random.Random(1)
    for question in questions:
        time.sleep(chance.expovariate(1 / PAUSE))
        if until():
            break
        started = time.perf_counter()
        workspace.answer(question, limit=3)
        taken.append(1000 * (time.perf_counter() - started))
    return taken


def _ingest(workspace: Workspace, articles: list[Article], finished: dict[int, float]) -> float:
    """Articles a second."""
    job, started = _add(workspace, articles)
    while job.id not in finished:
        time.sleep(0.1)
    return len(articles) / (finished[job.id] - started)


def _add(workspace: Workspace, articles: list[Article]) -> tuple[Job, float]:
    return workspace.queue.add("articles", "bulk", packed(articles)), time.perf_counter()


def _note(job: Job, finished: dict[int, float]) -> None:
    if job.state not in ("waiting", "running"):
        assert job.state == "done", job.error
        finished[job.id] = time.perf_counter()


def _p(taken: list[float], share: float) -> float:
    return sorted(taken)[int(share * len(taken))]


def _figures(taken: list[float]) -> str:
    return f"{statistics.median(taken):.0f} ms, {_p(taken, 0.95):.0f} ms"


if __name__ == "__main__":
    for name, figure in rows():
        print(f"{name}: {figure}")
