"""The real bot while many ask at once: a second process answers as well, and nobody notices when it goes."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.bot_api import BotApi
from tests.e2e.process import START_SECONDS, Serve, qawl, serving

ASKERS = 12
WAIT = 120  # seconds for the last answer on a machine that is busy with other tests
CRANES = "Cranes fly south early this year. The ornithologist Ursula Koch said that cranes feel the frost coming."


@pytest.fixture(scope="module")
def data_dir(with_sample: Callable[[str], Path]) -> Path:
    return with_sample("load")


@pytest.fixture(scope="module")
def bot(api: BotApi, data_dir: Path) -> Iterator[Serve]:
    with serving(data_dir, api, []) as running:
        yield running


def helpers(bot: Serve) -> list[int]:
    """The processes that the bot has started to answer."""
    threads = Path(f"/proc/{bot.pid}/task").iterdir()
    started = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return [one for one in started if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def all_ask(api: BotApi, question: str, words: str) -> None:
    """Many people ask at once, and each is answered in these words."""
    people = [api.user(f"Reader {number}", language_code="en") for number in range(ASKERS)]
    for one in people:
        one.says(question)
    for one in people:
        assert words in api.wait_for("sendMessage", chat=one, timeout=WAIT).params["text"]


def test_a_second_process_answers_from_what_has_just_been_taken_in_and_may_die(
    api: BotApi, bot: Serve, data_dir: Path, tmp_path: Path
) -> None:
    question, words = "What did Patrushev say about chemical weapons?", "باتروشيف"
    deadline = time.monotonic() + START_SECONDS
    while "The second process answers" not in bot.log:
        assert time.monotonic() < deadline, "nobody helps"
        all_ask(api, question, words)
    (helper,) = helpers(bot)
    article = tmp_path / "cranes.txt"
    article.write_text(CRANES)
    assert qawl(data_dir, "ingest", str(article)).returncode == 0
    all_ask(api, "What did Ursula Koch say about cranes?", "cranes feel the frost coming")
    assert helpers(bot) == [helper]
    os.kill(helper, signal.SIGKILL)
    all_ask(api, question, words)
    assert helpers(bot) == []
    assert bot.stop() == 0
    assert "Traceback" not in bot.log
    assert api.token not in bot.log
    assert api.faults == []
