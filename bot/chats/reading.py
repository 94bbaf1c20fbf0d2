"""What a Telegram message says to the bot."""

import asyncio
from dataclasses import dataclass

from telegram import (
    Bot,
    Document,
    MaybeInaccessibleMessage,
    Message,
    MessageEntity,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    Update,
)
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.access import role_of
from bot.chats.delivery import retrying
from bot.conversation import COMMANDS
from bot.incoming import Attachment, Incoming, Kind, Origin, Place
from config.settings import Telegram
from retrieval.errors import SourceError

_AROUND_MENTION = " ,:،\u200e\u200f"  # the last two show where right-to-left text begins


@dataclass(frozen=True)
class Addressed:
    """The part of a message that is meant for the bot: a command without its slash, or None for a question.

    `perhaps`: it may be meant for another bot, too. Of the only bot in a group Telegram's apps send bare commands.
    """

    command: str | None
    text: str
    perhaps: bool = False


def addressed(message: Message, bot: Bot) -> Addressed | None:
    """What a message says to the bot; None when it is not meant for it.

    In a private chat everything is. In a group: /ask, a command with the bot's name behind it, a mention anywhere, a
    reply to one of the bot's messages; perhaps what only admins of the group may command.
    """
    text = message.text or message.caption or ""
    private = message.chat.type == ChatType.PRIVATE
    sender = message.from_user
    if (sender and sender.is_bot and message.sender_chat is None) or message.via_bot or message.is_automatic_forward:
        return None
    without = None if private else _without_mention(message, bot)
    answered = message.reply_to_message
    to_us = private or without is not None or (answered and answered.from_user and answered.from_user.id == bot.id)
    said = text.strip() if without is None else without
    if said.startswith("/"):
        word, *rest = said.split(maxsplit=1)
        command, _, to = word[1:].lower().partition("@")
        governs = command in COMMANDS and COMMANDS[command].governs
        ours = to == bot.username.lower() or (not to and (to_us or governs or command == "ask"))
        return Addressed(command, "".join(rest), not to and not to_us and governs) if ours else None
    return Addressed(None, said) if to_us and (text or (private and message.document)) else None


def _without_mention(message: Message, bot: Bot) -> str | None:
    """The text without the bot's name; None when it is not mentioned."""
    kinds: list[str | None] = [MessageEntity.MENTION]
    entities = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}
    own = f"@{bot.username}".lower()
    found = [entity for entity, text in entities.items() if text.lower() == own]
    if not found:
        return None
    units = (message.text or message.caption or "").encode("utf-16-le")
    for entity in sorted(found, key=lambda one: -one.offset):
        units = units[: 2 * entity.offset] + units[2 * (entity.offset + entity.length) :]
    return " ".join(units.decode("utf-16-le").split()).strip(_AROUND_MENTION)


def place_of(message: MaybeInaccessibleMessage, person: int | None) -> Place:
    """Where and whose a message is. Of one too old to be shown to bots Telegram tells no topic."""
    private = message.chat.type == ChatType.PRIVATE
    thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
    kind = Kind.PRIVATE if private else Kind.GROUP
    return Place(message.chat.id, person or 0, message.message_id, thread or 0, kind)


def incoming(update: Update, said: Addressed, settings: Telegram) -> Incoming:
    """The message of an update, as the conversation takes it."""
    message = update.effective_message
    assert message is not None
    # Who writes as a channel or as an anonymous admin is not known.
    user = message.from_user if message.sender_chat is None else None
    answered = message.reply_to_message
    carrier = message if message.document or not answered else answered
    quoted = (answered.text or answered.caption) if answered else None
    return Incoming(
        text=said.text,
        role=role_of(user.id if user else None, settings, chat_id=message.chat.id),
        place=place_of(message, user.id if user else None),
        command=said.command,
        replied=answered.message_id if answered else None,
        quoted=quoted,
        attachment=_attachment(carrier.document) if carrier.document else None,
        origin=origin_of(message if message.forward_origin or not answered else answered),
        language=user.language_code if user else None,
        sent=carrier.date,
        edited=update.edited_message is not None,
    )


def origin_of(message: Message) -> Origin | None:
    """Where the message was forwarded from, and who wrote it, as Telegram's apps name them."""
    match message.forward_origin:
        case MessageOriginChannel(chat=chat) as origin:
            return Origin(chat.title, origin.date, chat.id, origin.message_id, chat.username)
        case MessageOriginUser(sender_user=user) as origin:
            return Origin(user.full_name, origin.date)
        case MessageOriginHiddenUser(sender_user_name=name) as origin:
            return Origin(name, origin.date)
        case MessageOriginChat(sender_chat=chat) as origin:
            return Origin(chat.title, origin.date)
    return None


def _attachment(document: Document) -> Attachment:
    loop = asyncio.get_running_loop()

    async def fetch() -> bytes:
        try:
            file = await retrying(document.get_file, repeatable=True)
            return bytes(await retrying(file.download_as_bytearray, repeatable=True))
        except TelegramError as error:
            reason = "Telegram does not hand the file over; send it again"
            raise SourceError(document.file_name or "", reason) from error

    # Called from a worker thread, and only after access was checked.
    return Attachment(
        name=document.file_name or "",
        size=document.file_size or 0,
        read=lambda: asyncio.run_coroutine_threadsafe(fetch(), loop).result(),
        media_type=document.mime_type or "",
    )
