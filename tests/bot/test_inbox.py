"""Updates are handled once: not lost when the process ends, not repeated when they come twice."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.ext import Application

from bot.chats import inbox as inbox_module
from bot.chats.faults import FAULTS
from bot.chats.inbox import Inbox, Settling
from bot.incoming import Place
from bot.memory import LEASE, Memory
from retrieval.errors import ArchiveBusy, ArchiveUnwritable
from retrieval.postgres_database import PostgresDatabase
from retrieval.types import Answer, Plan
from tests.fakes import FakeWorkspace
from tests.postgres import Server

BOT = Bot("1:A")
PERSON = {"id": 5, "is_bot": False, "first_name": "Alice"}
QUESTIONS = ["What did Lavrov say?", "ماذا قال لافروف؟", "Что сказал Лавров?"]


def question(number: int, text: str = "?") -> Update:
    message = {"message_id": number, "date": 1, "chat": {"id": 5, "type": "private"}, "from": PERSON, "text": text}
    return Update.de_json({"update_id": number, "message": message}, BOT)


def typed(number: int) -> Update:
    query = {"id": str(number), "from": PERSON, "query": "lavr", "offset": ""}
    return Update.de_json({"update_id": number, "inline_query": query}, BOT)


def queued(inbox: Inbox) -> list[Any]:
    return [inbox.get_nowait() for _ in range(inbox.qsize())]


def process(workspace: FakeWorkspace, *updates: Update, fails: bool = False) -> None:
    """Has the updates handled; with `fails` the process is cut off within each."""
    settling = Settling(4, workspace.memory)

    async def handle() -> None:
        if fails:
            raise asyncio.CancelledError

    async def all_of_them() -> None:
        for update in updates:
            try:
                await settling.process_update(update, handle())
            except asyncio.CancelledError:
                continue

    asyncio.run(all_of_them())


@pytest.fixture
def memory(workspace: FakeWorkspace) -> Memory:
    return workspace.memory


def test_an_update_that_comes_twice_is_queued_once(memory: Memory) -> None:
    async def receive() -> list[Any]:
        inbox = Inbox(memory)
        for number in (1, 2, 1, 2, 3):
            await inbox.put(question(number))
        return [one.update_id for one in queued(inbox)]

    assert asyncio.run(receive()) == [1, 2, 3]


def test_an_update_that_was_dealt_with_is_not_taken_again_by_the_next_process(
    workspace: FakeWorkspace, memory: Memory
) -> None:
    asyncio.run(Inbox(memory).put(question(1)))
    process(workspace, question(1))

    async def restart() -> list[Any]:
        inbox = Inbox(Memory(workspace.database))
        await inbox.resume(BOT)
        await inbox.put(question(1))
        return queued(inbox)

    assert asyncio.run(restart()) == []


def test_what_was_cut_off_is_taken_up_whole_in_order_and_once(workspace: FakeWorkspace, memory: Memory) -> None:
    asked = [question(number, text) for number, text in enumerate(QUESTIONS, 1)]

    async def first() -> None:
        inbox = Inbox(memory)
        for one in asked:
            await inbox.put(one)

    asyncio.run(first())
    process(workspace, *asked, fails=True)

    async def restart() -> tuple[list[Update], list[bool]]:
        inbox = Inbox(Memory(workspace.database))
        await inbox.resume(BOT)
        for one in asked:  # Telegram offers them again, for they were never confirmed
            await inbox.put(one)
        taken = queued(inbox)
        return taken, [inbox.taken_up(one) for one in [*taken, question(9)]]

    taken, again = asyncio.run(restart())
    assert [one.message.text for one in taken if one.message] == QUESTIONS
    assert all(one.message.get_bot() is BOT for one in taken if one.message), "they can be answered"
    assert again == [True, True, True, False]


def test_an_update_whose_answer_could_not_be_sent_waits_for_the_next_process(
    workspace: FakeWorkspace, memory: Memory
) -> None:
    asyncio.run(Inbox(memory).put(question(1)))
    settling = Settling(4, memory)

    async def unreachable() -> None:
        settling.keep(question(1))

    asyncio.run(settling.process_update(question(1), unreachable()))
    assert len(memory.unsettled()) == 1


def test_what_still_waits_for_telegram_at_the_end_is_cut_off_and_taken_up_later(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "GRACE", 0.05)
    settling = Settling(4, memory)

    async def serve() -> None:
        inbox = Inbox(memory, at_end=settling.end)
        for number in (1, 2):
            await inbox.put(question(number))
        waiting = asyncio.create_task(settling.process_update(question(1), asyncio.sleep(60)))
        quick = asyncio.create_task(settling.process_update(question(2), asyncio.sleep(0)))
        await inbox.put("no more")
        await asyncio.wait([waiting, quick], timeout=10)
        assert waiting.cancelled()
        assert quick.done()

    asyncio.run(serve())
    assert [json.loads(one)["update_id"] for one in memory.unsettled()] == [1]


def test_what_is_being_typed_is_not_written_down(workspace: FakeWorkspace, memory: Memory) -> None:
    async def receive() -> int:
        inbox = Inbox(memory)
        await inbox.put(typed(1))
        return inbox.qsize()

    assert asyncio.run(receive()) == 1
    assert memory.unsettled() == []
    process(workspace, typed(1))


def test_the_librarys_own_signals_pass(memory: Memory) -> None:
    async def receive() -> list[Any]:
        inbox = Inbox(memory)
        await inbox.put(Application)
        return queued(inbox)

    assert asyncio.run(receive()) == [Application]


def test_a_full_disk_keeps_nobody_from_being_answered_and_is_logged_once(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> bool:
        raise ArchiveUnwritable("the disk is full")

    monkeypatch.setattr(memory, "receive", full)
    FAULTS.over("updates not written down")

    async def receive() -> int:
        inbox = Inbox(memory)
        for number in range(1, 4):
            await inbox.put(question(number))
        return inbox.qsize()

    assert asyncio.run(receive()) == 3
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == [
        "Updates cannot be written down: the disk is full"
    ]


def test_the_messages_of_an_answer_are_known_to_the_answer_that_takes_its_place(memory: Memory) -> None:
    place = Place(chat=5, person=5, message=1)
    answer = Answer(question="?", language="en", status="not_found", plan=Plan(topic="?"))
    first = memory.give(place, answer)
    memory.sent(first, 5, [10, 11])
    second = memory.give(place, answer)
    memory.sent(second, 5, [10, 11, 12])
    now = memory.answering(place)
    assert now
    assert (now.id, now.messages) == (second, (10, 11, 12))


# --- several bots on one database


class Clock:
    """The clock of a database, which a test sets."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bots(postgres: Server, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Memory]]:
    with postgres.database() as url:
        databases = [PostgresDatabase(url) for _ in range(3)]
        for one in databases:
            monkeypatch.setattr(one, "time", clock)
        yield [Memory(one) for one in databases]
        for one in databases:
            one.close()


def test_an_update_that_two_bots_get_is_handled_by_the_first(bots: list[Memory]) -> None:
    assert [one.receive(1, "{}") for one in bots] == [True, False, False]
    assert [one.take_up() for one in bots] == [[], [], []]


def test_what_a_bot_was_at_when_it_died_is_one_others_when_its_lease_is_over(bots: list[Memory], clock: Clock) -> None:
    dead, one, other = bots
    for number in (2, 1, 3):
        dead.receive(number, f"{number}")
    one.receive(4, "4")
    dead.settle(3)
    clock.now += LEASE - 1
    one.hold()
    assert other.take_up() == []
    clock.now += 1.5
    assert other.take_up() == ["1", "2"]
    assert one.take_up() == [], "they are the other one's now"
    clock.now += LEASE - 2
    assert one.take_up() == []
    assert other.take_up() == [], "its own are not taken up again"


def test_who_is_alive_keeps_what_it_is_at_though_the_others_clock_is_a_little_behind(
    bots: list[Memory], clock: Clock
) -> None:
    """One writes down the end of its lease just after another has looked at the clock."""
    one, other, _ = bots
    clock.now += 0.5
    one.receive(1, "1")
    clock.now -= 0.5
    assert other.take_up() == []


def test_what_waits_since_before_the_clock_was_set_back_is_taken_up(bots: list[Memory], clock: Clock) -> None:
    dead, one, _ = bots
    dead.receive(1, "1")
    clock.now -= 86_400
    assert one.take_up() == ["1"]


def test_a_bot_that_ends_leaves_what_it_is_at_to_the_others_at_once(bots: list[Memory]) -> None:
    ended, one, _ = bots
    ended.receive(1, "1")
    ended.let_go()
    assert one.take_up() == ["1"]


def test_of_those_that_look_at_once_one_takes_it_up(bots: list[Memory], clock: Clock) -> None:
    dead, *others = bots
    for number in range(1, 201):
        dead.receive(number, str(number))
    clock.now += LEASE + 1
    taken: list[str] = []
    threads = [threading.Thread(target=lambda one=one: taken.extend(one.take_up())) for one in others * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken += others[0].take_up()
    assert sorted(map(int, taken)) == list(range(1, 201))


def test_who_was_cut_off_from_the_database_lets_the_others_say_first_what_they_are_at(
    bots: list[Memory], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive, one, _ = bots
    for name, value in {"_LOOK_SECONDS": 0.01, "LEASE": 0.3}.items():
        monkeypatch.setattr(inbox_module, name, value)
    alive.receive(1, question(1).to_json())
    hold, away = one.hold, threading.Event()

    def held() -> None:
        if away.is_set():
            raise ArchiveBusy("away")
        hold()

    monkeypatch.setattr(one, "hold", held)

    async def watch() -> tuple[int, int]:
        inbox = Inbox(one)
        away.set()
        watching = asyncio.create_task(inbox.watch(BOT))
        await asyncio.sleep(0.4)
        clock.now += LEASE + 1  # nobody could say that it is still at work
        away.clear()
        await asyncio.sleep(0.15)
        before = inbox.qsize()
        await asyncio.sleep(0.5)
        watching.cancel()
        return before, inbox.qsize()

    assert asyncio.run(watch()) == (0, 1)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_edit_is_newer_than_its_post_whichever_comes_first_and_an_album_has_one_first_picture(
    kind: str, workspace: FakeWorkspace, request: pytest.FixtureRequest
) -> None:
    memory = workspace.memory if kind == "sqlite" else request.getfixturevalue("bots")[0]
    assert [memory.newest("post 1", number) for number in (5, 7, 6, 7, 8)] == [True, True, False, True, True]
    assert memory.newest("post 2", 1)
    assert [memory.first("album 1", number) for number in (5, 6, 4, 5)] == [True, False, False, True]
