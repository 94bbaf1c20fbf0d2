"""What monitoring sees of a bot: figures without anybody's ids, and whether it still does its work."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from telegram import Bot, Update
from telegram.error import TelegramError

from bot.access import Role
from bot.chats.inbox import Settling
from bot.chats.watched import Watched, beat
from bot.conversation import respond
from bot.incoming import Incoming
from bot.metrics import Health, offered
from config import load_settings
from retrieval.errors import QawlError
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.e2e.bot_api import BotApi
from tests.e2e.test_webhook import free_port
from tests.fakes import FakeWorkspace

PERSON = 70_012_345
QUESTIONS = {
    "en": "What did the minister say about prices?",
    "ar": "ماذا قال الوزير عن الأسعار؟",
    "ru": "Что министр сказал о ценах?",
}


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> str:
    address = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("QAWL_METRICS__LISTEN", address)
    return address


@pytest.fixture
def running(listen: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorkspace]:
    """A workspace with an article that somebody asked about, watched by monitoring."""
    workspace = FakeWorkspace(load_settings())
    workspace.ingestor.ingest([Article(id="a", text="The minister said: prices will fall.", lang="en")])
    try:
        with offered(workspace, Health(polls=False)):
            yield workspace
    finally:
        workspace.close()


def get(listen: str, path: str) -> httpx.Response:
    return httpx.get(f"http://{listen}{path}", trust_env=False)


def figures(text: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels, in the order of the labels' names."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def now() -> dict[tuple[str, ...], float]:
    return figures(generate_latest(REGISTRY).decode())


def test_questions_are_counted_by_outcome_and_language(running: FakeWorkspace, listen: str) -> None:
    before = now()
    for question in QUESTIONS.values():
        respond(running, Incoming(question, Role.READER))
    respond(running, Incoming("Wie geht es den Preisen in den Läden der Stadt heute?", Role.READER))
    after = figures(get(listen, "/metrics").text)
    changed = {key[1:]: value - before.get(key, 0) for key, value in after.items() if key[0] == "qawl_questions_total"}
    asked = {language: sum(value for key, value in changed.items() if key[0] == language) for language in QUESTIONS}
    assert asked == {"en": 1, "ar": 1, "ru": 1}
    assert sum(changed.values()) == 4
    assert after[("qawl_answer_seconds_count",)] - before[("qawl_answer_seconds_count",)] == 4


def test_what_is_in_the_archive_and_in_the_queue_is_told(running: FakeWorkspace, listen: str) -> None:
    running.queue.add("articles", "news", b"[]")
    running.memory.receive(1, "{}")
    found = figures(get(listen, "/metrics").text)
    assert found[("qawl_archive_up",)] == 1
    assert found[("qawl_articles",)] == 1
    assert found[("qawl_archive_writes_total",)] == 1
    assert found[("qawl_jobs", "waiting")] == 1
    assert found[("qawl_jobs", "done")] == 0
    assert found[("qawl_updates_unsettled",)] == 1
    assert found[("qawl_data_bytes",)] > 4096


def test_updates_are_counted_by_kind_and_nobodys_id_is_told(running: FakeWorkspace, listen: str) -> None:
    person = {"id": PERSON, "is_bot": False, "first_name": "A"}
    message = {"message_id": 5, "date": 1, "chat": {"id": PERSON, "type": "private"}, "from": person, "text": "secret"}
    before = now()

    async def handle() -> None:
        settling = Settling(4, running.memory)
        for number, kind in enumerate(["message", "message", "edited_message"]):
            update = Update.de_json({"update_id": 9_000_000 + number, kind: message}, None)
            await settling.process_update(update, asyncio.sleep(0))

    asyncio.run(handle())
    text = get(listen, "/metrics").text
    after = figures(text)
    key = ("qawl_updates_total", "message")
    assert after[key] - before.get(key, 0) == 2
    assert after[("qawl_updates_total", "edited_message")] >= 1
    assert after[("qawl_last_update_timestamp_seconds",)] > 1_600_000_000
    assert str(PERSON) not in text
    assert "secret" not in text


def test_faults_of_telegram_are_counted_by_kind() -> None:
    async def call(bot: Bot) -> None:
        async with bot:
            for _ in range(4):
                with pytest.raises(TelegramError):
                    await bot.send_message(PERSON, "x")

    with BotApi(token="123456:TEST-token") as api:
        api.user(id=PERSON)
        api.fail_next("sendMessage", status=429, retry_after=1)
        api.fail_next("sendMessage", status=502)
        api.fail_next("sendMessage", drop=True)
        api.fail_next("sendMessage", status=403, description="Forbidden: bot was blocked by the user")
        before = now()
        ended = []
        request = Watched(ended=lambda: ended.append(1))
        asyncio.run(call(Bot(api.token, api.api_url, request=request)))
    faults = {
        key[1]: value - before.get(key, 0) for key, value in now().items() if key[0] == "qawl_telegram_faults_total"
    }
    assert faults == {"429": 1, "5xx": 1, "network": 1, "4xx": 1}
    assert len(ended) == 5, "getMe, too"


# --- health


def test_a_bot_that_works_is_well(running: FakeWorkspace, listen: str) -> None:
    answer = get(listen, "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "problems": []})
    assert get(listen, "/").status_code == 404


def test_an_archive_that_cannot_be_read_is_not_well(running: FakeWorkspace, listen: str) -> None:
    with closing(sqlite3.connect(running.data_dir / FILE, isolation_level=None)) as database:
        database.execute("ALTER TABLE meta RENAME TO hidden")
    answer = get(listen, "/healthz")
    assert answer.status_code == 503
    assert "archive" in answer.json()["problems"][0]
    assert figures(get(listen, "/metrics").text)[("qawl_archive_up",)] == 0


def test_an_event_loop_or_a_poll_that_stands_still_is_not_well() -> None:
    time = [0.0]
    health = Health(polls=True, clock=lambda: time[0])
    time[0] = 29
    assert health.problems() == []
    time[0] = 100
    assert health.problems() == ["nothing has moved for 100 s"]
    health.beat()
    time[0] = 121
    assert health.problems() == ["updates have not been asked for since 121 s"]
    health.polled()
    assert health.problems() == []
    behind_webhook = Health(polls=False, clock=lambda: time[0])
    behind_webhook.polled()
    time[0] = 140
    assert behind_webhook.problems() == []


def test_the_event_loop_beats_until_it_is_blocked() -> None:
    time = [0.0]
    health = Health(polls=False, clock=lambda: time[0])

    async def turn() -> None:
        beating = asyncio.create_task(beat(health))
        time[0] = 1000
        await asyncio.sleep(0)
        beating.cancel()

    asyncio.run(turn())
    assert health.problems() == []
    time[0] = 2000
    assert health.problems() == ["nothing has moved for 1000 s"]


# --- where it listens


def test_without_the_setting_nobody_listens(tmp_path: Path) -> None:
    workspace = FakeWorkspace(load_settings())
    with offered(workspace, Health(polls=True)):
        assert not workspace.data_dir.exists(), "nothing is even opened"


def test_the_port_is_free_again_afterwards(listen: str) -> None:
    workspace = FakeWorkspace(load_settings())
    for _ in range(2):
        with offered(workspace, Health(polls=True)):
            assert json.loads(get(listen, "/healthz").text)["ok"]
    with pytest.raises(httpx.ConnectError):
        get(listen, "/healthz")
    workspace.close()


def test_a_port_that_is_taken_is_said(listen: str) -> None:
    workspace = FakeWorkspace(load_settings())
    health = Health(polls=True)
    taken = pytest.raises(QawlError, match=r"metrics\.listen.*already in use")
    with offered(workspace, health), taken, offered(workspace, health):
        pass
    workspace.close()
