"""The real bot process over HTTP, by long polling."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.bot_api import BotApi, Call, User
from tests.e2e.process import START_SECONDS, Serve, qawl, serving
from tests.shared_data import SAMPLE

ADMIN = 7001
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
VOLCANO = (
    "The volcano on Reykjanes erupted at dawn. The mayor of Grindavik said that every family had left the town.\n\n"
    "Roads to the harbour stay closed until Friday."
)


@pytest.fixture(scope="module")
def data_dir(with_sample: Callable[[str], Path]) -> Path:
    return with_sample("serve")


@pytest.fixture(scope="module")
def bot(api: BotApi, data_dir: Path) -> Iterator[Serve]:
    with serving(data_dir, api, [ADMIN]) as running:
        yield running
    assert api.token not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve) -> Iterator[None]:
    """Every message the bot sends is one that Telegram takes."""
    yield
    assert api.faults == []
    api.forget_calls()


@pytest.fixture(scope="module")
def admin(api: BotApi) -> User:
    return api.user("Amal", id=ADMIN, language_code="en")


def reader(api: BotApi, language: str) -> User:
    return api.user("Reader", language_code=language)


def answer_to(api: BotApi, user: User) -> Call:
    return api.wait_for("sendMessage", chat=user, timeout=WAIT)


def told(api: BotApi, user: User, word: str) -> Call:
    """The next edit of a message that says so: what becomes of an article is told in one message."""
    return api.wait_for("editMessageText", chat=user, timeout=WAIT, where=lambda call: word in call.params["text"])


def taken_in(api: BotApi, user: User) -> str:
    """What is said once the article that somebody gave is confirmed and taken in."""
    assert answer_to(api, user).params["text"].startswith("Reading")
    preview = told(api, user, "quotation")
    user.presses(preview.result, "Confirm")
    return str(told(api, user, "Taken in: ").params["text"])


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "What did Patrushev say about chemical weapons?"),
        ("ar", "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟"),
        ("ru", "Что Патрушев сказал о химическом оружии?"),
    ],
)
def test_a_question_in_a_private_chat_gets_words_of_the_article(api: BotApi, language: str, question: str) -> None:
    asker = reader(api, language)
    asker.says(question)
    call = answer_to(api, asker)
    text = call.params["text"].encode("utf-16-le")
    quotes = [
        text[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in call.params["entities"]
        if "blockquote" in e["type"]
    ]
    article = SAMPLE.read_text(encoding="utf-8")
    assert quotes
    assert all(quote in article for quote in quotes)
    assert api.calls("sendChatAction", chat=asker)


def test_start_and_help_speak_the_readers_language(api: BotApi) -> None:
    for language, word in (("en", "archive"), ("ar", "أرشيف"), ("ru", "архив")):
        person = reader(api, language)
        person.says("/start")
        assert word in answer_to(api, person).params["text"]
        person.says("/help")
        text = answer_to(api, person).params["text"]
        assert "/ask" in text
        assert "/ingest" not in text


def test_ask_without_a_question_says_how_to_ask(api: BotApi) -> None:
    person = reader(api, "en")
    person.says("/ask")
    assert "/ask What did" in answer_to(api, person).params["text"]


def test_an_unknown_command_points_to_help(api: BotApi) -> None:
    person = reader(api, "ru")
    person.says("/frobnicate")
    assert "/help" in answer_to(api, person).params["text"]


def test_a_question_beyond_the_limit_is_refused_kindly(api: BotApi) -> None:
    person = reader(api, "en")
    person.says("why " * 1000)
    assert "1000 characters" in answer_to(api, person).params["text"].replace(",", "")


def test_an_admin_ingests_a_document_and_asks_about_it(api: BotApi, admin: User, data_dir: Path) -> None:
    admin.sends_document("grindavik.txt", VOLCANO.encode(), caption="/ingest")
    assert taken_in(api, admin).startswith("Taken in: 1 article, 1 quotation")
    admin.says("What did the mayor of Grindavik say about families?")
    assert "every family had left the town" in answer_to(api, admin).params["text"]
    listed = qawl(data_dir, "articles", "--json").stdout.splitlines()
    assert "grindavik" in [json.loads(line)["id"] for line in listed]


def test_an_admin_ingests_text_and_a_replied_to_message_once(api: BotApi, admin: User) -> None:
    news = "The ferry to Heimaey sails again on Sunday, the harbour office announced."
    admin.says(f"/ingest {news}")
    assert news[:40] in taken_in(api, admin)
    message = admin.says("Fishing boats returned to Vestmannaeyjar, the coast guard said on Monday.")
    answer_to(api, admin)
    admin.says("/ingest", reply_to=message)
    taken_in(api, admin)
    admin.says("/ingest", reply_to=message)
    assert "Fishing boats" in told(api, admin, "already have").params["text"]


@pytest.mark.parametrize(("name", "data"), [("empty.txt", b" \n"), ("image.txt", bytes(range(256)) * 9)])
def test_a_document_that_is_no_text_is_refused_by_name_of_the_fault(
    api: BotApi, admin: User, name: str, data: bytes
) -> None:
    admin.sends_document(name, data, caption="/ingest")
    assert told(api, admin, "Not taken in: it is").params["text"].endswith(f".\n{name}")


def test_a_stranger_cannot_ingest(api: BotApi, data_dir: Path) -> None:
    stranger = reader(api, "en")
    before = qawl(data_dir, "articles", "--json").stdout
    stranger.says("/ingest Cats have taken over the parliament, a spokesman said.")
    assert "admins" in answer_to(api, stranger).params["text"]
    stranger.sends_document("cats.txt", b"Cats have taken over the parliament.", caption="/ingest")
    assert "admins" in answer_to(api, stranger).params["text"]
    assert qawl(data_dir, "articles", "--json").stdout == before
    assert api.calls("getFile", chat=stranger) == [], "a stranger's file is not even fetched"


def test_a_long_answer_is_split_between_quotations(api: BotApi, admin: User) -> None:
    articles = (  # each word one token, so that a passage of 1 450 characters is whole: two fit a message, three do not
        "international administration organization responsibility environment",
        "international communication representation development information",
        "international cooperation understanding association transformation",
    )
    for number, words in enumerate(articles):
        need = f"{words} " * 21
        admin.says(f"/ingest The biologist Jane Goodall said 🐧 penguins need {number} {need}.")
        taken_in(api, admin)
    admin.says("What do penguins need, according to Jane Goodall?")
    parts = [answer_to(api, admin).params for _ in range(2)]
    for part in parts:
        assert len(part["text"].encode("utf-16-le")) // 2 <= 4096
        assert any("blockquote" in entity["type"] for entity in part["entities"])


def test_a_429_is_waited_out(api: BotApi) -> None:
    person = reader(api, "en")
    api.fail_next("sendMessage", status=429, retry_after=2)
    person.says("/start")
    call = answer_to(api, person)
    (refused,) = (one for one in api.calls("sendMessage", chat=person) if one.status == 429)
    assert call.at - refused.at >= 2


def test_a_502_is_survived_when_sending_and_when_polling(api: BotApi) -> None:
    person = reader(api, "en")
    api.fail_next("sendMessage", status=502)
    api.fail_next("getUpdates", status=502)
    person.says("/start")
    answer_to(api, person)
    person.says("/help")
    answer_to(api, person)
    sent = [call for call in api.calls("sendMessage", chat=person) if call.status == 200]
    assert len(sent) == 2


def test_in_a_group_only_commands_are_answered_and_as_a_reply(api: BotApi, admin: User) -> None:
    person = reader(api, "en")
    group = api.group("Newsroom", members=(person,))
    person.says("What a day", chat=group)
    question = person.says("/ask What did Patrushev say about chemical weapons?", chat=group)
    call = api.wait_for("sendMessage", chat=group, timeout=WAIT)
    assert call.params["reply_parameters"]["message_id"] == question["message_id"]
    assert len(api.calls("sendMessage", chat=group)) == 1


def test_somebody_who_blocked_the_bot_breaks_nothing(api: BotApi) -> None:
    person = reader(api, "en")
    person.says("/start")
    answer_to(api, person)
    person.says("What did Lavrov say about drugs?")
    person.blocks_bot()
    deadline = time.monotonic() + WAIT
    while not api.calls("sendMessage", chat=person)[1:] and time.monotonic() < deadline:
        time.sleep(0.05)
    other = reader(api, "en")
    other.says("/start")
    answer_to(api, other)
    refused = [call.status for call in api.calls("sendMessage", chat=person)[1:]]
    assert refused == [403], "the answer came after the block, and was not sent twice"
    api.forget_calls()


def test_sigterm_ends_cleanly_and_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    with BotApi(token="123456:OTHER-token") as own:
        boss = own.user("Boss", id=ADMIN, language_code="en")
        data_dir = tmp_path / "data"
        with serving(data_dir, own, [ADMIN]) as running:
            boss.says(f"/ingest {VOLCANO}")
            taken_in(own, boss)
            boss.says("What did the mayor say?")
            assert running.stop(signal.SIGTERM) == 0
        assert "Traceback" not in running.log
        assert not list(data_dir.glob("*.tmp"))
        assert json.loads(qawl(data_dir, "stats", "--json").stdout)["articles"] == 1
        checked = qawl(data_dir, "check")
        assert (checked.returncode, checked.stdout) == (0, "Archive and indexes agree.\n")


def test_a_token_that_telegram_refuses_ends_with_one_clear_line(api: BotApi, tmp_path: Path) -> None:
    import subprocess

    from tests.e2e.process import QAWL, environment

    wrong = environment(tmp_path, api, []) | {"QAWL_TELEGRAM__TOKEN": "999:WRONG"}
    done = subprocess.run(
        [QAWL, "serve"], env=wrong, capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("qawl: Telegram refuses the bot token")
    assert "WRONG" not in done.stderr
    api.forget_calls()


def test_serve_without_a_token_says_where_to_get_one(tmp_path: Path) -> None:
    done = qawl(tmp_path, "serve")
    assert done.returncode == 2
    assert "@BotFather" in done.stderr
    assert len(done.stderr.splitlines()) == 1
