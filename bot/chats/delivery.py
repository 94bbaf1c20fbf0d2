"""Messages out, in order, once each; faults of the way there are waited out where repeating is safe."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError

from bot.replies import Reply

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_PAUSES = (0.5, 1, 2, 4, 8, 16, 32, 32)  # seconds between tries: a minute and a half of a proxy's 502 is waited out
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # the quotation is the point, not the page it came from
_UNCHANGED = "message is not modified"


async def deliver(to: Message, replies: Sequence[Reply]) -> list[int]:
    """Sends messages into the chat of `to`, in groups as a reply to it in its topic; the ids of those that arrived."""
    in_group = to.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    answered = ReplyParameters(to.message_id, allow_sending_without_reply=True) if in_group else None
    thread = to.message_thread_id if to.is_topic_message else None
    sent: list[int] = []
    chat = to.chat.id
    try:
        for reply in replies:
            try:
                sent.append(await _send(to, chat, reply, answered, thread))
            except ChatMigrated as error:
                chat = error.new_chat_id
                sent.append(await _send(to, chat, reply, None, None))
    except Forbidden as error:
        log.info("Not delivered: %s.", error)
    except BadRequest as error:
        log.warning("Telegram refuses a message: %s.", error)
    return sent


async def _send(to: Message, chat: int, reply: Reply, answered: ReplyParameters | None, thread: int | None) -> int:
    message = await retrying(
        lambda: to.get_bot().send_message(
            chat,
            reply.text.text,
            entities=reply.text.entities(),
            link_preview_options=_NO_PREVIEW,
            reply_markup=_keyboard(reply),
            reply_parameters=answered,
            message_thread_id=thread,
        )
    )
    return message.message_id


async def redeliver(to: Message, messages: Sequence[int], replies: Sequence[Reply]) -> list[int]:
    """Puts `replies` in the place of messages that were sent before: edits, sends and deletes until they agree."""
    bot = to.get_bot()
    kept: list[int] = []
    for number, reply in zip(messages, replies, strict=False):
        if not await _edit(to, number, reply):
            break
        kept.append(number)
    for number in messages[len(replies) :]:
        try:
            await retrying(lambda number=number: bot.delete_message(to.chat.id, number))  # type: ignore[misc]
        except TelegramError as error:
            log.info("A message was not taken back: %s.", error)
    return [*kept, *await deliver(to, replies[len(kept) :])]


async def _edit(to: Message, number: int, reply: Reply) -> bool:
    """Whether the message shows the reply now; it does not when somebody deleted it."""
    try:
        await retrying(
            lambda: to.get_bot().edit_message_text(
                reply.text.text,
                to.chat.id,
                number,
                entities=reply.text.entities(),
                link_preview_options=_NO_PREVIEW,
                reply_markup=_keyboard(reply),
            )
        )
    except BadRequest as error:
        return _UNCHANGED in str(error).lower()
    return True


def _keyboard(reply: Reply) -> InlineKeyboardMarkup | None:
    rows = [
        [InlineKeyboardButton(one.label, callback_data=one.data, url=one.url) for one in row] for row in reply.buttons
    ]
    return InlineKeyboardMarkup(rows) if rows else None


async def retrying(call: Callable[[], Awaitable[_T]]) -> _T:
    """The call's result; repeated while the server is out of order and has certainly not taken it.

    A time-out after sending is not repeated: Telegram may have taken the message, and it would stand there twice.
    """
    for pause in _PAUSES:
        try:
            return await call()
        except NetworkError as error:
            if not _not_taken(error):
                raise
            log.warning("Telegram is out of order (%s); trying again in %s s.", error, pause)
            await asyncio.sleep(pause)
    return await call()


def _not_taken(error: NetworkError) -> bool:
    """True for a 5xx answer or a connection that never came about; BadRequest and TimedOut are subclasses."""
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return True
    answered = cause is None or isinstance(cause, TelegramError)  # the latter: a proxy's page instead of JSON
    return type(error) is NetworkError and answered
