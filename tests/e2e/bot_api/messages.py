"""The modelled methods that send, change and delete messages."""

import time
from collections.abc import Sequence
from typing import Any

from telegram.constants import ChatAction, ChatType, FileSizeLimit, ReactionEmoji

from tests.e2e.bot_api.chats import Chat, Telegram
from tests.e2e.bot_api.limits import (
    Json,
    bad_request,
    check_caption,
    check_entities,
    check_markup,
    check_text,
    utf16_length,
)
from tests.e2e.bot_api.wire import Upload, not_modelled

UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
IMAGE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")
REPLY_FIELDS = {
    "message_id",
    "chat_id",
    "allow_sending_without_reply",
    "quote",
    "quote_entities",
    "quote_position",
}
Entities = Sequence[Json] | None


class Messages:
    """Answers calls about messages; parameters that are accepted and not used only change how a message looks."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    def send_message(
        self,
        chat_id: int | str,
        text: str,
        entities: Entities = None,
        message_thread_id: int | None = None,
        reply_parameters: Json | None = None,
        reply_markup: Json | None = None,
        link_preview_options: Json | None = None,
        disable_notification: bool = False,
        protect_content: bool = False,
    ) -> Json:
        chat = self._chat_to_post_in(chat_id)
        check_text(text, entities)
        return self._post(chat, message_thread_id, reply_parameters, reply_markup, text=text, entities=entities)

    def send_message_draft(
        self,
        chat_id: int,
        draft_id: int,
        text: str = "",
        entities: Entities = None,
        message_thread_id: int | None = None,
    ) -> bool:
        chat = self._chat_to_post_in(chat_id)
        if chat.type != ChatType.PRIVATE:
            raise bad_request("drafts can be sent to private chats only")
        if not draft_id:
            raise bad_request("draft_id must be non-zero")
        if text:
            check_text(text, entities)
        self._check_thread(chat, message_thread_id)
        return True

    def send_document(
        self,
        chat_id: int | str,
        document: Upload | str,
        caption: str | None = None,
        caption_entities: Entities = None,
        message_thread_id: int | None = None,
        reply_parameters: Json | None = None,
        reply_markup: Json | None = None,
        disable_content_type_detection: bool = False,
        disable_notification: bool = False,
        protect_content: bool = False,
    ) -> Json:
        chat = self._chat_to_post_in(chat_id)
        check_caption(caption, caption_entities)
        upload = self._upload(document, FileSizeLimit.FILESIZE_UPLOAD)
        content = {"document": self._telegram.document(upload.name, upload.data)}
        content |= {"caption": caption, "caption_entities": caption_entities}
        return self._post(chat, message_thread_id, reply_parameters, reply_markup, **content)

    def send_photo(
        self,
        chat_id: int | str,
        photo: Upload | str,
        caption: str | None = None,
        caption_entities: Entities = None,
        message_thread_id: int | None = None,
        reply_parameters: Json | None = None,
        reply_markup: Json | None = None,
        disable_notification: bool = False,
        protect_content: bool = False,
    ) -> Json:
        chat = self._chat_to_post_in(chat_id)
        check_caption(caption, caption_entities)
        upload = self._upload(photo, FileSizeLimit.PHOTOSIZE_UPLOAD)
        if not upload.data.startswith(IMAGE_STARTS):
            raise bad_request("IMAGE_PROCESS_FAILED")
        size = {"width": 1, "height": 1, **self._telegram.keep_file("photos", upload.name, upload.data)}
        content = {"photo": [size], "caption": caption, "caption_entities": caption_entities}
        return self._post(chat, message_thread_id, reply_parameters, reply_markup, **content)

    def edit_message_text(
        self,
        text: str,
        chat_id: int | str | None = None,
        message_id: int | None = None,
        inline_message_id: str | None = None,
        entities: Entities = None,
        reply_markup: Json | None = None,
        link_preview_options: Json | None = None,
    ) -> Json:
        chat, message = self._own_message(chat_id, message_id, inline_message_id)
        check_text(text, entities)
        if "text" not in message:
            raise bad_request("there is no text in the message to edit")
        return self._edited(chat, message, {"text": text, "entities": entities, "reply_markup": reply_markup})

    def edit_message_reply_markup(
        self,
        chat_id: int | str | None = None,
        message_id: int | None = None,
        inline_message_id: str | None = None,
        reply_markup: Json | None = None,
    ) -> Json:
        chat, message = self._own_message(chat_id, message_id, inline_message_id)
        return self._edited(chat, message, {"reply_markup": reply_markup})

    def delete_message(self, chat_id: int | str, message_id: int) -> bool:
        chat = self._chat(chat_id)
        message = chat.messages.get(message_id)
        if not message:
            raise bad_request("message to delete not found")
        if not (self._is_own(chat, message) or chat.type == ChatType.PRIVATE or chat.bot_is_admin):
            raise bad_request("message can't be deleted")
        del chat.messages[message_id]
        return True

    def set_message_reaction(
        self, chat_id: int | str, message_id: int, reaction: list[Json] | None = None, is_big: bool = False
    ) -> bool:
        if message_id not in self._chat_to_post_in(chat_id).messages:
            raise bad_request("message to react not found")
        if len(reaction or ()) > 1:  # Bot API, setMessageReaction: bots are non-premium users
            raise bad_request("REACTIONS_TOO_MANY")
        if any(r.get("emoji") not in list(ReactionEmoji) for r in reaction or ()):
            raise bad_request("REACTION_INVALID")
        return True

    def send_chat_action(self, chat_id: int | str, action: str, message_thread_id: int | None = None) -> bool:
        chat = self._chat_to_post_in(chat_id)
        if action not in list(ChatAction):
            raise bad_request("wrong parameter action in request")
        if chat.type == ChatType.CHANNEL:
            raise bad_request("chat actions are not supported in channels")
        self._check_thread(chat, message_thread_id)
        return True

    # What they share

    def _chat(self, chat_id: int | str | None) -> Chat:
        for chat in self._telegram.chats.values():
            named = chat.username and chat.type != ChatType.PRIVATE and chat_id == f"@{chat.username}"
            if chat.id == chat_id or named:
                return chat
        raise bad_request("chat not found")

    def _chat_to_post_in(self, chat_id: int | str) -> Chat:
        chat = self._chat(chat_id)
        chat.check_bot_may_post()
        return chat

    def _post(self, chat: Chat, thread: int | None, reply: Json | None, markup: Json | None, **content: Any) -> Json:
        check_markup(markup)
        self._check_thread(chat, thread)
        replied = self._replied(chat, reply) if reply else None
        here = replied if replied and replied["chat"]["id"] == chat.id else None
        quote = _quote(replied, reply["quote"]) if replied and reply and reply.get("quote") else None
        shown = markup if markup and "inline_keyboard" in markup else None
        sender = self._telegram.bot
        return chat.add(sender, reply_to=here, thread=thread, quote=quote, reply_markup=shown, **content)

    def _replied(self, chat: Chat, reply: Json) -> Json | None:
        if unmodelled := reply.keys() - REPLY_FIELDS:
            raise not_modelled(f"ReplyParameters.{', '.join(sorted(unmodelled))}")
        source = self._chat(reply["chat_id"]) if "chat_id" in reply else chat
        message = source.messages.get(reply["message_id"])
        if not message and not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        if message and reply.get("quote"):
            check_entities(reply["quote"], reply.get("quote_entities"))
            if not _quote(message, reply["quote"]):
                raise bad_request("QUOTE_TEXT_INVALID")
        return message

    def _check_thread(self, chat: Chat, thread: int | None) -> None:
        if thread is not None and thread not in chat.topics:
            raise bad_request("message thread not found")

    def _own_message(
        self, chat_id: int | str | None, message_id: int | None, inline_id: str | None
    ) -> tuple[Chat, Json]:
        if inline_id is not None:
            raise not_modelled("editing an inline message")
        chat = self._chat(chat_id)
        message = chat.messages.get(message_id or 0)
        if not message:
            raise bad_request("message to edit not found")
        if not self._is_own(chat, message):
            raise bad_request("message can't be edited")
        chat.check_bot_may_post()
        return chat, message

    def _is_own(self, chat: Chat, message: Json) -> bool:
        return message.get("from") == self._telegram.bot or (chat.type == ChatType.CHANNEL and chat.bot_is_admin)

    def _edited(self, chat: Chat, message: Json, changes: Json) -> Json:
        check_markup(changes["reply_markup"])
        if all(_shown(changes[key]) == _shown(message.get(key)) for key in changes):
            raise bad_request(UNCHANGED)
        edited = {**message, **changes, "edit_date": int(time.time())}
        return chat.store({key: value for key, value in edited.items() if value is not None})

    def _upload(self, file: Upload | str, limit: int) -> Upload:
        if isinstance(file, str):
            if file not in self._telegram.files:
                raise not_modelled("sending a file by its address") if "://" in file else bad_request("wrong file_id")
            path, data, _ = self._telegram.files[file]
            return Upload(path.rpartition("/")[2], data)
        if not file.data:
            raise bad_request("file must be non-empty")
        if len(file.data) > limit:
            raise bad_request(f"file of size {len(file.data)} bytes is too big; the maximum size is {limit} bytes")
        return file


def _quote(original: Json, quote: str) -> Json | None:
    """The TextQuote of an exact part of a message's text or caption; None where it is not one."""
    text = original.get("text") or original.get("caption") or ""
    start = text.find(quote)
    if start < 0 or not quote:
        return None
    return {"text": quote, "position": utf16_length(text[:start]), "is_manual": True}


def _shown(value: Any) -> Any:
    """`value` in a form in which two that look the same in a chat are equal."""
    if isinstance(value, list):
        return sorted(map(repr, map(sorted, map(dict.items, value)))) or None
    return value.strip() if isinstance(value, str) else value or None
