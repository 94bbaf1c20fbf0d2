"""Several processes that take articles into one database at once: the same archive as one alone makes."""

import json
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config import load_settings
from retrieval.archive import Prepared
from retrieval.postgres_archive import PostgresArchive
from retrieval.postgres_database import PostgresDatabase
from retrieval.whole_articles import PostgresWholeArticles, same
from tests.e2e.process import START_SECONDS
from tests.fakes import FakeWorkspace
from tests.ingest.test_bulk import SLOW_QAWL, written
from tests.postgres import Server
from tests.shared_data import REPOSITORY

PROCESSES = 3
ARTICLES = 90


def ingesting(source: Path, folder: Path, url: str) -> "subprocess.Popen[bytes]":
    command = [*SLOW_QAWL, "ingest", str(source), "--json", "--data-dir", str(folder)]
    return subprocess.Popen(
        command,
        env={"QAWL_DATABASE_URL": url, "HF_HUB_OFFLINE": "1"},
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def report(process: "subprocess.Popen[bytes]") -> Any:
    out, errors = process.communicate(timeout=START_SECONDS)
    assert process.returncode == 0, errors.decode()
    return json.loads(out)


def contents(url: str) -> dict[str, Prepared]:
    with closing(PostgresDatabase(url)) as database:
        whole = PostgresWholeArticles(PostgresArchive(database), database)
        return whole.of([number for number, _ in whole.page(0, 10 * ARTICLES)])


@pytest.mark.parametrize("overlap", [False, True], ids=["parts of the articles each", "all of the articles each"])
def test_three_processes_at_once_make_the_archive_that_one_makes(
    postgres: Server, tmp_path: Path, *, overlap: bool
) -> None:
    whole = written(tmp_path / "whole.jsonl", ARTICLES)
    lines = whole.read_text(encoding="utf-8").splitlines()
    parts = []
    for number in range(PROCESSES):
        part = tmp_path / f"part{number}.jsonl"
        chosen = lines[number * 30 :] + lines[: number * 30] if overlap else lines[number::PROCESSES]
        part.write_text("\n".join(chosen), encoding="utf-8")
        parts.append(part)
    with postgres.database(empty=True) as alone, postgres.database(empty=True) as together:
        report(ingesting(whole, tmp_path / "alone", alone))
        running = [ingesting(part, tmp_path / part.stem, together) for part in parts]
        reports = [report(one) for one in running]
        assert sum(one["added"] for one in reports) == ARTICLES
        assert sum(one["failed"] + one["updated"] for one in reports) == 0
        expected, found = contents(alone), contents(together)
        assert found.keys() == expected.keys()
        assert all(same(expected[one], found[one]) for one in expected)
        settings = load_settings(data_dir=tmp_path / "check").model_copy(update={"database_url": together})
        with closing(FakeWorkspace(settings)) as workspace:
            workspace.save()
            assert workspace.problems() == []
            copies = workspace.archive.copies(list(found))
        with closing(PostgresDatabase(alone)) as database:
            assert PostgresArchive(database).copies(list(found)).keys() == copies.keys()
