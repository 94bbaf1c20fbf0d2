"""All modelled methods of the Bot API: one Python method each, whose signature names the modelled parameters."""

import re

from telegram.constants import (
    BotCommandLimit,
    BotDescriptionLimit,
    CallbackQueryLimit,
    ChatMemberStatus,
    ChatType,
    FileSizeLimit,
    InlineQueryLimit,
    InlineQueryResultLimit,
    InlineQueryResultsButtonLimit,
    WebhookLimit,
)

from tests.e2e.bot_api.chats import Chat, Telegram, member
from tests.e2e.bot_api.limits import Json, bad_request, check_markup, check_text
from tests.e2e.bot_api.messages import Messages
from tests.e2e.bot_api.people import User
from tests.e2e.bot_api.updates import Webhook, is_webhook_url
from tests.e2e.bot_api.wire import Upload, not_modelled

ADMINS = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}
DEFAULT_MAX_CONNECTIONS = 40  # Bot API, setWebhook
GONE = "query is too old and response timeout expired or query ID is invalid"


class Methods(Messages):
    """Answers calls from what Telegram remembers."""

    def __init__(self, telegram: Telegram) -> None:
        super().__init__(telegram)
        self._commands: dict[str, list[Json]] = {}

    def get_me(self) -> Json:
        return self._telegram.bot

    # Webhook

    def set_webhook(
        self,
        url: str,
        certificate: Upload | None = None,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        allowed_updates: list[str] | None = None,
        drop_pending_updates: bool = False,
        secret_token: str | None = None,
    ) -> bool:
        if url and not is_webhook_url(url):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        secret = rf"[A-Za-z0-9_-]{{1,{WebhookLimit.MAX_SECRET_TOKEN_LENGTH}}}"
        if secret_token is not None and not re.fullmatch(secret, secret_token):
            raise bad_request("secret token contains unallowed characters")
        updates = self._telegram.updates
        updates.allow(allowed_updates)
        if drop_pending_updates:
            updates.forget()
        updates.webhook = Webhook(url, secret_token, max_connections, certificate is not None) if url else None
        updates.wake()
        return True

    def delete_webhook(self, drop_pending_updates: bool = False) -> bool:
        return self.set_webhook("", drop_pending_updates=drop_pending_updates)

    def get_webhook_info(self) -> Json:
        updates = self._telegram.updates
        info = {"url": "", "has_custom_certificate": False, "pending_update_count": len(updates.pending)}
        if hook := updates.webhook:
            info |= {"url": hook.url, "has_custom_certificate": hook.has_certificate}
            info |= {"max_connections": hook.max_connections, "allowed_updates": sorted(updates.allowed)}
            if hook.last_error:
                info |= {"last_error_date": hook.last_error_date, "last_error_message": hook.last_error}
        return info

    # The bot's own profile

    def set_my_commands(self, commands: list[Json], scope: Json | None = None, language_code: str = "") -> bool:
        if len(commands) > BotCommandLimit.MAX_COMMAND_NUMBER:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(rf"[a-z0-9_]{{1,{BotCommandLimit.MAX_COMMAND}}}", command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= BotCommandLimit.MAX_DESCRIPTION:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._commands[self._commands_key(scope, language_code)] = commands
        return True

    def get_my_commands(self, scope: Json | None = None, language_code: str = "") -> list[Json]:
        return self._commands.get(self._commands_key(scope, language_code), [])

    def delete_my_commands(self, scope: Json | None = None, language_code: str = "") -> bool:
        self._commands.pop(self._commands_key(scope, language_code), None)
        return True

    def set_my_description(self, description: str = "", language_code: str = "") -> bool:
        return self._set_about(description, language_code, BotDescriptionLimit.MAX_DESCRIPTION_LENGTH)

    def set_my_short_description(self, short_description: str = "", language_code: str = "") -> bool:
        return self._set_about(short_description, language_code, BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH)

    # Answers to queries

    def answer_callback_query(
        self,
        callback_query_id: str,
        text: str = "",
        show_alert: bool = False,
        cache_time: int = 0,
    ) -> bool:
        if callback_query_id not in self._telegram.callback_queries:
            raise bad_request(GONE)
        if len(text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
            raise bad_request("MESSAGE_TOO_LONG")
        return True

    def answer_inline_query(
        self,
        inline_query_id: str,
        results: list[Json],
        cache_time: int = 300,
        is_personal: bool = False,
        next_offset: str = "",
        button: Json | None = None,
    ) -> bool:
        if inline_query_id not in self._telegram.inline_queries:
            raise bad_request(GONE)
        if len(results) > InlineQueryLimit.RESULTS:
            raise bad_request("RESULTS_TOO_MUCH")
        if len(next_offset.encode()) > InlineQueryLimit.MAX_OFFSET_LENGTH:
            raise bad_request("NEXT_OFFSET_INVALID")
        if len({result["id"] for result in results}) < len(results):
            raise bad_request("RESULT_ID_DUPLICATE")
        for result in results:
            _check_inline_result(result)
        _check_inline_button(button)
        return True

    # Files and chats

    def get_file(self, file_id: str) -> Json:
        if file_id not in self._telegram.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        path, _, size = self._telegram.files[file_id]
        if size > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise bad_request("file is too big")
        return {
            "file_id": file_id,
            "file_unique_id": file_id.replace("FILE", "UNIQUE"),
            "file_size": size,
            "file_path": path,
        }

    def get_chat(self, chat_id: int | str) -> Json:
        chat = self._chat(chat_id)
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        full = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, False)}
        return chat.as_json() | full

    def get_chat_member(self, chat_id: int | str, user_id: int) -> Json:
        chat = self._room(chat_id)
        someone = self._telegram.chats.get(user_id)
        user = chat.users.get(user_id) or (someone.user if isinstance(someone, User) else None)
        if not user:
            raise bad_request("user not found")
        return member(chat.member_status.get(user_id, ChatMemberStatus.LEFT), user)

    def get_chat_administrators(self, chat_id: int | str) -> list[Json]:
        chat = self._room(chat_id)
        if chat.type == ChatType.PRIVATE:
            raise bad_request("there are no administrators in the private chat")
        return [member(status, chat.users[who]) for who, status in chat.member_status.items() if status in ADMINS]

    def leave_chat(self, chat_id: int | str) -> bool:
        chat = self._room(chat_id)
        if chat.type == ChatType.PRIVATE:
            raise bad_request("chat member status can't be changed in private chats")
        chat.member_status[self._telegram.bot["id"]] = ChatMemberStatus.LEFT
        return True

    def _room(self, chat_id: int | str) -> Chat:
        """The chat, where the bot is in it."""
        chat = self._chat(chat_id)
        if chat.type != ChatType.PRIVATE:
            Chat.check_bot_may_post(chat)
        return chat

    def _commands_key(self, scope: Json | None, language_code: str) -> str:
        scope = scope or {"type": "default"}
        if "chat_id" in scope:
            self._chat(scope["chat_id"])
        if not re.fullmatch("([a-z]{2})?", language_code):
            raise bad_request("invalid language code specified")
        return f"{sorted(scope.items())} {language_code}"

    def _set_about(self, text: str, language_code: str, limit: int) -> bool:
        if len(text) > limit:
            raise bad_request("BOT_ABOUT_INVALID")
        if not re.fullmatch("([a-z]{2})?", language_code):
            raise bad_request("invalid language code specified")
        return True


def _check_inline_result(result: Json) -> None:
    if not 1 <= len(result["id"].encode()) <= InlineQueryResultLimit.MAX_ID_LENGTH:
        raise bad_request("RESULT_ID_INVALID")
    content = result.get("input_message_content", {})
    if result["type"] != "article" or "message_text" not in content:
        raise not_modelled("an inline result that is not an article with a text")
    if not result["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    check_text(content["message_text"], content.get("entities"))
    check_markup(result.get("reply_markup"))


def _check_inline_button(button: Json | None) -> None:
    if button is None:
        return
    if not button["text"].strip():
        raise bad_request("inline query results button text must be non-empty")
    if "web_app" in button:
        raise not_modelled("an inline query results button with a web app")
    longest = InlineQueryResultsButtonLimit.MAX_START_PARAMETER_LENGTH
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{longest}}}", button.get("start_parameter", "")):
        raise bad_request("START_PARAM_INVALID")
