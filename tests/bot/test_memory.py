"""What the bot remembers: answers and their messages, votes, people; and what it forgets, when."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.incoming import Kind, Place
from bot.memory import ChatSettings, Memory
from retrieval.database import Database
from retrieval.types import Answer, Article, Evidence, Plan
from tests.postgres import Storage

DAY = 24 * 3600
HERE = Place(chat=-100, person=5, message=11, thread=3, kind=Kind.GROUP)
ARTICLE = Article(id="a", text="قال: «نعم» 🎉.", published="2024-05-01")


def answer(question: str = "ماذا قال؟") -> Answer:
    evidence = [Evidence.cut(ARTICLE, 0, 4, score=0.5, also_in=["b"])]
    return Answer(
        question=question, language="ar", status="answered", message="m", plan=Plan(topic="t"), evidence=evidence
    )


@pytest.fixture
def database(storage: Storage) -> Iterator[Database]:
    opened = storage.database()
    yield opened
    opened.close()


@pytest.fixture
def memory(database: Database) -> Memory:
    return Memory(database)


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.time() + seconds
    monkeypatch.setattr(time, "time", lambda: now)


def test_an_answer_is_remembered_over_a_restart_as_it_was_given(memory: Memory, storage: Storage) -> None:
    given = memory.give(HERE, answer())
    memory.sent(given, HERE.chat, [12, 13])
    again = storage.database()
    remembered = Memory(again).given(given)
    again.close()
    assert remembered is not None
    assert remembered.answer == answer().model_copy(update={"message": ""})
    assert remembered.messages == (12, 13)
    assert replace(remembered.place, kind=Kind.GROUP) == HERE
    assert memory.given("another") is None


def test_two_answers_never_share_an_id(memory: Memory) -> None:
    assert len({memory.give(HERE, answer()) for _ in range(50)}) == 50


def test_an_answer_grows_by_the_messages_that_more_brings(memory: Memory) -> None:
    given = memory.give(HERE, answer())
    memory.sent(given, HERE.chat, [12])
    memory.sent(given, HERE.chat, [14])
    found = memory.answering(HERE)
    assert found is not None
    assert found.messages == (12, 14)
    assert memory.in_message(HERE.chat, 14) == found
    assert memory.in_message(HERE.chat, 13) is None
    assert memory.in_message(-200, 14) is None, "another chat counts its own messages"


def test_a_message_belongs_to_the_answer_that_was_put_into_it_last(memory: Memory) -> None:
    first, second = memory.give(HERE, answer("old")), memory.give(HERE, answer("new"))
    memory.sent(first, HERE.chat, [12])
    memory.sent(second, HERE.chat, [12])
    found = memory.in_message(HERE.chat, 12)
    assert found is not None
    assert found.answer.question == "new"
    assert memory.answering(HERE) == found


def test_a_follow_up_is_of_the_same_person_in_the_same_place_and_soon(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.give(HERE, answer())
    after = replace(HERE, message=20)
    assert memory.followed(after)
    assert memory.followed(HERE) is None, "a question does not follow itself"
    for other in ({"person": 6}, {"thread": 0}, {"chat": -200}):
        assert memory.followed(replace(after, **other)) is None  # type: ignore[arg-type]
    with monkeypatch.context() as later:
        at(later, 31 * 60)
        assert memory.followed(after) is None
    memory.begin_anew(HERE)
    assert memory.followed(after) is None
    memory.give(HERE, answer())
    assert memory.followed(after)


def test_the_last_vote_of_each_person_counts(memory: Memory) -> None:
    one, other = memory.give(HERE, answer()), memory.give(HERE, answer())
    for person, useful in ((5, True), (6, True), (5, False), (5, False)):
        memory.vote(one, person, useful=useful)
    memory.vote(other, 5, useful=True)
    assert memory.votes(one) == (1, 1)
    assert memory.votes(other) == (1, 0)
    assert memory.votes() == (2, 1)
    assert memory.votes("another") == (0, 0)


def test_forgetting_somebody_leaves_nothing_of_them_and_all_of_others(memory: Memory, database: Database) -> None:
    own, others = memory.give(HERE, answer()), memory.give(replace(HERE, person=6), answer())
    for given, number in ((own, 12), (others, 13)):
        memory.sent(given, HERE.chat, [number])
        for person in (5, 6):
            memory.vote(given, person, useful=True)
            memory.choose_language(person, "ar")
    assert memory.forget(5) == 1
    assert memory.given(own) is None
    assert memory.language(5) is None
    for table, column in (("answers", "person"), ("votes", "person"), ("people", "id")):
        assert database.rows(f"SELECT count(*) FROM {table} WHERE {column} = 5") == [(0,)]
    assert database.rows("SELECT message FROM answer_messages") == [(13,)]
    assert memory.votes(others) == (1, 0)
    assert memory.language(6) == "ar"
    assert memory.forget(5) == 0


def test_a_group_that_becomes_a_supergroup_keeps_its_settings_and_answers(memory: Memory) -> None:
    memory.set_chat(-100, ChatSettings("ru", silent=True))
    given = memory.give(HERE, answer())
    memory.sent(given, -100, [12])
    memory.migrate(-100, -1001)
    assert memory.chat(-1001) == ChatSettings("ru", silent=True)
    assert memory.chat(-100) == ChatSettings()
    moved = memory.given(given)
    assert moved is not None
    assert (moved.place.chat, moved.messages) == (-1001, ()), "the supergroup has other message numbers"


def test_a_chat_that_was_left_is_forgotten(memory: Memory) -> None:
    memory.set_chat(-100, ChatSettings("ru"))
    given, other = memory.give(HERE, answer()), memory.give(replace(HERE, chat=-200), answer())
    memory.leave(-100)
    assert memory.chat(-100) == ChatSettings()
    assert memory.given(given) is None
    assert memory.given(other)


def test_settings_are_remembered_and_changed(memory: Memory) -> None:
    assert memory.language(5) is None
    for language in ("ar", "ru"):
        memory.choose_language(5, language)
        assert memory.language(5) == language
    for settings in (ChatSettings("en", True, True, True), ChatSettings()):
        memory.set_chat(-100, settings)
        assert memory.chat(-100) == settings


def test_an_update_is_received_once_and_is_open_until_it_is_settled(memory: Memory) -> None:
    assert memory.receive(2, "two")
    assert memory.receive(1, "one")
    assert not memory.receive(2, "two again")
    assert memory.unsettled() == ["one", "two"]
    memory.settle(1)
    assert memory.unsettled() == ["two"]
    assert not memory.receive(1, "one"), "it was dealt with"


def test_tidying_keeps_what_buttons_need_for_a_month(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    given = memory.give(HERE, answer())
    memory.vote(given, 5, useful=True)
    memory.receive(1, "settled")
    memory.settle(1)
    memory.receive(2, "open")
    for days, there in ((29, True), (31, False)):
        with monkeypatch.context() as later:
            at(later, days * DAY)
            memory.tidy()
        assert (memory.given(given) is not None) == there
    assert memory.votes() == (0, 0)
    assert memory.unsettled() == ["open"], "what was never answered is not lost"
    assert memory.receive(1, "its number is free again")


def test_questions_with_and_without_an_answer_are_counted(memory: Memory) -> None:
    assert memory.answered() == (0, 0)
    memory.give(HERE, answer())
    memory.give(HERE, answer('"status":"answered"'))
    memory.give(HERE, answer('"status":"answered"').model_copy(update={"status": "not_found", "evidence": []}))
    assert memory.answered() == (2, 1)
