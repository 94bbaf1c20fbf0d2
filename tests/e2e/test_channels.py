"""Channels whose posts become articles, as the real bot process takes them in."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.messages import say
from retrieval.sqlite_database import FILE
from tests.e2e.bot_api import BotApi, Channel, User
from tests.e2e.process import Serve, serving

ADMIN, OTHER_ADMIN = 7001, 7003
LISTED, PRIVATE_LISTED = -1_001_888_000_001, -1_001_888_000_002
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
POSTS = {
    "en": ("Harbour news\n\nThe mayor of Narvik said that the ferry sails again on Sunday.", "ferry"),
    "ar": ("أخبار الميناء\n\nقال رئيس بلدية نارفيك إن العبّارة ستبحر من جديد يوم الأحد.", "العبّارة"),
    "ru": ("Новости порта\n\nМэр Нарвика заявил, что паром снова пойдёт в воскресенье.", "паром"),
}
QUESTIONS = {
    "en": "What did the mayor of Narvik say about the ferry?",
    "ar": "ماذا قال رئيس بلدية نارفيك عن العبّارة؟",
    "ru": "Что мэр Нарвика сказал о пароме?",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("channels") / "data"


@pytest.fixture(scope="module")
def bot(api: BotApi, data_dir: Path) -> Iterator[Serve]:
    settings = {"TELEGRAM__CHANNELS": str([LISTED, PRIVATE_LISTED])}
    with serving(data_dir, api, [ADMIN, OTHER_ADMIN], settings) as running:
        yield running
    assert "Traceback" not in running.log


@pytest.fixture(scope="module")
def admins(api: BotApi, bot: Serve) -> tuple[User, User]:
    """Both have written to the bot: before, it may not write to them."""
    both = api.user("Amal", id=ADMIN, language_code="ar"), api.user("Olga", id=OTHER_ADMIN, language_code="ru")
    for one in both:
        one.says("/start")
        api.wait_for("sendMessage", chat=one, timeout=WAIT)
    return both


@pytest.fixture(scope="module")
def wire(api: BotApi, bot: Serve) -> Channel:
    return api.channel("Wire", id=LISTED, username="wire_news", discussion=api.group("Wire comments"))


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve, wire: Channel) -> Iterator[None]:
    """Every message the bot sends is one that Telegram takes, and none is sent into a channel."""
    yield
    assert api.faults == []
    assert not [call for call in api.calls() if call.chat_id in (LISTED, PRIVATE_LISTED)]
    api.forget_calls()


def article(data_dir: Path, channel: Channel, post: dict[str, Any]) -> dict[str, Any] | None:
    """The article of a post, as it is in the archive."""
    with closing(sqlite3.connect(data_dir / FILE)) as database:
        name = f"telegram:{channel.id}:{post['message_id']}"
        row = database.execute("SELECT document FROM articles WHERE id = ?", (name,)).fetchone()
    return json.loads(row[0]) if row else None


def count(data_dir: Path) -> int:
    with closing(sqlite3.connect(data_dir / FILE)) as database:
        return int(database.execute("SELECT count(*) FROM articles").fetchone()[0])


def eventually(condition: Callable[[], Any]) -> Any:
    until = time.monotonic() + WAIT
    while not (found := condition()):
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.1)
    return found


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_a_post_is_an_article_with_its_link_date_and_channel_and_can_be_asked_about(
    api: BotApi, data_dir: Path, wire: Channel, language: str
) -> None:
    text, word = POSTS[language]
    post = wire.posts(text)
    found = eventually(lambda: article(data_dir, wire, post))
    assert found["text"] == text
    assert found["title"] == text.splitlines()[0]
    assert (found["url"], found["source"]) == (f"https://t.me/wire_news/{post['message_id']}", "Wire")
    assert datetime.fromisoformat(found["published"]) == datetime.fromtimestamp(post["date"], UTC)
    person = api.user("Reader", language_code=language)
    person.says(QUESTIONS[language])
    answer = api.wait_for("sendMessage", chat=person, timeout=WAIT)
    assert word in answer.params["text"]
    assert found["url"] in [entity.get("url") for entity in answer.params["entities"]]


def test_of_a_private_channel_the_link_is_the_one_for_its_members(api: BotApi, data_dir: Path) -> None:
    channel = api.channel("Notes", id=PRIVATE_LISTED)
    post = channel.posts("The council met on Monday.")
    found = eventually(lambda: article(data_dir, channel, post))
    assert found["url"] == f"https://t.me/c/1888000002/{post['message_id']}"


def test_an_edited_post_replaces_its_former_version_and_an_emptied_one_is_taken_out(
    data_dir: Path, wire: Channel
) -> None:
    post = wire.posts("The bridge opens on Monday, the engineer said.")
    eventually(lambda: article(data_dir, wire, post))
    for _ in range(2):
        wire.edits(post, "The bridge opens on Friday, the engineer said.")
    eventually(lambda: "Friday" in article(data_dir, wire, post)["text"])
    wire.edits(post, "🙏")
    eventually(lambda: article(data_dir, wire, post) is None)


def test_what_becomes_of_a_post_in_quick_succession_ends_as_the_last_version(
    bot: Serve, data_dir: Path, wire: Channel
) -> None:
    taken_back = wire.posts("The museum opens in the morning, the curator said.")
    wire.edits(taken_back, "The museum opens in the evening, the curator said.")
    wire.edits(taken_back, ".")
    kept = wire.posts("The theatre opens in the morning, the director said.")
    wire.edits(kept, "The theatre opens in the evening, the director said.")
    eventually(lambda: "evening" in (article(data_dir, wire, kept) or {"text": ""})["text"])
    bot.at_rest()
    assert article(data_dir, wire, taken_back) is None
    assert "evening" in article(data_dir, wire, kept)["text"]


def test_captions_and_the_origin_of_forwards_count(api: BotApi, data_dir: Path, wire: Channel) -> None:
    captioned = wire.posts_document("map.jpg", b"\xff\xd8\xff", "Снимок показывает новую дамбу у посёлка.")
    origin = api.channel("Agency", username="agency").posts("The minister opened the dam this morning.")
    forwarded = wire.forwards(origin)
    assert eventually(lambda: article(data_dir, wire, captioned))["text"].startswith("Снимок")
    found = eventually(lambda: article(data_dir, wire, forwarded))
    assert (found["source"], found["url"]) == ("Agency (Wire)", f"https://t.me/wire_news/{forwarded['message_id']}")


def test_what_is_no_article_and_other_channels_are_left_alone(
    api: BotApi, bot: Serve, data_dir: Path, wire: Channel
) -> None:
    before = count(data_dir)
    wire.posts("🎉")
    wire.posts("https://example.org/news")
    wire.posts_document("song.mp3", b"ID3")
    other = api.channel("Other")
    other.edits(other.posts("Nobody asked for this post to be taken in."), "Nobody asked for that, either, at all.")
    bot.at_rest()
    assert count(data_dir) == before


def test_copies_in_the_comments_are_no_articles_and_questions_there_are_answered_there(
    api: BotApi, data_dir: Path, wire: Channel
) -> None:
    group = wire.discussion
    assert group
    post = wire.posts("The pilot Anna Lind said that the new airfield is too short.")
    eventually(lambda: article(data_dir, wire, post))
    after = count(data_dir)
    wire.edits(post, "The pilot Anna Lind said that the new airfield is far too short.")
    person = api.user("Reader", language_code="en")
    copy = wire.copy_of(post)
    person.says("Really?", chat=group, reply_to=copy)
    comment = person.says("@qawl_test_bot What did Anna Lind say about the airfield?", chat=group, reply_to=copy)
    answer = api.wait_for("sendMessage", chat=group, timeout=WAIT)
    assert answer.params["reply_parameters"]["message_id"] == comment["message_id"]
    assert answer.result["message_thread_id"] == copy["message_id"], "among the comments of this post"
    assert "airfield" in answer.params["text"]
    assert len(api.calls("sendMessage", chat=group)) == 1
    assert count(data_dir) == after


def offered_to(api: BotApi, admin: User) -> dict[str, Any]:
    return api.wait_for("sendMessage", chat=admin, timeout=WAIT).result


def test_an_admin_who_adds_the_bot_to_a_channel_is_asked_and_may_change_their_mind(
    api: BotApi, bot: Serve, admins: tuple[User, User], data_dir: Path
) -> None:
    amal, olga = admins
    channel = api.channel("قناة الأخبار", admins=(amal,), bot_status="left")
    channel.adds_bot(amal, as_admin=True)
    offered = offered_to(api, amal)
    assert offered["text"] == f"📢 قناة الأخبار\n{say('ar', 'channel-offer')}"
    first = channel.posts("This came before the admin had said yes to it.")
    amal.presses(offered, say("ar", "button-take-in"))
    edited = api.wait_for("editMessageText", chat=amal, timeout=WAIT)
    assert edited.params["text"] == f"📢 قناة الأخبار\n{say('ar', 'channel-on')}"
    second = channel.posts("This came after the admin had said yes to it.")
    eventually(lambda: article(data_dir, channel, second))
    amal.presses(edited.result, say("ar", "button-leave-out"))
    edited = api.wait_for("editMessageText", chat=amal, timeout=WAIT)
    assert edited.params["text"] == f"📢 قناة الأخبار\n{say('ar', 'channel-off')}"
    third = channel.posts("This came after the admin had changed their mind.")
    bot.at_rest()
    assert [article(data_dir, channel, one) is None for one in (first, second, third)] == [True, False, True]
    assert not [call for call in api.calls("sendMessage", chat=olga) if "📢" in call.params["text"]]


def test_when_somebody_else_adds_it_all_admins_are_asked_and_one_decides(
    api: BotApi, bot: Serve, admins: tuple[User, User], data_dir: Path
) -> None:
    amal, olga = admins
    owner = api.user("Owner", language_code="en")
    owner.says("/start")
    api.wait_for("sendMessage", chat=owner, timeout=WAIT)
    channel = api.channel("Local news", admins=(owner,), bot_status="left")
    channel.adds_bot(owner, as_admin=True)
    offers = [offered_to(api, one) for one in (amal, olga)]
    assert len(api.calls("sendMessage", chat=owner)) == 1, "they cannot approve it"
    query = owner.sends_press(offers[0], f"1|channel|{channel.id}|1")
    refused = api.wait_for("answerCallbackQuery", timeout=WAIT, where=lambda c: c.params["callback_query_id"] == query)
    assert refused.params["text"] == say("en", "not-admin")
    olga.presses(offers[1], offers[1]["reply_markup"]["inline_keyboard"][0][0]["text"])
    api.wait_for("editMessageText", chat=olga, timeout=WAIT)
    post = channel.posts("The owner of the channel wrote this sentence.")
    eventually(lambda: article(data_dir, channel, post))
    channel.removes_bot(owner)
    channel.adds_bot(owner, as_admin=True)
    offered_to(api, amal)
    offered_to(api, olga)
    post = channel.posts("What was approved before it left counts no more.")
    bot.at_rest()
    assert article(data_dir, channel, post) is None
