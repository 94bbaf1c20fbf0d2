"""What Telegram shows of the bot before it says anything: the commands of each chat, and who it is."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    Update,
)
from telegram.error import TelegramError
from telegram.ext import BaseHandler, ContextTypes, MessageHandler, filters

from bot.access import Role
from bot.chats.delivery import reason
from bot.conversation import COMMANDS
from bot.messages import FALLBACK, LANGUAGES, say

log = logging.getLogger(__name__)

_FOR_GROUPS = ("ask",)  # what is heard there without the bot's name
_FOR_THEIR_ADMINS = ("ask", "language", "on", "off")
_NOWHERE = ("start", "on", "off")  # in private: Telegram has a button of its own for the first


def menu(role: Role) -> list[str]:
    """The commands of the private chat with somebody of that role, help last."""
    names = [name for name, command in COMMANDS.items() if command.role <= role and name not in _NOWHERE]
    return sorted(names, key=lambda name: name == "help")


async def introduce(bot: Bot) -> None:
    """Tells Telegram the commands of everybody and what the bot is, in each language."""
    menus: list[tuple[BotCommandScope, list[str]]] = [
        (BotCommandScopeDefault(), menu(Role.READER)),
        (BotCommandScopeAllGroupChats(), list(_FOR_GROUPS)),
        (BotCommandScopeAllChatAdministrators(), list(_FOR_THEIR_ADMINS)),
    ]
    for scope, names in menus:
        await _offer(bot, scope, names)
    await _in_each_language(lambda code, language: bot.set_my_description(say(language, "about"), code))
    await _in_each_language(lambda code, language: bot.set_my_short_description(say(language, "about-short"), code))


class AdminMenus:
    """Offers each admin of the bot all commands, once they write: before, Telegram does not know their chat."""

    def __init__(self, admins: list[int]) -> None:
        self._admins = admins
        self._offered: set[int] = set()

    def handlers(self) -> list[BaseHandler[Update, Any, Any]]:
        """What is to be done with their messages, beside answering them."""
        theirs = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE & filters.User(self._admins)
        return [MessageHandler(theirs, self.on_message)]

    async def on_message(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The first message of each admin."""
        admin = update.effective_user
        if admin and admin.id not in self._offered:
            self._offered.add(admin.id)
            await _offer(context.bot, BotCommandScopeChat(admin.id), menu(Role.ADMIN))


async def _offer(bot: Bot, scope: BotCommandScope, names: list[str]) -> None:
    def offer(code: str | None, language: str) -> Awaitable[bool]:
        commands = [BotCommand(name, say(language, f"command-{name}")) for name in names]
        return bot.set_my_commands(commands, scope, code)

    await _in_each_language(offer)


async def _in_each_language(tell: Callable[[str | None, str], Awaitable[bool]]) -> None:
    """Calls `tell` with each code and language; without a code for those whose app speaks none of them."""
    try:
        for code in (None, *LANGUAGES):
            await tell(code, code or FALLBACK)
    except TelegramError as error:
        log.warning("A menu or description could not be set (%s); the bot works without it.", reason(error))
