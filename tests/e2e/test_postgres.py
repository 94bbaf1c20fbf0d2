"""An archive on PostgreSQL, from the command line and from the bot: two machines, one database."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bot_api import BotApi
from tests.e2e.process import QAWL, START_SECONDS, serving
from tests.postgres import Server, running_server
from tests.shared_data import SAMPLE

QUESTIONS = {
    "ar": "ماذا قال لافروف عن تمويل الإرهاب؟",
    "en": "What did Lavrov say about terrorism financing?",
    "ru": "Что сказал Лавров о финансировании терроризма?",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that a test may stop."""
    with running_server() as own:
        yield own


@pytest.fixture(scope="module")
def url(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database that one machine has put the sample into."""
    with server.database(empty=True) as address:
        done = qawl(tmp_path_factory.mktemp("first") / "data", "ingest", str(SAMPLE), url=address)
        assert done.returncode == 0, done.stderr
        yield address


def qawl(data_dir: Path, *arguments: str, url: str | None = None) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QAWL_")}
    settings = {"QAWL_DATA_DIR": str(data_dir), "HF_HUB_OFFLINE": "1"} | ({"QAWL_DATABASE_URL": url} if url else {})
    command = [QAWL, *arguments]
    environment = clean | settings
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False)


def printed(done: "subprocess.CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_another_machine_gives_the_same_answers_as_an_archive_in_a_folder(
    url: str, tmp_path: Path, with_sample: Callable[[str], Path]
) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = [json.dumps({"id": lang, "question": question}) for lang, question in QUESTIONS.items()]
    questions.write_text("\n".join(lines), encoding="utf-8")
    here, there = (
        qawl(folder, "ask", "--batch", str(questions), "--json", url=address)
        for folder, address in ((with_sample("folder"), None), (tmp_path / "other machine", url))
    )
    assert there.returncode == 0, there.stderr
    answers = [[json.loads(line) for line in done.stdout.splitlines()] for done in (here, there)]
    assert len(answers[1]) == len(QUESTIONS)
    for own, other in zip(*answers, strict=True):
        assert other["status"] == "answered"
        assert [(one["start"], one["quote"]) for one in other["evidence"]] == [
            (one["start"], one["quote"]) for one in own["evidence"]
        ]
        assert other["evidence"][0]["speaker"]["name"] == own["evidence"][0]["speaker"]["name"]


def test_counting_checking_and_taking_out_work(url: str, tmp_path: Path) -> None:
    counts = printed(qawl(tmp_path, "stats", "--json", url=url))
    assert counts["articles"] == 1
    assert counts["passages"] > 10
    assert counts["bytes"] > 100_000
    checked = qawl(tmp_path, "check", url=url)
    assert (checked.returncode, checked.stdout) == (0, "Archive and indexes agree.\n"), checked.stderr
    (tmp_path / "خبر.txt").write_text("قال الوزير: «سنعود غدا».\n\nНовость: министр сказал, что вернётся завтра.")
    added = printed(qawl(tmp_path, "ingest", str(tmp_path / "خبر.txt"), "--json", url=url))
    assert (added["added"], added["failed"]) == (1, 0)
    assert qawl(tmp_path / "elsewhere", "delete", "خبر", url=url).returncode == 0
    assert printed(qawl(tmp_path, "stats", "--json", url=url))["articles"] == 1
    assert qawl(tmp_path, "check", url=url).returncode == 0


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("postgresql://nobody-here:s3cret@{host}/{name}", 3, 'role "nobody-here" does not exist'),
        ("postgresql://postgres:s3cret@127.0.0.1:1/{name}", 3, "refused"),
        ("mysql://postgres:s3cret@{host}/{name}", 2, "postgresql://USER:PASSWORD@HOST"),
    ],
)
def test_a_database_that_does_not_open_is_one_line(
    server: Server, url: str, tmp_path: Path, address: str, status: int, words: str
) -> None:
    host, name = f"127.0.0.1:{server.port}", url.rpartition("/")[2]
    done = qawl(tmp_path, "stats", url=address.format(host=host, name=name))
    assert (done.returncode, done.stdout) == (status, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert words in done.stderr
    assert "s3cret" not in done.stderr


def test_the_bot_answers_from_the_database_and_goes_on_when_it_was_away(
    server: Server, url: str, tmp_path: Path
) -> None:
    with (
        BotApi(token="123456:TEST-token") as api,
        serving(tmp_path / "data", api, [7001], {"DATABASE_URL": url}) as bot,
    ):
        asker = api.user("Reader", language_code="en")

        def answered(question: str) -> str:
            api.forget_calls()
            asker.says(question)
            return str(api.wait_for("sendMessage", chat=asker, timeout=60).params["text"])

        quotation = "الدعم المالي"
        assert quotation in answered(QUESTIONS["en"])
        while server.run("SELECT 1 FROM updates WHERE document IS NOT NULL", url.rpartition("/")[2]):
            time.sleep(0.05)  # it remembers yet what it has answered
        server.stop()
        failed = answered(QUESTIONS["en"])
        assert quotation not in failed
        assert "127.0.0.1" not in failed, "readers are not told where the database is"
        server.start()
        deadline = time.monotonic() + 60
        while quotation not in answered(QUESTIONS["en"]):
            assert time.monotonic() < deadline, "the bot does not find the database again"
        assert api.faults == []
        assert "Traceback" not in bot.log
