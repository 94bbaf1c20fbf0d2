"""The stand-in for Telegram, held to what Telegram does, through python-telegram-bot and bare HTTP."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.constants import (
    ChatAction,
    FileSizeLimit,
    InlineKeyboardButtonLimit,
    InlineQueryLimit,
    MessageLimit,
    UpdateType,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from tests.e2e.bot_api import BotApi, User

PNG = b"\x89PNG\r\n\x1a\n"
QUOTE_ARABIC = "قال لافروف: «لن نوقّع» 🇷🇺"
Refuses = Callable[..., None]
Ask = Callable[[Callable[[Bot], Awaitable[Any]]], Any]


@pytest.fixture(scope="module")
def running() -> Iterator[BotApi]:
    with BotApi() as one:
        yield one


@pytest.fixture
def server(running: BotApi) -> BotApi:
    """The running server as if it were new; starting and stopping one for each test would take 0.3 s."""
    post(running, "deleteWebhook", drop_pending_updates=True)
    post(running, "getUpdates", allowed_updates=[])
    running.forget_calls()
    return running


@pytest.fixture
def alice(server: BotApi) -> User:
    person = server.user("Alice", username="alice_news")
    person.says("/start")
    return person


@pytest.fixture
def ask(server: BotApi) -> Iterator[Ask]:
    """Runs one thing with a real python-telegram-bot Bot and returns what it gives."""

    first, second = (HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False}) for _ in range(2))
    urls = {"base_url": server.api_url, "base_file_url": server.file_url}
    bot = Bot(server.token, request=first, get_updates_request=second, **urls)

    async def run(action: Callable[[Bot], Awaitable[Any]]) -> Any:
        return await action(bot)

    with asyncio.Runner() as runner:
        runner.run(bot.initialize())
        yield lambda action: runner.run(run(action))
        runner.run(bot.shutdown())


@pytest.fixture
def refuses(ask: Ask) -> Refuses:
    """Asserts that one thing is refused; python-telegram-bot changes the case of descriptions."""

    def check(action: Callable[[Bot], Awaitable[Any]], complaint: str, kind: type[TelegramError] = BadRequest) -> None:
        with pytest.raises(kind, match=f"(?i){re.escape(complaint)}"):
            ask(action)

    return check


def http(verb: str, url: str, **more: Any) -> httpx.Response:
    with httpx.Client(verify=False, trust_env=False, timeout=20) as client:  # quicker: no certificates to read
        return client.request(verb, url, **more)


def post(server: BotApi, method: str, *, token: str | None = None, **body: Any) -> httpx.Response:
    return http("POST", f"{server.api_url}{token or server.token}/{method}", json=body)


def updates(server: BotApi, **body: Any) -> list[dict[str, Any]]:
    return post(server, "getUpdates", **body).json()["result"]


def keyboard(**button: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("More", **button)]])


def text_of_length(units: int) -> str:
    return "🌍" * (units // 2) + "a" * (units % 2)


# Tokens, bodies, unknown things


def test_a_wrong_token_is_401_and_a_malformed_one_404(server: BotApi) -> None:
    wrong = post(server, "getMe", token="654321:other")
    assert wrong.status_code == 401
    assert wrong.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert post(server, "getMe", token="nonsense").status_code == 404
    assert [fault.status for fault in server.faults] == [401, 404]


def test_a_wrong_token_ends_a_python_telegram_bot(server: BotApi) -> None:
    async def start() -> None:
        async with Bot("654321:other", base_url=server.api_url):
            pass

    with pytest.raises(InvalidToken):
        asyncio.run(start())


@pytest.mark.parametrize("method", ["sendDice", "banChatMember", "noSuchMethod", "__init__", "_chat"])
def test_a_method_that_is_not_modelled_is_501_and_a_fault(server: BotApi, method: str) -> None:
    answer = post(server, method, chat_id=1)
    assert answer.status_code == 501
    assert not answer.json()["ok"]
    assert [(fault.method, fault.status) for fault in server.faults] == [(method, 501)]


def test_a_parameter_that_is_not_modelled_is_501(server: BotApi, alice: User) -> None:
    assert post(server, "sendMessage", chat_id=alice.id, text="x", message_effect_id="5").status_code == 501
    assert post(server, "sendMessage", chat_id=alice.id, text="x", reply_to_message_id=1).status_code == 501


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"text": "x", "colour": "red"}, "no parameter colour"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback": "b"}]]}}, "unknown fields"),
        ({"text": "x", "entities": [{"type": "bold", "offset": "start", "length": 1}]}, "entities.0.offset"),
        ({}, "text: Field required"),
        ({"text": "x", "parse_mode": "HTML"}, "parse_mode"),
    ],
)
def test_a_body_that_the_bot_api_does_not_know_is_400(
    server: BotApi, alice: User, body: dict[str, Any], complaint: str
) -> None:
    answer = post(server, "sendMessage", chat_id=alice.id, **body)
    assert answer.status_code == 400
    assert complaint in answer.json()["description"]
    assert [fault.error for fault in server.faults] == [answer.json()["description"]]


def test_half_a_surrogate_pair_is_no_text(server: BotApi, alice: User) -> None:
    body = json.dumps({"chat_id": alice.id, "text": "\ud83d"})
    url, headers = f"{server.api_url}{server.token}/sendMessage", {"Content-Type": "application/json"}
    answer = http("POST", url, content=body, headers=headers)
    assert (answer.status_code, answer.json()["description"]) == (400, "Bad Request: strings must be encoded in UTF-8")


def test_urlencoded_multipart_and_query_parameters_are_read_alike(server: BotApi, alice: User) -> None:
    url = f"{server.api_url}{server.token}/sendMessage"
    marks = json.dumps([{"type": "bold", "offset": 0, "length": 3}])
    fields = {"chat_id": str(alice.id), "text": "123", "entities": marks}
    http("POST", url, data=fields)
    http("POST", url, files={key: (None, value) for key, value in fields.items()})
    http("GET", url, params=fields)
    seen = {"chat_id": alice.id, "text": "123", "entities": [{"type": "bold", "offset": 0, "length": 3}]}
    assert [call.params for call in server.calls("sendMessage", chat=alice)] == [seen] * 3
    assert server.faults == []


# Messages


def test_a_sent_message_comes_back_as_telegram_would_give_it(server: BotApi, alice: User, ask: Ask) -> None:
    question = alice.says("What did Lavrov say?")
    marks = [MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, 0, 4), MessageEntity(MessageEntity.BOLD, 0, 2)]
    sent: Message = ask(
        lambda bot: bot.send_message(
            alice.id,
            "Nyet.",
            entities=marks,
            reply_parameters=ReplyParameters(question["message_id"], quote="Lavrov"),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=keyboard(callback_data="more:1"),
        )
    )
    assert sent.message_id == question["message_id"] + 1
    assert (sent.text, sent.chat.id, sent.from_user.id) == ("Nyet.", alice.id, server.bot["id"])
    assert list(sent.entities) == marks
    assert sent.reply_to_message.text == "What did Lavrov say?"
    assert (sent.quote.text, sent.quote.position) == ("Lavrov", 9)
    call = server.wait_for("sendMessage", chat=alice, where=lambda call: "Nyet" in call.params["text"])
    assert call.result["message_id"] == sent.message_id
    assert server.faults == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (" \n ", "message text is empty"),
        (text_of_length(MessageLimit.MAX_TEXT_LENGTH + 1), "message is too long"),
        ("ق" * (MessageLimit.MAX_TEXT_LENGTH + 1), "message is too long"),
    ],
)
def test_text_that_telegram_refuses(server: BotApi, alice: User, text: str, complaint: str) -> None:
    answer = post(server, "sendMessage", chat_id=alice.id, text=text)
    assert (answer.status_code, answer.json()["description"]) == (400, f"Bad Request: {complaint}")


@pytest.mark.parametrize("text", [text_of_length(MessageLimit.MAX_TEXT_LENGTH), "ق" * MessageLimit.MAX_TEXT_LENGTH])
def test_the_limit_of_a_text_counts_utf16_units(server: BotApi, alice: User, text: str) -> None:
    assert post(server, "sendMessage", chat_id=alice.id, text=text).json()["result"]["text"] == text


@pytest.mark.parametrize(
    ("text", "spans", "complaint"),
    [
        ("Hello", [("bold", 0, 6)], "ends after the end of the text at UTF-16 offset 6"),
        ("Hello", [("bold", 5, 1)], "begins after the end of the text"),
        ("Hello", [("bold", 1, 0)], "covers no text"),
        ("Hello", [("bold", -1, 2)], "covers no text"),
        ("🌍🌍", [("bold", 1, 3)], "in a middle of a UTF-16 symbol"),
        ("🌍🌍", [("bold", 0, 3)], "in a middle of a UTF-16 symbol"),
        (QUOTE_ARABIC, [("bold", 0, len(QUOTE_ARABIC) + 1)], "in a middle of a UTF-16 symbol"),
        ("Hello", [("bold", 0, 3), ("italic", 2, 3)], "ends after the end of the entity around it"),
        ("Hello", [("blockquote", 0, 5), ("expandable_blockquote", 1, 2)], "can't be nested"),
        ("Hello", [("sparkle", 0, 5)], "Unsupported type"),
        ("Hello", [("text_link", 0, 5)], 'find field "url"'),
        ("a" * 101, [("bold", i, 1) for i in range(MessageLimit.MESSAGE_ENTITIES + 1)], "too many entities"),
    ],
)
def test_entities_that_do_not_fit(
    server: BotApi, alice: User, text: str, spans: list[tuple[str, int, int]], complaint: str
) -> None:
    marks = [{"type": kind, "offset": offset, "length": length} for kind, offset, length in spans]
    answer = post(server, "sendMessage", chat_id=alice.id, text=text, entities=marks)
    assert answer.status_code == 400
    assert complaint in answer.json()["description"]


def test_entities_that_fit_are_counted_in_utf16_units(server: BotApi, alice: User) -> None:
    units = len(QUOTE_ARABIC.encode("utf-16-le")) // 2
    assert units == len(QUOTE_ARABIC) + 2
    marks = [{"type": "blockquote", "offset": 0, "length": units}, {"type": "bold", "offset": units - 4, "length": 4}]
    assert post(server, "sendMessage", chat_id=alice.id, text=QUOTE_ARABIC, entities=marks).json()["ok"]


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        ({"callback_data": "я" * 32 + "!"}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"copy_text": {"text": "a" * (InlineKeyboardButtonLimit.MAX_COPY_TEXT + 1)}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"url": "http://localhost/article"}, "Wrong HTTP URL"),
        ({}, "Text buttons are unallowed"),
        ({"url": "https://example.org", "callback_data": "x"}, "does one thing"),
    ],
)
def test_buttons_that_telegram_refuses(server: BotApi, alice: User, button: dict[str, Any], complaint: str) -> None:
    markup = {"inline_keyboard": [[{"text": "More", **button}]]}
    answer = post(server, "sendMessage", chat_id=alice.id, text="Answer", reply_markup=markup)
    assert answer.status_code == 400
    assert complaint in answer.json()["description"]


def test_buttons_at_their_limits(server: BotApi, alice: User, ask: Ask) -> None:
    for button in (
        {"callback_data": "я" * 32},
        {"copy_text": CopyTextButton("a" * InlineKeyboardButtonLimit.MAX_COPY_TEXT)},
        {"url": "https://example.org/статья?a=1"},
    ):
        ask(lambda bot, button=button: bot.send_message(alice.id, "Answer", reply_markup=keyboard(**button)))
    ask(lambda bot: bot.send_message(alice.id, "Which?", reply_markup=ForceReply()))
    assert server.faults == []


def test_replies_to_what_is_not_there(alice: User, ask: Ask, refuses: Refuses) -> None:
    refuses(
        lambda bot: bot.send_message(alice.id, "x", reply_parameters=ReplyParameters(999)),
        "Message to be replied not found",
    )
    lenient = ReplyParameters(999, allow_sending_without_reply=True)
    assert ask(lambda bot: bot.send_message(alice.id, "x", reply_parameters=lenient)).reply_to_message is None
    question = alice.says("Who said «لن نوقّع»?")
    almost = ReplyParameters(question["message_id"], quote="لن نوقع")
    refuses(lambda bot: bot.send_message(alice.id, "x", reply_parameters=almost), "QUOTE_TEXT_INVALID")
    exact = ReplyParameters(question["message_id"], quote="لن نوقّع")
    assert ask(lambda bot: bot.send_message(alice.id, "x", reply_parameters=exact)).quote.position == 10


def test_edits(alice: User, ask: Ask, refuses: Refuses) -> None:
    theirs = alice.says("mine")
    sent = ask(lambda bot: bot.send_message(alice.id, "Searching…", reply_markup=keyboard(callback_data="stop")))
    edited = ask(lambda bot: bot.edit_message_text("Found.", alice.id, sent.message_id))
    assert (edited.text, edited.reply_markup) == ("Found.", None)
    assert edited.edit_date
    refuses(lambda bot: bot.edit_message_text("Found.", alice.id, sent.message_id), "Message is not modified: ")
    marks = [MessageEntity("bold", 0, 5)]
    ask(lambda bot: bot.edit_message_text("Found.", alice.id, sent.message_id, entities=marks))
    refuses(lambda bot: bot.edit_message_text("Found.", alice.id, 999), "Message to edit not found")
    refuses(lambda bot: bot.edit_message_text("Found.", alice.id, theirs["message_id"]), "Message can't be edited")
    markup = keyboard(callback_data="more")
    changed = ask(lambda bot: bot.edit_message_reply_markup(alice.id, sent.message_id, reply_markup=markup))
    assert changed.reply_markup == markup
    assert list(changed.entities) == marks
    refuses(
        lambda bot: bot.edit_message_reply_markup(alice.id, sent.message_id, reply_markup=markup),
        "Message is not modified: ",
    )


def test_deleted_messages_are_gone(alice: User, ask: Ask, refuses: Refuses) -> None:
    sent = ask(lambda bot: bot.send_message(alice.id, "Searching…"))
    assert ask(lambda bot: bot.delete_message(alice.id, sent.message_id))
    refuses(lambda bot: bot.delete_message(alice.id, sent.message_id), "Message to delete not found")


def test_chats_that_the_bot_may_not_write_to(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    stranger, owner = server.user("Bob"), server.user("Olga")
    group = server.group(admins=(owner,))
    channel = server.channel(bot_status="member")
    refuses(lambda bot: bot.send_message(4711, "x"), "Chat not found")
    refuses(lambda bot: bot.send_message(stranger.id, "x"), "can't initiate conversation", Forbidden)
    refuses(lambda bot: bot.send_message(channel.id, "x"), "Need administrator rights")
    alice.blocks_bot()
    refuses(lambda bot: bot.send_message(alice.id, "x"), "bot was blocked by the user", Forbidden)
    alice.unblocks_bot()
    ask(lambda bot: bot.send_message(alice.id, "x"))
    group.removes_bot(owner)
    refuses(lambda bot: bot.send_message(group.id, "x"), "bot was kicked from the supergroup chat", Forbidden)
    changes = [u["my_chat_member"]["new_chat_member"]["status"] for u in updates(server) if "my_chat_member" in u]
    assert changes == ["kicked", "member", "kicked"]


def test_chat_actions_and_reactions(alice: User, ask: Ask, refuses: Refuses) -> None:
    message = alice.says("hello")
    assert ask(lambda bot: bot.send_chat_action(alice.id, ChatAction.TYPING))
    refuses(lambda bot: bot.send_chat_action(alice.id, "thinking"), "Wrong parameter action")
    assert ask(lambda bot: bot.set_message_reaction(alice.id, message["message_id"], ReactionTypeEmoji("👀")))
    refuses(
        lambda bot: bot.set_message_reaction(alice.id, message["message_id"], ReactionTypeEmoji("🧿")),
        "REACTION_INVALID",
    )
    refuses(lambda bot: bot.set_message_reaction(alice.id, 999, ReactionTypeEmoji("👀")), "Message to react not found")


def test_drafts_stream_in_private_chats_only(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    group = server.group()
    assert ask(lambda bot: bot.send_message_draft(alice.id, 1, "Sear"))
    refuses(lambda bot: bot.send_message_draft(group.id, 1, "Sear"), "private chats only")


# Files


def test_a_document_can_be_downloaded_and_answered_with_another(server: BotApi, alice: User, ask: Ask) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--not-a-boundary\r\n"
    update = alice.sends_document("статья.txt", content, caption="/ingest now")
    assert update["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 7}]

    async def download(bot: Bot) -> bytes:
        received = (await bot.get_updates())[-1].message.document
        assert (received.file_name, received.mime_type) == ("статья.txt", "text/plain")
        return bytes(await (await received.get_file()).download_as_bytearray())

    assert ask(download) == content
    sent = ask(lambda bot: bot.send_document(alice.id, content, filename="ответ.txt", caption="ready"))
    assert (sent.document.file_size, sent.caption) == (len(content), "ready")
    assert server.wait_for("sendDocument", chat=alice).params["document"].data == content
    again = ask(lambda bot: bot.send_document(alice.id, sent.document.file_id))
    assert again.document.file_size == len(content)
    assert ask(lambda bot: bot.send_photo(alice.id, PNG)).photo[0].file_size == len(PNG)
    assert server.faults == []


def test_files_that_telegram_refuses(server: BotApi, alice: User, refuses: Refuses) -> None:
    big = alice.sends_document("big.txt", b"x", size=FileSizeLimit.FILESIZE_DOWNLOAD + 1)
    refuses(lambda bot: bot.get_file(big["document"]["file_id"]), "File is too big")
    refuses(lambda bot: bot.get_file("unknown"), "Wrong file_id")
    refuses(
        lambda bot: bot.send_document(alice.id, b"x", caption="a" * (MessageLimit.CAPTION_LENGTH + 1)),
        "caption is too long",
    )
    refuses(lambda bot: bot.send_document(alice.id, b"", filename="empty.txt"), "non-empty")
    refuses(lambda bot: bot.send_photo(alice.id, b"not an image"), "IMAGE_PROCESS_FAILED")
    assert http("GET", f"{server.file_url}{server.token}/documents/none.txt").status_code == 404


# What people send


def test_commands_mentions_and_links_are_marked_in_utf16_units(alice: User, ask: Ask) -> None:
    alice.says("🌍🌍 اسأل @qawl_test_bot or /ask@qawl_test_bot, not a/b, at https://example.org/a/b.")
    message = ask(lambda bot: bot.get_updates())[-1].message
    found = [(entity.type, message.parse_entity(entity)) for entity in message.entities]
    assert found == [
        ("mention", "@qawl_test_bot"),
        ("bot_command", "/ask@qawl_test_bot"),
        ("url", "https://example.org/a/b"),
    ]


def test_topics_edits_forwards_and_channel_posts(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    group = server.group(topics=(7,), username="newsroom")
    channel = server.channel(discussion=group)
    question = alice.says("/ask who?", chat=group, thread=7)
    first = channel.posts("Ministers met.")
    edited = channel.edits(first, "Ministers met in Rome.")
    alice.forwards(edited)
    alice.edits(question, "/ask what?")
    seen = [update.effective_message for update in ask(lambda bot: bot.get_updates())[1:]]
    assert [(message.text, bool(message.is_automatic_forward)) for message in seen] == [
        ("/ask who?", False),
        ("Ministers met.", False),
        ("Ministers met.", True),
        ("Ministers met in Rome.", False),
        ("Ministers met in Rome.", True),
        ("Ministers met in Rome.", False),
        ("/ask what?", False),
    ]
    assert seen[5].forward_origin.chat.id == channel.id
    reply = ReplyParameters(question["message_id"])
    answer = ask(lambda bot: bot.send_message("@newsroom", "Lavrov.", reply_parameters=reply))
    assert (answer.message_thread_id, answer.is_topic_message) == (7, True)
    refuses(lambda bot: bot.send_message(group.id, "x", message_thread_id=8), "Message thread not found")
    assert ask(lambda bot: bot.send_message(channel.id, "Digest")).sender_chat.id == channel.id


def test_privacy_mode_shows_the_bot_only_what_is_meant_for_it(ask: Ask) -> None:
    with BotApi(privacy=True) as server:
        group, bob = server.group(), server.user("Bob")
        assert post(server, "getMe").json()["result"]["can_read_all_group_messages"] is False
        bots = post(server, "sendMessage", chat_id=group.id, text="Ask me").json()["result"]
        bob.says("chatter", chat=group)
        bob.says("@qawl_test_bot chatter", chat=group)
        bob.says("/ask@other_bot x", chat=group)
        bob.says("/ask@qawl_test_bot 1", chat=group)
        bob.says("/ask 2", chat=group)
        bob.says("3", chat=group, reply_to=bots)
        assert [u["message"]["text"] for u in updates(server)] == ["/ask@qawl_test_bot 1", "/ask 2", "3"]


def test_what_admins_write_for_their_group_and_what_it_tells_by_itself(alice: User, ask: Ask, server: BotApi) -> None:
    group = server.group(admins=(alice,), bot_status="left")
    group.adds_bot(alice)
    group.admin_says("/off@qawl_test_bot")
    change, joined, anonymous = ask(lambda bot: bot.get_updates())[1:]
    assert change.my_chat_member.new_chat_member.status == "member"
    assert [user.username for user in joined.message.new_chat_members] == ["qawl_test_bot"]
    said = anonymous.message
    assert (said.sender_chat.id, said.from_user.username, said.text) == (
        group.id,
        "GroupAnonymousBot",
        "/off@qawl_test_bot",
    )


def test_comments_have_the_copy_of_the_post_as_their_thread(alice: User, ask: Ask, server: BotApi) -> None:
    group = server.group()
    channel = server.channel(discussion=group, username="wire")
    origin = server.channel("Agency").posts("The minister met them.")
    post = channel.forwards(origin)
    copy = channel.copy_of(post)
    comment = alice.says("Who?", chat=group, reply_to=copy)
    forwarded, copied, commented = (update.effective_message for update in ask(lambda bot: bot.get_updates())[2:])
    assert forwarded.forward_origin.chat.title == "Agency"
    assert (copied.is_automatic_forward, copied.forward_origin.message_id) == (True, post["message_id"])
    assert (commented.message_thread_id, commented.is_topic_message) == (copy["message_id"], None)
    reply = ReplyParameters(comment["message_id"])
    answer = ask(lambda bot: bot.send_message(group.id, "Lavrov.", reply_parameters=reply))
    assert (answer.message_thread_id, answer.is_topic_message) == (copy["message_id"], None)


def test_a_group_that_became_a_supergroup_takes_no_more_messages(
    alice: User, ask: Ask, server: BotApi, refuses: Refuses
) -> None:
    group = server.basic_group(admins=(alice,))
    alice.says("hello", chat=group)
    assert ask(lambda bot: bot.send_message(group.id, "x")).chat.type == "group"
    moved = group.becomes_supergroup(alice)
    old, new = (update.message for update in ask(lambda bot: bot.get_updates())[2:])
    assert (old.chat.id, old.migrate_to_chat_id) == (group.id, moved.id)
    assert (new.chat.id, new.migrate_from_chat_id) == (moved.id, group.id)
    refuses(lambda bot: bot.send_message(group.id, "x"), str(moved.id), ChatMigrated)
    assert ask(lambda bot: bot.get_chat_member(moved.id, alice.id)).status == "administrator"
    assert ask(lambda bot: bot.send_message(moved.id, "x")).chat.type == "supergroup"


def test_buttons_and_callback_queries(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    ask(lambda bot: bot.send_message(alice.id, "Answer", reply_markup=keyboard(callback_data="more:1")))
    sent = server.wait_for("sendMessage").result
    pressed = alice.presses(sent, "More")
    query = ask(lambda bot: bot.get_updates())[-1].callback_query
    assert (query.id, query.data, query.message.text) == (pressed, "more:1", "Answer")
    assert ask(lambda bot: bot.answer_callback_query(pressed))
    refuses(lambda bot: bot.answer_callback_query("unknown"), "Query is too old")
    with pytest.raises(AssertionError, match="no button"):
        alice.presses(sent, "Less")


def test_presses_of_old_messages_and_of_buttons_that_are_not_there(server: BotApi, alice: User, ask: Ask) -> None:
    ask(lambda bot: bot.send_message(alice.id, "Answer", reply_markup=keyboard(callback_data="more:1")))
    sent = server.wait_for("sendMessage").result
    alice.presses(sent, "More", accessible=False)
    alice.sends_press(sent, "less:1")
    old, forged = (update.callback_query for update in ask(lambda bot: bot.get_updates())[-2:])
    assert (old.data, old.message.is_accessible, old.message.message_id) == ("more:1", False, sent["message_id"])
    assert (forged.data, forged.message.text) == ("less:1", "Answer")


def test_pictures_voice_notes_and_stickers(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    alice.sends_photo("What did Lavrov say?", album="7")
    alice.sends_voice()
    sticker = alice.sends_sticker()
    photo, voice, last = (update.message for update in ask(lambda bot: bot.get_updates())[-3:])
    assert (photo.caption, photo.media_group_id, len(photo.photo)) == ("What did Lavrov say?", "7", 1)
    assert (voice.voice.mime_type, last.sticker.type) == ("audio/ogg", "regular")
    alice.deletes(sticker)
    refuses(lambda bot: bot.delete_message(alice.id, sticker["message_id"]), "not found")


def test_inline_queries(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    def results(count: int, **more: Any) -> list[InlineQueryResultArticle]:
        return [
            InlineQueryResultArticle(str(i), "Lavrov", InputTextMessageContent("Nyet", **more)) for i in range(count)
        ]

    query = alice.asks_inline("Lavrov on treaties")
    assert ask(lambda bot: bot.get_updates())[-1].inline_query.query == "Lavrov on treaties"
    assert ask(lambda bot: bot.answer_inline_query(query, results(InlineQueryLimit.RESULTS), is_personal=True))
    for wrong, complaint in (
        (results(1) * 2, "RESULT_ID_DUPLICATE"),
        (results(1, parse_mode="HTML"), "Parse_mode"),
        (results(1, entities=[MessageEntity("bold", 0, 9)]), "ends after the end"),
    ):
        refuses(lambda bot, wrong=wrong: bot.answer_inline_query(query, wrong), complaint)
    raw = [result.to_dict() for result in results(InlineQueryLimit.RESULTS + 1)]
    assert post(server, "answerInlineQuery", inline_query_id=query, results=raw).status_code == 400
    refuses(lambda bot: bot.answer_inline_query("unknown", results(1)), "Query is too old")


# Chats and the bot's profile


def test_members_administrators_and_leaving(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    group = server.group(admins=(alice,))
    assert ask(lambda bot: bot.get_chat(group.id)).title == "Newsroom"
    assert ask(lambda bot: bot.get_chat_member(group.id, alice.id)).status == "administrator"
    assert ask(lambda bot: bot.get_chat_member(group.id, server.user("Bob").id)).status == "left"
    assert [m.user.id for m in ask(lambda bot: bot.get_chat_administrators(group.id))] == [alice.id]
    refuses(lambda bot: bot.get_chat_administrators(alice.id), "no administrators in the private chat")
    assert ask(lambda bot: bot.leave_chat(group.id))
    refuses(lambda bot: bot.send_message(group.id, "x"), "bot is not a member of the supergroup chat", Forbidden)


def test_the_bots_own_commands_and_descriptions(alice: User, ask: Ask, refuses: Refuses) -> None:
    commands = [BotCommand("ask", "Ask a question")]
    scope = BotCommandScopeChat(alice.id)
    assert ask(lambda bot: bot.set_my_commands(commands, scope=scope, language_code="ar"))
    assert list(ask(lambda bot: bot.get_my_commands(scope=scope, language_code="ar"))) == commands
    assert list(ask(lambda bot: bot.get_my_commands())) == []
    assert ask(lambda bot: bot.delete_my_commands(scope=scope, language_code="ar"))
    assert list(ask(lambda bot: bot.get_my_commands(scope=scope, language_code="ar"))) == []
    assert ask(lambda bot: bot.set_my_description("Who said what"))
    assert ask(lambda bot: bot.set_my_short_description("قول", language_code="ar"))
    refuses(lambda bot: bot.set_my_commands([BotCommand("Ask", "Ask a question")]), "BOT_COMMAND_INVALID")
    refuses(lambda bot: bot.set_my_commands(commands, scope=BotCommandScopeChat(4711)), "Chat not found")


# Getting updates


def test_a_long_poll_waits_for_an_update_and_no_longer(server: BotApi) -> None:
    bob = server.user("Bob")
    started = time.monotonic()
    assert updates(server, timeout=1) == []
    assert 0.9 < time.monotonic() - started < 2.5
    threading.Timer(0.3, bob.says, ["hello"]).start()
    started = time.monotonic()
    assert [u["message"]["text"] for u in updates(server, timeout=15)] == ["hello"]
    assert 0.2 < time.monotonic() - started < 3


def test_updates_stay_until_their_offset_is_passed(server: BotApi) -> None:
    bob = server.user("Bob")
    for text in "abc":
        bob.says(text)
    first = updates(server)
    assert updates(server) == first
    assert updates(server, limit=1) == first[:1]
    assert updates(server, offset=first[1]["update_id"]) == first[1:]
    assert updates(server, offset=-1) == first[2:]
    assert updates(server, offset=first[2]["update_id"] + 1) == []


def test_only_allowed_updates_arrive(server: BotApi, alice: User) -> None:
    message = updates(server)[0]["message"]
    alice.reacts(message, "👍")
    assert len(updates(server)) == 1
    updates(server, allowed_updates=[UpdateType.MESSAGE_REACTION])
    alice.reacts(message, "👍")
    alice.says("dropped")
    assert [list(u)[1] for u in updates(server)] == ["message", "message_reaction"]
    assert post(server, "getUpdates", allowed_updates=["gossip"]).status_code == 400


def test_of_two_pollers_the_older_gets_a_conflict(server: BotApi, ask: Ask) -> None:
    with ThreadPoolExecutor() as pool:
        older = pool.submit(ask, lambda bot: bot.get_updates(timeout=15))
        time.sleep(0.4)
        assert updates(server, timeout=0) == []
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            older.result(timeout=5)
    assert [fault.status for fault in server.faults] == [409]


def test_a_poller_that_went_away_conflicts_with_nobody(server: BotApi) -> None:
    with pytest.raises(httpx.ReadTimeout):
        http("POST", f"{server.api_url}{server.token}/getUpdates", json={"timeout": 15}, timeout=0.3)
    assert updates(server) == []
    assert server.faults == []


# Webhook


class Receiver:
    """A webhook that answers with the given statuses, then with 200."""

    def __init__(self, *statuses: int) -> None:
        waiting = list(statuses)
        received = self.received = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((self.headers["X-Telegram-Bot-Api-Secret-Token"], json.loads(body)))
                self.send_response(waiting.pop(0) if waiting else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/hook"

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()


def eventually(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()


def test_a_webhook_gets_updates_with_its_secret_until_it_accepts_them(server: BotApi, ask: Ask) -> None:
    bob = server.user("Bob")
    with Receiver(500, 403) as receiver:
        assert ask(lambda bot: bot.set_webhook(receiver.url, secret_token="s3cret_-"))
        bob.says("first")
        bob.says("second")
        assert eventually(lambda: ask(lambda bot: bot.get_webhook_info()).pending_update_count == 0)
        info = ask(lambda bot: bot.get_webhook_info())
    assert [secret for secret, _ in receiver.received] == ["s3cret_-"] * 4
    assert [update["message"]["text"] for _, update in receiver.received] == ["first"] * 3 + ["second"]
    assert [delivery.status for delivery in server.deliveries] == [500, 403, 200, 200]
    assert (info.url, info.last_error_message) == (receiver.url, "Wrong response from the webhook: 403")


def test_a_webhook_and_polling_exclude_each_other(server: BotApi, alice: User, ask: Ask, refuses: Refuses) -> None:
    with ThreadPoolExecutor() as pool:
        polling = pool.submit(post, server, "getUpdates", offset=999_999_999, timeout=15)
        time.sleep(0.3)
        ask(lambda bot: bot.set_webhook("http://127.0.0.1:9/hook"))
        assert "terminated by setWebhook" in polling.result(timeout=5).json()["description"]
    refuses(lambda bot: bot.get_updates(), "webhook is active", Conflict)
    alice.says("dropped")
    assert ask(lambda bot: bot.delete_webhook(drop_pending_updates=True))
    assert updates(server) == []


def test_webhooks_that_telegram_refuses(refuses: Refuses) -> None:
    refuses(lambda bot: bot.set_webhook("http://example.org/hook"), "An HTTPS URL must be provided")
    refuses(
        lambda bot: bot.set_webhook("https://example.org/hook", secret_token="no spaces"),
        "Secret token contains unallowed characters",
    )


# Failures on purpose


def test_failures_on_purpose_are_answered_once_and_are_no_faults(
    server: BotApi, alice: User, ask: Ask, refuses: Refuses
) -> None:
    def send(bot: Bot) -> Awaitable[Message]:
        return bot.send_message(alice.id, "x", read_timeout=0.5)

    server.fail_next("sendMessage", status=429, retry_after=7)
    refuses(send, "retry in 7 seconds", RetryAfter)
    server.fail_next("sendMessage", status=400, migrate_to_chat_id=-100123)
    refuses(send, "-100123", ChatMigrated)
    server.fail_next("sendMessage", status=502)
    refuses(send, "Bad Gateway", NetworkError)
    server.fail_next("sendMessage", drop=True)
    refuses(send, "", NetworkError)
    server.fail_next("sendMessage", delay=0.8)
    refuses(send, "Timed out", NetworkError)
    server.fail_next("sendMessage", status=500, description="Internal Server Error", applied=True)
    refuses(send, "Internal Server Error", NetworkError)
    last = ask(send)
    assert last.message_id == 1 + 3, "the slow and the applied call left a message, the others did not"
    assert [call.status for call in server.calls("sendMessage")] == [429, 400, 502, 0, 200, 500, 200]
    assert server.faults == []


def test_calls_can_be_forgotten_between_tests(server: BotApi, alice: User) -> None:
    server.fail_next("getMe", status=500)
    post(server, "sendDice", chat_id=alice.id)
    server.forget_calls()
    assert (server.calls(), server.faults) == ([], [])
    assert post(server, "getMe").status_code == 200


def test_wait_for_returns_each_call_once_and_says_what_it_saw(server: BotApi, alice: User, ask: Ask) -> None:
    for text in ("one", "two"):
        ask(lambda bot, text=text: bot.send_message(alice.id, text))
    assert [server.wait_for("sendMessage", chat=alice).params["text"] for _ in range(2)] == ["one", "two"]
    with pytest.raises(AssertionError, match="two"):
        server.wait_for("sendMessage", timeout=0.05)
    threading.Timer(0.2, post, [server, "sendMessage"], {"chat_id": alice.id, "text": "three"}).start()
    assert server.wait_for("sendMessage", chat=alice.id, timeout=5).params["text"] == "three"
