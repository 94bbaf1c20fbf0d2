"""Tells admins of their jobs, each in one message that is edited as the job gets on, and of feeds that fail.

Of several bots on one database one tells, whoever works on the jobs and polls the feeds; another one takes over when
that one dies. What an admin's own message or button leads to is told at once by the bot that got it.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from telegram import Bot, Chat, Message
from telegram.constants import ChatType
from telegram.error import ChatMigrated, Forbidden, TelegramError

from bot.addressee import Addressee
from bot.chats.delivery import edit, reason, redeliver, retrying
from bot.chats.faults import FAULTS
from bot.feeding import preview, report
from bot.messages import language_for, say
from bot.replies import Reply
from bot.richtext import RichText
from bot.workspace import Workspace
from ingest.feeds import Feed, to_be_told
from ingest.pipeline import Report
from ingest.queue import Job
from retrieval.errors import QawlError

log = logging.getLogger(__name__)

_PAUSE = 3.0  # seconds between two edits of a message: Telegram lets a bot write 20 times a minute into a group
_SOON = 1.0  # seconds before the first: what is done by then is told of once
_PREVIEWS = 2  # read at once: a slow site keeps other links waiting no longer than it must
_FEEDS_SECONDS = 60.0  # between two looks for feeds that fail
_LATEST = 200  # jobs among which those are looked for of which nobody was told how they stand
_READ_BY = timedelta(minutes=1)  # when the bot that got it has read what it is to show, or has died


class Reports:
    """The messages about jobs. The worker calls from its thread; the rest is of the event loop."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns = asyncio.Semaphore(_PREVIEWS)
        self._news: dict[int, Report | None] = {}  # by job: how far it has got, as far as the worker has told
        self._following: dict[int, asyncio.Task[None]] = {}
        self._shown: dict[int, Report | None] = {}  # by job at work: how far it had got when it was last told of
        self._leads = False
        self._bot: Bot | None = None
        self._watching: asyncio.Task[None] | None = None

    async def begin(self, bot: Bot) -> None:
        """Listens from now on, and catches up on what a former process did not get to tell."""
        loop = asyncio.get_running_loop()
        self._bot = bot
        self._leads = not self._workspace.database.shared
        self._workspace.worker.on_change = lambda job: self._hear(loop, job)
        if self._leads:
            await self._look(read_by=timedelta(0))
        self._watching = asyncio.create_task(self._watch())

    async def end(self) -> None:
        """Tells nobody anything more."""
        self._workspace.worker.on_change = lambda job: None
        tasks = [*self._following.values(), *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        """Tells of what other processes do, while this one is the one to tell."""
        feeds_at = 0.0
        while True:
            try:
                self._leads = await asyncio.to_thread(self._workspace.database.duties.leads, "reports")
                if self._leads:
                    await self._look(read_by=_READ_BY)
                if self._leads and time.monotonic() >= feeds_at:
                    feeds_at = time.monotonic() + _FEEDS_SECONDS
                    await self._look_at_feeds()
            except QawlError as error:
                if FAULTS.news("reports"):
                    log.error("How jobs stand is not told: %s", error)
            except Exception:  # who gave up would leave all admins without news
                log.exception("looking for news of jobs failed")
            await asyncio.sleep(_PAUSE)

    async def _look(self, read_by: timedelta) -> None:
        """Tells of the jobs whose messages show another state or progress; of offered ones when nobody else does."""
        jobs = await asyncio.to_thread(self._workspace.queue.jobs, limit=_LATEST)
        running = {job.id: job.report for job in jobs if job.state == "running"}
        for job in jobs:
            to = Addressee.read(job.place)
            if to is None or job.id in self._following:
                continue
            offered = job.state == "offered"
            if offered and (not to.message or datetime.now(UTC) - job.created < read_by):
                continue
            if to.shown != job.state or (job.id in running and self._shown.get(job.id) != job.report):
                self.tell(job.id, job.report)
        self._shown = running

    async def _look_at_feeds(self) -> None:
        for feed in await asyncio.to_thread(self._workspace.feeds.all):
            if to_be_told(feed, datetime.now(UTC)) and await self._tell_admins(feed):
                await asyncio.to_thread(self._workspace.feeds.tell, feed.url)

    async def sent(self, job_id: int, chat: int, messages: Sequence[int]) -> None:
        """The message that is to tell of a job was sent; none of it when nobody knows whether it arrived."""
        job = await asyncio.to_thread(self._workspace.queue.job, job_id)
        to = Addressee.read(job.place) if job else None
        if to and messages:
            place = replace(to, chat=chat, message=messages[0]).written()
            await asyncio.to_thread(self._workspace.queue.report_to, job_id, place)
        self.tell(job_id, within=0.0)

    def tell(self, job_id: int, progress: Report | None = None, *, within: float = _SOON) -> None:
        """Has the job's message say how the job stands in some seconds, or after the pause that its last edit wants."""
        self._news[job_id] = progress
        if job_id not in self._following:
            self._following[job_id] = asyncio.create_task(self._follow(job_id, within))

    def _hear(self, loop: asyncio.AbstractEventLoop, job: Job) -> None:
        if job.place and self._leads:
            loop.call_soon_threadsafe(self.tell, job.id, job.report)

    async def _follow(self, job_id: int, within: float) -> None:
        try:
            await asyncio.sleep(within)
            while job_id in self._news:
                await self._try(job_id, self._news.pop(job_id))
                await asyncio.sleep(_PAUSE)
        finally:
            self._following.pop(job_id, None)

    async def _try(self, job_id: int, progress: Report | None) -> None:
        try:
            await self._show(job_id, progress)
        except (Forbidden, ChatMigrated) as error:  # nobody is there any more; the end is told wherever the group is
            log.info("How job %d stands was not told: %s.", job_id, reason(error))
        except TelegramError as error:  # out of order for an hour; a restart tells what is left to be told
            log.error("How job %d stands was not told: %s.", job_id, reason(error))
        except QawlError as error:
            log.error("How job %d stands was not told: %s", job_id, error)
        except Exception:
            log.exception("telling of job %d failed", job_id)

    async def _show(self, job_id: int, progress: Report | None) -> None:
        job = await asyncio.to_thread(self._workspace.queue.job, job_id)
        to = Addressee.read(job.place) if job else None
        if job is None or to is None:
            return
        if job.state == "running" and progress:
            job = replace(job, report=progress)
        reply = await (self._previewed(job, to) if job.state == "offered" else asyncio.to_thread(self._said, job, to))
        message = self._question(to)
        if job.state == "running" and to.message:  # whoever deleted it does not want to see how it gets on
            await edit(message, to.message, reply)
            arrived = to
        else:
            arrived = await self._put(message, to, reply)
        if (arrived := replace(arrived, shown=job.state)) != to:
            await asyncio.to_thread(self._workspace.queue.report_to, job_id, arrived.written())

    async def _put(self, message: Message, to: Addressee, reply: Reply) -> Addressee:
        """Shows the reply in the job's message, in a new one if that is gone; the addressee as it is then."""
        where = to

        async def arrived(chat: int, messages: Sequence[int]) -> None:
            nonlocal where
            if messages:
                where = replace(to, chat=chat, message=messages[-1])

        await redeliver(message, [to.message] if to.message else [], [reply], arrived)
        return where

    async def _previewed(self, job: Job, to: Addressee) -> Reply:
        """What the message of an offered job says, read in a thread that keeps no process from ending."""
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()

        def settle(said: Reply) -> None:
            if not reply.done():
                reply.set_result(said)

        def read() -> None:
            said = self._said(job, to)
            with suppress(RuntimeError):  # the loop is closed: the process ends, and the next one reads it anew
                loop.call_soon_threadsafe(settle, said)

        async with self._turns:
            threading.Thread(target=read, name="preview", daemon=True).start()
            return await reply

    def _said(self, job: Job, to: Addressee) -> Reply:
        """What the message of a job says; what goes wrong is told there, too, where somebody waits for it."""
        try:
            return (preview if job.state == "offered" else report)(self._workspace, job, to.language)
        except QawlError as error:
            log.error("%s: %s", job.name, error)
            return Reply(RichText(say(to.language, "ingest-failed", error=str(error).removesuffix("."))))
        except Exception:
            log.exception("job %d could not be told of", job.id)
            return Reply(RichText(say(to.language, "defect")))

    def _question(self, to: Addressee) -> Message:
        """The message that the job came with: an answer to it goes where that was."""
        assert self._bot is not None
        chat = Chat(to.chat, ChatType.SUPERGROUP if to.group else ChatType.PRIVATE)
        topic = {"message_thread_id": to.thread, "is_topic_message": True} if to.thread else {}
        message = Message(to.asked, datetime.now(UTC), chat, **topic)  # type: ignore[arg-type]
        message.set_bot(self._bot)
        return message

    async def _tell_admins(self, feed: Feed) -> bool:
        """Whether an admin has heard that the feed fails."""
        bot, reached = self._bot, False
        assert bot is not None
        for admin in self._workspace.settings.telegram.admins:
            language = await asyncio.to_thread(self._language, admin)
            days = (datetime.now(UTC) - feed.failing_since).days if feed.failing_since else 0
            text = say(language, "feed-failing", feed=feed.title or feed.url, url=feed.url, days=days)
            try:
                await retrying(lambda: bot.send_message(admin, text))  # noqa: B023  it is awaited at once
                reached = True
            except TelegramError as error:
                log.warning("An admin was not told that %s fails: %s.", feed.url, reason(error))
        return reached

    def _language(self, admin: int) -> str:
        """What the admin chose, else what they were last spoken to about a job."""
        places = (Addressee.read(job.place) for job in self._workspace.queue.jobs(limit=_LATEST))
        spoken = next((one.language for one in places if one and one.person == admin), None)
        return language_for(self._workspace.memory.language(admin), spoken)
