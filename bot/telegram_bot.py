"""The conversation in Telegram: updates in, messages out. What to say is decided in `conversation`."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from telegram import BotCommand, Message, Update
from telegram.constants import ChatAction
from telegram.error import Conflict, InvalidToken, TelegramError
from telegram.ext import (
    AIORateLimiter,
    Application,
    ApplicationBuilder,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.access import role_of
from bot.conversation import COMMANDS, Attachment, Incoming, defect, respond
from bot.delivery import deliver, retrying
from bot.messages import LANGUAGES, say
from bot.workspace import Workspace
from config.logs import keep_secret
from retrieval.errors import QawlError, UsageError

log = logging.getLogger(__name__)

_UPDATES = 16  # handled at once: more only queue for the processor (540 echoes a second at 8, 160 at 60 and more)
_THREADS = 2  # that compute answers; the encoder uses all cores for each
_TYPING_SECONDS = 4.5  # Telegram shows "typing" for five
_MAX_RETRIES = 5  # after a 429, each waiting as long as Telegram asks

_NEW = filters.UpdateType.MESSAGE  # neither edits nor channel posts


def run(workspace: Workspace) -> None:
    """Serves Telegram by long polling until SIGTERM or SIGINT; what was being answered is finished first.

    Raises:
        UsageError: when no token is set.
        QawlError: when Telegram refuses the token.
    """
    if workspace.settings.telegram.token is None:
        raise UsageError("No bot token: get one from @BotFather and set QAWL_TELEGRAM__TOKEN.")
    keep_secret(workspace.settings.telegram.token.get_secret_value())
    workspace.warm_up()
    application = build(workspace)
    try:
        application.run_polling(allowed_updates=[Update.MESSAGE], bootstrap_retries=-1)
    except InvalidToken as error:
        raise QawlError("Telegram refuses the bot token: check QAWL_TELEGRAM__TOKEN with @BotFather.") from error


def build(workspace: Workspace) -> "Application[Any, Any, Any, Any, Any, Any]":
    """The application with its handlers; not yet running."""
    telegram = workspace.settings.telegram
    assert telegram.token is not None
    application = (
        ApplicationBuilder()
        .token(telegram.token.get_secret_value())
        .base_url(telegram.api_url)
        .base_file_url(telegram.file_url)
        .rate_limiter(AIORateLimiter(max_retries=_MAX_RETRIES))
        .concurrent_updates(_UPDATES)
        .post_init(_introduce)
        .build()
    )
    desk = _Desk(workspace)
    application.add_handler(CommandHandler(list(COMMANDS), desk.on_message, _NEW))
    application.add_handler(MessageHandler(_NEW & filters.CAPTION & filters.Document.ALL, desk.on_captioned_file))
    application.add_handler(MessageHandler(_NEW & filters.ChatType.PRIVATE & filters.TEXT, desk.on_message))
    application.add_error_handler(_on_error)
    return application


async def _introduce(application: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    """Tells Telegram the commands of everybody, once for each language."""
    log.info("Connected to Telegram as @%s.", application.bot.username)
    try:
        for language in LANGUAGES:
            commands = [BotCommand(name, say(language, f"command-{name}")) for name in ("ask", "help")]
            await application.bot.set_my_commands(commands, language_code=language)
    except TelegramError as error:
        log.warning("The command menu could not be set (%s); the bot works without it.", type(error).__name__)


class _Desk:
    """Turns updates into `Incoming` and what `respond` says into messages; computing happens off the event loop."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="answers")

    async def on_captioned_file(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A file whose caption is a command: `CommandHandler` does not look at captions."""
        message = update.effective_message
        assert message is not None
        command = (message.caption or "").split(maxsplit=1)[0].lower()
        if command in {"/ingest", f"/ingest@{context.bot.username.lower()}"}:
            await self.on_message(update, context)

    async def on_message(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command, or a question in a private chat."""
        message = update.effective_message
        assert message is not None
        incoming = _incoming(message, self._workspace.settings.telegram.admins)
        loop = asyncio.get_running_loop()
        typing = asyncio.create_task(_keep_typing(message))
        try:
            answers = await loop.run_in_executor(self._pool, respond, self._workspace, incoming)
        except Exception:
            log.exception("answering failed")
            answers = defect(incoming)
        finally:
            typing.cancel()
        await deliver(message, answers)


async def _keep_typing(message: Message) -> None:
    while True:
        try:
            await message.reply_chat_action(ChatAction.TYPING)
        except TelegramError as error:  # a courtesy: never worth failing for
            log.debug("typing was not shown: %s", type(error).__name__)
        await asyncio.sleep(_TYPING_SECONDS)


def _incoming(message: Message, admins: list[int]) -> Incoming:
    user = message.from_user
    text = message.text or message.caption or ""
    command = None
    if text.startswith("/"):
        word, *rest = text.split(maxsplit=1)
        command, text = word[1:].split("@")[0].lower(), "".join(rest)
    answered = message.reply_to_message
    carrier = message if message.document or not answered else answered
    return Incoming(
        text=text.strip(),
        role=role_of(user.id if user else None, admins),
        command=command,
        quoted=(answered.text or answered.caption) if answered else None,
        attachment=_attachment(carrier),
        language=user.language_code if user else None,
        sent=carrier.date,
    )


def _attachment(message: Message) -> Attachment | None:
    document = message.document
    if document is None:
        return None
    loop = asyncio.get_running_loop()

    async def fetch() -> bytes:
        file = await retrying(document.get_file)
        return bytes(await retrying(file.download_as_bytearray))

    # Called from a worker thread, and only after access was checked.
    return Attachment(
        name=document.file_name or "",
        size=document.file_size or 0,
        read=lambda: asyncio.run_coroutine_threadsafe(fetch(), loop).result(),
    )


async def _on_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    error = context.error
    if isinstance(error, Conflict):
        log.error("Another program is polling with this bot's token: stop it, or use a token of its own.")
    elif isinstance(error, TelegramError):
        log.warning("Telegram: %s: %s", type(error).__name__, error)
    else:
        log.error("handling an update failed", exc_info=error)
