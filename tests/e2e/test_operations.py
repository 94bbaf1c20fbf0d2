"""Running it for others: backups while it works, a stop that loses nothing, logs and files that tell on nobody."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.logs import KEY_FILE
from tests.e2e.bot_api import BotApi
from tests.e2e.process import QAWL, START_SECONDS, environment, qawl, serving
from tests.e2e.test_webhook import free_port

ADMIN = 7001
CHANNEL = -1_001_888_000_007
WAIT = 90  # seconds for an answer on a machine that is busy with other tests
STOP_SECONDS = 10  # container runtimes kill after so long
QUESTIONS = [
    "What did Patrushev say about chemical weapons?",
    "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟",
    "Что Патрушев сказал о химическом оружии?",
]


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(token="123456:TEST-token") as server:
        yield server


def until(true: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def count(data_dir: Path, sql: str) -> int:
    with closing(sqlite3.connect(data_dir / "archive.sqlite3")) as database:
        (number,) = database.execute(sql).fetchone()
    return int(number)


def answers(data_dir: Path) -> list[Any]:
    """What is quoted to each question."""
    batch = data_dir.with_name("questions.jsonl")
    batch.write_text("\n".join(json.dumps({"id": 0, "question": one}) for one in QUESTIONS))
    done = qawl(data_dir, "ask", "--batch", str(batch), "--json")
    assert done.returncode == 0, done.stderr
    evidence = [json.loads(line)["evidence"] for line in done.stdout.splitlines()]
    assert all(evidence)
    return [[(one["article_id"], one["start"], one["quote"], one["speaker"]) for one in own] for own in evidence]


def run(given: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command with the settings of a bot."""
    command = [QAWL, *arguments]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=START_SECONDS, check=False)


# --- backup and restore


def test_a_backup_made_while_others_serve_and_ingest_answers_as_the_archive_does(
    api: BotApi, tmp_path: Path, with_sample: Callable[[str], Path]
) -> None:
    data_dir, backup, restored = with_sample("backup"), tmp_path / "saved.sqlite3", tmp_path / "restored" / "data"
    wanted = answers(data_dir)
    many = tmp_path / "many.jsonl"
    words = "The gardener said that tulip number {} has flowered. Its leaves are green, and the soil around it is wet."
    many.write_text("\n".join(json.dumps({"id": f"tulip-{n}", "text": words.format(n) * 9}) for n in range(3000)))
    with serving(data_dir, api, [ADMIN]) as bot:
        command = [QAWL, "ingest", many, "--data-dir", data_dir]
        ingest = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ.copy())
        try:
            until(lambda: count(data_dir, "SELECT count(*) FROM articles") > 1, "the ingest has begun")
            done = qawl(data_dir, "backup", str(backup))
            assert ingest.poll() is None, "it was still at work"
        finally:
            ingest.kill()
            ingest.wait()
        assert done.returncode == 0, done.stderr
        in_use = qawl(data_dir, "restore", str(backup), "--force")
        assert in_use.returncode == 3
        assert in_use.stderr.splitlines()[-1].startswith("qawl: Another process has the archive open")
        assert bot.stop() == 0
    brought = qawl(restored, "restore", str(backup))
    assert brought.returncode == 0, brought.stderr
    number = count(restored, "SELECT count(*) FROM articles")
    assert number > 1
    assert done.stdout.startswith(f"{backup}: {number:,} articles")
    assert qawl(restored, "check").stdout == "Archive and indexes agree.\n"
    assert answers(restored) == wanted


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["restore", "nowhere.sqlite3"], 1, "There is no backup nowhere.sqlite3."),
        (["backup", "nowhere/saved.sqlite3"], 3, "There is no archive"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    done = qawl(tmp_path / "data", *arguments)
    assert done.returncode == status
    (line,) = done.stderr.splitlines()
    assert said in line


# --- who may read what


def test_a_folder_that_others_may_read_is_mended_with_a_warning(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    assert qawl(data_dir, "stats").stderr == ""
    assert stat.S_IMODE((data_dir / "archive.sqlite3").stat().st_mode) == 0o600
    data_dir.chmod(0o755)
    (data_dir / "archive.sqlite3").chmod(0o644)
    done = qawl(data_dir, "stats")
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert f"Others could read {data_dir} and 1 more" in line
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "archive.sqlite3").stat().st_mode) == 0o600
    assert qawl(data_dir, "stats").stderr == ""


def test_no_secret_is_in_the_data_folder_or_in_a_backup(api: BotApi, tmp_path: Path, tiny_model: Path) -> None:
    data_dir = tmp_path / "data"
    secrets = {"TELEGRAM__WEBHOOK_SECRET": "hook-secret-word", "LLM__API_KEY": "key-secret-word"}
    person = api.user()
    with serving(data_dir, api, [ADMIN], {"ENCODER__MODEL": str(tiny_model), **secrets}) as bot:
        person.says(QUESTIONS[0])
        api.wait_for("sendMessage", chat=person, timeout=WAIT)
        done = qawl(data_dir, "backup", str(tmp_path / "saved.sqlite3"))
        assert done.returncode == 0, done.stderr
        assert bot.stop() == 0
    files = [one for one in (*data_dir.rglob("*"), tmp_path / "saved.sqlite3", tmp_path / "serve.log") if one.is_file()]
    assert {one.name for one in files} >= {"archive.sqlite3", KEY_FILE, "saved.sqlite3", "serve.log"}
    for secret in (api.token, *secrets.values()):
        assert [one.name for one in files if secret.encode() in one.read_bytes()] == []
    assert {stat.S_IMODE(one.stat().st_mode) for one in files if one.name != "serve.log"} == {0o600}
    assert {stat.S_IMODE(one.stat().st_mode) for one in (data_dir, *data_dir.rglob("*")) if one.is_dir()} == {0o700}


# --- what the outside sees of it


def test_logs_figures_and_health_of_a_running_bot(api: BotApi, tmp_path: Path, tiny_model: Path) -> None:
    data_dir, listen = tmp_path / "data", f"127.0.0.1:{free_port()}"
    settings = {"ENCODER__MODEL": str(tiny_model), "LOG__FORMAT": "json", "METRICS__LISTEN": listen}
    person = api.user(id=70_012_345)

    def get(path: str) -> httpx.Response:
        return httpx.get(f"http://{listen}{path}", trust_env=False)

    with serving(data_dir, api, [ADMIN], settings) as bot:
        assert get("/healthz").json() == {"ok": True, "problems": []}
        person.says("/start")
        api.wait_for("sendMessage", chat=person, timeout=WAIT)
        until(lambda: 'qawl_updates_total{kind="message"} 1.0' in get("/metrics").text, "the update is counted")
        with closing(sqlite3.connect(data_dir / "archive.sqlite3", isolation_level=None)) as database:
            database.execute("ALTER TABLE meta RENAME TO hidden")
            person.says(QUESTIONS[0])
            api.wait_for("sendMessage", chat=person, timeout=WAIT)
            assert get("/healthz").status_code == 503
            database.execute("ALTER TABLE hidden RENAME TO meta")
        assert get("/healthz").status_code == 200
        assert bot.stop() == 0
        lines = [json.loads(line) for line in bot.log.splitlines()]
        assert str(person.id) not in bot.log
    failed = [line for line in lines if "person" in line]
    assert failed, "the fault was logged as what came of somebody's message"
    assert {line["request"] for line in failed}
    assert len({line["person"] for line in failed}) == 1
    with pytest.raises(httpx.ConnectError):
        get("/healthz")


def test_doctor_of_a_served_bot_finds_nothing_wrong(api: BotApi, tmp_path: Path, tiny_model: Path) -> None:
    given = environment(tmp_path / "data", api, [ADMIN], {"ENCODER__MODEL": str(tiny_model)})
    with serving(tmp_path / "data", api, [ADMIN], {"ENCODER__MODEL": str(tiny_model)}):
        done = run(given, "doctor")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert api.faults == []


# --- the end


def test_sigterm_within_an_answer_and_an_ingest_ends_in_time_and_loses_nothing(
    api: BotApi, tmp_path: Path, tiny_model: Path
) -> None:
    data_dir = tmp_path / "data"
    settings = {"TELEGRAM__CHANNELS": f"[{CHANNEL}]", "ENCODER__MODEL": str(tiny_model)}
    channel = api.channel("Wire", id=CHANNEL)
    person = api.user()
    posts = 30
    with serving(data_dir, api, [ADMIN], settings) as bot:
        api.fail_next("sendMessage", status=429, retry_after=60, times=9)
        person.says(QUESTIONS[0])
        until(lambda: api.calls("sendMessage", chat=person), "the answer waits for Telegram")
        for number in range(posts):
            channel.posts(f"The gardener said that tulip {number} has flowered. " * 60)
        until(lambda: count(data_dir, "SELECT count(*) FROM articles") > 0, "the ingest has begun")
        before = time.monotonic()
        assert bot.stop(signal.SIGTERM) == 0
        assert time.monotonic() - before < STOP_SECONDS
        left = count(data_dir, "SELECT count(*) FROM jobs WHERE state <> 'done'")
        assert left > 0, "it was stopped within the ingest"
        assert count(data_dir, "SELECT count(*) FROM jobs WHERE state = 'running'") == 0, "all were handed back"
        assert "Traceback" not in bot.log
    api.forget_calls()
    with serving(data_dir, api, [ADMIN], settings) as bot:
        api.wait_for("sendMessage", chat=person, timeout=WAIT)
        until(lambda: count(data_dir, "SELECT count(*) FROM articles") == posts, "every post is in the archive", 180)
        assert bot.stop() == 0
    assert len([one for one in api.calls("sendMessage", chat=person) if one.status == 200]) == 1
    checked = run(environment(data_dir, api, [ADMIN], settings), "check")
    assert checked.stdout == "Archive and indexes agree.\n"
