"""Updates, written down before Telegram is told that we have them: none is lost in a crash, none handled twice."""

import asyncio
import json
import logging
from collections.abc import Awaitable
from typing import Any

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.memory import Memory
from retrieval.errors import ArchiveError

log = logging.getLogger(__name__)


class Inbox(asyncio.Queue[object]):
    """The queue of updates: polling confirms and the webhook acknowledges what `put` has returned from."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory

    async def put(self, item: object) -> None:
        """Writes an update down and queues it, unless it was received before."""
        if isinstance(item, Update):
            try:
                if not await asyncio.to_thread(self._memory.receive, item.update_id, item.to_json()):
                    return
            except ArchiveError as error:  # a full disk is no reason not to answer
                log.error("An update could not be written down: %s", error)
        await super().put(item)

    async def resume(self, bot: Bot) -> None:
        """Queues what a former process received and did not get done with."""
        unsettled = await asyncio.to_thread(self._memory.unsettled)
        if unsettled:
            log.warning("Taking up %d updates that were left unanswered.", len(unsettled))
        for document in unsettled:
            await super().put(Update.de_json(json.loads(document), bot))


class Settling(BaseUpdateProcessor):
    """Handles several updates at once and remembers which are dealt with."""

    def __init__(self, max_concurrent_updates: int, memory: Memory) -> None:
        super().__init__(max_concurrent_updates)
        self._memory = memory

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """See `BaseUpdateProcessor`. An update that was cut off by the end of the process stays unsettled."""
        await coroutine
        if isinstance(update, Update):
            try:
                await asyncio.to_thread(self._memory.settle, update.update_id)
            except ArchiveError as error:
                log.error("An update could not be settled: %s", error)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""
