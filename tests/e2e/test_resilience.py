"""The real bot process while Telegram is out of order, or while it is killed itself: every question answered once."""

import contextlib
import json
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.messages import say
from tests.e2e.bot_api import BotApi
from tests.e2e.bot_api.chats import Chat
from tests.e2e.process import Serve, qawl, serving
from tests.shared_data import SAMPLE

ADMIN = 7001
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
QUESTIONS = {
    "en": "What did Patrushev say about chemical weapons?",
    "ar": "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟",
    "ru": "Что Патрушев сказал о химическом оружии?",
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with the sample, and three articles that fill a message each."""
    folder = tmp_path_factory.mktemp("resilience")
    long = folder / "long.jsonl"
    words = (  # each word one token, so that a statement of 1 450 characters is one passage
        "international administration organization responsibility environment",
        "international communication representation development information",
        "international cooperation understanding association transformation",
    )
    texts = [f"The biologist Jane Goodall said 🐧 penguins need {i} {'%s ' % words[i] * 21}." for i in range(3)]  # noqa: UP031
    long.write_text("\n".join(json.dumps({"id": f"goodall-{i}", "text": one}) for i, one in enumerate(texts)))
    done = qawl(folder / "data", "ingest", str(SAMPLE), str(long))
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture(scope="module")
def data_dir(archive: Path) -> Path:
    return Path(shutil.copytree(archive, archive.with_name("served")))


@pytest.fixture(scope="module")
def bot(api: BotApi, data_dir: Path) -> Iterator[Serve]:
    with serving(data_dir, api, [ADMIN]) as running:
        yield running
    assert api.token not in running.log
    assert "Traceback" not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi) -> Iterator[None]:
    yield
    assert api.faults == []
    api.forget_calls()


def said(chat: Chat, api: BotApi) -> list[str]:
    """What the bot says in a chat, top to bottom."""
    return [one["text"] for _, one in sorted(chat.messages.items()) if one.get("from") == api.bot]


def until(true: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def new_lines(bot: Serve, before: str, word: str) -> list[str]:
    return [line for line in bot.log.removeprefix(before).splitlines() if word in line]


def test_a_storm_of_429_within_a_long_answer_loses_and_doubles_nothing(api: BotApi, bot: Serve) -> None:
    person = api.user()
    before = bot.log
    for _ in range(8):  # more than the library itself waits for
        api.fail_next("sendMessage", status=429, retry_after=1)
    person.says("What do penguins need, according to Jane Goodall?")
    until(lambda: len(said(person, api)) >= 2, "the whole answer", 90)
    bot.at_rest()
    texts = said(person, api)
    assert len(texts) == len(set(texts)) == 2
    buttons = [
        one for one in api.calls("sendMessage", chat=person) if one.status == 200 and "reply_markup" in one.params
    ]
    assert [one.params["text"] for one in buttons] == texts[-1:], "the buttons came last"
    assert len(new_lines(bot, before, "WARNING")) == 1


def test_a_server_that_is_away_is_waited_for(api: BotApi, bot: Serve) -> None:
    people = {language: api.user(language_code=language) for language in QUESTIONS}
    before = bot.log
    api.fail_next("sendMessage", status=502, times=9)  # three questions, three tries each
    api.fail_next("getUpdates", status=502, times=3)
    for language, person in people.items():
        person.says(QUESTIONS[language])
    for person in people.values():
        api.wait_for("sendMessage", chat=person, timeout=WAIT)
    bot.at_rest()
    assert [len(said(person, api)) for person in people.values()] == [1, 1, 1]
    assert len(new_lines(bot, before, "out of order")) == 1
    assert len(new_lines(bot, before, "Telegram answers again")) == 1
    assert new_lines(bot, before, "html") == []


@pytest.mark.parametrize("arrives", [True, False])
def test_what_may_have_arrived_is_not_sent_twice_and_its_reader_is_told(api: BotApi, bot: Serve, arrives: bool) -> None:
    person = api.user()
    before = bot.log
    api.fail_next("sendMessage", drop=True, applied=arrives)
    person.says(QUESTIONS["en"])
    api.wait_for("sendMessage", chat=person, timeout=WAIT)
    bot.at_rest()
    *answers, last = said(person, api)
    assert len(answers) == arrives
    assert last == say("en", "in-doubt")
    assert len(new_lines(bot, before, "WARNING")) == 1


@pytest.mark.parametrize(
    "description",
    ["Bad Request: message thread not found", "Bad Request: TOPIC_CLOSED", "Bad Request: not enough rights"],
)
def test_a_place_where_nobody_may_write_is_logged_once_and_spoils_nothing(
    api: BotApi, bot: Serve, description: str
) -> None:
    person = api.user()
    group = api.group(members=(person,), topics=(5,))
    before = bot.log
    api.fail_next("sendMessage", status=400, description=description)
    person.says("/ask " + QUESTIONS["en"], chat=group, thread=5)
    until(lambda: [call for call in api.calls("sendMessage", chat=group) if call.status == 400], "the refusal")
    person.says("/ask " + QUESTIONS["en"], chat=group, thread=5)
    api.wait_for("sendMessage", chat=group, timeout=WAIT)
    assert len(said(group, api)) == 1
    assert len(new_lines(bot, before, "WARNING")) == 1
    assert new_lines(bot, before, str(group.id)) == new_lines(bot, before, str(person.id)) == []


def test_a_group_that_throws_the_bot_out_meanwhile_is_left_in_peace(api: BotApi, bot: Serve) -> None:
    person = api.user()
    group = api.group(members=(person,))
    before = bot.log
    api.fail_next("sendMessage", status=403, description="Forbidden: bot was kicked from the supergroup chat")
    person.says("/ask " + QUESTIONS["en"], chat=group)
    until(lambda: new_lines(bot, before, "Not delivered"), "a line about it")
    assert len(api.calls("sendMessage", chat=group)) == 1
    assert new_lines(bot, before, "WARNING") == []


def test_a_question_that_is_gone_when_its_answer_comes_is_answered(api: BotApi, bot: Serve) -> None:
    person = api.user()
    group = api.group(members=(person,))
    question = person.says("/ask " + QUESTIONS["en"], chat=group)
    del group.messages[question["message_id"]]
    api.wait_for("sendMessage", chat=group, timeout=WAIT)
    assert len(said(group, api)) == 1


def test_an_edited_question_changes_its_answer_and_adds_none(api: BotApi, bot: Serve) -> None:
    person = api.user()
    question = person.says(QUESTIONS["en"])
    api.wait_for("sendMessage", chat=person, timeout=WAIT)
    person.edits(question, "What did Bortnikov say about al-Qaeda and ISIS?")
    api.wait_for("editMessageText", chat=person, timeout=WAIT)
    person.says("/start")
    api.wait_for("sendMessage", chat=person, timeout=WAIT)
    first, *rest = said(person, api)
    assert "بورتنيكوف" in first
    assert len(rest) == 1


def test_no_reader_sees_the_words_of_an_error(api: BotApi, bot: Serve, data_dir: Path) -> None:
    person = api.user()
    with contextlib.closing(sqlite3.connect(data_dir / "archive.sqlite3", isolation_level=None)) as database:
        database.execute("ALTER TABLE sentences RENAME TO hidden_sentences")
        try:
            person.says(QUESTIONS["en"])
            text = api.wait_for("sendMessage", chat=person, timeout=WAIT).params["text"]
        finally:
            database.execute("ALTER TABLE hidden_sentences RENAME TO sentences")
    assert not [word for word in ("sqlite", "table", "Error", "/", "failed") if word in text]


def test_a_process_that_is_killed_answers_after_its_restart_what_was_not_answered(archive: Path) -> None:
    """Killed before one answer, within another, and after a third that was sent but not yet settled."""
    data_dir = Path(shutil.copytree(archive, archive.with_name("killed")))
    with BotApi(token="123456:OTHER-token") as own:
        before, within, after = (own.user() for _ in range(3))
        with serving(data_dir, own, [ADMIN]) as running:
            answered = after.says(QUESTIONS["ru"])
            own.wait_for("sendMessage", chat=after, timeout=WAIT)
            until(lambda: not running.unsettled, "the first answer is settled")
            own.fail_next("sendMessage", delay=0.01)  # the first part goes through, the second does not
            own.fail_next("sendMessage", status=429, retry_after=60, times=9)
            within.says("What do penguins need, according to Jane Goodall?")
            until(lambda: [one for one in own.calls("sendMessage", chat=within) if one.status == 429], "the first part")
            before.says(QUESTIONS["en"])
            until(lambda: running.unsettled == 2, "the question is written down")
            running.stop(signal.SIGKILL)
        unsettle(data_dir, answered)
        own.forget_calls()
        own.fail_next("sendMessage", status=502, times=2)
        with serving(data_dir, own, [ADMIN]) as running:
            until(lambda: not running.unsettled, "all is dealt with")
            assert running.stop() == 0
        assert "Taking up 3 updates" in running.log
        assert [len(said(person, own)) for person in (before, within, after)] == [1, 2, 1]
        assert len(set(said(within, own))) == 2
        assert [call for call in own.faults if "not modified" not in str(call.error)] == []


def unsettle(data_dir: Path, message: dict[str, object]) -> None:
    """Makes the first of three updates, which brought `message`, one that the process was killed before settling."""
    with contextlib.closing(sqlite3.connect(data_dir / "archive.sqlite3", isolation_level=None)) as database:
        (first,) = database.execute("SELECT min(id) FROM updates").fetchone()
        document = json.dumps({"update_id": first, "message": message})
        database.execute("UPDATE updates SET document = ? WHERE id = ?", (document, first))
