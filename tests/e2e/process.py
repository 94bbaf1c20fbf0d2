"""The real `qawl serve` as a process of its own, talking to a stand-in for the Bot API."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from retrieval.sqlite_database import FILE
from tests.e2e.bot_api import BotApi

QAWL = Path(sys.executable).with_name("qawl")
START_SECONDS = 120  # loading the model on a busy machine
STOP_SECONDS = 30


class Serve:
    """A running bot. `log` is what it has written to stderr so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", log_file: Path, data_dir: Path, api: BotApi) -> None:
        self._process = process
        self._log_file = log_file
        self._database = data_dir / FILE
        self._api = api

    @property
    def log(self) -> str:
        return self._log_file.read_text(encoding="utf-8")

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def unsettled(self) -> int:
        """How many updates the bot has received and not dealt with."""
        return self._count("FROM updates WHERE document IS NOT NULL")

    def at_rest(self) -> None:
        """Waits until all that has happened so far is dealt with: whatever has not come of it by then does not come."""
        deadline = time.monotonic() + START_SECONDS
        jobs = "FROM jobs WHERE state IN ('waiting', 'running')"
        while self._api.unconfirmed or self.unsettled or self._count(jobs):
            assert time.monotonic() < deadline, "the bot is never done"
            time.sleep(0.02)

    def _count(self, rows: str) -> int:
        with closing(sqlite3.connect(self._database)) as database:
            return int(database.execute(f"SELECT count(*) {rows}").fetchone()[0])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Asks the process to end; its exit status."""
        self._process.send_signal(how)
        return self._process.wait(STOP_SECONDS)


def environment(
    data_dir: Path, api: BotApi, admins: list[int], extra: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The settings of a bot; `extra` ones by their names without QAWL_."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QAWL_")}
    return clean | {
        "QAWL_DATA_DIR": str(data_dir),
        "QAWL_TELEGRAM__TOKEN": api.token,
        "QAWL_TELEGRAM__API_URL": api.api_url,
        "QAWL_TELEGRAM__FILE_URL": api.file_url,
        "QAWL_TELEGRAM__ADMINS": str(admins),
        "HF_HUB_OFFLINE": "1",
        **{f"QAWL_{name}": value for name, value in (extra or {}).items()},
    }


def qawl(data_dir: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command to its end."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("QAWL_")}
    return subprocess.run(
        [QAWL, *arguments, "--data-dir", data_dir],
        env=clean,
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )


@contextmanager
def serving(data_dir: Path, api: BotApi, admins: list[int], extra: Mapping[str, str] | None = None) -> Iterator[Serve]:
    """The bot, from its first poll until it is stopped; killed when the test fails before that."""
    log_file = data_dir.parent / "serve.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [QAWL, "serve"],
            env=environment(data_dir, api, admins, extra),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        api.wait_for("setMyCommands", timeout=START_SECONDS)
        yield Serve(process, log_file, data_dir, api)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
