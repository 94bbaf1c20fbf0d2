"""Answers from PostgreSQL against those from the data folder that its archive was copied from.

    python -m tests.benchmarks.postgres_answers DATA_FOLDER

The folder's articles are real ones (`make eval-many KEEP=…` leaves such a folder). Where the gold articles are among
them, the gold questions are scored on both. Of the data folder only what is derived, its indexes, may be written.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from bot.workspace import Workspace
from config import load_settings
from retrieval.copying import End, copy
from retrieval.types import Answer
from tests.benchmarks.large.answers import at, questions
from tests.evaluation.answers import asked as scored
from tests.postgres import Server, running_server
from tests.shared_data import DATA, read_lines

QUESTIONS = 100
_FOR_MUCH = ("shared_buffers = '2GB'", "maintenance_work_mem = '2GB'", "max_wal_size = '8GB'")


def rows(folder: Path) -> Iterator[tuple[str, str]]:
    """What was measured, and the figure."""
    with tempfile.TemporaryDirectory() as name, running_server() as server, server.database() as url:
        _tuned(server)
        embedded = Workspace(load_settings(data_dir=folder))
        beside = load_settings(data_dir=Path(name) / "beside")
        postgres = Workspace(beside.model_copy(update={"database_url": url}))
        with closing(embedded), closing(postgres):
            asked = questions(embedded, QUESTIONS)
            counts = embedded.archive.counts()
            yield "articles, passages", f"{counts.articles:,}, {counts.passages:,}"
            began = time.perf_counter()
            copy(
                End("the data folder", embedded.archive, embedded.database),
                End("PostgreSQL", postgres.archive, postgres.database),
            )
            copied = time.perf_counter()
            yield "copied and compared", f"{copied - began:.0f} s"
            postgres.index.maintain()
            yield "indexed", f"{time.perf_counter() - copied:.0f} s"
            server.run("VACUUM ANALYZE", url.rsplit("/", 1)[1])
            yield from _compared(embedded, postgres, asked)
        yield from _gold(folder, Path(name), url)


def _tuned(server: Server) -> None:
    """What docs/scaling.md advises for an archive of this size."""
    for change in _FOR_MUCH:
        server.run(f"ALTER SYSTEM SET {change}")
    server.stop()
    server.start()


def _compared(embedded: Workspace, postgres: Workspace, asked: Sequence[str]) -> Iterator[tuple[str, str]]:
    found: dict[str, list[Answer]] = {}
    medians = {}
    for name, workspace in {"embedded": embedded, "PostgreSQL": postgres}.items():
        workspace.load()
        taken = []
        for question in asked:
            workspace.answerer.answer(question)
        for question in asked:
            began = time.perf_counter()
            answer = workspace.answerer.answer(question)
            taken.append((time.perf_counter() - began) * 1000)
            found.setdefault(name, []).append(answer)
        taken.sort()
        medians[name] = statistics.median(taken)
        yield f"{name}: question to answer, p50, p95", f"{medians[name]:.0f} ms, {at(0.95, taken):.0f} ms"
    yield "ratio of p50", f"{medians['PostgreSQL'] / medians['embedded']:.2f}"
    same = [_first(one) == _first(other) for one, other in zip(*found.values(), strict=True)]
    yield "same first evidence", f"{statistics.mean(same):.1%} of {len(same)}"


def _first(answer: Answer) -> object:
    return next(((one.article_id, one.start, one.end) for one in answer.evidence), answer.status)


def _gold(folder: Path, scratch: Path, url: str) -> Iterator[tuple[str, str]]:
    articles = list(read_lines(DATA / "gold" / "articles.jsonl"))
    asked = list(read_lines(DATA / "gold" / "questions.jsonl"))
    for name in ("embedded", "PostgreSQL"):
        if name == "PostgreSQL":
            os.environ["QAWL_DATABASE_URL"] = url
        data_dir = folder if name == "embedded" else scratch / "beside"
        for one in scored("gold", scratch, data_dir, articles, asked, 1):
            yield f"{name}: gold questions, {one.name}", f"{one.value:.3f}"
    del os.environ["QAWL_DATABASE_URL"]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, help="data folder of an archive of real articles")
    os.environ["HF_HUB_OFFLINE"] = "1"
    for what, figure in rows(parser.parse_args().folder):
        print(f"| {what} | {figure} |", flush=True)


if __name__ == "__main__":
    main()
