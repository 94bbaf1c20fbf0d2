"""What admins do, with the real bot process: give links, files and posts, and look after the archive and its feeds."""

import json
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.messages import say
from retrieval.sqlite_database import FILE
from tests.e2e.bot_api import BotApi, Call, User
from tests.e2e.bot_api.chats import Chat
from tests.e2e.process import Serve, serving
from tests.ingest.site import PARAGRAPHS, Answer, Site, page, running_site

ADMIN, OTHER_ADMIN, THIRD_ADMIN = 7001, 7003, 7005
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
PAUSE = 2.9  # seconds between two edits of one message, with room for the way
SETTINGS = {"INGEST__ALLOW_PRIVATE_ADDRESSES": "true"}
LANGUAGE = {ADMIN: "en", OTHER_ADMIN: "ar", THIRD_ADMIN: "ru"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("admin") / "data"


@dataclass
class Interrupted:
    """A link that was being read when the process was killed, and the message that was to tell of it."""

    url: str
    message: int
    go_on: threading.Event


@pytest.fixture(scope="module")
def admins(api: BotApi) -> dict[str, User]:
    return {code: api.user("Admin", id=number, language_code=code) for number, code in LANGUAGE.items()}


@pytest.fixture(scope="module")
def interrupted(api: BotApi, site: Site, data_dir: Path, admins: dict[str, User]) -> Interrupted:
    """What a first process was at when it was killed."""
    found = Interrupted(site.put("/slow", page("Медленная"), Content_Type="text/html"), 0, threading.Event())
    whole = site.answers["/slow"]
    assert isinstance(whole, Answer)

    def slowly() -> Answer:
        found.go_on.wait(WAIT)
        return whole

    site.answers["/slow"] = slowly
    with serving(data_dir, api, list(LANGUAGE), SETTINGS) as first:
        for person in admins.values():
            person.says("/start")
            api.wait_for("sendMessage", chat=person, timeout=WAIT)
        admins["ru"].says(f"/ingest {found.url}")
        found.message = api.wait_for("sendMessage", chat=admins["ru"], timeout=WAIT).result["message_id"]
        until(lambda: "/slow" in site.paths(), "the link was not fetched")
        first.stop(signal.SIGKILL)
    api.forget_calls()
    return found


@pytest.fixture(scope="module")
def bot(api: BotApi, data_dir: Path, interrupted: Interrupted) -> Iterator[Serve]:
    with serving(data_dir, api, list(LANGUAGE), SETTINGS) as running:
        yield running
        assert running.stop() == 0
    assert "Traceback" not in running.log
    assert api.token not in running.log


@pytest.fixture
def admin(admins: dict[str, User]) -> User:
    return admins["en"]


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve) -> Iterator[None]:
    api.forget_calls()
    yield
    assert api.faults == []


def answer_to(api: BotApi, chat: Chat) -> Call:
    return api.wait_for("sendMessage", chat=chat, timeout=WAIT)


def told(api: BotApi, chat: Chat, word: str) -> Call:
    """The next edit that says so."""
    return api.wait_for("editMessageText", chat=chat, timeout=WAIT, where=lambda call: word in call.params["text"])


def labels(call: Call) -> list[str]:
    rows = (call.params.get("reply_markup") or {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def popped_up(api: BotApi, text: str) -> Call:
    return api.wait_for("answerCallbackQuery", timeout=WAIT, where=lambda call: call.params.get("text") == text)


def ids(data_dir: Path) -> list[str]:
    """The articles in the archive."""
    return [str(row[0]) for row in behind(data_dir, "SELECT id FROM articles")]


def until(true: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def behind(data_dir: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What the database says behind the bot's back."""
    with closing(sqlite3.connect(data_dir / FILE, timeout=WAIT)) as database, database:
        return database.execute(sql, values).fetchall()


# --- taking in


def test_a_killed_process_loses_nothing_and_the_next_goes_on_in_the_same_message(
    api: BotApi, admins: dict[str, User], interrupted: Interrupted, data_dir: Path
) -> None:
    boss = admins["ru"]
    interrupted.go_on.set()
    preview = told(api, boss, "Медленная")
    boss.presses(preview.result, say("ru", "button-confirm"))
    done = told(api, boss, say("ru", "ingest-added"))
    assert {preview.params["message_id"], done.params["message_id"]} == {interrupted.message}
    assert interrupted.url in ids(data_dir)
    assert api.calls("sendMessage", chat=boss) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_link_is_read_shown_confirmed_told_and_taken_back_in_one_message(
    api: BotApi, admins: dict[str, User], site: Site, data_dir: Path, language: str
) -> None:
    admin = admins[language]
    shared = site.put(f"/news/{language}?utm_source=telegram", page("Lavrov", language), Content_Type="text/html")
    url = shared.partition("?")[0]
    admin.says(f"/ingest {shared}")
    sent = answer_to(api, admin).result["message_id"]
    preview = told(api, admin, say(language, "statements", statements=3))
    assert "Lavrov" in preview.params["text"]
    assert labels(preview) == [say(language, "button-confirm"), say(language, "button-undo")]
    assert url not in ids(data_dir)
    admin.presses(preview.result, say(language, "button-confirm"))
    popped_up(api, say(language, "done"))
    done = told(api, admin, say(language, "ingest-added"))
    assert url in ids(data_dir)
    assert labels(done) == [say(language, "button-undo")]
    admin.presses(done.result, say(language, "button-undo"))
    undone = told(api, admin, say(language, "ingest-undone"))
    assert url not in ids(data_dir)
    edits = api.calls("editMessageText", chat=admin)
    assert {call.params["message_id"] for call in (*edits, undone)} == {sent}
    assert all(after.at - before.at >= PAUSE for before, after in pairwise(edits[1:]))
    assert len(api.calls("sendMessage", chat=admin)) == 1


def test_a_large_file_is_previewed_told_of_as_it_gets_on_and_survives_a_deleted_message(
    api: BotApi, admin: User, data_dir: Path
) -> None:
    text = " ".join(PARAGRAPHS["en"])
    lines = [json.dumps({"id": f"many-{n}", "title": f"Story {n}", "text": f"{text} Number {n}."}) for n in range(250)]
    admin.sends_document("many.jsonl", "\n".join(lines).encode(), caption="/ingest")
    preview = told(api, admin, "250 articles. The first:\nStory 0\n")
    admin.presses(preview.result, "Confirm")
    running = told(api, admin, "Taking in:")
    assert "many.jsonl" in running.params["text"]
    admin.deletes(running.result)
    done = api.wait_for("sendMessage", chat=admin, timeout=WAIT, where=lambda call: "Taken in" in call.params["text"])
    assert done.params["text"].startswith("Taken in: 250 articles, ")
    edits = [call.at for call in api.calls("editMessageText", chat=admin)]
    assert all(after - before >= PAUSE for before, after in pairwise(edits[1:]))
    admin.presses(done.result, "Undo")
    told(api, admin, "Taken out again:")
    assert not [one for one in ids(data_dir) if one.startswith("many-")]
    for call in api.calls():
        call.expected = call.expected or "not found" in (call.error or "")


def test_a_post_is_forwarded_and_taken_in_as_the_channels_own(api: BotApi, admin: User, data_dir: Path) -> None:
    wire = api.channel("Wire", username="wire", bot_status="left")
    post = wire.posts("Harbour news\n\nThe mayor of Narvik said that the ferry sails again on Sunday.")
    forwarded = admin.forwards(post)
    answer_to(api, admin)
    preview = told(api, admin, "Harbour news")
    assert "Wire" in preview.params["text"]
    admin.presses(preview.result, "Undo")
    told(api, admin, "Not taken in:")
    admin.says("/ingest", reply_to=forwarded)
    answer_to(api, admin)
    admin.presses(told(api, admin, "Harbour news").result, "Confirm")
    told(api, admin, "Taken in: 1 article")
    assert f"telegram:{wire.id}:{post['message_id']}" in ids(data_dir)


def test_in_a_group_a_reply_is_taken_in_there_and_only_admins_may_press(api: BotApi, admin: User) -> None:
    reader = api.user("Reader", language_code="en")
    group = api.group("Newsroom", members=(reader, admin))
    news = reader.says("The harbour office said on Monday that the boats returned to Vestmannaeyjar.", chat=group)
    command = admin.says(f"/ingest@{api.bot['username']}", chat=group, reply_to=news)
    reading = answer_to(api, group)
    assert reading.params["reply_parameters"]["message_id"] == command["message_id"]
    preview = told(api, group, "Vestmannaeyjar")
    reader.presses(preview.result, "Confirm")
    popped_up(api, say("en", "not-admin"))
    admin.presses(preview.result, "Confirm")
    told(api, group, "Taken in: 1 article")


def test_who_blocks_the_bot_is_told_nothing_and_what_they_confirmed_is_taken_in(
    api: BotApi, admins: dict[str, User], data_dir: Path
) -> None:
    boss = admins["ru"]
    boss.sends_document("порт.txt", "Мэр сказал, что паром снова пойдёт в воскресенье.".encode(), caption="/ingest")
    answer_to(api, boss)
    boss.presses(told(api, boss, "цитат").result, say("ru", "button-confirm"))
    boss.blocks_bot()
    until(lambda: "порт" in ids(data_dir), "it was not taken in")
    until(lambda: [call for call in api.faults if call.status == 403], "nobody tried to tell")
    boss.unblocks_bot()
    for call in api.faults:
        call.expected = call.status == 403


# --- looking after it


def test_articles_are_turned_over_and_deleted_when_it_is_said_twice(api: BotApi, admin: User, data_dir: Path) -> None:
    lines = [json.dumps({"id": f"old-{n}", "title": f"Old {n}", "text": f"Ships sail {n}."}) for n in range(12)]
    admin.sends_document("old.jsonl", "\n".join(lines).encode(), caption="/ingest")
    answer_to(api, admin)
    admin.presses(told(api, admin, "12 articles. The first:").result, "Confirm")
    told(api, admin, "Taken in: 12 articles")
    admin.says("/articles")
    first = answer_to(api, admin)
    assert re.match(r"Articles 1–10 of \d+, the newest first:\n\n1\. Old 11\n", first.params["text"])
    admin.presses(first.result, "Older")
    second = told(api, admin, "11. Old 1\n")
    admin.presses(second.result, "🗑 11")
    asked = told(api, admin, say("en", "delete-this"))
    assert "old-1" in ids(data_dir)
    admin.presses(asked.result, say("en", "button-delete"))
    told(api, admin, "11. Old 0\n")
    assert "old-1" not in ids(data_dir)
    admin.says("/delete old-0 old-99")
    assert answer_to(api, admin).params["text"].splitlines() == [
        "1 article was deleted.",
        say("en", "delete-missing", article="old-99"),
    ]


def test_figures_and_unanswered_questions_are_shown(api: BotApi, admin: User) -> None:
    admin.says("What did Obama say about taxes?")
    assert say("en", "not-found") in answer_to(api, admin).params["text"]
    admin.says("/stats")
    text = answer_to(api, admin).params["text"]
    assert "English: " in text
    assert "without an answer: 1" in text
    admin.says("/wishes")
    wishes = answer_to(api, admin)
    assert "1. What did Obama say about taxes? ×1" in wishes.params["text"]
    admin.presses(wishes.result, "✓ 1")
    told(api, admin, say("en", "wishes-none"))


# --- feeds


def rss(*paths: str) -> str:
    items = "".join(f"<item><title>T</title><link>{path}</link></item>" for path in paths)
    return f'<rss version="2.0"><channel><title>Harbour news</title>{items}</channel></rss>'


def test_a_feed_is_found_read_listed_and_removed(api: BotApi, admin: User, site: Site, data_dir: Path) -> None:
    stories = [site.put(f"/feed/{n}", page(f"Story {n}"), Content_Type="text/html") for n in range(2)]
    feed = site.put("/feed.xml", rss("/feed/0", "/feed/1"), Content_Type="application/rss+xml")
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    home = site.put("/home", page("Home", more=link), Content_Type="text/html")
    admin.says(f"/feeds add {home}")
    assert answer_to(api, admin).params["text"].startswith(f"Harbour news\n{feed}\n")
    until(lambda: set(stories) <= set(ids(data_dir)), "the feed's articles were not taken in")
    admin.says("/feeds")
    listed = answer_to(api, admin)
    assert "1. Harbour news" in listed.params["text"]
    assert "will be read at" in listed.params["text"]
    admin.presses(listed.result, "🗑 1")
    admin.presses(told(api, admin, feed).result, say("en", "button-remove"))
    told(api, admin, say("en", "feeds-none"))
    assert set(stories) <= set(ids(data_dir))


def test_of_a_feed_that_has_failed_for_days_each_admin_hears_once_in_their_language(
    api: BotApi, admins: dict[str, User], site: Site, data_dir: Path
) -> None:
    address = site.put("/failing.xml", "", status=500)
    now = time.time()
    since = now - 3 * 24 * 3600
    values = (address, "خبر", now, 9, since)
    behind(data_dir, "INSERT INTO feeds VALUES (?, ?, NULL, NULL, ?, ?, ?, 0)", *values)
    for language, person in admins.items():
        text = answer_to(api, person).params["text"]
        assert text == say(language, "feed-failing", feed="خبر", url=address, days=3)
    until(lambda: behind(data_dir, "SELECT told FROM feeds") == [(1,)], "it was not remembered")
    behind(data_dir, "UPDATE feeds SET next_poll = 0")
    polls = len(site.paths())
    until(lambda: len(site.paths()) > polls, "it was not polled again")
    assert {len(api.calls("sendMessage", chat=one)) for one in admins.values()} == {1}
