"""Inline mode of the real bot process: `@bot lavrov financing`, typed in any chat."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages import LANGUAGES, say
from tests.e2e.bot_api import BotApi, Call, User
from tests.e2e.process import Serve, serving
from tests.shared_data import SAMPLE

ADMIN = 7001
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
ARTICLE = SAMPLE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def data_dir(with_sample: Callable[[str], Path]) -> Path:
    return with_sample("inline")


@pytest.fixture(scope="module")
def bot(api: BotApi, data_dir: Path) -> Iterator[Serve]:
    with serving(data_dir, api, [ADMIN]) as running:
        yield running
    assert "Traceback" not in running.log
    assert api.token not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve) -> Iterator[None]:
    """Every answer of the bot is one that Telegram takes."""
    yield
    assert api.faults == []
    api.forget_calls()


def shown(api: BotApi, person: User, typed: str) -> Call:
    """What is shown to somebody who has typed that much."""
    query = person.asks_inline(typed)
    return api.wait_for("answerInlineQuery", timeout=WAIT, where=lambda call: call.params["inline_query_id"] == query)


def results(call: Call) -> list[dict[str, Any]]:
    return call.params["results"]


def hint(call: Call) -> str | None:
    return (call.params.get("button") or {}).get("text")


def quotations(content: dict[str, Any]) -> list[str]:
    units = content["message_text"].encode("utf-16-le")
    return [
        units[2 * one["offset"] : 2 * (one["offset"] + one["length"])].decode("utf-16-le")
        for one in content["entities"]
        if "blockquote" in one["type"]
    ]


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("en", "lavrov terrorism financing"),
        ("ar", "لافروف تمويل الإرهاب"),
        ("ru", "лавров финансирование терроризма"),
        ("en", "What did Lavrov say about terrorism financing?"),
        ("ar", "ماذا قال لافروف عن تمويل الإرهاب؟"),
        ("ru", "Что Лавров сказал о финансировании терроризма?"),
    ],
)
def test_a_name_and_a_topic_offer_his_words_on_it_verbatim(api: BotApi, language: str, typed: str) -> None:
    call = shown(api, api.user(language_code=language), typed)
    assert results(call)
    assert hint(call) is None
    assert all(one["title"].startswith("سيرغي لافروف") for one in results(call))
    quotes = [quote for one in results(call) for quote in quotations(one["input_message_content"])]
    assert len(quotes) == len(results(call))
    assert all(quote in ARTICLE for quote in quotes)
    assert any("قنوات الحصول على التمويل" in quote for quote in quotes)
    assert any("الدعم المالي" in quote for quote in quotes)
    assert call.params["is_personal"] is True
    assert 0 < call.params["cache_time"] <= 60


@pytest.mark.parametrize("name", ["lavrov", "лавров", "لافروف", "bortnikov", "бортников", "بورتنيكوف"])
def test_cards_follow_the_letters_of_a_name(api: BotApi, name: str) -> None:
    person = api.user()
    whom = "لافروف" if name[0] in "lлل" else "بورتنيكوف"
    for end in range(4, len(name) + 1):
        found = results(shown(api, person, name[:end]))
        assert found, name[:end]
        assert whom in found[0]["title"], name[:end]


def test_nothing_typed_shows_who_is_quoted_and_how_to_ask(api: BotApi) -> None:
    for language in LANGUAGES:
        call = shown(api, api.user(language_code=language), "")
        assert hint(call) == say(language, "inline-examples")
        titles = [one["title"] for one in results(call)]
        assert len(titles) == len(set(titles)) > 1, "each speaker once"


@pytest.mark.parametrize(("language", "typed"), [("en", "zzzz qqq"), ("ar", "ضضضض ظظظ"), ("ru", "ъъъъ ыыы")])
def test_when_nothing_fits_a_button_leads_to_the_bot(api: BotApi, language: str, typed: str) -> None:
    call = shown(api, api.user(language_code=language), typed)
    assert results(call) == []
    assert hint(call) == say(language, "inline-nothing")
    assert call.params["button"]["start_parameter"]


def test_somebody_who_is_not_quoted_gets_nobody_elses_words(api: BotApi) -> None:
    call = shown(api, api.user(), "What did Barack Obama say about terrorism?")
    assert results(call) == []
    assert hint(call) == say("en", "inline-nothing")


def test_a_speaker_who_says_nothing_about_it_is_said_not_to(api: BotApi) -> None:
    call = shown(api, api.user(), "lavrov bananas")
    assert hint(call) == say("en", "inline-newest")
    assert all("لافروف" in one["title"] for one in results(call))


def test_a_quotation_keeps_its_id_while_somebody_types(api: BotApi) -> None:
    person = api.user()
    ids = [{one["id"] for one in results(shown(api, person, typed))} for typed in ("lavrov", "lavr", "لافروف")]
    assert ids[0] == ids[1] == ids[2]


def test_of_what_is_typed_quickly_the_last_is_answered_and_the_rest_costs_little(api: BotApi) -> None:
    person = api.user()
    typed = "bortnikov terrorism and the financing of extremists"
    ids = [person.asks_inline(typed[:end]) for end in range(4, len(typed) + 1)]
    api.wait_for("answerInlineQuery", timeout=WAIT, where=lambda call: call.params["inline_query_id"] == ids[-1])
    time.sleep(1)
    answered = [call.params["inline_query_id"] for call in api.calls("answerInlineQuery")]
    assert len(answered) < len(ids) / 2
    assert answered == sorted(answered, key=ids.index)


def test_a_card_that_was_sent_to_the_bot_or_to_a_group_is_no_question(api: BotApi) -> None:
    person = api.user()
    group = api.group(members=(person,))
    card = results(shown(api, person, "lavrov"))[0]
    person.chooses(card, chat=group)
    person.chooses(card)
    person.says("/start")
    api.wait_for("sendMessage", chat=person, timeout=WAIT)
    assert len(api.calls("sendMessage")) == 1


def test_a_query_that_is_too_old_is_no_fault(api: BotApi, bot: Serve) -> None:
    person = api.user()
    api.fail_next(
        "answerInlineQuery",
        status=400,
        description="Bad Request: query is too old and response timeout expired or query ID is invalid",
    )
    person.asks_inline("lavrov")
    deadline = time.monotonic() + WAIT
    while not api.calls("answerInlineQuery") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert results(shown(api, person, "лавров"))
    assert "WARNING" not in bot.log.partition("too old")[0].splitlines()[-1]


def test_nothing_typed_is_put_on_the_wish_list_or_remembered(api: BotApi, bot: Serve, data_dir: Path) -> None:
    import sqlite3

    person = api.user()
    shown(api, person, "penguins in Heimaey")
    with sqlite3.connect(data_dir / "archive.sqlite3") as database:
        (wishes,) = database.execute("SELECT count(*) FROM wishes WHERE question LIKE '%penguin%'").fetchone()
        (answers,) = database.execute("SELECT count(*) FROM answers WHERE person = ?", (person.id,)).fetchone()
        (updates,) = database.execute("SELECT count(*) FROM updates WHERE document LIKE '%penguin%'").fetchone()
    database.close()
    assert (wishes, answers, updates) == (0, 0, 0)


def test_whoever_is_not_let_in_gets_a_line_and_no_words(data_dir: Path) -> None:
    closed = {"TELEGRAM__ACCESS": "admins"}
    with BotApi(token="123456:CLOSED-token") as own, serving(data_dir, own, [ADMIN], closed):
        for language in LANGUAGES:
            for typed in ("", "lavrov"):
                call = shown(own, own.user(language_code=language), typed)
                assert results(call) == []
                assert hint(call) == say(language, "stranger")
        assert results(shown(own, own.user(id=ADMIN), "lavrov"))
        assert own.faults == []
