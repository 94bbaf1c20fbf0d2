"""Turns updates into what `conversation` takes and what it says into messages; computing is off the event loop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatAction, ReactionEmoji
from telegram.error import TelegramError
from telegram.ext import BaseHandler, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from bot.access import Limits, role_of
from bot.chats.delivery import deliver, redeliver, retrying
from bot.chats.reading import addressed, incoming, place_of
from bot.conversation import press, respond
from bot.incoming import Incoming, Pressed
from bot.replies import Outcome, Reply
from bot.voice import tell
from bot.workspace import Workspace

log = logging.getLogger(__name__)

_THREADS = 2  # that compute answers; the encoder uses all cores for each
_TYPING_SECONDS = 4.5  # Telegram shows "typing" for five
_PATIENCE = 1.0  # seconds after which a sign says that the question was seen

Context = ContextTypes.DEFAULT_TYPE


class Desk:
    """Handles the updates of one bot."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="answers")
        telegram = workspace.settings.telegram
        self._limits = Limits(telegram.questions_per_minute, telegram.questions_per_minute_in_chat)

    def handlers(self) -> list[BaseHandler[Update, Any, Any]]:
        """What is to be done with each kind of update."""
        said = filters.UpdateType.MESSAGES & (filters.TEXT | filters.CAPTION | filters.Document.ALL)
        return [MessageHandler(said, self.on_message), CallbackQueryHandler(self.on_press)]

    async def on_message(self, update: Update, context: Context) -> None:
        """A command, or a question."""
        message = update.effective_message
        assert message is not None
        said = addressed(message, context.bot)
        if said is None:
            return
        asked = incoming(update, said, self._workspace.settings.telegram)
        if wait := self._limits.wait(person=asked.place.person, chat=asked.place.chat):
            await deliver(message, [tell(self._workspace, asked, "slow-down", seconds=int(wait) + 1)])
            return
        async with _acknowledged(message):
            replies = await self._compute(respond, asked, failed=[tell(self._workspace, asked, "defect")])
        await self._deliver(message, asked, replies)

    async def _deliver(self, message: Message, asked: Incoming, replies: Sequence[Reply]) -> None:
        memory = self._workspace.memory
        before = await asyncio.to_thread(memory.answering, asked.place) if asked.edited else None
        sent = await redeliver(message, before.messages, replies) if before else await deliver(message, replies)
        given = next((one.answers for one in replies if one.answers), None)
        if given and sent:
            await asyncio.to_thread(memory.sent, given, message.chat.id, sent)

    async def on_press(self, update: Update, context: Context) -> None:
        """A button."""
        query = update.callback_query
        assert query is not None
        pressed = self._pressed(query)
        if pressed is None:
            await _pop_up(query, None)
            return
        defect = Outcome(toast=tell(self._workspace, pressed, "defect").text.text)
        outcome = await self._compute(press, pressed, failed=defect)
        await _pop_up(query, outcome.toast)
        if isinstance(query.message, Message):
            if outcome.edited:
                await redeliver(query.message, [query.message.message_id], [outcome.edited])
            await self._deliver_pressed(query.message, outcome.replies)

    async def _deliver_pressed(self, message: Message, replies: Sequence[Reply]) -> None:
        sent = await deliver(message, replies)
        given = next((one.answers for one in replies if one.answers), None)
        if given and sent:
            await asyncio.to_thread(self._workspace.memory.sent, given, message.chat.id, sent)

    def _pressed(self, query: CallbackQuery) -> Pressed | None:
        if not query.data or query.message is None:
            return None
        settings = self._workspace.settings.telegram
        person = query.from_user
        chat = query.message.chat
        place = place_of(query.message, person.id) if isinstance(query.message, Message) else None
        if place is None:
            return None
        return Pressed(query.data, role_of(person.id, settings, chat_id=chat.id), place, person.language_code)

    async def _compute(self, work: Any, asked: Any, *, failed: Any) -> Any:
        """What `work` says, computed in a thread; `failed` when that is a defect of ours, which is logged."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work, self._workspace, asked)
        except Exception:
            log.exception("answering failed")
            return failed


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
        await retrying(lambda: message.set_reaction(ReactionEmoji.EYES))
