"""`make bench-large`: answers from ten thousand, a hundred thousand and a million passages.

    python -m tests.benchmarks.large --sizes 10000,100000 --seed DATA_FOLDER

Real articles come from an archive that is given, else they are ingested for some minutes from the development archive.
Where they do not suffice, more are made of them.
"""

import argparse
import json
import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from bot.workspace import Workspace
from config import load_settings
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.benchmarks.document import DOCUMENT, machine, table, update
from tests.benchmarks.large import answers, archive, vectors
from tests.benchmarks.large.making import MADE, Maker, read
from tests.benchmarks.large.plot import plotted
from tests.benchmarks.large.serving import Served, served
from tests.shared_data import DATA, read_lines

QUESTIONS = 100
TOGETHER = 320
_ASKED = 14  # tokens of a question
PLOT = DOCUMENT.with_name("performance-large.svg")


@dataclass(frozen=True)
class Measured:
    """What was measured at one size."""

    size: int
    real: int
    speakers: int
    alone: list[float]
    together: tuple[float, list[float]]
    stages: dict[str, float]
    costliest: list[tuple[str, float]]
    searched: vectors.Searched
    common: vectors.Filtered
    rare: vectors.Filtered
    served: Served
    bytes: dict[str, float]  # of each part, a passage
    limits: list[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers from large archives")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="passages, ascending")
    parser.add_argument("--seed", type=Path, help="data folder with real articles")
    parser.add_argument(
        "--minutes", type=float, default=8, help="how long articles are ingested where no seed is given"
    )
    parser.add_argument("--scratch", type=Path, help="where there is room: 16 GB for a million passages")
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as name:
        folder = Path(name) / "data"
        seed = arguments.seed or ingested(Path(name) / "seed", 60 * arguments.minutes)
        articles = chain(archive.real(seed), Maker(read(seed)).articles())
        found = []
        for size in map(int, arguments.sizes.split(",")):
            started = time.perf_counter()
            archive.grow(folder, articles, size)
            made = time.perf_counter()
            workspace = Workspace(load_settings(data_dir=folder))
            archive.index(workspace)
            print(f"{size}: made in {made - started:.0f} s, indexed in {time.perf_counter() - made:.0f} s", flush=True)
            found.append(measured(folder, workspace))
            print(section(found), flush=True)
    update({"A million passages": section(found)})
    sizes = [one.size for one in found]
    lines = {
        "answer, p95": [answers.at(0.95, one.alone) for one in found],
        "answer, p50": [statistics.median(one.alone) for one in found],
        "exact vector search": [one.searched.exact_ms for one in found],
        "vector search": [one.searched.ours_ms for one in found],
    }
    PLOT.write_text(plotted("Milliseconds against the size of the archive", sizes, lines), encoding="utf-8")


def ingested(folder: Path, seconds: float) -> Path:
    """A data folder with as many articles of the development archive as can be ingested in that time."""
    files = sorted((DATA / "archive").glob("*.jsonl.gz"))
    if not files:
        raise SystemExit("There are no articles beside this checkout: give an archive of real ones with --seed.")
    workspace = Workspace(load_settings(data_dir=folder))
    deadline = time.monotonic() + seconds
    each = [read_lines(file) for file in files]
    while time.monotonic() < deadline and each:
        lines = [line for file in each for _, line in zip(range(3), file, strict=False)]
        if not lines:
            break
        workspace.ingestor.ingest([Article(id=one["id"], text=one["text"], lang=one["lang"]) for one in lines])
    workspace.close()
    return folder


def measured(folder: Path, workspace: Workspace) -> Measured:
    """All figures of one archive; closes it before the bot is started on it."""
    last_real = _last_real(folder)
    asked = answers.questions(workspace, QUESTIONS)
    alone = answers.alone(workspace, asked)
    true = vectors.exact(workspace.archive)
    people = len(workspace.speakers.all())
    searched = vectors.compared(workspace, true, asked, last_real)
    common = vectors.filtered(workspace, true, asked[:50], 0)
    rare = vectors.filtered(workspace, true, asked[:50], people // 20)
    size = len(workspace.vectors)
    limits = _limits(workspace, true.lang, searched)
    stages = answers.stages(workspace, asked)
    costliest = answers.costliest(workspace, asked)
    together = answers.together(workspace, (asked * (TOGETHER // len(asked) + 1))[:TOGETHER])
    del true
    workspace.close()
    return Measured(
        size=size,
        real=last_real,
        speakers=people,
        alone=alone,
        together=together,
        stages=stages,
        costliest=costliest,
        searched=searched,
        common=common,
        rare=rare,
        served=served(folder, asked),
        bytes=_bytes(folder, size),
        limits=limits,
    )


def section(found: list[Measured]) -> str:
    """The tables, in Markdown."""
    first = statistics.median(found[0].alone)
    head = ("what", *(f"{one.size:,}" for one in found))

    def row(what: str, figures: list[str]) -> tuple[str, ...]:
        return (what, *figures)

    rows = [
        row("of them real, the others made of real ones", [f"{one.real:,}" for one in found]),
        row("people and bodies quoted", [f"{one.speakers:,}" for one in found]),
        row("question to answer, p50", [f"{statistics.median(one.alone):.0f} ms" for one in found]),
        row("question to answer, p95", [f"{answers.at(0.95, one.alone):.0f} ms" for one in found]),
        row("p50 against the smallest", [f"{statistics.median(one.alone) / first:.2f}" for one in found]),
        row(f"{answers.ASKERS} askers, questions/s", [f"{one.together[0]:.0f}" for one in found]),
        row(f"{answers.ASKERS} askers, p95", [f"{answers.at(0.95, one.together[1]):.0f} ms" for one in found]),
        *(
            row(f"stage: {name}", [f"{one.stages[name]:.1f} ms" for one in found])
            for name in found[0].stages
            if name != "total"
        ),
        row("vector search, exact", [f"{one.searched.exact_ms:.2f} ms" for one in found]),
        row("vector search, ours", [f"{one.searched.ours_ms:.2f} ms" for one in found]),
        row("times as fast as exact", [f"{one.searched.exact_ms / one.searched.ours_ms:.1f}" for one in found]),
        row("recall@10", [f"{one.searched.recall:.3f}" for one in found]),
        row("the ten nearest among our 60 candidates", [f"{one.searched.within:.3f}" for one in found]),
        row("recall of real passages among the exact 60", [f"{one.searched.recall_of_real:.3f}" for one in found]),
        *(
            row(
                f"filtered by a {name} speaker: passages, p50, p95, recall@10",
                [
                    f"{one.passages:,}, {statistics.median(one.ms):.1f} ms, {answers.at(0.95, one.ms):.1f} ms,"
                    f" {one.recall:.3f}"
                    for one in (getattr(each, name) for each in found)
                ],
            )
            for name in ("common", "rare")
        ),
        row("`qawl serve`, start to first answer", [f"{one.served.first_answer:.1f} s" for one in found]),
        row(
            "`qawl serve`, update to message, p50, p95",
            [f"{statistics.median(one.served.ms):.0f} ms, {answers.at(0.95, one.served.ms):.0f} ms" for one in found],
        ),
        row("`qawl serve`, memory beyond files (RssAnon)", [f"{one.served.anonymous} MB" for one in found]),
        row("`qawl serve`, memory of files (RssFile)", [f"{one.served.from_files} MB" for one in found]),
        *(row(f"{name}, bytes a passage", [f"{one.bytes[name]:,.0f}" for one in found]) for name in found[0].bytes),
    ]
    parts = [machine(), table(rows, head)]
    for one in found:
        shares = [(name, f"{share:.0%}") for name, share in one.costliest]
        parts.append(f"Profile of an answer from {one.size:,} passages (share of the time, callees included):\n")
        parts.append(table(shares, ("function", "share")))
    parts.append(f"Physical limits at {found[-1].size:,} passages (bytes touched over what memory delivers):\n")
    parts.append(table(found[-1].limits))
    parts.append(f"![latency against archive size]({PLOT.name})\n")
    return "\n".join(parts)


def _limits(workspace: Workspace, lang: str, searched: vectors.Searched) -> list[tuple[str, str]]:
    """What memory's speed alone would allow, and what it takes."""
    block = np.ones(1 << 27, np.float32)
    seconds = min(_seconds(block) for _ in range(3))
    speed = block.nbytes / seconds
    base = workspace.vectors._partitions[lang].base.quantised
    found = [("memory read in one thread", f"{speed / 1e9:.1f} GB/s")]
    dimension = workspace.vectors._dimension
    if base:
        cells = base.lists.nlist
        touched = cells * dimension * 4 + base.probed / cells * len(base) * dimension / 8 + 10 * 60 * dimension
        found += [
            ("vector search touches", f"{touched / 1e6:.1f} MB"),
            ("vector search, limit and measured", f"{touched / speed * 1e3:.2f} ms, {searched.ours_ms:.2f} ms"),
        ]
    ids = workspace.archive.passage_ids()
    packed = list(workspace.archive.token_vectors(ids[:: max(1, len(ids) // 120)][:120].tolist()).values())
    started = time.perf_counter()
    packing = workspace.means.packing
    tokens = len(packing.cosines(packed, np.ones((_ASKED, len(packing.spread)), np.float32))[0])
    taken = (time.perf_counter() - started) * 1e3
    unpacked = 4 * len(packing.spread) * tokens
    touched = sum(map(len, packed)) + unpacked
    found += [
        (
            "tokens of 120 passages, packed and unpacked",
            f"{sum(map(len, packed)) / 1e6:.1f}, {unpacked / 1e6:.1f} MB",
        ),
        (f"comparing them with {_ASKED}, limit and measured", f"{touched / speed * 1e3:.2f} ms, {taken:.2f} ms"),
    ]
    return found


def _seconds(block: np.ndarray) -> float:
    started = time.perf_counter()
    block.sum()
    return time.perf_counter() - started


def _bytes(folder: Path, size: int) -> dict[str, float]:
    """Bytes a passage; files of the vector index that were replaced, and go within an hour, do not count."""
    replaced = set(folder.glob("vectors.faiss.*")) - _used(folder / "vectors.faiss")
    files = [file for file in folder.rglob("*") if file.is_file() and file not in replaced]
    parts = {
        "archive": [file for file in files if file.name.startswith(FILE)],
        "vector index": [file for file in files if file.name.startswith("vectors.faiss")],
        "lexical index": [file for file in files if file.parent.name == "words"],
        "everything": files,
    }
    return {name: sum(file.stat().st_size for file in own) / size for name, own in parts.items()}


def _used(index: Path) -> set[Path]:
    """The files that a vector index names."""
    with index.open("rb") as file:
        return {index.with_name(base) for _, _, base, _ in json.loads(file.readline())["partitions"] if base}


def _last_real(folder: Path) -> int:
    """The id of the last passage that was not made: as many are real, and came first."""
    with closing(sqlite3.connect(folder / FILE)) as database:
        sql = "SELECT max(p.id) FROM passages p JOIN articles a ON a.key = p.article WHERE a.id NOT LIKE ?"
        return int(database.execute(sql, (f"{MADE}%",)).fetchone()[0])


if __name__ == "__main__":
    main()
