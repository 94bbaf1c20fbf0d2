"""What Telegram remembers about a bot: its chats with their messages, and the files it can fetch."""

import itertools
import mimetypes
import threading
import time
from typing import Any

from telegram.constants import ChatMemberStatus, ChatType

from tests.e2e.bot_api.limits import Json, Refusal
from tests.e2e.bot_api.updates import Updates

PRESENT = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.MEMBER}
ADMIN_RIGHTS: tuple[str, ...] = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_send_welcome_messages",
)


class Telegram:
    """All that Telegram remembers about one bot: who it is, its chats, their messages, files and waiting updates."""

    def __init__(self, bot: Json) -> None:
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, tuple[str, bytes, int]] = {}  # file_id: path, content, size
        self.callback_queries: set[str] = set()
        self.inline_queries: set[str] = set()
        self.updates = Updates()
        self.lock = threading.Condition()
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """A number that was not used before."""
        return next(self._numbers)

    def keep_file(self, folder: str, name: str, data: bytes, size: int | None = None) -> Json:
        """The file_id, file_unique_id and file_size of `data`, which getFile finds from now on."""
        number = self.number()
        file_id = f"FILE{number:08}"
        size = len(data) if size is None else size
        suffix = name.rpartition(".")[2] if "." in name else "dat"
        self.files[file_id] = (f"{folder}/file_{number}.{suffix}", data, size)
        return {"file_id": file_id, "file_unique_id": f"UNIQUE{number:08}", "file_size": size}

    def document(self, name: str, data: bytes, size: int | None = None) -> Json:
        """A Document object for a file that is now kept."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return {"file_name": name, "mime_type": kind, **self.keep_file("documents", name, data, size)}


class Chat:
    """A chat as the bot sees it; stored messages are never changed, only replaced."""

    type: str
    noun: str

    def __init__(self, telegram: Telegram, chat_id: int, **names: str | None) -> None:
        self.telegram = telegram
        self.id = chat_id
        self.names = {key: value for key, value in names.items() if value is not None}
        self.username = names.get("username")
        self.messages: dict[int, Json] = {}
        self.topics: frozenset[int] = frozenset()
        self.member_status: dict[int, str] = {telegram.bot["id"]: ChatMemberStatus.MEMBER}
        self.users: dict[int, Json] = {telegram.bot["id"]: telegram.bot}
        self._message_ids = itertools.count(1)
        telegram.chats[chat_id] = self

    def as_json(self) -> Json:
        """The Chat object of the Bot API."""
        return {"id": self.id, "type": self.type, **self.names, **({"is_forum": True} if self.topics else {})}

    @property
    def bot_status(self) -> str:
        """The bot's status in the chat, a ChatMemberStatus."""
        return self.member_status[self.telegram.bot["id"]]

    @property
    def bot_is_admin(self) -> bool:
        """True where the bot has an administrator's rights."""
        return self.bot_status == ChatMemberStatus.ADMINISTRATOR

    def add(
        self, sender: Json | None, *, reply_to: Json | None = None, thread: int | None = None, **fields: Any
    ) -> Json:
        """A new message, stored; a reply in a topic stays in the topic.

        In a supergroup without topics the messages that hang together by replies have the first one's id as thread.
        """
        message: Json = {"message_id": next(self._message_ids), "date": int(time.time()), "chat": self.as_json()}
        if self.type == ChatType.CHANNEL:
            message["sender_chat"] = self.as_json()
        elif sender:
            message["from"] = sender
        if reply_to:
            message["reply_to_message"] = {k: v for k, v in reply_to.items() if k != "reply_to_message"}
            thread = thread or reply_to.get("message_thread_id")
            if self.type == ChatType.SUPERGROUP and not self.topics:
                thread = thread or reply_to["message_id"]
        if thread:
            message |= {"message_thread_id": thread, **({"is_topic_message": True} if self.topics else {})}
        return self.store(message | {key: value for key, value in fields.items() if value is not None})

    def store(self, message: Json) -> Json:
        """`message`, kept in place of any earlier version of it."""
        self.messages[message["message_id"]] = message
        return message

    def check_bot_may_post(self) -> None:
        """Refuses, as Telegram does, a bot that was blocked, removed or lacks the right to post."""
        if self.bot_status == ChatMemberStatus.BANNED:
            raise Refusal(403, f"Forbidden: bot was kicked from the {self.noun} chat")
        if self.bot_status not in PRESENT:
            raise Refusal(403, f"Forbidden: bot is not a member of the {self.noun} chat")

    def set_bot_status(self, status: str, by: Json) -> None:
        """Changes what the bot is in the chat and tells it with a my_chat_member update."""
        old, bot = self.bot_status, self.telegram.bot
        self.member_status[bot["id"]] = status
        change = {"chat": self.as_json(), "from": by, "date": int(time.time())}
        change |= {"old_chat_member": member(old, bot), "new_chat_member": member(status, bot)}
        self.telegram.updates.push("my_chat_member", change)


def member(status: str, user: Json) -> Json:
    """The ChatMember object of a user with this status."""
    who: Json = {"status": status, "user": user}
    if status == ChatMemberStatus.BANNED:
        return who | {"until_date": 0}
    if status == ChatMemberStatus.OWNER:
        return who | {"is_anonymous": False}
    if status == ChatMemberStatus.ADMINISTRATOR:
        granted = ("can_manage_chat", "can_delete_messages", "can_post_messages", "can_edit_messages")
        return who | dict.fromkeys(ADMIN_RIGHTS, False) | dict.fromkeys(granted, True)
    return who
