"""Tells admins of their jobs, each in one message that is edited as the job gets on, and of feeds that fail."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from telegram import Bot, Chat, Message
from telegram.constants import ChatType
from telegram.error import ChatMigrated, Forbidden, TelegramError

from bot.addressee import Addressee
from bot.chats.delivery import edit, reason, redeliver, retrying
from bot.feeding import preview, report
from bot.messages import language_for, say
from bot.replies import Reply
from bot.richtext import RichText
from bot.workspace import Workspace
from ingest.feeds import Feed
from ingest.pipeline import Report
from ingest.queue import Job
from retrieval.errors import QawlError

log = logging.getLogger(__name__)

_PAUSE = 3.0  # seconds between two edits of a message: Telegram lets a bot write 20 times a minute into a group
_SOON = 1.0  # seconds before the first: what is done by then is told of once
_PREVIEWS = 2  # read at once: a slow site keeps other links waiting no longer than it must
_ADMINS_SECONDS = 60.0  # in which admins are told of a feed; if Telegram is out of order, it is tried again later
_LATEST = 200  # jobs among which those are looked for whose end nobody was told of when the process ended


class Reports:
    """The messages about jobs. The worker and the poller call from their threads; the rest is of the event loop."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns = asyncio.Semaphore(_PREVIEWS)
        self._news: dict[int, Report | None] = {}  # by job: how far it has got, as far as the worker has told
        self._following: dict[int, asyncio.Task[None]] = {}
        self._bot: Bot | None = None

    async def begin(self, bot: Bot) -> None:
        """Listens from now on, and catches up on what a former process did not get to tell."""
        loop = asyncio.get_running_loop()
        self._bot = bot
        self._workspace.worker.on_change = lambda job: self._hear(loop, job)
        self._workspace.poller.on_failing = lambda feed: self._tell_of_feed(loop, feed)
        for job in await asyncio.to_thread(self._workspace.queue.jobs, limit=_LATEST):
            to = Addressee.read(job.place)
            if to and to.shown != job.state and not (job.state == "offered" and not to.message):
                self.tell(job.id)

    async def end(self) -> None:
        """Tells nobody anything more."""
        self._workspace.worker.on_change = lambda job: None
        self._workspace.poller.on_failing = lambda feed: False
        for task in self._following.values():
            task.cancel()
        await asyncio.gather(*self._following.values(), return_exceptions=True)

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
        if job.place:
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

    def _tell_of_feed(self, loop: asyncio.AbstractEventLoop, feed: Feed) -> bool:
        """Whether an admin has heard that the feed fails; called in the poller's thread."""
        telling = asyncio.run_coroutine_threadsafe(self._tell_admins(feed), loop)
        try:
            return telling.result(_ADMINS_SECONDS)
        except TimeoutError:
            telling.cancel()
            return False

    async def _tell_admins(self, feed: Feed) -> bool:
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
