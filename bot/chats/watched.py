"""The bot's requests and its event loop, watched by monitoring."""

import asyncio
from collections.abc import Callable
from typing import Any

from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from bot.metrics import BEAT_SECONDS, Health, failed

# As the library has it, but for updates, too, where it has one: one that was cut off may never be free again.
_CONNECTIONS = 256


class Watched(HTTPXRequest):
    """Requests of the Bot API whose failures are counted; `ended` is called after each, whatever came of it."""

    def __init__(self, ended: Callable[[], None] = lambda: None) -> None:
        super().__init__(connection_pool_size=_CONNECTIONS)
        self._ended = ended

    async def do_request(self, *args: Any, **more: Any) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`."""
        try:
            status, body = await super().do_request(*args, **more)
        except NetworkError:
            failed(None)
            raise
        finally:
            self._ended()
        if status >= 400:
            failed(status)
        return status, body


async def beat(health: Health) -> None:
    """Shows that the event loop turns, until it is cancelled."""
    while True:
        health.beat()
        await asyncio.sleep(BEAT_SECONDS)
