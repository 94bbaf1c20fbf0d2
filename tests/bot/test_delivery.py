"""Messages arrive once and in order, whatever Telegram does; what went wrong is logged once, for no reader to see."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import httpx
import pytest
from telegram import Bot, Message, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.chats import delivery
from bot.chats.delivery import deliver, not_taken, reason, redeliver, retrying
from bot.chats.faults import FAULTS, Faults
from bot.replies import Button, Reply
from bot.richtext import RichText
from tests.e2e.bot_api import BotApi
from tests.e2e.bot_api.chats import Chat

Ask = Callable[[Callable[[Bot], Awaitable[Any]]], Any]
PARTS = [Reply.of(text) for text in ("The first part.", "الجزء الثاني.", "Третья часть.")]


@pytest.fixture(scope="module")
def running() -> Iterator[BotApi]:
    with BotApi() as one:
        yield one


@pytest.fixture
def api(running: BotApi, monkeypatch: pytest.MonkeyPatch) -> BotApi:
    """The server without planned failures; tries follow each other quickly."""
    running.forget_calls()
    monkeypatch.setattr(delivery, "_PAUSES", (0.01,) * 3)
    monkeypatch.setattr(delivery, "_LAST_PAUSE", 0.01)
    FAULTS.over("out of order")
    return running


@pytest.fixture
def ask(api: BotApi) -> Iterator[Ask]:
    """Runs one thing with a real Bot."""
    first, second = (HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False}) for _ in range(2))
    bot = Bot(api.token, request=first, get_updates_request=second, base_url=api.api_url, base_file_url=api.file_url)

    async def run(action: Callable[[Bot], Awaitable[Any]]) -> Any:
        return await action(bot)

    with asyncio.Runner() as runner:
        runner.run(bot.initialize())
        yield lambda action: runner.run(run(action))
        runner.run(bot.shutdown())


def received(bot: Bot, message: dict[str, Any]) -> Message:
    """What a person wrote, as the bot has it."""
    return Update.de_json({"update_id": 1, "message": message}, bot).message  # type: ignore[return-value]


def texts(chat: Chat, api: BotApi) -> list[str]:
    """What the bot says in a chat, top to bottom."""
    return [one["text"] for _, one in sorted(chat.messages.items()) if one.get("from") == api.bot]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.message for one in caplog.records if one.name.startswith("bot") and one.levelno >= logging.WARNING]


def test_a_storm_of_429_in_the_middle_of_an_answer_loses_and_doubles_nothing(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    alice = api.user()
    question = alice.says("?")

    async def storm(chat: int, sent: Sequence[int]) -> None:
        if len(sent) == 1:
            api.fail_next("sendMessage", status=429, retry_after=1, times=2)

    sent = ask(lambda bot: deliver(received(bot, question), PARTS, storm))
    assert texts(alice, api) == [one.text.text for one in PARTS]
    assert sent == sorted(one for one, message in alice.messages.items() if message["from"] == api.bot)
    tries = api.calls("sendMessage", chat=alice)
    assert all(b.at - a.at >= 1 for a, b in pairwise(tries) if a.status == 429)
    (line,) = warnings(caplog)
    assert "out of order" in line


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_that_is_away_for_long_gets_the_answer_once_and_one_line_is_logged(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.INFO)
    alice = api.user()
    question = alice.says("?")
    api.fail_next("sendMessage", status=status, times=30)
    ask(lambda bot: deliver(received(bot, question), PARTS))
    assert texts(alice, api) == [one.text.text for one in PARTS]
    (line,) = warnings(caplog)
    assert str(status) in line
    assert "html" not in line, "a proxy's page is no news"
    assert "Telegram answers again." in caplog.messages


def test_a_connection_that_never_came_about_is_tried_again(api: BotApi) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/bot"
    tries = []

    async def knock() -> str:
        tries.append(1)
        if len(tries) == 3:
            return "there"
        request = HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False})
        async with Bot("1:A", base_url=address, request=request):
            return "never"

    assert asyncio.run(retrying(knock)) == "there"


def test_what_may_have_arrived_is_not_sent_twice_and_the_rest_follows(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    alice = api.user()
    question = alice.says("?")
    api.fail_next("sendMessage", drop=True, applied=True)
    sent = ask(lambda bot: deliver(received(bot, question), PARTS))
    assert texts(alice, api) == [one.text.text for one in PARTS]
    assert len(sent) == 2
    (line,) = warnings(caplog)
    assert "not sent again" in line


def test_whoever_may_miss_a_part_is_told_so_at_the_end_and_others_are_not(api: BotApi, ask: Ask) -> None:
    unsure = Reply.of("If you find no answer above, please ask again.")

    async def doubt() -> Reply:
        return unsure

    alice, bob = api.user(), api.user()
    questions = alice.says("?"), bob.says("?")
    ask(lambda bot: deliver(received(bot, questions[0]), PARTS, doubt=doubt))
    assert texts(alice, api) == [one.text.text for one in PARTS]
    api.fail_next("sendMessage", drop=True)
    api.fail_next("sendMessage", delay=0, times=2)
    api.fail_next("sendMessage", drop=True, times=2)  # the doubt itself, which may well be there twice
    ask(lambda bot: deliver(received(bot, questions[1]), PARTS, doubt=doubt))
    assert texts(bob, api) == [PARTS[1].text.text, PARTS[2].text.text, unsure.text.text]


def test_what_is_as_good_done_twice_is_repeated_until_it_is_done(api: BotApi, ask: Ask) -> None:
    alice = api.user()
    question = alice.says("?")
    sent = ask(lambda bot: deliver(received(bot, question), PARTS[:2]))
    api.fail_next("editMessageText", drop=True)
    api.fail_next("editMessageText", drop=True, applied=True)
    api.fail_next("deleteMessage", drop=True)
    ask(lambda bot: redeliver(received(bot, question), sent, PARTS[2:]))
    assert texts(alice, api) == [PARTS[2].text.text]


@pytest.mark.parametrize(
    ("fault", "certain"),
    [
        (RetryAfter(1), True),
        (NetworkError("Bad Gateway (502)"), True),
        (TimedOut(), False),
        (BadRequest("Chat not found"), False),
        (Forbidden("Forbidden: bot was blocked by the user"), False),
        (ChatMigrated(-100), False),
        (Conflict("terminated by other getUpdates request"), False),
        (InvalidToken(), False),
    ],
)
def test_only_what_was_certainly_not_taken_is_repeated(fault: TelegramError, certain: bool) -> None:
    assert not_taken(fault) is certain


@pytest.mark.parametrize(
    ("cause", "certain"),
    [
        (httpx.ConnectError(""), True),
        (httpx.ConnectTimeout(""), True),
        (httpx.PoolTimeout(""), True),
        (httpx.ReadError(""), False),
        (httpx.WriteError(""), False),
        (httpx.RemoteProtocolError(""), False),
    ],
)
def test_a_broken_line_is_told_from_one_that_never_was(cause: Exception, certain: bool) -> None:
    error = NetworkError("httpx")
    error.__cause__ = cause
    assert not_taken(error) is certain


def test_whoever_gives_up_at_last_says_so_by_the_fault(api: BotApi, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_PATIENCE", 0.05)
    alice = api.user()
    question = alice.says("?")
    api.fail_next("sendMessage", status=502, times=100)
    with pytest.raises(NetworkError):
        ask(lambda bot: deliver(received(bot, question), PARTS))
    assert texts(alice, api) == []


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: TOPIC_DELETED",
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
    ],
)
def test_where_nobody_may_write_one_line_is_logged_and_nothing_more_is_tried(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture, description: str
) -> None:
    person = api.user()
    group = api.group(topics=(7,), members=(person,))
    question = person.says("?", chat=group, thread=7)
    api.fail_next("sendMessage", status=400, description=description)
    assert ask(lambda bot: deliver(received(bot, question), PARTS)) == []
    assert len(api.calls("sendMessage", chat=group)) == 1
    assert len(warnings(caplog)) == 1


def test_somebody_who_blocks_the_bot_or_throws_it_out_is_no_fault(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    person = api.user()
    group = api.group(members=(person,))
    here, there = person.says("?"), person.says("?", chat=group)
    person.blocks_bot()
    group.removes_bot(person)
    for question in (here, there):
        assert ask(lambda bot, question=question: deliver(received(bot, question), PARTS)) == []
    lines = [one for one in caplog.messages if "Not delivered" in one]
    assert len(lines) == 2
    assert not any(str(chat.id) in caplog.text for chat in (person, group))
    assert warnings(caplog) == []


def test_a_question_that_was_deleted_is_answered_all_the_same(api: BotApi, ask: Ask) -> None:
    person = api.user()
    group = api.group(members=(person,))
    question = person.says("?", chat=group)
    del group.messages[question["message_id"]]
    ask(lambda bot: deliver(received(bot, question), PARTS))
    assert texts(group, api) == [one.text.text for one in PARTS]


def test_a_group_that_became_a_supergroup_gets_all_parts_there(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    person = api.user()
    old, new = api.group("Old", members=(person,)), api.group("New", members=(person,))
    question = person.says("?", chat=old)
    told: list[tuple[int, int]] = []

    async def arrived(chat: int, sent: Sequence[int]) -> None:
        told.append((chat, len(sent)))

    api.fail_next("sendMessage", status=400, migrate_to_chat_id=new.id)
    ask(lambda bot: deliver(received(bot, question), PARTS, arrived))
    assert texts(new, api) == [one.text.text for one in PARTS]
    assert told == [(new.id, 1), (new.id, 2), (new.id, 3)]
    assert not any("reply_parameters" in call.params for call in api.calls("sendMessage", chat=new))
    assert str(new.id) not in caplog.text
    assert str(new.id) not in reason(ChatMigrated(new.id))


def test_an_address_that_telegram_refuses_costs_the_link_not_the_answer(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    alice = api.user()
    question = alice.says("?")
    linked = Reply(
        RichText.styled("لافروف", "bold") + ": " + RichText.styled("source", "text_link", "http://intranet/1"),
        [[Button("More", "1|more|x|3")]],
    )
    ask(lambda bot: deliver(received(bot, question), [linked, PARTS[1]]))
    assert texts(alice, api) == ["لافروف: source", PARTS[1].text.text]
    assert len(warnings(caplog)) == 1
    api.forget_calls()


# --- in the place of earlier messages


def test_an_answer_takes_the_place_of_the_one_before(api: BotApi, ask: Ask) -> None:
    alice = api.user()
    question = alice.says("?")
    sent = ask(lambda bot: deliver(received(bot, question), PARTS))
    told: list[list[int]] = []

    async def arrived(chat: int, numbers: Sequence[int]) -> None:
        told.append(list(numbers))

    now = ask(lambda bot: redeliver(received(bot, question), sent, [PARTS[1]], arrived))
    assert texts(alice, api) == [PARTS[1].text.text]
    assert (now, told) == (sent[:1], [sent[:1]])


def test_the_same_answer_again_is_no_fault_and_sends_nothing(
    api: BotApi, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    alice = api.user()
    question = alice.says("?")
    sent = ask(lambda bot: deliver(received(bot, question), PARTS))
    assert ask(lambda bot: redeliver(received(bot, question), sent, PARTS)) == sent
    assert len(api.calls("sendMessage", chat=alice)) == 3
    assert warnings(caplog) == []


def test_what_was_sent_in_part_is_completed(api: BotApi, ask: Ask) -> None:
    alice = api.user()
    question = alice.says("?")
    sent = ask(lambda bot: deliver(received(bot, question), PARTS[:1]))
    whole = ask(lambda bot: redeliver(received(bot, question), sent, PARTS))
    assert texts(alice, api) == [one.text.text for one in PARTS]
    assert whole[:1] == sent


def test_a_deleted_part_makes_the_parts_behind_it_follow_anew(api: BotApi, ask: Ask) -> None:
    alice = api.user()
    question = alice.says("?")
    sent = ask(lambda bot: deliver(received(bot, question), PARTS))
    del alice.messages[sent[1]]
    ask(lambda bot: redeliver(received(bot, question), sent, PARTS))
    assert texts(alice, api) == [one.text.text for one in PARTS], "in order, and none twice"


def test_editing_for_somebody_who_blocked_the_bot_is_no_fault(api: BotApi, ask: Ask) -> None:
    alice = api.user()
    question = alice.says("?")
    sent = ask(lambda bot: deliver(received(bot, question), PARTS))
    alice.blocks_bot()
    ask(lambda bot: redeliver(received(bot, question), sent, PARTS[:1]))
    assert len(api.calls("editMessageText")) == 1


# --- faults that last


def test_a_fault_is_news_when_it_begins_and_again_after_it_was_over() -> None:
    now = [0.0]
    faults = Faults(lambda: now[0])
    assert faults.news("502")
    for _ in range(100):
        now[0] += 30
        assert not faults.news("502")
    assert faults.news("conflict")
    assert faults.over("502")
    assert not faults.over("502")
    assert faults.news("502")
    now[0] += 3600
    assert faults.news("502"), "an hour without it: this is another one"
