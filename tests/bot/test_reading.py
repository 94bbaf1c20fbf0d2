"""What of a chat is meant for the bot, and what of that was said to it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram import Bot, Message, Update

from bot.access import Role
from bot.chats.reading import Addressed, addressed, incoming, place_of
from bot.incoming import Kind, Origin, Place
from config.settings import Telegram
from tests.e2e.bot_api.limits import entities_found_in
from tests.e2e.bot_api.people import ANONYMOUS_ADMIN, SERVICE_USER

BOT = {"id": 42, "is_bot": True, "first_name": "Qawl", "username": "Qawl_Bot"}
OTHER_BOT = {"id": 43, "is_bot": True, "first_name": "Other", "username": "other_bot"}
AMAL = {"id": 7, "is_bot": False, "first_name": "Amal", "language_code": "ar"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Amal"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Newsroom"}
CHANNEL = {"id": -1002, "type": "channel", "title": "Wire"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
FILE = {"file_id": "F", "file_unique_id": "U", "file_name": "a.txt"}
OF_THE_BOT = {"message_id": 1, "date": 1, "chat": GROUP, "from": BOT, "text": "Lavrov said …"}
OF_AMAL = {"message_id": 2, "date": 1, "chat": GROUP, "from": AMAL, "text": "Good morning"}
SAYS = {"en": "What did Lavrov say?", "ar": "ماذا قال لافروف؟", "ru": "Что сказал Лавров?"}


def message(
    text: str | None = None, *, chat: dict[str, Any] = GROUP, caption: str | None = None, **more: Any
) -> Message:
    content: dict[str, Any] = {"message_id": 5, "date": 1_700_000_000, "chat": chat, "from": AMAL}
    if text is not None:
        content |= {"text": text, "entities": entities_found_in(text)}
    if caption is not None:
        content |= {"caption": caption, "caption_entities": entities_found_in(caption)}
    return Message.de_json(content | more, None)


def heard(*what: Any, **more: Any) -> Addressed | None:
    bot = cast("Bot", SimpleNamespace(id=42, username="Qawl_Bot"))
    return addressed(message(*what, **more), bot)


@pytest.mark.parametrize("question", SAYS.values())
def test_in_private_everything_is_meant_for_the_bot(question: str) -> None:
    assert heard(question, chat=PRIVATE) == Addressed(None, question)
    assert heard(f"/ask {question}", chat=PRIVATE) == Addressed("ask", question)
    assert heard(f"/Help@QAWL_bot {question}", chat=PRIVATE) == Addressed("help", question)
    assert heard(caption=question, chat=PRIVATE, document=FILE) == Addressed(None, question)
    assert heard(chat=PRIVATE, document=FILE) == Addressed(None, "")


@pytest.mark.parametrize("question", SAYS.values())
@pytest.mark.parametrize(
    "form",
    [
        "@Qawl_Bot {}",
        "@qawl_bot: {}",
        "{} @QAWL_BOT",
        "🌍🇷🇺👨‍👩‍👧 @Qawl_Bot {}",
        "\u200f@Qawl_Bot، {}",
        "@Qawl_Bot\n\n{}",
        "@Qawl_Bot /ask {}",
    ],
)
def test_a_mention_is_heard_anywhere_and_taken_out(form: str, question: str) -> None:
    said = heard(form.format(question))
    assert said
    assert said.text.removeprefix("🌍🇷🇺👨‍👩‍👧 ") == question
    assert said.command in (None, "ask")


def test_a_mention_between_words_of_two_scripts_leaves_both() -> None:
    assert heard("قل لي 🌍 @Qawl_Bot ماذا قال لافروف؟") == Addressed(None, "قل لي 🌍 ماذا قال لافروف؟")
    assert heard("Скажи, @Qawl_Bot @Qawl_Bot что сказал Лавров?") == Addressed(None, "Скажи, что сказал Лавров?")


def test_a_mention_in_a_caption_is_heard() -> None:
    assert heard(caption="🎉 @Qawl_Bot Кто это сказал?", document=FILE) == Addressed(None, "🎉 Кто это сказал?")


@pytest.mark.parametrize(
    "text",
    [
        "What did Lavrov say?",
        "@Qawl_Bot2 What did Lavrov say?",
        "mail me at amal@Qawl_Bot",
        "https://t.me/@Qawl_Bot",
        "Qawl_Bot, what did Lavrov say?",
        "/help",
        "/ask@other_bot What did Lavrov say?",
        "/askme What did Lavrov say?",
        "Please /ask",
        "",
    ],
)
def test_in_a_group_all_else_is_not_heard(text: str) -> None:
    assert heard(text) is None


def test_in_a_group_commands_with_the_bots_name_are_heard_and_ask_without_it() -> None:
    assert heard("/ask ماذا قال؟") == Addressed("ask", "ماذا قال؟")
    assert heard("/ask\nЧто он сказал?") == Addressed("ask", "Что он сказал?")
    assert heard("/ask") == Addressed("ask", "")
    assert heard("/language@Qawl_Bot") == Addressed("language", "")
    assert heard("/language") == Addressed("language", "", perhaps=True), "which other bots have, too"
    assert heard("/off", reply_to_message=OF_THE_BOT) == Addressed("off", "")
    assert heard("@Qawl_Bot /off") == Addressed("off", "")
    assert heard("@Qawl_Bot /off@other_bot") is None


def test_a_reply_to_the_bot_is_heard_and_one_to_others_is_not() -> None:
    assert heard("And about drugs?", reply_to_message=OF_THE_BOT) == Addressed(None, "And about drugs?")
    assert heard("/help", reply_to_message=OF_THE_BOT) == Addressed("help", "")
    assert heard("And about drugs?", reply_to_message=OF_AMAL) is None
    assert heard("@Qawl_Bot who?", reply_to_message=OF_AMAL) == Addressed(None, "who?")
    assert heard(reply_to_message=OF_THE_BOT, document=FILE) is None, "a file without a word asks nothing"


def test_other_bots_and_what_came_through_bots_are_not_heard() -> None:
    assert heard("/ask who?", **{"from": OTHER_BOT}) is None
    assert heard("@Qawl_Bot who?", **{"from": OTHER_BOT}) is None
    assert heard("and why?", reply_to_message=OF_THE_BOT, **{"from": OTHER_BOT}) is None
    assert heard("/ask who?", via_bot=OTHER_BOT) is None
    assert heard("a card", chat=PRIVATE, via_bot=BOT) is None, "a quotation sent with inline mode is no question"


def test_posts_copied_from_the_channel_are_not_heard_and_comments_are() -> None:
    copy = {"from": SERVICE_USER, "sender_chat": CHANNEL, "is_automatic_forward": True}
    assert heard("/ask who?", **copy) is None
    assert heard("Ask @Qawl_Bot", **copy) is None
    comment = {"reply_to_message": OF_AMAL | copy | {"text": "Ministers met."}, "message_thread_id": 2}
    assert heard("@Qawl_Bot who?", **comment) == Addressed(None, "who?")
    assert heard("who?", **comment) is None


def test_anonymous_admins_and_channels_that_write_in_a_group_are_heard() -> None:
    assert heard("/off@Qawl_Bot", sender_chat=GROUP, **{"from": ANONYMOUS_ADMIN}) == Addressed("off", "")
    assert heard("/ask who?", sender_chat=CHANNEL, **{"from": CHANNEL_BOT}) == Addressed("ask", "who?")


def test_nobody_is_known_behind_an_anonymous_admin() -> None:
    one = message("/ask who?", sender_chat=GROUP, **{"from": ANONYMOUS_ADMIN})
    asked = incoming(Update(1, message=one), Addressed("ask", "who?"), Telegram(admins=[ANONYMOUS_ADMIN["id"]]))
    assert (asked.role, asked.language, asked.place) == (Role.READER, None, Place(-1001, 0, 5, 0, Kind.GROUP))


def test_the_place_of_a_message_has_a_topic_only_in_forums() -> None:
    assert place_of(message("x", chat=PRIVATE), 7) == Place(7, 7, 5, 0, Kind.PRIVATE)
    assert place_of(message("x", message_thread_id=3, is_topic_message=True), 7).thread == 3
    assert place_of(message("x", message_thread_id=2), 7).thread == 0, "a chain of replies is no topic"


CHANNEL_ORIGIN = {"type": "channel", "date": 1_600_000_000, "chat": CHANNEL | {"username": "wire"}, "message_id": 12}
THEN = datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (CHANNEL_ORIGIN, Origin("Wire", THEN, -1002, 12, "wire")),
        ({"type": "user", "date": 1_600_000_000, "sender_user": AMAL}, Origin("Amal", THEN)),
        ({"type": "hidden_user", "date": 1_600_000_000, "sender_user_name": "Ольга"}, Origin("Ольга", THEN)),
        ({"type": "chat", "date": 1_600_000_000, "sender_chat": GROUP}, Origin("Newsroom", THEN)),
    ],
)
@pytest.mark.parametrize("how", ["forwarded", "replied to"])
def test_where_a_message_was_forwarded_from_is_known(how: str, origin: dict[str, Any], expected: Origin) -> None:
    there = {"forward_origin": origin, "text": "Ministers met."}
    more = there if how == "forwarded" else {"reply_to_message": OF_AMAL | there}
    one = message("/ingest", chat=PRIVATE, **{key: value for key, value in more.items() if key != "text"})
    assert incoming(Update(1, message=one), Addressed("ingest", ""), Telegram()).origin == expected


def test_a_message_that_was_not_forwarded_has_no_origin() -> None:
    one = message("/ingest", chat=PRIVATE)
    assert incoming(Update(1, message=one), Addressed("ingest", ""), Telegram()).origin is None
