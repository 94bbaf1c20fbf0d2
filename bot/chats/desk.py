"""Turns updates into what `conversation` takes and what it says into messages; computing is off the event loop."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from contextvars import copy_context
from functools import partial
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatAction, FloodLimit, ReactionEmoji
from telegram.error import TelegramError
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes, InlineQueryHandler, MessageHandler, filters

from bot.access import Limits, Role, role_of
from bot.chats.delivery import Arrived, deliver, redeliver, retrying, show_buttons
from bot.chats.faults import FAULTS
from bot.chats.groups import heard
from bot.chats.inbox import Inbox
from bot.chats.inline import Inline
from bot.chats.reading import Addressed, addressed, incoming, place_of
from bot.chats.reports import Reports
from bot.chats.versions import Versions
from bot.conversation import press, respond
from bot.incoming import Incoming, Pressed
from bot.replies import Outcome, Reply
from bot.shared_limits import SharedLimits
from bot.voice import tell
from bot.workspace import Workspace
from retrieval.errors import ArchiveError

log = logging.getLogger(__name__)

# Commands cost nothing to answer: as many as Telegram lets a bot write into a group, and one a second in a chat.
_COMMANDS_PER_MINUTE = FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP
_COMMANDS_PER_MINUTE_IN_CHAT = 60 * FloodLimit.MESSAGES_PER_SECOND_PER_CHAT
ANSWERED_AT_ONCE = max(2, os.cpu_count() or 2)  # questions: the encoder takes a core for each
_TYPING_SECONDS = 4.5  # Telegram shows "typing" for five
_PATIENCE = 1.0  # seconds after which a sign says that the question was seen

Context = ContextTypes.DEFAULT_TYPE


class Desk:
    """Handles the updates of one bot."""

    def __init__(self, workspace: Workspace, reports: Reports) -> None:
        self._workspace = workspace
        self._reports = reports
        self._pool = ThreadPoolExecutor(ANSWERED_AT_ONCE, thread_name_prefix="answers")
        telegram = workspace.settings.telegram
        questions = telegram.questions_per_minute, telegram.questions_per_minute_in_chat
        self._limits = _limits(workspace, "questions", *questions)
        self._command_limits = _limits(workspace, "commands", _COMMANDS_PER_MINUTE, _COMMANDS_PER_MINUTE_IN_CHAT)
        self._versions = Versions()

    def handlers(self) -> list[BaseHandler[Update, Any, Any]]:
        """What is to be done with each kind of update."""
        said = filters.UpdateType.MESSAGES & (filters.TEXT | filters.CAPTION | filters.Document.ALL)
        wordless = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL
        return [
            MessageHandler(said, self.on_message),
            MessageHandler(wordless, self.on_wordless),
            CallbackQueryHandler(self.on_press),
            InlineQueryHandler(Inline(self._workspace).on_query),
        ]

    async def on_message(self, update: Update, context: Context) -> None:
        """A command, or a question."""
        message = update.effective_message
        assert message is not None
        if message.media_group_id:
            await self._first_of_album(update)
        said = addressed(message, context.bot)
        if said is None:
            return
        async with self._versions.turn(update, message) as newest:
            if newest:
                await self._answer(update, context, message, said)

    async def _answer(self, update: Update, context: Context, message: Message, said: Addressed) -> None:
        received = incoming(update, said, self._workspace.settings.telegram)
        asked = await heard(self._workspace, received, message, perhaps=said.perhaps)
        if asked is None or not await self._admitted(message, asked):
            return
        inbox = context.update_queue
        again = asked.edited or (isinstance(inbox, Inbox) and inbox.taken_up(update))
        before = await asyncio.to_thread(self._workspace.memory.answering, asked.place) if again else None
        async with _acknowledged(message):
            replies = await self._compute(respond, asked, failed=lambda said: [said])
        arrived, doubt = self._arrived(message.chat.id, replies), partial(self._tell, asked, "in-doubt")
        if before:
            await redeliver(message, before.messages, [one for one in replies if not one.job], arrived, doubt)
        else:
            await deliver(message, [one for one in replies if not one.job], arrived, doubt)
        for one in replies:
            if one.job:
                await self._reports.sent(one.job, message.chat.id, await deliver(message, [one], arrived))

    async def _admitted(self, message: Message, asked: Incoming) -> bool:
        """Whether it is to be answered; who asks too often is told once, until they may ask again."""
        if asked.role >= Role.ADMIN:
            return True
        limits = self._limits if asked.command in (None, "ask") else self._command_limits
        wait = await self._wait(limits, asked)
        if wait and asked.role >= Role.READER:
            person, chat = asked.place.person, asked.place.chat
            if await asyncio.to_thread(limits.news, person=person, chat=chat):
                await deliver(message, [await self._tell(asked, "slow-down", seconds=int(wait) + 1)])
        return not wait

    async def _wait(self, limits: Limits | SharedLimits, asked: Incoming) -> float:
        """Seconds until they may ask again; 0 when that cannot be found out, for then there is no answer either."""
        try:
            return await asyncio.to_thread(limits.wait, person=asked.place.person, chat=asked.place.chat)
        except ArchiveError as error:
            if FAULTS.news("limits"):
                log.error("Questions cannot be counted: %s", error)
            return 0.0

    async def on_wordless(self, update: Update, context: Context) -> None:
        """A sticker, a voice note or the like, to the bot alone; the pictures of an album are answered once."""
        message = update.effective_message
        assert message is not None
        if message.media_group_id and not await self._first_of_album(update):
            return
        asked = incoming(update, Addressed(None, ""), self._workspace.settings.telegram)
        if await self._wait(self._limits, asked):
            return
        name = "stranger" if asked.role < Role.READER else "only-text"
        await deliver(message, [await self._tell(asked, name)])

    async def _first_of_album(self, update: Update) -> bool:
        """Whether no other picture of the album came before; each is an update, and any bot may get it."""
        assert update.effective_message is not None
        album = f"album {update.effective_message.media_group_id}"
        try:
            return await asyncio.to_thread(self._workspace.memory.first, album, update.update_id)
        except ArchiveError as error:
            if FAULTS.news("albums"):
                log.error("Albums cannot be told apart: %s", error)
            return True

    def _arrived(self, expected: int, replies: Sequence[Reply]) -> Arrived:
        given = next((one.answers for one in replies if one.answers), None)

        async def arrived(chat: int, messages: Sequence[int]) -> None:
            if chat != expected:
                await asyncio.to_thread(self._workspace.memory.migrate, expected, chat)
            if given:
                await asyncio.to_thread(self._workspace.memory.sent, given, chat, messages)

        return arrived

    async def on_press(self, update: Update, context: Context) -> None:
        """A button."""
        query = update.callback_query
        assert query is not None
        under, pressed = query.message, self._pressed(query)
        if pressed and under:
            pressed = await heard(self._workspace, pressed, under)
        if pressed is None or under is None:
            await _pop_up(query, None)
            return
        outcome = await self._compute(press, pressed, failed=lambda said: Outcome(toast=said.text.text))
        if outcome.buttons is not None:  # first: until the press is answered, the app lets nobody press again
            await show_buttons(under, outcome.buttons)
        await _pop_up(query, outcome.toast)
        if outcome.edited:
            await redeliver(under, [under.message_id], [outcome.edited])
        if outcome.job:
            self._reports.tell(outcome.job)
        arrived, doubt = self._arrived(under.chat.id, outcome.replies), partial(self._tell, pressed, "in-doubt")
        await deliver(under, outcome.replies, arrived, doubt)

    def _pressed(self, query: CallbackQuery) -> Pressed | None:
        if not query.data or query.message is None:
            return None
        settings = self._workspace.settings.telegram
        person = query.from_user
        chat = query.message.chat
        place = place_of(query.message, person.id)
        role = role_of(person.id, settings, chat_id=chat.id)
        text = (query.message.text or "") if isinstance(query.message, Message) else ""
        return Pressed(query.data, role, place, person.language_code, text=text)

    async def _tell(self, asked: Incoming | Pressed, message: str, **values: int) -> Reply:
        """The message in their language, for which the database is asked, in a thread: it may be slow, or away."""
        return await asyncio.to_thread(tell, self._workspace, asked, message, **values)

    async def _compute(self, work: Any, asked: Any, *, failed: Callable[[Reply], Any]) -> Any:
        """What `work` says, computed in a thread; what `failed` makes of an apology when that is a defect of ours."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, copy_context().run, work, self._workspace, asked)
        except Exception:
            log.exception("answering failed")
            return failed(await self._tell(asked, "defect"))


def _limits(workspace: Workspace, name: str, person: int, chat: int) -> Limits | SharedLimits:
    """How many a minute, of this bot or of all that share its database."""
    database = workspace.database
    return SharedLimits(database, name, person, chat) if database.shared else Limits(person, chat)


async def _pop_up(query: CallbackQuery, text: str | None) -> None:
    with suppress(TelegramError):  # Telegram takes this for some seconds only; the button did its work
        await query.answer(text)


@asynccontextmanager
async def _acknowledged(message: Message) -> AsyncIterator[None]:
    """Shows that an answer is being written; a reaction tells when it takes long."""
    signs = [asyncio.create_task(_keep_typing(message)), asyncio.create_task(_react(message))]
    try:
        yield
    finally:
        for sign in signs:
            sign.cancel()


async def _keep_typing(message: Message) -> None:
    while True:
        try:
            await message.reply_chat_action(ChatAction.TYPING)
        except TelegramError as error:  # a courtesy: never worth failing for
            log.debug("typing was not shown: %s", type(error).__name__)
        await asyncio.sleep(_TYPING_SECONDS)


async def _react(message: Message) -> None:
    await asyncio.sleep(_PATIENCE)
    with suppress(TelegramError):
        await retrying(lambda: message.set_reaction(ReactionEmoji.EYES), repeatable=True)
