"""Milliseconds from a question to ranked passages and to an answer, warm, and what they go into.

Over the beginnings of 1 000 articles.
"""

import cProfile
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.workspace import Workspace
from config import load_settings
from ingest.attribution import Cut
from ingest.pipeline import Report
from retrieval.archive import Attribution
from retrieval.types import Article
from tests.shared_data import DATA, SAMPLE, read_lines

ARTICLES = 1000
QUESTIONS = 200
PARTS = 6


def material() -> tuple[list[Article], list[str]]:
    """Articles and questions: real ones and headlines of others of the development archive, else the sample's lines."""
    files = sorted((DATA / "archive").glob("*.jsonl.gz"))
    if not files:
        lines = [line for line in SAMPLE.read_text(encoding="utf-8").splitlines() if line]
        articles = [Article(id=str(i), text="\n".join([*lines[i % 9 :], str(i)])) for i in range(ARTICLES)]
        return articles, [line[:60] for line in lines] * (QUESTIONS // len(lines) + 1)
    articles, questions = [], []
    for file in files:
        for number, line in enumerate(read_lines(file)):
            if number < ARTICLES // len(files) + 1:
                articles.append(Article(id=line["id"], text=line["text"][:1500], lang=line["lang"]))
            elif line.get("title"):
                questions.append(line["title"])
            if number >= ARTICLES // len(files) + QUESTIONS // len(files) + 1:
                break
    return articles[:ARTICLES], questions[:QUESTIONS]


def rows() -> list[tuple[str, str]]:
    """What was measured, and the figure."""
    articles, questions = material()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
        workspace = Workspace(load_settings(data_dir=Path(folder)))
        report, ingest, without = _ingested(articles, workspace, Workspace(load_settings(data_dir=Path(other))))
        workspace.save()
        workspace.searcher.search(questions[0], 10)
        taken = sorted(_milliseconds(workspace.searcher.search, question, 10) for question in questions)
        answered = sorted(_milliseconds(workspace.answerer.answer, question) for question in questions)
        profile = cProfile.Profile()
        profile.enable()
        for question in questions[:50]:
            workspace.searcher.search(question, 10)
        profile.disable()
        sizes = _sizes(Path(folder), report.passages)
        workspace.close()
    return [
        ("articles, passages", f"{report.added}, {report.passages}"),
        ("ingest", f"{report.added / ingest:.1f} articles/s, {report.passages / ingest:.0f} passages/s"),
        ("attribution adds to ingest", f"{ingest / without - 1:.0%}"),
        ("statements", f"{report.statements}"),
        ("one question ranked, p50", f"{statistics.median(taken):.1f} ms"),
        ("one question ranked, p95", f"{taken[int(0.95 * len(taken))]:.1f} ms"),
        ("one question answered, p50", f"{statistics.median(answered):.1f} ms"),
        ("one question answered, p95", f"{answered[int(0.95 * len(answered))]:.1f} ms"),
        *_costliest(profile),
        *sizes,
    ]


class _Nobody:
    """An attributor that finds nothing, in no time."""

    def attribute(self, articles: Sequence[Cut]) -> list[Attribution]:
        return [Attribution() for _ in articles]


def _ingested(articles: Sequence[Article], whole: Workspace, plain: Workspace) -> tuple[Report, float, float]:
    """What became of the articles in `whole`, and the seconds that took; and in `plain` without attribution.

    A part by turns into one and the other: the machine may be busier now than then.
    """
    plain.archive.bind_model(whole.encoder.identity)
    plain.__dict__ |= {"encoder": whole.encoder, "attributor": _Nobody()}
    whole.attributor.attribute([])
    seconds = {whole: 0.0, plain: 0.0}
    report = Report()
    for part in range(PARTS):
        for one in (whole, plain) if part % 2 else (plain, whole):
            started = time.perf_counter()
            found = one.ingestor.ingest(articles[part::PARTS])
            seconds[one] += time.perf_counter() - started
            if one is whole:
                report.add(found)
    plain.close()
    return report, seconds[whole], seconds[plain]


def _milliseconds(ask: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    ask(*arguments)
    return (time.perf_counter() - started) * 1000


def _costliest(profile: cProfile.Profile) -> list[tuple[str, str]]:
    """Share of the time that our own functions take, with what they call."""
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    total = max(row[3] for row in stats.values())
    ours = {"encode", "token_vectors", "cosines", "maxsim", "vectors", "scores", "search", "passages", "catch_up"}
    spent: dict[str, float] = {}
    for (file, _, function), row in stats.items():
        if "/retrieval/" in file and function in ours and not file.endswith("/retrieval/search.py"):
            spent[f"{Path(file).stem}.{function}"] = row[3]
    return [
        (f"share of {name}", f"{seconds / total:.0%}") for name, seconds in sorted(spent.items(), key=lambda x: -x[1])
    ]


def _sizes(folder: Path, passages: int) -> list[tuple[str, str]]:
    files = {
        "archive with all vectors": list(folder.glob("archive.sqlite3*")),
        "vector index": [folder / "vectors.faiss"],
        "lexical index": [file for file in (folder / "words").rglob("*") if file.is_file()],
    }
    return [
        (f"{name}, bytes a passage", f"{sum(file.stat().st_size for file in found) / passages:.0f}")
        for name, found in files.items()
    ]
