"""How updates reach the bot: by long polling, or by POST to its webhook until it answers 2xx."""

import asyncio
import contextlib
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiogram.types
import httpx
from telegram.constants import PollingLimit

from tests.e2e.bot_api.limits import Json, Refusal, bad_request
from tests.e2e.bot_api.wire import check_update

ALL_KINDS = frozenset(aiogram.types.Update.model_fields) - {"update_id"}
# Telegram sends these only to bots that name them in allowed_updates.
DEFAULT_KINDS = ALL_KINDS - {"chat_member", "message_reaction", "message_reaction_count"}
FIRST_RETRY_SECONDS = 0.05  # Telegram waits longer; tests should not
LONGEST_RETRY_SECONDS = 1.0
ANSWER_SECONDS = 10.0


@dataclass
class Webhook:
    """Where updates are to be sent, and how the last attempt went."""

    url: str
    secret: str | None
    max_connections: int
    has_certificate: bool
    last_error: str | None = None
    last_error_date: int = 0


@dataclass(frozen=True)
class Delivery:
    """One attempt to hand an update to the webhook; `status` is 0 where no answer came."""

    update_id: int
    status: int
    at: float = field(default_factory=time.monotonic)


class Updates:
    """The updates that the bot has not confirmed yet."""

    def __init__(self) -> None:
        self.pending: list[Json] = []
        self.allowed = DEFAULT_KINDS
        self.webhook: Webhook | None = None
        self.deliveries: list[Delivery] = []
        self._ids = itertools.count(100_000_001)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed = asyncio.Event()
        self._poll = 0
        self._closing = False

    def push(self, kind: str, content: Json) -> None:
        """Queues an update, unless the bot has not asked for its kind: Telegram forgets those at once."""
        update = {"update_id": next(self._ids), kind: content}
        check_update(update)
        if kind in self.allowed:
            with self._lock:
                self.pending.append(update)
            self.wake()

    def allow(self, kinds: list[str] | None) -> None:
        """Keeps the choice of the bot: None changes nothing, an empty list is Telegram's default."""
        if unknown := set(kinds or ()) - ALL_KINDS:
            raise bad_request(f"no such updates: {', '.join(sorted(unknown))}")
        if kinds is not None:
            self.allowed = frozenset(kinds) or DEFAULT_KINDS

    def forget(self) -> None:
        """Drops what is pending."""
        with self._lock:
            self.pending.clear()

    async def poll(self, offset: int, limit: int, timeout: float, allowed: list[str] | None) -> list[Json]:
        """The updates from `offset` on, as soon as there are any, else none after `timeout` seconds.

        A newer poll ends an older one with 409, as Telegram does.
        """
        if self.webhook:
            raise _conflict("can't use getUpdates method while webhook is active; use deleteWebhook first")
        if not PollingLimit.MIN_LIMIT <= limit <= PollingLimit.MAX_LIMIT:
            limit = PollingLimit.MAX_LIMIT
        self.allow(allowed)
        self._confirm(offset)
        self._poll += 1
        mine, until = self._poll, time.monotonic() + timeout
        self.wake()
        while True:
            changed = self._changed
            if mine != self._poll:
                raise _conflict("terminated by other getUpdates request; make sure only one bot instance is running")
            if self.webhook:
                raise _conflict("terminated by setWebhook request; make sure only one webhook is set")
            with self._lock:
                batch = self.pending[:limit]
            left = until - time.monotonic()
            if batch or left <= 0 or self._closing:
                return batch
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), left)

    async def deliver(self) -> None:
        """Sends each update to the webhook, again and again until it is accepted; runs until `close`."""
        self._loop = asyncio.get_running_loop()
        retry_after = FIRST_RETRY_SECONDS
        async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client:
            while not self._closing:
                changed, webhook = self._changed, self.webhook
                if not webhook or not self.pending:
                    await changed.wait()
                elif await self._accepted(client, webhook, self.pending[0]):
                    retry_after = FIRST_RETRY_SECONDS
                else:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), retry_after)
                    retry_after = min(2 * retry_after, LONGEST_RETRY_SECONDS)

    def wake(self) -> None:
        """Makes waiting polls and the webhook look again; callable from any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._turn)

    def close(self) -> None:
        """Ends `deliver` and every waiting poll."""
        self._closing = True
        self.wake()

    async def _accepted(self, client: httpx.AsyncClient, webhook: Webhook, update: Json) -> bool:
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        try:
            answer = await client.post(webhook.url, content=json.dumps(update), headers=headers)
            status, error = answer.status_code, f"Wrong response from the webhook: {answer.status_code}"
        except httpx.HTTPError as problem:
            status, error = 0, f"Connection failed: {type(problem).__name__}"
        self.deliveries.append(Delivery(update["update_id"], status))
        if 200 <= status < 300:
            with self._lock:
                self.pending = [u for u in self.pending if u is not update]
            return True
        webhook.last_error, webhook.last_error_date = error, int(time.time())
        return False

    def _confirm(self, offset: int) -> None:
        with self._lock:
            if offset < 0:
                self.pending = self.pending[offset:]
            else:
                self.pending = [u for u in self.pending if u["update_id"] >= offset]

    def _turn(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def is_webhook_url(url: str) -> bool:
    """True for https, and for plain http to this machine, which only a local Bot API server would accept."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"})


def _conflict(reason: str) -> Refusal:
    return Refusal(409, f"Conflict: {reason}")
