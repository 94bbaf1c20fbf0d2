"""Groups: what is heard in them, whose word counts there, and the move to a supergroup."""

import asyncio
import logging
from dataclasses import replace
from typing import Any, TypeVar

from telegram import Bot, MaybeInaccessibleMessage, Message, Update
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import BaseHandler, ContextTypes, MessageHandler, filters

from bot.access import Role
from bot.chats.delivery import reason, retrying
from bot.conversation import switches_on, wanted
from bot.incoming import Incoming, Kind, Pressed
from bot.workspace import Workspace

log = logging.getLogger(__name__)

_Asked = TypeVar("_Asked", Incoming, Pressed)


async def heard(
    workspace: Workspace, asked: _Asked, message: MaybeInaccessibleMessage, *, perhaps: bool = False
) -> _Asked | None:
    """The message or the pressed button with what its author may do in the group; None where the bot keeps silent.

    `perhaps`: it is not sure that the bot is meant, see `Addressed`.
    """
    if asked.place.kind is not Kind.GROUP:
        return asked
    if asked.role < Role.READER:
        return None
    silent = (await asyncio.to_thread(workspace.memory.chat, asked.place.chat)).silent
    if silent and not switches_on(asked):
        return None
    command = wanted(asked)
    if command is None or not command.governs:
        return asked
    asked = replace(asked, chat_admin=await _is_admin(asked, message))
    return asked if asked.chat_admin or not (silent or perhaps) else None


async def _is_admin(asked: Incoming | Pressed, message: MaybeInaccessibleMessage) -> bool:
    """Whether they are an admin of the group: an anonymous one writes as the group itself."""
    if isinstance(asked, Incoming) and isinstance(message, Message) and message.sender_chat:
        return message.sender_chat.id == message.chat.id
    try:
        person, bot = asked.place.person, message.get_bot()
        member = await retrying(lambda: bot.get_chat_member(asked.place.chat, person), repeatable=True)
    except TelegramError as error:
        log.warning("Telegram does not tell who is an admin of a group: %s.", reason(error))
        return False
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


class Moves:
    """Groups that become supergroups, and so get another id."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def handlers(self) -> list[BaseHandler[Update, Any, Any]]:
        """What is to be done with the service messages about it, of which both chats get one."""
        return [MessageHandler(filters.StatusUpdate.MIGRATE, self.on_move)]

    async def on_move(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Takes what was set for the group along."""
        message = update.effective_message
        assert message is not None
        old = message.migrate_from_chat_id or message.chat.id
        new = message.migrate_to_chat_id or message.chat.id
        await asyncio.to_thread(self._workspace.memory.migrate, old, new)
        if old in self._workspace.settings.telegram.allowed:
            log.warning("The group %d has become %d: write that into QAWL_TELEGRAM__ALLOWED instead.", old, new)


def hears_mentions(bot: Bot, status: str) -> bool:
    """Whether Telegram shows the bot a mention in a group where it has that status."""
    return bool(bot.can_read_all_group_messages) or status == ChatMemberStatus.ADMINISTRATOR
