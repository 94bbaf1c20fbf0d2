"""`qawl serve` as a process: seconds to its first answer, and its memory."""

import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from retrieval.sqlite_database import FILE
from tests.e2e.bot_api import BotApi
from tests.e2e.process import serving

_QUESTIONS = 30


@dataclass(frozen=True)
class Served:
    """Seconds from the process's start to its first answer, MB that it holds beyond files, ms of answers ascending."""

    first_answer: float
    anonymous: int
    from_files: int
    ms: list[float]


def served(folder: Path, asked: list[str]) -> Served:
    """What a bot on this data folder needs; questions go in as updates, answers come out as messages."""
    with closing(sqlite3.connect(folder / FILE)) as database, database:
        database.execute("DELETE FROM updates")  # of another such server, which counts from the same number
    with BotApi() as api:
        started = time.perf_counter()
        user = api.user("Reader", language_code="en")
        user.says(asked[0])
        with serving(folder, api, []) as bot:
            api.wait_for("sendMessage", chat=user, timeout=120)
            first = time.perf_counter() - started
            taken = []
            for number, question in enumerate(asked[1:_QUESTIONS]):
                other = api.user(f"Reader {number}", language_code="en")
                begun = time.perf_counter()
                other.says(question)
                api.wait_for("sendMessage", chat=other, timeout=120)
                taken.append((time.perf_counter() - begun) * 1000)
            status = dict(
                line.split(":", 1) for line in Path(f"/proc/{bot.pid}/status").read_text().splitlines() if ":" in line
            )
    anonymous, files = (int(status[name].split()[0]) // 1024 for name in ("RssAnon", "RssFile"))
    return Served(first, anonymous, files, sorted(taken))
