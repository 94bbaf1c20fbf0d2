"""Who comes to the desk waits for nobody else, but the versions of one message wait for each other."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from telegram import Update

from bot.chats.application import _WANTED, App, build
from bot.replies import carried
from config import load_settings
from retrieval.sqlite_database import SqliteDatabase
from retrieval.types import Article
from tests.e2e.bot_api import BotApi, User
from tests.fakes import FakeWorkspace


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(token="123456:TEST-token") as server:
        yield server


@pytest.fixture
def app(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    for name, value in (("TOKEN", api.token), ("API_URL", api.api_url), ("QUESTIONS_PER_MINUTE", "2")):
        monkeypatch.setenv(f"QAWL_TELEGRAM__{name}", value)
    workspace = FakeWorkspace(load_settings())
    workspace.ingestor.ingest([Article(id="a", text="Peter Smith said: cranes fly. Anna Jones said: storks stay.")])
    api._telegram.updates.allow(list(_WANTED))
    yield build(workspace)
    workspace.close()


def presses(person: User) -> None:
    person.sends_press(person.says("hello"), carried("more", "gone", 3))


def asks_too_often(person: User) -> None:
    for _ in range(3):
        person.says("What did Lavrov say?")


@pytest.mark.parametrize(
    "comes", [lambda one: one.says("/start"), asks_too_often, lambda one: one.sends_sticker(), presses]
)
def test_the_database_is_never_asked_on_the_event_loop(
    api: BotApi, app: App, comes: Callable[[User], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = SqliteDatabase.rows

    def watched(self: SqliteDatabase, sql: str, *values: object) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return rows(self, sql, *values)
        asked.append(sql)
        return rows(self, sql, *values)

    async def handle() -> None:
        async with app:
            for update in [Update.de_json(one, app.bot) for one in api._telegram.updates.pending]:
                await app.process_update(update)

    monkeypatch.setattr(SqliteDatabase, "rows", watched)
    person = api.user()
    comes(person)
    asyncio.run(handle())
    assert [one for one in api.calls() if one.method in ("sendMessage", "answerCallbackQuery")]
    assert asked == []


@pytest.mark.parametrize("in_order", [True, False])
def test_a_question_that_is_edited_at_once_is_answered_once_as_it_is_now(api: BotApi, app: App, in_order: bool) -> None:
    person = api.user()
    person.edits(person.says("What did Peter Smith say about cranes?"), "What did Anna Jones say about storks?")

    async def handle() -> None:
        async with app:
            updates = [Update.de_json(one, app.bot) for one in api._telegram.updates.pending]
            await asyncio.gather(*map(app.process_update, updates if in_order else reversed(updates)))

    asyncio.run(handle())
    (said,) = [one["text"] for one in person.messages.values() if one["from"] == api.bot]
    assert "storks stay" in said
