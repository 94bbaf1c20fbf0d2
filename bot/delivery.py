"""Messages out, in order, once each; faults of the way there are waited out where repeating is safe."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
from telegram import LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatType
from telegram.error import Forbidden, NetworkError, TelegramError

from bot.richtext import RichText

log = logging.getLogger(__name__)

_T = TypeVar("_T")

_PAUSES = (0.5, 1, 2, 4, 8, 16)  # seconds between tries: half a minute of a proxy's 502 is waited out
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # the quotation is the point, not the page it came from


async def deliver(to: Message, messages: Sequence[RichText]) -> None:
    """Sends `messages` into the chat of `to`, in groups as a reply to it."""
    in_group = to.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    reply = ReplyParameters(to.message_id, allow_sending_without_reply=True) if in_group else None
    try:
        for message in messages:
            await retrying(
                lambda message=message: to.reply_text(  # type: ignore[misc]
                    message.text,
                    entities=message.entities(),
                    link_preview_options=_NO_PREVIEW,
                    reply_parameters=reply,
                )
            )
    except Forbidden as error:
        log.info("Not delivered: %s.", error)


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
