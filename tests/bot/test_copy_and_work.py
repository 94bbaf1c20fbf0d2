"""`qawl copy` and `qawl work` as processes of their own: what they print, how they end, and what they never load."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config import load_settings
from ingest.queue import packed
from retrieval.types import Article
from tests.bot.test_cli import DONE, NO_ARCHIVE, SECONDS, USAGE, Done, end, environment, qawl
from tests.fakes import FakeWorkspace
from tests.postgres import Server, running_server
from tests.shared_data import REPOSITORY

SLOW_QAWL = [sys.executable, "-m", "tests.ingest.slow_qawl"]
ARTICLES = [
    Article(id="en", text="Smith said: cranes fly south."),
    Article(id="ar", text="لافروف said: الاتفاق قريب."),
    Article(id="ru", text="Песков said: встреча завтра."),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that a test may stop."""
    with running_server() as own:
        yield own


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    with server.database(empty=True) as address:
        yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(FakeWorkspace(load_settings(data_dir=tmp_path / "folder"))) as workspace:
        workspace.ingestor.ingest(ARTICLES)
        workspace.memory.choose_language(5, "ru")
    return tmp_path / "folder"


# --- copy


def test_up_and_back_without_an_encoder(folder: Path, url: str, tmp_path: Path) -> None:
    up = qawl(tmp_path / "own", "copy", "--from", folder, "--to", url, QAWL_ENCODER__MODEL="/nowhere")
    assert (up.status, up.errors) == (DONE, []), up.err
    where = f"{url.rpartition('/')[2]} at {url.rpartition('@')[2].partition('/')[0]}"
    assert (
        up.out == f"3 articles are in {where} as they are in {folder}: 3 of them brought now, and 1 rows beside them\n"
    )
    again = qawl(tmp_path / "own", "copy", "--from", folder, "--to", url)
    assert again.out.endswith(": 0 of them brought now, and 0 rows beside them\n")
    back = qawl(tmp_path / "back", "copy", "--from", url)
    assert (back.status, back.errors) == (DONE, []), back.err
    with closing(FakeWorkspace(load_settings(data_dir=tmp_path / "back"))) as workspace:
        assert list(workspace.archive.articles()) == ARTICLES
        assert workspace.memory.language(5) == "ru"
        assert workspace.answer("What did Smith say about cranes?", limit=1).evidence[0].article_id == "en"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], USAGE, "Say what to copy, and where"),
        (["--from", "{folder}", "--to", "{folder}"], USAGE, "are one archive"),
        (["--from", "{folder}/nothing", "--to", "{url}"], USAGE, "There is no archive in"),
        (["--from", "{folder}", "--to", "mysql://x/y"], USAGE, "must look like postgresql://"),
        (["--from", "{folder}", "--to", "postgresql://a:s3cret@127.0.0.1:1/b"], NO_ARCHIVE, "refused"),
    ],
)
def test_what_cannot_be_copied_is_one_line(
    folder: Path, url: str, tmp_path: Path, arguments: list[str], status: int, words: str
) -> None:
    done = qawl(tmp_path / "own", "copy", *(one.format(folder=folder, url=url) for one in arguments))
    assert (done.status, done.out, len(done.errors)) == (status, "", 1), done.err
    assert words in done.err
    assert "s3cret" not in done.err
    assert not (folder / "nothing").exists()


# --- work


def working(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*SLOW_QAWL, "work", "--data-dir", folder],
        env=environment(folder, QAWL_DATABASE_URL=url),
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def stopped(process: "subprocess.Popen[bytes]") -> tuple[Done, float]:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    return end(process), time.monotonic() - began


def test_a_worker_that_is_stopped_hands_its_job_back_and_the_next_goes_on(
    server: Server, url: str, tmp_path: Path
) -> None:
    settings = load_settings(data_dir=tmp_path / "own").model_copy(update={"database_url": url})
    with closing(FakeWorkspace(settings)) as workspace:
        long = [
            Article(id=f"a{n}", text="\n".join(f"Smith said: {n}.{k} cranes." for k in range(30))) for n in range(30)
        ]
        job = workspace.queue.add("articles", "long", packed(long))
        first = working(url, tmp_path / "first")
        until(lambda: workspace.archive.counts().articles > 0, first)
        done, seconds = stopped(first)
        assert (done.status, seconds < 10) == (DONE, True), done.err
        assert "Traceback" not in done.err
        now = workspace.queue.job(job.id)
        assert now
        assert (now.state, now.tries) == ("waiting", 0)
        assert 0 < workspace.archive.counts().articles < len(long)
        second = working(url, tmp_path / "second")
        until(lambda: getattr(workspace.queue.job(job.id), "state", "") == "done", second)
        stopped(second)
        now = workspace.queue.job(job.id)
        assert now
        assert now.report
        assert (now.report.added, now.report.unchanged) == (len(long), 0)
    assert not list((tmp_path / "second").glob("*.faiss")), "nobody asks a worker: it keeps no index"


def test_a_worker_goes_on_when_the_server_was_away(tmp_path: Path) -> None:
    with running_server() as own, own.database() as url:
        process = working(url, tmp_path / "worker")
        assert process.stderr
        while b"Working" not in process.stderr.readline():
            assert process.poll() is None
        own.stop()
        time.sleep(1)
        own.start()
        settings = load_settings(data_dir=tmp_path / "own").model_copy(update={"database_url": url})
        with closing(FakeWorkspace(settings)) as workspace:
            workspace.queue.add("articles", "one", packed(ARTICLES))
            until(lambda: workspace.archive.counts().articles == len(ARTICLES), process)
        done, _ = stopped(process)
        assert done.status == DONE
        assert "Traceback" not in done.err


def test_a_worker_of_another_model_ends_with_one_line(server: Server, url: str, tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path / "own").model_copy(update={"database_url": url})
    with closing(FakeWorkspace(settings)) as workspace:
        workspace.ingestor.ingest(ARTICLES)
        workspace.archive.bind_model("another 1", force=True)
    done = end(working(url, tmp_path / "worker"))
    assert (done.status, len(done.errors)) == (NO_ARCHIVE, 1)
    assert "encoded with another 1, not with fake 1" in done.err


def until(true: Callable[[], object], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert process.poll() is None, end(process).err
        assert time.monotonic() < deadline
        time.sleep(0.02)
