"""What `qawl doctor` finds, against a stand-in for Telegram and folders that are wrong in one way each."""

import shutil
import socket
import sqlite3
import stat
import subprocess
import time
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from pathlib import Path

import pytest

from bot.doctor import Finding, State, examine
from config import load_settings
from retrieval.backup import inspect
from retrieval.mounts import file_system
from retrieval.private_files import exposed, make_private
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.e2e.bot_api import BotApi
from tests.e2e.process import QAWL, environment
from tests.fakes import prepare
from tests.ingest.raw_site import answer, serve

TOKEN = "123456:AAH-very-secret"
SECRET = "webhook-secret"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(token=TOKEN) as server:
        yield server


@pytest.fixture(autouse=True)
def quick_model(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_ENCODER__MODEL", str(tiny_model))


def settings(monkeypatch: pytest.MonkeyPatch, api: BotApi | None = None, **more: str) -> None:
    values = {"TELEGRAM__ADMINS": "[7]"} | more
    if api:
        values |= {"TELEGRAM__TOKEN": api.token, "TELEGRAM__API_URL": api.api_url, "TELEGRAM__FILE_URL": api.file_url}
    for name, value in (values | more).items():
        monkeypatch.setenv(f"QAWL_{name}", value)


def found() -> list[Finding]:
    everything = list(examine(load_settings()))
    for one in everything:
        assert "\n" not in one.text
        assert TOKEN not in one.text
        assert SECRET not in one.text
    return everything


def problems() -> list[str]:
    return [f"{one.about}: {one.text}" for one in found() if one.state is State.PROBLEM]


def note(about: str) -> str:
    return next(one.text for one in found() if one.about == about and one.state is State.NOTE)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    with closing(SqliteArchive(folder)) as archive:
        archive.put([prepare(Article(id="a", text="قال لافروف", lang="ar"))])
    make_private(folder)
    return folder


def test_a_sound_bot_has_no_problem(api: BotApi, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, api)
    ok = {one.about: one.text for one in found() if one.state is State.OK}
    assert problems() == []
    assert ok["token"] == "@qawl_test_bot"
    assert ok["archive"] == "1 articles"
    assert {"network", "clock", "model", "disk", "data folder", "privacy mode", "webhook"} <= ok.keys()
    assert {one.method for one in api.calls()} == {"getMe", "getWebhookInfo"}, "looking changes nothing"
    assert api.faults == []


def test_without_a_token_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch)
    assert problems() == []
    assert "@BotFather" in note("token")
    assert "qawl ingest" in note("archive")
    assert not Path(load_settings().data_dir).exists(), "looking makes nothing"


def test_a_wrong_token_is_said_without_it(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, api, TELEGRAM__TOKEN="999:WRONG-secret")
    (only,) = problems()
    assert only.startswith("token: Telegram refuses it")
    assert "WRONG" not in only


def test_a_telegram_that_is_out_of_order_is_no_wrong_token(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, api)
    api.fail_next("getMe", status=502, times=9)
    (only,) = problems()
    assert "try again later" in only


def test_a_network_without_telegram_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings(monkeypatch, TELEGRAM__TOKEN=TOKEN, TELEGRAM__API_URL=f"http://127.0.0.1:{port}/bot")
    (only,) = problems()
    assert only.startswith(f"network: 127.0.0.1:{port} cannot be reached (ConnectError)")


@pytest.mark.parametrize(("ahead", "said"), [(-3600, "3,600 s ahead of"), (3600, "3,600 s behind")])
def test_a_wrong_clock_is_said(monkeypatch: pytest.MonkeyPatch, ahead: int, said: str) -> None:
    with serve() as site:
        site.pages["*"] = answer(Date=formatdate(time.time() + ahead, usegmt=True))
        settings(monkeypatch, TELEGRAM__TOKEN=TOKEN, TELEGRAM__API_URL=f"{site.url}/bot")
        clock = next(one for one in problems() if one.startswith("clock"))
    assert said in clock.replace("3,599", "3,600").replace("3,601", "3,600")
    assert "NTP" in clock


def test_privacy_mode_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    with BotApi(token=TOKEN, privacy=True) as api:
        settings(monkeypatch, api)
        assert "/setprivacy" in note("privacy mode")
        assert problems() == []


def test_a_webhook_of_another_program_is_said(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, api)
    api._methods.set_webhook("https://elsewhere.example:8443/secret-path")
    (only,) = problems()
    assert only.startswith("webhook: updates go to elsewhere.example:8443:")
    assert "secret-path" not in only


def test_a_webhook_that_telegram_cannot_reach_is_said(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as site:
        site.pages["*"] = answer(status=503)
        url = f"{site.url}/hook"
        settings(monkeypatch, api, TELEGRAM__WEBHOOK_URL=url, TELEGRAM__WEBHOOK_SECRET=SECRET)
        assert "qawl serve" in note("webhook") or "Bot API server" in note("webhook")
        api._methods.set_webhook(url)
        api.user().says("/start")
        for _ in range(100):
            if api.deliveries:
                break
            time.sleep(0.05)
        (only,) = problems()
    assert only == "webhook: Telegram cannot deliver: Wrong response from the webhook: 503"


def test_a_webhook_without_its_secret_is_said(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, api, TELEGRAM__WEBHOOK_URL="https://bot.example/hook")
    assert any("QAWL_TELEGRAM__WEBHOOK_SECRET" in one for one in problems())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"TELEGRAM__ACCESS": "allowlist"}, "QAWL_TELEGRAM__ALLOWED"),
        ({"TELEGRAM__ACCESS": "admins", "TELEGRAM__ADMINS": "[]"}, "QAWL_TELEGRAM__ADMINS"),
        ({"ENCODER__MODEL": "/no/such/model"}, "/no/such/model"),
    ],
)
def test_settings_that_let_nobody_in_or_name_nothing(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str], said: str
) -> None:
    settings(monkeypatch, **more)
    (only,) = problems()
    assert said in only


def test_an_archive_of_another_model_is_said(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(SqliteArchive(data_dir)) as archive:
        archive.bind_model("another model")
    settings(monkeypatch)
    (only,) = problems()
    assert "the archive is of another model" in only


def test_a_file_that_is_no_archive_is_said_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"nothing" * 1000
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).write_bytes(content)
    settings(monkeypatch)
    (only,) = problems()
    assert only.startswith("archive: ")
    assert (tmp_path / "data" / FILE).read_bytes() == content


def test_a_folder_that_is_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").write_text("")
    settings(monkeypatch)
    assert any("is a file" in one for one in problems())


def test_a_folder_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch, DATA_DIR="/proc/1/qawl")
    assert any(one.startswith("data folder: /proc/1 cannot be written") for one in problems())


def test_a_full_disk_is_said(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")(10**12, 10**12 - 10**6, 10**6)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    settings(monkeypatch)
    (only,) = problems()
    assert only.startswith("disk: 1 MB are left")


def test_a_network_file_system_is_said(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings(monkeypatch)
    for kind in ("nfs4", "cifs", "fuse.sshfs", "9p"):
        monkeypatch.setattr("bot.doctor.file_system", lambda folder, kind=kind: kind)
        (only,) = problems()
        assert f"network file system ({kind})" in only
    monkeypatch.setattr("bot.doctor.file_system", lambda folder: "overlay")
    assert problems() == []
    assert "mount a volume" in note("data folder")


def test_the_file_system_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    inner = tmp_path / "my data"
    inner.mkdir()
    mounts = tmp_path / "mounts"
    escaped = str(inner.resolve()).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {escaped} nfs4 rw 0 0\ntmpfs {escaped}2 tmpfs rw 0 0\n")
    assert file_system(inner, mounts) == file_system(inner / "words", mounts) == "nfs4"
    assert file_system(tmp_path, mounts) == "ext4"
    assert file_system(tmp_path, tmp_path / "none") == ""


def test_files_that_others_may_read_are_found_and_mended(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data_dir / "words").mkdir()
    (data_dir / "words").chmod(0o755)
    (data_dir / "words" / "segment").write_text("")
    (data_dir / "words" / "segment").chmod(0o644)
    (data_dir / "of others.txt").write_text("")
    (data_dir / "of others.txt").chmod(0o644)
    (data_dir / FILE).chmod(0o640)
    data_dir.chmod(0o755)
    settings(monkeypatch)
    assert "others may read" in note("data folder")
    made = {one.name for one in make_private(data_dir)}
    assert made == {"data", FILE, "words", "segment"}
    assert exposed(data_dir) == []
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (data_dir, *data_dir.rglob("*"))}
    assert modes == {"data": 0o700, FILE: 0o600, "words": 0o700, "segment": 0o600, "of others.txt": 0o644}


def test_an_old_archive_is_looked_at_and_not_changed(data_dir: Path) -> None:
    with closing(sqlite3.connect(data_dir / FILE)) as database:
        database.execute("PRAGMA user_version = 1")
    assert inspect(data_dir / FILE).articles == 1
    with closing(sqlite3.connect(data_dir / FILE)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)


def test_the_command_ends_with_1_only_when_something_is_wrong(api: BotApi, tmp_path: Path, tiny_model: Path) -> None:
    def doctor(**more: str) -> "subprocess.CompletedProcess[str]":
        given = environment(tmp_path / "data", api, [7], {"ENCODER__MODEL": str(tiny_model), **more})
        return subprocess.run([QAWL, "doctor"], env=given, capture_output=True, text=True, timeout=120, check=False)

    sound = doctor()
    assert (sound.returncode, sound.stderr) == (0, "")
    assert "ok       token: @qawl_test_bot" in sound.stdout.splitlines()
    wrong = doctor(TELEGRAM__TOKEN="999:WRONG-secret")
    assert wrong.returncode == 1
    assert [line for line in wrong.stdout.splitlines() if line.startswith("problem")] == [
        "problem  token: Telegram refuses it: copy it again from @BotFather into QAWL_TELEGRAM__TOKEN"
    ]
    assert "WRONG" not in wrong.stdout + wrong.stderr
    assert api.token not in sound.stdout
