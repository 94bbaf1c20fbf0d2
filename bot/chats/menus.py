"""The commands that Telegram offers to whom."""

import logging

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.messages import LANGUAGES, say

log = logging.getLogger(__name__)


async def introduce(bot: Bot) -> None:
    """Tells Telegram the commands of everybody, once for each language."""
    log.info("Connected to Telegram as @%s.", bot.username)
    try:
        for language in LANGUAGES:
            commands = [BotCommand(name, say(language, f"command-{name}")) for name in ("ask", "new", "help")]
            await bot.set_my_commands(commands, language_code=language)
    except TelegramError as error:
        log.warning("The command menu could not be set (%s); the bot works without it.", type(error).__name__)
