"""Feeds updates to the bot's own handlers as fast as they go, and prints how much memory the process has.

python -m tests.chaos.updates [--count 100000]: in this process, with a stand-in for Telegram that takes everything. The
exit status is 1 when memory has grown by a twentieth since the first ten thousand.
"""

import argparse
import asyncio
import gc
import itertools
import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from telegram import Bot, Update
from telegram.ext import AIORateLimiter
from telegram.request import BaseRequest, RequestData

from bot.chats import application
from config import load_settings
from config.settings import Telegram
from retrieval.types import Article
from tests.fakes import FakeWorkspace

_EVERY = 10_000
_MOST = 0.05  # growth since the first of these, by when all that is made once has been made
_PEOPLE = 500
_AT_ONCE = 32  # updates put before waiting for the bot to get on
_TEXTS = (
    "What did Peter Smith say about cranes?",
    "ماذا قال لافروف عن الاتفاق؟",
    "Что сказал Песков о встрече?",
    "/start",
    "/help",
    "/nothing",
    "/language",
)
_ARTICLES = ("Peter Smith said: cranes fly south.", "لافروف said: الاتفاق قريب.", "Песков said: встреча завтра.")
_ME = {"id": 42, "is_bot": True, "first_name": "Qawl", "username": "Qawl_Bot", "can_read_all_group_messages": True}


class Yes(BaseRequest):
    """A Telegram that takes everything, at once."""

    def __init__(self) -> None:
        self.sent = 0
        self._numbers = itertools.count(1_000_000)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    @property
    def read_timeout(self) -> float:
        """Nothing is waited for."""
        return 1.0

    async def do_request(self, url: str, method: str, request_data: RequestData | None = None, **_: Any) -> Any:
        """The answer to any call."""
        name = url.rsplit("/", 1)[-1]
        result: Any = True
        if name == "getMe":
            result = _ME
        elif name in ("sendMessage", "editMessageText"):
            self.sent += 1
            chat = int((request_data.parameters if request_data else {}).get("chat_id", 5))
            result = {
                "message_id": next(self._numbers),
                "date": 1,
                "chat": {"id": chat, "type": "private"},
                "text": "x",
            }
        return 200, json.dumps({"ok": True, "result": result}).encode()


def update_of(number: int, bot: Bot) -> Update:
    person = 100 + number % _PEOPLE
    someone = {"id": person, "is_bot": False, "first_name": "A", "language_code": ("en", "ar", "ru")[number % 3]}
    chat = {"id": person, "type": "private"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": someone}
    if number % 10 == 0:
        pressed = {"id": str(number), "from": someone, "chat_instance": "1", "data": f"1|more|x{number}|3"}
        return Update.de_json({"update_id": number, "callback_query": pressed | {"message": message}}, bot)
    return Update.de_json({"update_id": number, "message": message | {"text": _TEXTS[number % len(_TEXTS)]}}, bot)


async def feed(folder: Path, count: int) -> float:
    """How much memory has grown since the first look at it, as a share."""
    settings = load_settings(data_dir=folder / "data")
    much = {"token": "1:x", "access": "open", "questions_per_minute": 10**6, "questions_per_minute_in_chat": 10**6}
    telegram = Telegram.model_validate(settings.telegram.model_dump() | much)
    workspace = FakeWorkspace(settings.model_copy(update={"telegram": telegram}))
    workspace.ingestor.ingest(Article(id=str(n), text=text) for n, text in enumerate(_ARTICLES))
    workspace.warm_up()
    app = application.build(workspace)
    request = Yes()
    app.bot._request = (request, request)
    app.bot._rate_limiter = AIORateLimiter(overall_max_rate=0, group_max_rate=0)  # Telegram's pace would take an hour
    handled: set[Any] = app._Application__create_task_tasks  # being handled, or about to be
    process, started = psutil.Process(), time.monotonic()
    looks = []
    async with app:
        await app.start()
        for number in range(1, count + 1):
            await app.update_queue.put(update_of(number, app.bot))
            while app.update_queue.qsize() + len(handled) > _AT_ONCE:
                await asyncio.sleep(0.001)
            if number % _EVERY == 0 or number == count:
                gc.collect()
                looks.append(process.memory_info().rss / 2**20)
                rate = number / (time.monotonic() - started)
                print(f"{number:7} updates  {request.sent:7} sent  {looks[-1]:7.1f} MiB  {rate:5.0f}/s", flush=True)
        while handled:
            await asyncio.sleep(0.01)
        await app.stop()
    workspace.close()
    return looks[-1] / looks[0] - 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.updates")
    parser.add_argument("--count", type=int, default=100_000)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        growth = asyncio.run(feed(Path(folder), parser.parse_args().count))
    print(f"{growth:+.1%} since the first look")
    sys.exit(growth >= _MOST)


if __name__ == "__main__":
    main()
