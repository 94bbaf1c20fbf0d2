"""Many articles in one go: stopped at any instant they lose nothing, and the same command goes on."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import load_settings
from ingest.extent import Extent
from ingest.sources import read
from tests.benchmarks.bulk import contents, ingest, killed, stored
from tests.fakes import FakeWorkspace
from tests.shared_data import REPOSITORY

SLOW_QAWL = [sys.executable, "-m", "tests.ingest.slow_qawl"]
ARTICLES = 40
TEXTS = [
    "Lavrov said: talk number {n} went well. Nobody else spoke, and {n} people left.\nPutin said: {n} is enough.",
    "Лавров провёл встречу номер {n}. Песков промолчал.\nPeskov said: встреча {n} удалась.",
    "عقد لافروف اجتماعا رقم {n}. ولم يقل بوتين شيئا.\nLavrov said: الاجتماع {n} ناجح.",
]


def written(path: Path, count: int = ARTICLES) -> Path:
    lines = [
        json.dumps({"id": f"a{n}", "text": TEXTS[n % 3].format(n=n), "lang": ("en", "ru", "ar")[n % 3]})
        for n in range(count)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def agrees(folder: Path) -> bool:
    workspace = FakeWorkspace(load_settings(data_dir=folder))
    try:
        return workspace.problems() == []
    finally:
        workspace.close()


def test_a_run_that_was_killed_three_times_ends_as_one_that_was_not(tmp_path: Path) -> None:
    source = written(tmp_path / "many.jsonl")
    whole, parts = tmp_path / "whole" / "data", tmp_path / "parts" / "data"
    ingest(source, whole, child=SLOW_QAWL)
    killed(source, parts, ARTICLES, 3, child=SLOW_QAWL)
    assert stored(whole) == ARTICLES
    assert contents(parts) == contents(whole)
    assert len(contents(parts)["statements"]) >= ARTICLES
    assert agrees(parts)


def test_what_is_killed_keeps_what_was_stored(tmp_path: Path) -> None:
    source, folder = written(tmp_path / "many.jsonl"), tmp_path / "data"
    ingest(source, folder, kill_at=10, child=SLOW_QAWL)
    assert 10 <= stored(folder) < ARTICLES
    assert agrees(folder)


def test_an_interrupt_ends_it_and_says_how_to_go_on(tmp_path: Path) -> None:
    source, folder = written(tmp_path / "many.jsonl"), tmp_path / "data"
    command = [*SLOW_QAWL, "ingest", str(source), "--json", "--data-dir", str(folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while stored(folder) < 20 and process.poll() is None:  # all but the last write, of some five, are counted
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Run the same command again to go on" in errors.decode()
    assert "Traceback" not in errors.decode()
    report = json.loads(out)
    assert 10 <= report["added"] <= stored(folder) < ARTICLES
    assert agrees(folder)


def test_the_same_again_is_fast_and_leaves_the_indexes_in_step(tmp_path: Path) -> None:
    source, folder = written(tmp_path / "many.jsonl"), tmp_path / "data"
    ingest(source, folder, child=SLOW_QAWL)
    assert (folder / "vectors.faiss").exists(), "an index that is in step was saved"
    before = contents(folder)
    ingest(source, folder, child=SLOW_QAWL)
    assert contents(folder) == before


def test_progress_is_measured_in_bytes_of_all_files(tmp_path: Path) -> None:
    files = [written(tmp_path / "a.jsonl"), written(tmp_path / "folder.jsonl", 3)]
    extent = Extent(map(str, files))
    assert extent.total == sum(file.stat().st_size for file in files)
    seen = [extent.done for file in files for _ in read(str(file), opened=extent.opened)]
    assert seen == sorted(seen)
    assert extent.done == extent.total


def test_a_folder_counts_what_is_read_of_it(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    file = written(tmp_path / "f" / "a.jsonl")
    (tmp_path / "f" / "picture.png").write_bytes(b"x" * 1000)
    extent = Extent([str(tmp_path / "f")])
    assert extent.total == file.stat().st_size
    assert len(list(read(str(tmp_path / "f"), opened=extent.opened))) == ARTICLES
    assert extent.done == extent.total


@pytest.mark.parametrize("names", [["https://example.org/feed"], ["a.jsonl", "HTTP://example.org"]])
def test_nobody_knows_how_long_the_web_is(names: list[str]) -> None:
    assert Extent(names).total is None
