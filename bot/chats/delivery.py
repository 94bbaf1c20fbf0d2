"""Messages out, in order, once each; faults of the way there are waited out where repeating is safe."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from itertools import chain, repeat
from typing import TypeVar

import httpx
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MaybeInaccessibleMessage,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.chats.faults import FAULTS
from bot.replies import Button, Reply
from bot.richtext import RichText

log = logging.getLogger(__name__)

_T = TypeVar("_T")
Arrived = Callable[[int, Sequence[int]], Awaitable[None]]  # is told, after each message, the chat and all ids so far
Doubt = Callable[[], Awaitable[Reply]]  # what to say where nobody can tell whether all that was said has arrived

_PAUSES = (0.5, 1, 2, 4, 8, 16)  # seconds between the first tries: a restart of a proxy takes that long
_LAST_PAUSE = 30.0  # and between all others, as the library pauses when polling
_PATIENCE = 3600.0  # seconds: whoever asked has given up by then
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # the quotation is the point, not the page it came from
_UNCHANGED = "message is not modified"
_ABOUT_LOOKS = ("entit", "button", "markup", "url")  # in refusals of formatting and buttons, not of place or text


async def deliver(
    to: MaybeInaccessibleMessage, replies: Sequence[Reply], arrived: Arrived | None = None, doubt: Doubt | None = None
) -> list[int]:
    """Sends messages into the chat of `to`, in groups as a reply to it in its topic; the ids of those that arrived.

    A message that Telegram may have taken before the line broke is not sent again; the ones behind it are sent, and at
    last what `doubt` says: whoever misses an answer asks again, and nobody gets one twice.

    Raises:
        TelegramError: when Telegram is out of order for longer than anybody waits; what was not sent may be sent later.
    """
    way = _Way(to)
    sent: list[int] = []
    try:
        for reply in replies:
            if number := await way.send(reply):
                sent.append(number)
                if arrived:
                    await arrived(way.chat, sent)
        if doubt and len(sent) < len(replies):
            await way.tell(await doubt())
    except Forbidden as error:  # blocked, or taken out of the group
        log.info("Not delivered: %s.", error)
    except BadRequest as error:  # the topic is closed or gone, or the group lets nobody write
        log.warning("Telegram refuses a message: %s.", error)
    return sent


class _Way:
    """Where the replies to a message go; it changes when the group moves."""

    def __init__(self, to: MaybeInaccessibleMessage) -> None:
        in_group = to.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
        self._bot = to.get_bot()
        self._answered = ReplyParameters(to.message_id, allow_sending_without_reply=True) if in_group else None
        self._thread = to.message_thread_id if isinstance(to, Message) and to.is_topic_message else None
        self.chat = to.chat.id

    async def send(self, reply: Reply) -> int | None:
        """The id of the message; None when nobody can tell whether it arrived."""
        try:
            return await self._send(reply)
        except ChatMigrated as error:  # the supergroup knows neither the messages nor the topics of the group
            self.chat, self._answered, self._thread = error.new_chat_id, None, None
            return await self._send(reply)
        except BadRequest as error:
            if not any(word in str(error).lower() for word in _ABOUT_LOOKS):
                raise
            log.warning("Telegram refuses how a message looks: %s. It is sent as plain text.", error)
            return await self._send(Reply(RichText(reply.text.text)))

    async def tell(self, reply: Reply) -> None:
        """Sends what may be there twice, until it is there."""
        for pause in _PAUSES:
            if await self.send(reply):
                return
            await asyncio.sleep(pause)

    async def _send(self, reply: Reply) -> int | None:
        try:
            message = await retrying(
                lambda: self._bot.send_message(
                    self.chat,
                    reply.text.text,
                    entities=reply.text.entities(),
                    link_preview_options=NO_PREVIEW,
                    reply_markup=keyboard_of(reply.buttons),
                    reply_parameters=self._answered,
                    message_thread_id=self._thread,
                )
            )
        except NetworkError as error:
            if isinstance(error, BadRequest) or not_taken(error):
                raise
            log.warning("The line broke after a message was sent (%s); it is not sent again.", reason(error))
            return None
        return message.message_id


async def redeliver(
    to: MaybeInaccessibleMessage,
    messages: Sequence[int],
    replies: Sequence[Reply],
    arrived: Arrived | None = None,
    doubt: Doubt | None = None,
) -> list[int]:
    """Puts `replies` in the place of messages that were sent before: edits, sends and deletes until they agree."""
    kept: list[int] = []
    try:
        for number, reply in zip(messages, replies, strict=False):
            if not await edit(to, number, reply):
                break
            kept.append(number)
    except Forbidden as error:
        log.info("Not delivered: %s.", error)
        return kept
    except ChatMigrated:  # what was said in the group stays there
        return await deliver(to, replies, arrived, doubt)
    for number in messages[len(kept) :]:
        await _take_back(to, number)
    if arrived:
        await arrived(to.chat.id, kept)

    async def more_arrived(chat: int, sent: Sequence[int]) -> None:
        if arrived:
            await arrived(chat, [*kept, *sent])

    return [*kept, *await deliver(to, replies[len(kept) :], more_arrived, doubt)]


async def _take_back(to: MaybeInaccessibleMessage, number: int) -> None:
    try:
        await retrying(lambda: to.get_bot().delete_message(to.chat.id, number), repeatable=True)
    except TelegramError as error:  # somebody was faster
        log.info("A message was not taken back: %s.", reason(error))


async def edit(to: MaybeInaccessibleMessage, number: int, reply: Reply) -> bool:
    """Whether the message shows the reply now; it does not when somebody deleted it.

    Raises:
        TelegramError: when the bot may not write there, the group has moved, or Telegram is out of order for too long.
    """
    try:
        await retrying(
            lambda: to.get_bot().edit_message_text(
                reply.text.text,
                to.chat.id,
                number,
                entities=reply.text.entities(),
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard_of(reply.buttons),
            ),
            repeatable=True,
        )
    except BadRequest as error:
        return _UNCHANGED in str(error).lower()
    return True


async def show_buttons(to: MaybeInaccessibleMessage, buttons: Sequence[Sequence[Button]]) -> None:
    """Puts other buttons under a message. That they are there already, or that it is gone, is nobody's worry."""
    keyboard = keyboard_of(buttons)
    if isinstance(to, Message) and to.reply_markup == keyboard:
        return
    try:
        await retrying(
            lambda: to.get_bot().edit_message_reply_markup(to.chat.id, to.message_id, reply_markup=keyboard),
            repeatable=True,
        )
    except TelegramError as error:
        if _UNCHANGED not in str(error).lower():
            log.info("The buttons of a message were not changed: %s.", reason(error))


def keyboard_of(buttons: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """The buttons as Telegram takes them; None when there are none."""
    rows = [[InlineKeyboardButton(one.label, callback_data=one.data, url=one.url) for one in row] for row in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


async def retrying(call: Callable[[], Awaitable[_T]], *, repeatable: bool = False) -> _T:
    """The call's result; repeated while Telegram asks to wait, or is out of order and has certainly not taken it.

    A time-out after sending is not repeated: Telegram may have taken the message, and it would stand there twice. It is
    where the call is `repeatable`: where doing it twice is as good as once.
    """
    pauses = chain(_PAUSES, repeat(_LAST_PAUSE))
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            result = await call()
        except (RetryAfter, NetworkError) as error:
            pause = _asked_to_wait(error) if isinstance(error, RetryAfter) else next(pauses)
            safe = not_taken(error) or (repeatable and not isinstance(error, BadRequest))
            if not safe or time.monotonic() + pause > deadline:
                raise
            out_of_order(error)
            await asyncio.sleep(pause)
        else:
            if FAULTS.over(_OUT_OF_ORDER):
                log.info("Telegram answers again.")
            return result


_OUT_OF_ORDER = "out of order"


def out_of_order(error: TelegramError) -> None:
    """Logs that Telegram does not do its work, once until it does again."""
    if FAULTS.news(_OUT_OF_ORDER):
        log.warning("Telegram is out of order (%s); trying again until it is not.", reason(error))


def not_taken(error: TelegramError) -> bool:
    """Whether Telegram has certainly not done what it was asked: too many requests, a 5xx, or no connection at all."""
    if isinstance(error, RetryAfter):
        return True
    cause = error.__cause__
    if isinstance(cause, _NOT_SENT):
        return True
    answered = cause is None or isinstance(cause, TelegramError)  # the latter: a proxy's page instead of JSON
    return type(error) is NetworkError and answered


def reason(error: TelegramError) -> str:
    """What went wrong in a few words; without a proxy's whole page, and without the id of a chat that moved."""
    if isinstance(error, ChatMigrated):
        return "the group became a supergroup"
    return f"{type(error).__name__}: {str(error).partition('. Parsing the server response')[0]}"


def _asked_to_wait(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
