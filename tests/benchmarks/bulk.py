"""Bulk ingest: how fast it is, how much memory it takes, and that runs which were killed end as one that was not.

    python -m tests.benchmarks.bulk --articles 3000 --kills 3 --compare

Takes articles of the development archive, spread over its files, and the real model, in processes of their own.
"""

import argparse
import gzip
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from retrieval.sqlite_database import FILE
from tests.shared_data import DATA, REPOSITORY


@dataclass
class Run:
    """One process, or one after the other that was killed."""

    seconds: float = 0.0
    rss: list[int] = field(default_factory=list)  # MB, one a second

    @property
    def peak(self) -> int:
        """The most memory that a process took, MB."""
        return max(self.rss, default=0)


def ingest(source: Path, folder: Path, *, kill_at: int | None = None, child: list[str] | None = None) -> Run:
    """Runs `qawl ingest`, to its end or until so many articles are stored."""
    run = Run()
    started = time.monotonic()
    command = [*(child or _qawl()), "ingest", str(source), "--json", "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None:
            time.sleep(0.2 if kill_at is None else 0.02)
            run.rss.append(_rss(process.pid))
            if kill_at is not None and stored(folder) >= kill_at:
                process.send_signal(signal.SIGKILL)
                kill_at = None
        assert process.stderr
        errors = process.stderr.read().decode()
    assert process.returncode in (0, -signal.SIGKILL), errors
    run.seconds = time.monotonic() - started
    return run


def _qawl() -> list[str]:
    return [str(Path(sys.executable).with_name("qawl"))]


def _rss(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))]
    return max((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), default=0)


def stored(folder: Path) -> int:
    """Articles that are in the archive by now."""
    try:
        with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True, timeout=5)) as database:
            return int(database.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.Error:  # it is only being made
        return 0


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that must be the same in two archives, whatever ids and order they have."""
    queries = {
        "articles": "SELECT id, hash, lang, document FROM articles",
        "sentences": 'SELECT a.id, s."start", s."end", p."start", first_token, end_token FROM sentences s'
        " JOIN articles a ON a.key = s.article JOIN passages p ON p.id = s.passage",
        "passages": 'SELECT a.id, p."start", p."end", length(v.vector), length(t.packed) FROM passages p'
        " JOIN articles a ON a.key = p.article JOIN vectors v ON v.passage = p.id"
        " JOIN token_vectors t ON t.passage = p.id",
        "statements": 'SELECT a.id, t."start", t."end", t.cue, t.kind, s.name FROM statements t'
        " JOIN articles a ON a.key = t.article LEFT JOIN sources s ON s.id = t.source",
        "copies": "SELECT a.id, b.id FROM signatures s JOIN articles a ON a.key = s.article"
        " JOIN articles b ON b.key = s.story",
    }
    with closing(sqlite3.connect(folder / FILE)) as database:
        return {name: sorted(database.execute(sql), key=repr) for name, sql in queries.items()}


def killed(source: Path, folder: Path, articles: int, kills: int, *, child: list[str] | None = None) -> Run:
    """The run of `ingest` that is killed so often, at even distances, and begun again each time."""
    total = Run()
    for number in range(1, kills + 2):
        kill_at = articles * number // (kills + 1) if number <= kills else None
        run = ingest(source, folder, kill_at=kill_at, child=child)
        total.seconds += run.seconds
        total.rss += run.rss
    return total


def sample(path: Path, articles: int, pattern: str = "*.jsonl.gz") -> None:
    """Writes so many articles of the development archive, every n-th of each file."""
    lines: list[bytes] = []
    for each in sorted((DATA / "archive").glob(pattern)):
        with gzip.open(each, "rb") as file:
            lines += file
    step = max(1, len(lines) // articles)
    with gzip.open(path, "wb") as file:
        file.writelines(lines[::step][:articles])


def measured(source: Path, folder: Path, articles: int, kills: int) -> list[tuple[str, str]]:
    """What a run that is killed so often takes, and the figures."""
    run = killed(source, folder, articles, kills)
    again = ingest(source, folder)
    with closing(sqlite3.connect(folder / FILE)) as database:
        passages, statements = database.execute(
            "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM statements)"
        ).fetchone()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    curve = [max(run.rss[: len(run.rss) * part // 8 + 1][-20:]) for part in range(1, 9)]
    return [
        ("articles, passages, statements", f"{stored(folder)}, {passages}, {statements}"),
        ("killed", f"{kills} times"),
        ("time", f"{run.seconds:.0f} s"),
        ("speed", f"{articles / run.seconds:.1f} articles/s, {passages / run.seconds:.0f} passages/s"),
        ("the same again", f"{again.seconds:.1f} s, {articles / again.seconds:.0f} articles/s"),
        ("peak memory", f"{run.peak} MB"),
        ("memory by eighths of the time", ", ".join(f"{one} MB" for one in curve)),
        ("on disk", f"{size / max(1, passages):.0f} bytes a passage"),
    ]


def compared(one: Path, other: Path) -> str:
    """Which parts of two archives are the same."""
    left, right = contents(one), contents(other)
    return ", ".join(f"{what} {'the same' if left[what] == right[what] else 'DIFFERENT'}" for what in left)


def main() -> None:
    """Prints what was asked for on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--compare", action="store_true", help="ingest the same again, never killed, and compare both")
    parser.add_argument("--keep", type=Path, help="a new folder that the archive is left in")
    parser.add_argument("--files", default="*.jsonl.gz")
    arguments = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory() as name:
        source, folder, whole = Path(name) / "sample.jsonl.gz", Path(name) / "data", Path(name) / "whole"
        sample(source, arguments.articles, arguments.files)
        figures = measured(source, arguments.keep or folder, arguments.articles, arguments.kills)
        if arguments.compare:
            ingest(source, whole)
            figures.append(("against a run that was never killed", compared(arguments.keep or folder, whole)))
    for what, figure in figures:
        print(f"{what}: {figure}", flush=True)


if __name__ == "__main__":
    main()
