"""Updates, written down before Telegram is told that we have them: none is lost in a crash, none handled twice."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, Update
from telegram.ext import BaseUpdateProcessor

from bot.chats.faults import FAULTS
from bot.memory import LEASE, Memory
from bot.metrics import handled
from config.logs import handling
from retrieval.errors import ArchiveError

log = logging.getLogger(__name__)

_KINDS = tuple(map(str, Update.ALL_TYPES))
_UNWRITTEN = "updates not written down"
_UNSEEN = "updates of others not seen"
_LOOK_SECONDS = LEASE / 5  # between two looks for updates of processes that have died: several within a lease
GRACE = 5.0  # seconds for what is at work when the end begins; closing takes two or three, and runtimes kill after 10


class Inbox(asyncio.Queue[object]):
    """The queue of updates: polling confirms and the webhook acknowledges what `put` has returned from."""

    def __init__(self, memory: Memory, *, at_end: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._memory = memory
        self._at_end = at_end
        self._taken_up: set[int] = set()

    async def put(self, item: object) -> None:
        """Writes an update down and queues it, unless it was received before."""
        if isinstance(item, Update) and _lasting(item):
            try:
                if not await asyncio.to_thread(self._memory.receive, item.update_id, item.to_json()):
                    return
            except ArchiveError as error:  # a full disk is no reason not to answer
                if FAULTS.news(_UNWRITTEN):
                    log.error("Updates cannot be written down: %s", error)
        if not isinstance(item, Update) and self._at_end:  # the library's sign that no more are to be handled
            self._at_end()
        await super().put(item)

    async def resume(self, bot: Bot) -> None:
        """Queues what processes that have ended received and did not get done with."""
        left = await asyncio.to_thread(self._memory.take_up)
        if left:
            log.warning("Taking up %d updates that were left unanswered.", len(left))
        for document in left:
            update = Update.de_json(json.loads(document), bot)
            self._taken_up.add(update.update_id)
            await super().put(update)

    async def watch(self, bot: Bot) -> None:
        """Keeps what this process deals with, and takes up what others that die leave, until it is cancelled.

        When the database was away nobody could keep anything: the others are given the time to do so.
        """
        kept = free = time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await asyncio.to_thread(self._memory.hold)
                now = time.monotonic()
                if now - kept > LEASE:
                    free = now + LEASE
                kept = now
                if now >= free:
                    await self.resume(bot)
            except ArchiveError as error:
                if FAULTS.news(_UNSEEN):
                    log.error("Updates of other bots cannot be seen: %s", error)

    async def let_go(self) -> None:
        """Leaves what is not done yet to the others."""
        try:
            await asyncio.to_thread(self._memory.let_go)
        except ArchiveError as error:
            log.error("Updates cannot be left to others: %s", error)

    def taken_up(self, update: Update) -> bool:
        """Whether another process may have answered this update already, in part or as a whole."""
        return update.update_id in self._taken_up


class Settling(BaseUpdateProcessor):
    """Handles several updates at once and remembers which are dealt with."""

    def __init__(self, max_concurrent_updates: int, memory: Memory) -> None:
        super().__init__(max_concurrent_updates)
        self._memory = memory
        self._kept: set[int] = set()
        self._running: set[asyncio.Task[Any]] = set()

    def keep(self, update: Update) -> None:
        """Leaves an update unsettled that could not be dealt with: the next process takes it up."""
        self._kept.add(update.update_id)

    def end(self) -> None:
        """Soon cuts off whatever is still being handled, such as an answer that waits for Telegram."""
        asyncio.get_running_loop().call_later(GRACE, self._cut_off)

    def _cut_off(self) -> None:
        if self._running:
            log.warning("%d updates are not dealt with yet; they are taken up after a restart.", len(self._running))
        for task in self._running:
            task.cancel()

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """See `BaseUpdateProcessor`. An update that was cut off by the end of the process stays unsettled."""
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        person = update.effective_user if isinstance(update, Update) else None
        try:
            with handling(getattr(update, "update_id", ""), person.id if person else None):
                await coroutine
        finally:
            self._running.discard(task)
        if isinstance(update, Update):
            handled(next((one for one in _KINDS if getattr(update, one)), "other"))
        if isinstance(update, Update) and _lasting(update) and update.update_id not in self._kept:
            try:
                await asyncio.to_thread(self._memory.settle, update.update_id)
            except ArchiveError as error:
                if FAULTS.news(_UNWRITTEN):
                    log.error("Updates cannot be settled: %s", error)

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def _lasting(update: Update) -> bool:
    """Whether an answer is still wanted after a restart: a query that is being typed is out of date by then."""
    return update.inline_query is None
