"""Which language the bot speaks to whom, what its menus offer, and what it keeps; the real bot process."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.messages import LANGUAGES, say
from tests.e2e.bot_api import BotApi, Call, User
from tests.e2e.process import serving

ADMIN = 7001
WAIT = 60  # seconds for an answer on a machine that is busy with other tests


@pytest.fixture(scope="module")
def started(api: BotApi, tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Iterator[list[Call]]:
    """What the bot called until it had introduced itself."""
    settings = {"ENCODER__MODEL": str(tiny_model)}
    with serving(tmp_path_factory.mktemp("languages") / "data", api, [ADMIN], settings) as running:
        for _ in (None, *LANGUAGES):
            api.wait_for("setMyShortDescription", timeout=WAIT)
        yield api.calls()
    assert "Traceback" not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, started: list[Call]) -> Iterator[None]:
    """Every message the bot sends is one that Telegram takes."""
    yield
    assert api.faults == []
    api.forget_calls()


def person(api: BotApi, language: str | None) -> User:
    return api.user("Reader", language_code=language)


def answer_to(api: BotApi, user: User, text: str) -> Call:
    user.says(text)
    return api.wait_for("sendMessage", chat=user, timeout=WAIT)


def edited_for(api: BotApi, user: User) -> Call:
    return api.wait_for("editMessageText", chat=user, timeout=WAIT)


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


def commands(calls: list[Call], scope: str, language: str | None) -> list[str]:
    """The names in the menu of a scope."""
    found = [
        call.params["commands"]
        for call in calls
        if call.method == "setMyCommands"
        and call.params.get("scope", {"type": "default"})["type"] == scope
        and call.params.get("language_code") == language
    ]
    assert len(found) == 1, f"{len(found)} menus for {scope} in {language}"
    assert all(one["description"] == say(language or "en", f"command-{one['command']}") for one in found[0])
    return [one["command"] for one in found[0]]


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_each_scope_has_a_menu_in_each_language(started: list[Call], language: str | None) -> None:
    everybody = commands(started, "default", language)
    assert {"ask", "new", "language", "privacy", "forget"} < set(everybody)
    assert everybody[-1] == "help"
    assert not {"ingest", "on", "off"} & set(everybody)
    assert commands(started, "all_group_chats", language) == ["ask"]
    assert commands(started, "all_chat_administrators", language) == ["ask", "language", "on", "off"]


@pytest.mark.parametrize("language", [None, *LANGUAGES])
def test_it_says_who_it_is_in_each_language(started: list[Call], language: str | None) -> None:
    about = {call.method: call.params for call in started if call.params.get("language_code") == language}
    assert about["setMyDescription"]["description"] == say(language or "en", "about")
    assert about["setMyShortDescription"]["short_description"] == say(language or "en", "about-short")


def test_an_admin_who_writes_is_offered_what_admins_can_do_once(api: BotApi) -> None:
    admin = api.user("Amal", id=ADMIN, language_code="ar")
    answer_to(api, admin, "/start")
    for _ in (None, *LANGUAGES):
        api.wait_for("setMyCommands", timeout=WAIT)
    answer_to(api, admin, "/start")
    calls = api.calls("setMyCommands")
    assert [call.params["scope"] for call in calls] == [{"type": "chat", "chat_id": ADMIN}] * 4
    assert {"ask", "language", "ingest", "help"} < set(commands(calls, "chat", "ar"))


def test_the_question_comes_first_then_the_choice_then_the_app(api: BotApi) -> None:
    questions = {"en": "What did he say?", "ar": "ماذا قال الوزير؟", "ru": "Что сказал министр?"}
    reader = person(api, "ru")
    assert answer_to(api, reader, "/help").params["text"] == say("ru", "help")
    offered = answer_to(api, reader, "/language")
    assert labels(offered.result) == ["العربية", "English", "Русский", f"✓ {say('ru', 'language-automatic')}"]
    query = reader.presses(offered.result, "العربية")
    popped = api.wait_for("answerCallbackQuery", timeout=WAIT, where=lambda c: c.params["callback_query_id"] == query)
    assert popped.params["text"] == say("ar", "language-set")
    edited = edited_for(api, reader)
    assert edited.params["text"] == say("ar", "language-of-person")
    assert labels(edited.params) == ["✓ العربية", "English", "Русский", say("ar", "language-automatic")]
    assert answer_to(api, reader, "/help").params["text"] == say("ar", "help")
    for language, question in questions.items():
        assert answer_to(api, reader, question).params["text"] == say(language, "archive-empty")
    assert answer_to(api, reader, "1999?").params["text"] == say("ar", "archive-empty"), "that is in no language"
    reader.presses(edited.result, say("ar", "language-automatic"))
    assert edited_for(api, reader).params["text"] == say("ru", "language-of-person")
    assert answer_to(api, reader, "/help").params["text"] == say("ru", "help")


def test_who_speaks_none_of_its_languages_is_spoken_to_in_english_and_may_choose(api: BotApi) -> None:
    for language in ("fr", None):
        reader = person(api, language)
        assert answer_to(api, reader, "/start").params["text"] == say("en", "start")
        reader.presses(answer_to(api, reader, "/language").result, "Русский")
        edited_for(api, reader)
        assert answer_to(api, reader, "Qu'est-ce qu'il a dit sur le budget de la France ?").params["text"] == say(
            "ru", "archive-empty"
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_kept_is_told_and_forgotten_when_that_is_wanted(api: BotApi, language: str) -> None:
    reader = person(api, language)
    told = answer_to(api, reader, "/privacy").params["text"]
    assert told == say(language, "privacy", days=30)
    assert "30" in told
    assert "/forget" in told
    reader.presses(answer_to(api, reader, "/language").result, "English" if language != "en" else "Русский")
    chosen = "en" if language != "en" else "ru"
    edited_for(api, reader)
    asked = answer_to(api, reader, "/forget")
    assert asked.params["text"] == say(chosen, "forget")
    reader.presses(asked.result, say(chosen, "button-keep"))
    assert edited_for(api, reader).params["text"] == say(chosen, "forget-kept")
    assert answer_to(api, reader, "/start").params["text"] == say(chosen, "start"), "nothing was forgotten"
    reader.presses(answer_to(api, reader, "/forget").result, say(chosen, "button-forget"))
    assert edited_for(api, reader).params["text"] == say(chosen, "forget-done", answers=0)
    assert answer_to(api, reader, "/start").params["text"] == say(language, "start"), "the choice was forgotten"


def test_in_a_group_nobody_deletes_for_others_by_a_button(api: BotApi) -> None:
    one, other = person(api, "en"), person(api, "ar")
    group = api.group(members=(one, other))
    one.says("/forget@qawl_test_bot", chat=group)
    asked = api.wait_for("sendMessage", chat=group, timeout=WAIT)
    query = other.presses(asked.result, say("en", "button-forget"))
    popped = api.wait_for("answerCallbackQuery", timeout=WAIT, where=lambda c: c.params["callback_query_id"] == query)
    assert popped.params["text"] == say("ar", "forget-of-others")
    assert json.dumps(asked.params["reply_markup"]).count(str(one.id)) == 2
