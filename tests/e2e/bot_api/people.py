"""Those who talk to the bot in a test: users, and the groups and channels they talk in."""

import time
from typing import Any

from telegram.constants import ChatMemberStatus, ChatType

from tests.e2e.bot_api.chats import PRESENT, Chat, Telegram
from tests.e2e.bot_api.limits import Json, Refusal, bad_request, entities_found_in

COPIED_WHEN_FORWARDED = ("text", "entities", "caption", "caption_entities", "document", "photo")
SERVICE_USER = {"id": 777000, "is_bot": False, "first_name": "Telegram"}  # sends automatic forwards
# Who stands as the sender of what admins write in the name of their group.
ANONYMOUS_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
SERVICE_MESSAGES = {"new_chat_members", "migrate_to_chat_id", "migrate_from_chat_id"}


class User(Chat):
    """A person, and their private chat with the bot."""

    type = ChatType.PRIVATE
    noun = "private"

    def __init__(self, telegram: Telegram, user_id: int, name: str, language_code: str | None, username: str | None):
        super().__init__(telegram, user_id, first_name=name, username=username)
        self.started = False
        self.user = {"id": user_id, "is_bot": False, **self.names}
        self.user |= {"language_code": language_code} if language_code else {}
        self.member_status[user_id], self.users[user_id] = ChatMemberStatus.MEMBER, self.user

    def says(
        self, text: str, *, chat: Chat | None = None, reply_to: Json | None = None, thread: int | None = None
    ) -> Json:
        """The Message that this person writes: to the bot, or in `chat`."""
        return self._sends(chat, reply_to, thread, text=text, entities=entities_found_in(text) or None)

    def sends_document(
        self,
        name: str,
        data: bytes,
        caption: str | None = None,
        *,
        chat: Chat | None = None,
        reply_to: Json | None = None,
        thread: int | None = None,
        size: int | None = None,
    ) -> Json:
        """The Message with a file that this person sends; `size` claims another size than that of `data`."""
        found = entities_found_in(caption or "") or None
        document = self.telegram.document(name, data, size)
        return self._sends(chat, reply_to, thread, document=document, caption=caption, caption_entities=found)

    def sends_photo(self, caption: str | None = None, *, chat: Chat | None = None, album: str | None = None) -> Json:
        """The Message with a photo that this person sends; those of one `album` are shown together."""
        found = entities_found_in(caption or "") or None
        size = {"width": 1, "height": 1, **self.telegram.keep_file("photos", "photo.jpg", b"\xff\xd8\xff")}
        content = {"photo": [size], "caption": caption, "caption_entities": found, "media_group_id": album}
        return self._sends(chat, None, None, **content)

    def sends_voice(self, *, chat: Chat | None = None, reply_to: Json | None = None) -> Json:
        """The Message with a voice note that this person records."""
        voice = {"duration": 1, "mime_type": "audio/ogg", **self.telegram.keep_file("voice", "voice.oga", b"OggS")}
        return self._sends(chat, reply_to, None, voice=voice)

    def sends_sticker(self, *, chat: Chat | None = None, reply_to: Json | None = None) -> Json:
        """The Message with a sticker that this person sends."""
        looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        sticker = looks | self.telegram.keep_file("stickers", "sticker.webp", b"RIFF")
        return self._sends(chat, reply_to, None, sticker=sticker)

    def deletes(self, message: Json) -> None:
        """Deletes a message for both sides; the bot is not told."""
        with self.telegram.lock:
            del self.telegram.chats[message["chat"]["id"]].messages[message["message_id"]]

    def forwards(self, message: Json, *, chat: Chat | None = None) -> Json:
        """The Message by which this person forwards `message`."""
        copied = {key: message[key] for key in COPIED_WHEN_FORWARDED if key in message}
        return self._sends(chat, None, None, forward_origin=origin_of(message), **copied)

    def edits(self, message: Json, text: str) -> Json:
        """The Message after this person changed its text or caption."""
        return edit(self.telegram, message, text, "edited_message")

    def presses(self, message: Json, label: str, *, accessible: bool = True) -> str:
        """The id of the callback query made by pressing the button with this text or callback data.

        `accessible` is False for a message that is too old for Telegram to show it to the bot.
        """
        with self.telegram.lock:
            message = self.telegram.chats[message["chat"]["id"]].messages[message["message_id"]]
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            buttons = [b for row in rows for b in row if "callback_data" in b]
            pressed = [b for b in buttons if label in {b["text"], b["callback_data"]}]
            if not pressed:
                raise AssertionError(f"no button {label!r} among {[b['text'] for b in buttons]}")
            return self.sends_press(message, pressed[0]["callback_data"], accessible=accessible)

    def sends_press(self, message: Json, data: str, *, accessible: bool = True) -> str:
        """The id of a callback query with this data, whether there is such a button or not, as altered apps send it."""
        with self.telegram.lock:
            query_id = str(10_000 + self.telegram.number())
            self.telegram.callback_queries.add(query_id)
            query = {"id": query_id, "from": self.user, "chat_instance": str(message["chat"]["id"])}
            # Bot API, InaccessibleMessage: what Telegram no longer shows to the bot has the date 0 and nothing else.
            shown = message if accessible else {key: message[key] for key in ("chat", "message_id")} | {"date": 0}
            self._pushes("callback_query", query | {"message": shown, "data": data})
            return query_id

    def asks_inline(self, query: str, *, offset: str = "") -> str:
        """The id of the inline query that this person types after the bot's name."""
        with self.telegram.lock:
            query_id = str(10_000 + self.telegram.number())
            self.telegram.inline_queries.add(query_id)
            self._pushes("inline_query", {"id": query_id, "from": self.user, "query": query, "offset": offset})
            return query_id

    def chooses(self, result: Json, *, chat: Chat | None = None) -> Json:
        """The Message that an inline result of the bot becomes when this person chooses it."""
        content = result["input_message_content"]
        text, entities = content["message_text"], content.get("entities")
        return self._sends(chat, None, None, text=text, entities=entities, via_bot=self.telegram.bot)

    def reacts(self, message: Json, emoji: str | None) -> None:
        """Puts a reaction on `message` or takes it away."""
        reaction = {"chat": message["chat"], "message_id": message["message_id"], "date": int(time.time())}
        new = [{"type": "emoji", "emoji": emoji}] if emoji else []
        self._pushes("message_reaction", reaction | {"user": self.user, "old_reaction": [], "new_reaction": new})

    def blocks_bot(self) -> None:
        """Blocks the bot: it is told, and can no longer write."""
        with self.telegram.lock:
            self.set_bot_status(ChatMemberStatus.BANNED, self.user)

    def unblocks_bot(self) -> None:
        """Takes the block back."""
        with self.telegram.lock:
            self.set_bot_status(ChatMemberStatus.MEMBER, self.user)

    def check_bot_may_post(self) -> None:
        """Refuses a bot that this person has blocked or never written to."""
        if self.bot_status == ChatMemberStatus.BANNED:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not self.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")

    def _sends(self, chat: Chat | None, reply_to: Json | None, thread: int | None, **content: Any) -> Json:
        with self.telegram.lock:
            chat = chat or self
            if chat is self:
                self.started = True
            elif self.id not in chat.member_status:
                chat.member_status[self.id], chat.users[self.id] = ChatMemberStatus.MEMBER, self.user
            if thread and thread not in chat.topics:
                raise ValueError(f"no topic {thread} in {chat.names}")
            message = chat.add(self.user, reply_to=reply_to, thread=thread, **content)
            if not isinstance(chat, Group) or chat.bot_sees(message):
                self._pushes("message", message)
            return message

    def _pushes(self, kind: str, content: Json) -> None:
        self.telegram.updates.push(kind, content)


class Room(Chat):
    """A chat of many, which the bot can be added to and removed from."""

    def adds_bot(self, by: User, *, as_admin: bool = False) -> None:
        """Makes the bot a member or an administrator."""
        with self.telegram.lock:
            self.set_bot_status(ChatMemberStatus.ADMINISTRATOR if as_admin else ChatMemberStatus.MEMBER, by.user)

    def removes_bot(self, by: User) -> None:
        """Removes the bot for good."""
        with self.telegram.lock:
            self.set_bot_status(ChatMemberStatus.BANNED, by.user)


class Group(Room):
    """A supergroup."""

    type = ChatType.SUPERGROUP
    noun = "supergroup"

    def adds_bot(self, by: User, *, as_admin: bool = False) -> None:
        """Makes the bot a member or an administrator, which a service message tells, too."""
        super().adds_bot(by, as_admin=as_admin)
        self._tells(by.user, new_chat_members=[self.telegram.bot])

    def admin_says(self, text: str, *, reply_to: Json | None = None, thread: int | None = None) -> Json:
        """The Message that an anonymous administrator writes: its sender is the group itself."""
        more = {"text": text, "entities": entities_found_in(text) or None, "sender_chat": self.as_json()}
        return self._tells(ANONYMOUS_ADMIN, reply_to=reply_to, thread=thread, **more)

    def _tells(self, sender: Json, **content: Any) -> Json:
        with self.telegram.lock:
            message = self.add(sender, **content)
            if self.bot_sees(message):
                self.telegram.updates.push("message", message)
            return message

    def bot_sees(self, message: Json) -> bool:
        """True where Telegram shows `message` to the bot: in privacy mode only what is meant for it."""
        bot = self.telegram.bot
        if self.bot_status not in PRESENT:
            return False
        if self.bot_is_admin or bot["can_read_all_group_messages"] or SERVICE_MESSAGES & message.keys():
            return True
        text = message.get("text", "").encode("utf-16-le")
        commands = [
            text[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
            for e in message.get("entities", ())
            if e["type"] == "bot_command"
        ]
        meant = any("@" not in c or c.lower().endswith(f"@{bot['username'].lower()}") for c in commands)
        return meant or message.get("reply_to_message", {}).get("from") == bot


class BasicGroup(Group):
    """A group that is no supergroup yet."""

    type = ChatType.GROUP
    noun = "group"
    successor: Group | None = None

    def becomes_supergroup(self, by: User) -> Group:
        """The supergroup that takes the place of this group; both tell of it with a service message."""
        with self.telegram.lock:
            new = Group(self.telegram, -1_002_000_000_000 - self.telegram.number(), **self.names)
            new.member_status, new.users = dict(self.member_status), dict(self.users)
            self._tells(by.user, migrate_to_chat_id=new.id)
            self.successor = new
            new._tells(ANONYMOUS_ADMIN, sender_chat=new.as_json(), migrate_from_chat_id=self.id)
            return new

    def check_bot_may_post(self) -> None:
        """Refuses, with the id of the supergroup, once there is one."""
        super().check_bot_may_post()
        if self.successor:
            reason = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, reason, migrate_to_chat_id=self.successor.id)


class Channel(Room):
    """A channel; its posts appear in `discussion` too, as Telegram copies them into a linked group."""

    type = ChatType.CHANNEL
    noun = "channel"
    discussion: Group | None = None

    def posts(self, text: str) -> Json:
        """The Message posted in the channel."""
        return self._posts(text=text, entities=entities_found_in(text) or None)

    def forwards(self, message: Json) -> Json:
        """The Message by which `message` is forwarded into the channel."""
        copied = {key: message[key] for key in COPIED_WHEN_FORWARDED if key in message}
        return self._posts(forward_origin=origin_of(message), **copied)

    def posts_document(self, name: str, data: bytes, caption: str | None = None) -> Json:
        """The Message with a file posted in the channel."""
        found = entities_found_in(caption or "") or None
        return self._posts(document=self.telegram.document(name, data), caption=caption, caption_entities=found)

    def edits(self, message: Json, text: str) -> Json:
        """The post after its text or caption was changed, and with it the copy in the linked group."""
        edited = edit(self.telegram, message, text, "edited_channel_post")
        if self.discussion:
            edit(self.telegram, self.copy_of(message), text, "edited_message")
        return edited

    def copy_of(self, post: Json) -> Json:
        """The automatic forward of a post in the linked group, under which its comments are written."""
        assert self.discussion, "the channel has no linked group"
        copies = self.discussion.messages.values()
        return next(c for c in copies if c.get("is_automatic_forward") and is_forward_of(post, c))

    def check_bot_may_post(self) -> None:
        """Refuses a bot that is no administrator of the channel."""
        super().check_bot_may_post()
        if not self.bot_is_admin:
            raise bad_request("need administrator rights in the channel chat")

    def _posts(self, **content: Any) -> Json:
        with self.telegram.lock:
            post = self.add(None, **content)
            if self.bot_status in PRESENT:
                self.telegram.updates.push("channel_post", post)
            if self.discussion:
                copy = {"sender_chat": self.as_json(), "is_automatic_forward": True, "forward_origin": origin_of(post)}
                forwarded = self.discussion.add(SERVICE_USER, **content | copy)
                if self.discussion.bot_sees(forwarded):
                    self.telegram.updates.push("message", forwarded)
            return post


def edit(telegram: Telegram, message: Json, text: str, kind: str) -> Json:
    """The new version of a message whose text, or caption, a person changed; the bot is told if it sees the chat."""
    with telegram.lock:
        chat = telegram.chats[message["chat"]["id"]]
        stored = chat.messages[message["message_id"]]
        part, marks = ("text", "entities") if "text" in stored else ("caption", "caption_entities")
        kept = {key: value for key, value in stored.items() if key != marks}
        found = {marks: entities} if (entities := entities_found_in(text)) else {}
        edited = chat.store(kept | found | {part: text, "edit_date": int(time.time())})
        if chat.bot_sees(edited) if isinstance(chat, Group) else chat.bot_status in PRESENT:
            telegram.updates.push(kind, edited)
        return edited


def is_forward_of(message: Json, forward: Json) -> bool:
    """True where `forward` came into being when `message`, a post of a channel, was forwarded."""
    origin = forward.get("forward_origin", {})
    return (origin.get("chat", {}).get("id"), origin.get("message_id")) == (
        message["chat"]["id"],
        message["message_id"],
    )


def origin_of(message: Json) -> Json:
    """The MessageOrigin of a forward of `message`."""
    if message["chat"]["type"] == ChatType.CHANNEL:
        here = {"chat": message["chat"], "message_id": message["message_id"]}
        return {"type": "channel", "date": message["date"], **here}
    return {"type": "user", "date": message["date"], "sender_user": message["from"]}
