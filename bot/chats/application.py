"""The bot as a process: connected to Telegram by long polling or a webhook, until it is stopped."""

import asyncio
import logging
import re
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr
from telegram import Bot, Update
from telegram.constants import WebhookLimit
from telegram.error import BadRequest, Conflict, InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, ContextTypes

from bot.chats.channels import Channels
from bot.chats.delivery import not_taken, out_of_order, reason
from bot.chats.desk import Desk
from bot.chats.faults import FAULTS
from bot.chats.groups import Moves
from bot.chats.inbox import GRACE, Inbox, Settling
from bot.chats.membership import Membership
from bot.chats.menus import AdminMenus, introduce
from bot.chats.reports import Reports
from bot.chats.watched import Watched, beat
from bot.metrics import Health, offered
from bot.workspace import Workspace
from config.logs import keep_people_private, keep_secret
from config.settings import Telegram
from retrieval.errors import ArchiveError, QawlError, UsageError

log = logging.getLogger(__name__)

_UPDATES = 16  # handled at once: more only queue for the processor (540 echoes a second at 8, 160 at 60 and more)
_TIDY_SECONDS = 3600.0  # what is kept for days is deleted in time when it is looked at once an hour
_MAX_RETRIES = 5  # after a 429, each waiting as long as Telegram asks
_WANTED = [
    Update.MESSAGE,
    Update.EDITED_MESSAGE,
    Update.CHANNEL_POST,
    Update.EDITED_CHANNEL_POST,
    Update.CALLBACK_QUERY,
    Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]

_SECRET = re.compile(rf"[A-Za-z0-9_-]{{1,{WebhookLimit.MAX_SECRET_TOKEN_LENGTH}}}")  # Bot API, setWebhook

App = Application[Any, Any, Any, Any, Any, Any]


def run(workspace: Workspace) -> None:
    """Serves Telegram until SIGTERM or SIGINT; what was being answered is finished first.

    Raises:
        UsageError: when no token is set, the webhook has no secret, or Telegram refuses its address.
        QawlError: when Telegram refuses the token, or nothing can be listened to at the webhook's host and port.
    """
    telegram = workspace.settings.telegram
    if telegram.token is None:
        raise UsageError("No bot token: get one from @BotFather and set QAWL_TELEGRAM__TOKEN.")
    if telegram.webhook_url and not _SECRET.fullmatch(_text(telegram.webhook_secret)):
        raise UsageError("A webhook needs QAWL_TELEGRAM__WEBHOOK_SECRET: any 1 to 256 letters, digits, _ and -.")
    keep_secret(telegram.token.get_secret_value())
    keep_secret(_text(telegram.webhook_secret))
    workspace.warm_up()
    keep_people_private(workspace.data_dir, telegram.admins)
    health = Health(polls=not telegram.webhook_url)
    application = build(workspace, health)
    with offered(workspace, health):
        _serve(application, telegram)


def _serve(application: App, telegram: Telegram) -> None:
    try:
        if telegram.webhook_url:
            host, _, port = telegram.listen.rpartition(":")
            application.run_webhook(
                listen=host.strip("[]"),  # of IPv6
                port=int(port),
                url_path=urlsplit(telegram.webhook_url).path.strip("/"),
                webhook_url=telegram.webhook_url,
                secret_token=_text(telegram.webhook_secret),
                allowed_updates=_WANTED,
                bootstrap_retries=-1,
            )
        else:
            application.run_polling(allowed_updates=_WANTED, bootstrap_retries=-1)
    except InvalidToken as error:
        raise QawlError("Telegram refuses the bot token: check QAWL_TELEGRAM__TOKEN with @BotFather.") from error
    except OSError as error:  # all of the network's are a TelegramError by then
        raise QawlError(f"Nothing can be listened to at {telegram.listen}: {error.strerror}.") from error


def build(workspace: Workspace, health: Health | None = None) -> App:
    """The application with its handlers; not yet running. `health` is told of what moves."""
    health = health or Health(polls=False)
    telegram = workspace.settings.telegram
    assert telegram.token is not None
    reports = Reports(workspace)
    desk = Desk(workspace, reports)
    settling = Settling(_UPDATES, workspace.memory)
    beside: list[asyncio.Task[None]] = []
    watching: list[asyncio.Task[None]] = []
    stopping: list[asyncio.Task[None]] = []

    def begin_to_end() -> None:
        settling.end()
        for task in watching:
            task.cancel()
        for part in (workspace.worker, workspace.poller):  # while answers are finished: there are ten seconds for all
            stopping.append(asyncio.create_task(asyncio.to_thread(part.stop, GRACE)))

    inbox = Inbox(workspace.memory, at_end=begin_to_end)

    async def begin(application: App) -> None:
        log.info("Connected to Telegram as @%s.", application.bot.username)
        if telegram.webhook_url:
            await _try_webhook(application.bot, telegram)
        await reports.begin(application.bot)
        workspace.worker.start()
        workspace.poller.start()
        works = introduce(application.bot), _keep_tidy(workspace), beat(health)
        beside.extend(map(_begun, works))  # Telegram may have the first wait for hours
        if workspace.database.shared:
            watching.append(_begun(inbox.watch(application.bot)))
        await inbox.resume(application.bot)

    async def pause(application: App) -> None:
        await reports.end()
        await asyncio.gather(*stopping)
        await inbox.let_go()

    async def end(application: App) -> None:
        await reports.end()  # again: one that could not listen has not paused
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, *watching, return_exceptions=True)

    application = (
        ApplicationBuilder()
        .token(telegram.token.get_secret_value())
        .base_url(telegram.api_url)
        .base_file_url(telegram.file_url)
        .request(Watched())
        .get_updates_request(Watched(health.polled))
        .rate_limiter(AIORateLimiter(max_retries=_MAX_RETRIES))
        .update_queue(inbox)
        .concurrent_updates(settling)
        .post_init(begin)
        .post_stop(pause)
        .post_shutdown(end)
        .build()
    )
    for part in (desk, Membership(workspace), Moves(workspace), Channels(workspace)):
        application.add_handlers(part.handlers())
    application.add_handlers(AdminMenus(telegram.admins).handlers(), group=1)
    application.add_error_handler(_on_error)
    return application


async def _try_webhook(bot: Bot, telegram: Telegram) -> None:
    """Sets the webhook once before the library does, which would try a refused one again for ever without a word."""
    assert telegram.webhook_url is not None
    secret = _text(telegram.webhook_secret)
    try:
        await bot.set_webhook(telegram.webhook_url, secret_token=secret, allowed_updates=_WANTED)
    except BadRequest as error:
        raise UsageError(f"Telegram refuses the webhook, check QAWL_TELEGRAM__WEBHOOK_URL: {error}.") from error
    except TelegramError as error:  # the library tries again until Telegram answers
        log.warning("Telegram: %s.", reason(error))


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


async def _keep_tidy(workspace: Workspace) -> None:
    """Has what is older than it is kept deleted, from now on."""
    while True:
        try:
            await asyncio.to_thread(workspace.memory.tidy)
        except ArchiveError as error:
            log.error("What is too old could not be deleted: %s", error)
        await asyncio.sleep(_TIDY_SECONDS)


def _begun(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    task.add_done_callback(_tell_defect)
    return task


def _tell_defect(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        log.error("%s failed", task.get_coro(), exc_info=task.exception())


async def _on_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    error = context.error
    if isinstance(error, Conflict):
        if FAULTS.news("conflict"):
            log.error("Another program is polling with this bot's token: stop it, or use a token of its own.")
    elif isinstance(error, TelegramError):
        unreachable = not_taken(error)
        if isinstance(update, Update) and unreachable:
            log.error("Telegram was out of order for too long (%s); the answer is sent after a restart.", reason(error))
            settling = context.application.update_processor
            assert isinstance(settling, Settling)
            settling.keep(update)
        elif unreachable:
            out_of_order(error)
        else:
            log.warning("Telegram: %s.", reason(error))
    else:
        log.error("handling an update failed", exc_info=error)
