"""The versions of a message, which are handled at once with everything else, yet one after the other."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from telegram import Message, Update

_REMEMBERED = 1000  # messages: whoever edits a question does so within seconds, or long after it was answered


@dataclass
class _Known:
    newest: int  # update, whose numbers tell their order (Bot API, Update)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Versions:
    """Has an edit wait until the message it changes is answered, and leaves out what an edit has overtaken."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int], _Known] = OrderedDict()

    @asynccontextmanager
    async def turn(self, update: Update, message: Message) -> AsyncIterator[bool]:
        """The turn of this version of the message; whether it is still the newest one."""
        key = message.chat.id, message.message_id
        known = self._known.setdefault(key, _Known(update.update_id))
        known.newest = max(known.newest, update.update_id)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        async with known.turn:
            yield update.update_id == known.newest
