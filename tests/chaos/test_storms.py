"""The real bot process while Telegram has a bad day: each reader is answered once, each post taken in once."""

import json
import os
import random
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.chaos.line import Line
from tests.chaos.readers import NEWS, Crowd
from tests.chaos.weather import CALM, STORMS, BadDay, Disorder
from tests.e2e.process import QAWL, Serve, environment, serving

UPDATES = int(os.environ.get("QAWL_CHAOS_UPDATES", "100"))  # `make chaos` asks for 10 000
SEED = int(os.environ.get("QAWL_CHAOS_SEED", "8"))
CHANNEL = -1_001_888_000_007
_AWAY = 60.0 if UPDATES >= 10_000 else 4.0  # seconds without a server
_ROUNDS = max(1, UPDATES // 2000)  # in each all storms come once
_AT_ONCE = 40  # readers who wait before others come
_POSTS = 0.05  # share of posts among what happens
_BREAK = 1.0  # seconds between two breaks of the line
_PATIENCE = 180.0  # seconds after the last storm: the bot itself pauses for 30 between two tries
_BUSY = 0.3  # of a core, while nothing can be done: some hundredths, and what was still to be computed


class BadDays:
    """The bot, its readers and a channel through all storms."""

    def __init__(self, api: BadDay, line: Line, bot: Serve, data_dir: Path) -> None:
        self.api, self.line = api, line
        self.chance = random.Random(SEED)
        self.crowd = Crowd(api.user, self.chance)
        self.channel = api.channel("Wire", id=CHANNEL)
        self.posts: dict[str, str] = {}
        self.busy: list[float] = []  # shares of a core
        self.memory: list[float] = []  # MiB, after each round
        self._process = psutil.Process(bot.pid)
        self._database = data_dir / "archive.sqlite3"
        self._broke = time.monotonic()

    @property
    def updates(self) -> Disorder:
        assert isinstance(self.api._telegram.updates, Disorder)
        return self.api._telegram.updates

    def go_through(self) -> None:
        self.post()
        while not self.archived():  # of an empty archive nothing is asked
            self.pass_time()
        for number in range(_ROUNDS):
            for weather in (*STORMS, CALM):
                self.api.weather = weather
                part = UPDATES * (number + 1) // _ROUNDS if weather is CALM else self.updates.pushed + self.share
                while self.updates.pushed < part:
                    self.something_happens()
                print(f"{self.updates.pushed:6} updates  {self.api.failed:6} calls failed  {weather.name}", flush=True)
            self.be_away()
            self.memory.append(self._process.memory_info().rss / 2**20)
        deadline = time.monotonic() + _PATIENCE
        while (self.crowd.waiting or self.open_ends()) and time.monotonic() < deadline:
            self.pass_time()

    @property
    def share(self) -> int:
        """Updates in each storm: about as many as in calm weather."""
        return UPDATES // _ROUNDS // (len(STORMS) + 1)

    def something_happens(self) -> None:
        while len(self.crowd.waiting) >= _AT_ONCE:
            self.pass_time()
        if self.chance.random() < _POSTS:
            self.post()
        else:
            self.crowd.one_comes()

    def post(self) -> None:
        """Something new in the channel; every third is corrected at once."""
        number = len(self.posts)
        text = self.chance.choice(NEWS).format(number)
        post = self.channel.posts(text)
        if number % 3 == 0:
            text += f"\n{self.chance.choice(NEWS).format(number)}"
            self.channel.edits(post, text)
        self.posts[f"telegram:{CHANNEL}:{post['message_id']}"] = text

    def pass_time(self) -> None:
        if self.api.weather.breaks and time.monotonic() - self._broke > _BREAK:
            self._broke = time.monotonic()
            self.line.breaks()
        time.sleep(0.05)
        self.crowd.look()

    def be_away(self) -> None:
        """The server is gone with questions in the air; how busy the bot is when it has computed what it was asked."""
        self.line.goes_away()
        time.sleep(_AWAY / 3)
        before, since = self.cpu_seconds(), time.monotonic()
        time.sleep(_AWAY * 2 / 3)
        self.busy.append((self.cpu_seconds() - before) / (time.monotonic() - since))
        self.line.comes_back()

    def cpu_seconds(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def open_ends(self) -> int:
        """Updates and posts that the bot has still to deal with."""
        with closing(sqlite3.connect(self._database)) as database:
            (updates,) = database.execute("SELECT count(*) FROM updates WHERE document IS NOT NULL").fetchone()
            (jobs,) = database.execute("SELECT count(*) FROM jobs WHERE state IN ('waiting', 'running')").fetchone()
        return int(updates + jobs)

    def archived(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self._database)) as database:
            documents = [json.loads(row[0]) for row in database.execute("SELECT document FROM articles")]
        return sorted((one["id"], one["text"]) for one in documents)

    def report(self) -> str:
        repeated = sum(one.repeated for one in self.crowd.readers)
        return (
            f"{self.updates.pushed} updates ({dict(self.crowd.did)}, {len(self.posts)} posts), "
            f"{self.updates.again} came again; {self.api.failed} calls failed; "
            f"{len(self.crowd.lost())} answers lost, {len(self.crowd.doubled())} doubled, "
            f"{repeated} asked again when the bot said that an answer may be lost; "
            f"busy while the server was away: {', '.join(f'{one:.0%}' for one in self.busy)} of a core; "
            f"{' → '.join(f'{one:.0f}' for one in self.memory)} MiB"
        )


@pytest.mark.timeout(7200)
def test_no_storm_loses_or_doubles_an_answer_or_a_post(tmp_path: Path, tiny_model: Path) -> None:
    data_dir = tmp_path / "data"
    with BadDay(SEED) as api, Line(api.port) as line:
        api.api_url = f"http://127.0.0.1:{line.port}/bot"
        settings = {"ENCODER__MODEL": str(tiny_model), "TELEGRAM__CHANNELS": f"[{CHANNEL}]"}
        with serving(data_dir, api, [], settings) as bot:
            days = BadDays(api, line, bot, data_dir)
            days.go_through()
            open_ends = days.open_ends()
            print(days.report())
            assert bot.stop() == 0
        wrong = [f"wanted {one.wanted}, has {one.answers}:\n{one}" for one in days.crowd.lost() + days.crowd.doubled()]
        assert wrong == [], "\n\n".join(wrong)
        assert open_ends == 0
        assert days.archived() == sorted(days.posts.items())
        assert max(days.busy) < _BUSY
        assert [one for one in api.faults if "not modified" not in str(one.error)] == []
        given = environment(data_dir, api, [], settings)
        checked = subprocess.run([QAWL, "check"], env=given, capture_output=True, text=True, check=False)
        assert checked.stdout == "Archive and indexes agree.\n", checked.stdout + checked.stderr
    assert "Traceback" not in bot.log
