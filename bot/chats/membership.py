"""The bot is added to groups and channels, and taken out of them."""

import asyncio
import logging
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from telegram import Bot, ChatMember, ChatMemberRestricted, ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden, TelegramError
from telegram.ext import BaseHandler, ChatMemberHandler, ContextTypes

from bot.access import Role, role_of
from bot.channels import offer
from bot.chats.channels import is_taken_in
from bot.chats.delivery import keyboard_of, reason, retrying
from bot.chats.groups import hears_mentions
from bot.groups import greeting
from bot.messages import language_for
from bot.replies import Reply
from bot.workspace import Workspace

log = logging.getLogger(__name__)


class Membership:
    """Greets groups, asks what is to become of channels, and forgets those that it was taken out of."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # of each chat whose change is met

    def handlers(self) -> list[BaseHandler[Update, Any, Any]]:
        """What is to be done when the bot's place in a chat changes."""
        return [ChatMemberHandler(self.on_change, ChatMemberHandler.MY_CHAT_MEMBER)]

    async def on_change(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """The bot came, went, or has other rights."""
        change = update.my_chat_member
        assert change is not None
        if change.chat.type == ChatType.PRIVATE:
            return
        async with self._turns.setdefault(change.chat.id, asyncio.Lock()):  # out and in again is not in and out
            before, now = _is_in(change.old_chat_member), _is_in(change.new_chat_member)
            if before and not now:
                await asyncio.to_thread(self._workspace.memory.leave, change.chat.id)
            elif now and not before:
                came = self._to_channel if change.chat.type == ChatType.CHANNEL else self._to_group
                await came(change, context.bot)

    async def _to_group(self, change: ChatMemberUpdated, bot: Bot) -> None:
        memory, chat = self._workspace.memory, change.chat.id
        if role_of(change.from_user.id, self._workspace.settings.telegram, chat_id=chat) < Role.READER:
            return
        settings = await asyncio.to_thread(memory.chat, chat)
        if settings.told:  # a group that has become a supergroup
            return
        language = language_for(settings.language, change.from_user.language_code)
        hears = hears_mentions(bot, change.new_chat_member.status)
        if await _send(bot, chat, greeting(language, bot.username, hears_mentions=hears)):
            await asyncio.to_thread(memory.set_chat, chat, replace(settings, told=True))

    async def _to_channel(self, change: ChatMemberUpdated, bot: Bot) -> None:
        channel, by = change.chat, change.from_user
        if await asyncio.to_thread(is_taken_in, self._workspace, channel.id):
            return
        admins = self._workspace.settings.telegram.admins
        reached = False
        for admin in [by.id] if by.id in admins else admins:
            chosen = await asyncio.to_thread(self._workspace.memory.language, admin)
            language = language_for(chosen, by.language_code)
            reached |= await _send(bot, admin, offer(channel.id, channel.title or str(channel.id), language))
        if not reached:
            log.warning(
                "The bot was added to the channel %s, and no admin could be asked about it: write /start to the bot and"
                " add it again, or list %d in QAWL_TELEGRAM__CHANNELS.",
                *(channel.title, channel.id),
            )


def _is_in(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status in (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)


async def _send(bot: Bot, chat: int, reply: Reply) -> bool:
    """Whether the message that nobody asked for was sent."""
    try:
        await retrying(lambda: bot.send_message(chat, reply.text.text, reply_markup=keyboard_of(reply.buttons)))
    except (BadRequest, Forbidden) as error:
        log.info("Not delivered: %s.", reason(error))
        return False
    except TelegramError as error:
        log.warning("Not delivered: %s.", reason(error))
        return False
    return True
