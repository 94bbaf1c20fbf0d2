"""Who may do what, and how often: the one place where it is decided."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from enum import IntEnum

from config.settings import Telegram

MINUTE = 60.0
_REMEMBERED = 10_000  # people and chats whose questions are counted; the longest silent ones are forgotten first


class Role(IntEnum):
    """What somebody is to the bot; a higher role may do all that a lower one may."""

    STRANGER = 0
    READER = 1
    ADMIN = 2


def role_of(user_id: int | None, settings: Telegram, *, chat_id: int | None = None) -> Role:
    """The role of a Telegram user in a chat.

    Whoever has no id (a channel, an anonymous group admin) is what the chat is: on the list a reader, else a stranger
    unless the bot is open to everybody.
    """
    if user_id is not None and user_id in settings.admins:
        return Role.ADMIN
    listed: Collection[int] = settings.allowed if settings.access == "allowlist" else ()
    return Role.READER if settings.access == "open" or user_id in listed or chat_id in listed else Role.STRANGER


def counted(person: int, chat: int) -> list[tuple[str, int]]:
    """Whose questions are counted when a person asks in a chat; anonymous admins of groups are 0."""
    return [("person", person)] * bool(person) + [("chat", chat)] * (chat != person)


class Limits:
    """Counts questions: so many a minute for each person and each chat, saved up to a minute's worth.

    A token bucket (RFC 2697 in its simplest form), kept in memory and safe to use from any thread; for several bots
    together see `SharedLimits`.
    """

    def __init__(self, person: int, chat: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = {"person": person, "chat": chat}
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, int], tuple[float, float]] = OrderedDict()
        self._told: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def wait(self, *, person: int, chat: int) -> float:
        """Seconds until this person may ask here again; 0 takes one question off what they have."""
        with self._lock:
            return self._wait(person, chat)

    def _wait(self, person: int, chat: int) -> float:
        now = self._clock()
        asking = counted(person, chat)
        left = {one: self._left(one, now) for one in asking}
        waits = [(1 - left[one]) * MINUTE / self._rates[one[0]] for one in asking if left[one] < 1]
        if waits:
            return max(waits)
        for one in asking:
            self._buckets[one] = (left[one] - 1, now)
            self._buckets.move_to_end(one)
            self._told.discard(one)
        while len(self._buckets) > _REMEMBERED:
            self._told.discard(self._buckets.popitem(last=False)[0])
        return 0.0

    def news(self, *, person: int, chat: int) -> bool:
        """Whether they are to be told that they must wait: once, until they may ask again."""
        now = self._clock()
        refusing = {one for one in (("person", person), ("chat", chat)) if one in self._buckets}
        refusing = {one for one in refusing if self._left(one, now) < 1}
        known = refusing <= self._told
        self._told |= refusing
        return not known

    def _left(self, one: tuple[str, int], now: float) -> float:
        rate = self._rates[one[0]]
        left, then = self._buckets.get(one, (float(rate), now))
        return min(float(rate), left + (now - then) * rate / MINUTE)
