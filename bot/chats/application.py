"""The bot as a process: connected to Telegram by long polling or a webhook, until it is stopped."""

import logging
from typing import Any
from urllib.parse import urlsplit

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, ContextTypes

from bot.chats.desk import Desk
from bot.chats.inbox import Inbox, Settling
from bot.chats.menus import introduce
from bot.workspace import Workspace
from config.logs import keep_secret
from retrieval.errors import QawlError, UsageError

log = logging.getLogger(__name__)

_UPDATES = 16  # handled at once: more only queue for the processor (540 echoes a second at 8, 160 at 60 and more)
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

App = Application[Any, Any, Any, Any, Any, Any]


def run(workspace: Workspace) -> None:
    """Serves Telegram until SIGTERM or SIGINT; what was being answered is finished first.

    Raises:
        UsageError: when no token is set, or the webhook has no secret.
        QawlError: when Telegram refuses the token.
    """
    telegram = workspace.settings.telegram
    if telegram.token is None:
        raise UsageError("No bot token: get one from @BotFather and set QAWL_TELEGRAM__TOKEN.")
    if telegram.webhook_url and telegram.webhook_secret is None:
        raise UsageError("A webhook needs QAWL_TELEGRAM__WEBHOOK_SECRET: any 1 to 256 letters, digits, _ and -.")
    keep_secret(telegram.token.get_secret_value())
    workspace.warm_up()
    application = build(workspace)
    try:
        if telegram.webhook_url and telegram.webhook_secret:
            host, _, port = telegram.listen.rpartition(":")
            application.run_webhook(
                listen=host,
                port=int(port),
                url_path=urlsplit(telegram.webhook_url).path.strip("/"),
                webhook_url=telegram.webhook_url,
                secret_token=telegram.webhook_secret.get_secret_value(),
                allowed_updates=_WANTED,
                bootstrap_retries=-1,
            )
        else:
            application.run_polling(allowed_updates=_WANTED, bootstrap_retries=-1)
    except InvalidToken as error:
        raise QawlError("Telegram refuses the bot token: check QAWL_TELEGRAM__TOKEN with @BotFather.") from error


def build(workspace: Workspace) -> App:
    """The application with its handlers; not yet running."""
    telegram = workspace.settings.telegram
    assert telegram.token is not None
    desk = Desk(workspace)
    inbox = Inbox(workspace.memory)

    async def begin(application: App) -> None:
        await introduce(application.bot)
        await inbox.resume(application.bot)

    application = (
        ApplicationBuilder()
        .token(telegram.token.get_secret_value())
        .base_url(telegram.api_url)
        .base_file_url(telegram.file_url)
        .rate_limiter(AIORateLimiter(max_retries=_MAX_RETRIES))
        .update_queue(inbox)
        .concurrent_updates(Settling(_UPDATES, workspace.memory))
        .post_init(begin)
        .build()
    )
    for handler in desk.handlers():
        application.add_handler(handler)
    application.add_error_handler(_on_error)
    return application


async def _on_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    error = context.error
    if isinstance(error, Conflict):
        log.error("Another program is polling with this bot's token: stop it, or use a token of its own.")
    elif isinstance(error, TelegramError):
        log.warning("Telegram: %s: %s", type(error).__name__, error)
    else:
        log.error("handling an update failed", exc_info=error)
