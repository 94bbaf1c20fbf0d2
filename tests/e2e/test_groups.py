"""Groups, as the real bot process behaves in them; in privacy mode, which is what bots have unless told otherwise."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.messages import say
from tests.e2e.bot_api import BotApi, Call, Group, User
from tests.e2e.process import Serve, serving

ADMIN = 7001
WAIT = 60  # seconds for an answer on a machine that is busy with other tests
ALLOWED_GROUP = -1_001_777_000_001
QUESTIONS = {
    "en": "What did Patrushev say about chemical weapons?",
    "ar": "ماذا قال باتروشيف عن منظمة حظر الأسلحة الكيميائية؟",
    "ru": "Что Патрушев сказал о химическом оружии?",
}


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi(token="123456:TEST-token", privacy=True) as server:
        yield server


@pytest.fixture(scope="module")
def bot(api: BotApi, with_sample: Callable[[str], Path]) -> Iterator[Serve]:
    with serving(with_sample("groups"), api, [ADMIN], {"TELEGRAM__QUESTIONS_PER_MINUTE": "5"}) as running:
        yield running
    assert "Traceback" not in running.log


@pytest.fixture(autouse=True)
def nothing_refused(api: BotApi, bot: Serve) -> Iterator[None]:
    """Every message the bot sends is one that Telegram takes."""
    yield
    assert api.faults == []
    api.forget_calls()


def member(api: BotApi, language: str = "en") -> User:
    return api.user("Member", language_code=language)


def answer_in(api: BotApi, group: Group) -> Call:
    return api.wait_for("sendMessage", chat=group, timeout=WAIT)


def answers(call: Call) -> int:
    """The message that it replies to."""
    return int(call.params["reply_parameters"]["message_id"])


def is_answer(call: Call) -> bool:
    return "باتروشيف" in call.params["text"] and any("blockquote" in one["type"] for one in call.params["entities"])


def says_nothing_in(api: BotApi, bot: Serve, group: Group, action: Callable[[], object]) -> bool:
    before = len(api.calls("sendMessage", chat=group))
    action()
    bot.at_rest()
    return len(api.calls("sendMessage", chat=group)) == before


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_it_greets_once_in_the_language_of_who_added_it_and_says_what_mentions_need(
    api: BotApi, bot: Serve, language: str
) -> None:
    person = member(api, language)
    group = api.group(admins=(person,), bot_status="left")
    group.adds_bot(person)
    text = answer_in(api, group).params["text"]
    lines = [say(language, name, bot="qawl_test_bot") for name in ("group-greeting", "group-mentions")]
    assert text == "\n".join(lines)
    assert says_nothing_in(api, bot, group, lambda: group.adds_bot(person, as_admin=True)), "it knows the group"


def test_where_it_sees_everything_it_does_not_ask_for_rights(api: BotApi) -> None:
    person = member(api)
    group = api.group(admins=(person,), bot_status="left")
    group.adds_bot(person, as_admin=True)
    assert answer_in(api, group).params["text"] == say("en", "group-greeting", bot="qawl_test_bot")


def test_ask_and_replies_are_answered_as_replies_and_nothing_else_is(api: BotApi) -> None:
    person = member(api)
    group = api.group(members=(person,))
    for text in ("What a day", "/help", "/start@other_bot", QUESTIONS["en"]):
        person.says(text, chat=group)
    question = person.says(f"/ask {QUESTIONS['en']}", chat=group)
    call = answer_in(api, group)
    assert answers(call) == question["message_id"]
    assert is_answer(call)
    follow_up = person.says(QUESTIONS["ru"], chat=group, reply_to=call.result)
    call = answer_in(api, group)
    assert answers(call) == follow_up["message_id"]
    assert is_answer(call)
    assert len(api.calls("sendMessage", chat=group)) == 2


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_where_it_is_an_admin_a_mention_anywhere_is_answered_in_its_topic(api: BotApi, language: str) -> None:
    person = member(api)
    group = api.group(members=(person,), topics=(7, 9), bot_status="administrator")
    person.says("What a day", chat=group, thread=7)
    question = person.says(f"🌍 @Qawl_Test_Bot {QUESTIONS[language]}", chat=group, thread=9)
    call = answer_in(api, group)
    assert (answers(call), call.params["message_thread_id"]) == (question["message_id"], 9)
    assert is_answer(call)
    assert len(api.calls("sendMessage", chat=group)) == 1


def test_admins_switch_it_off_and_on_and_nobody_else_does(api: BotApi, bot: Serve) -> None:
    boss, person = member(api, "ru"), member(api, "ru")
    group = api.group(admins=(boss,), members=(person,))
    assert says_nothing_in(api, bot, group, lambda: person.says("/off", chat=group)), "another bot may be meant"
    person.says("/off@qawl_test_bot", chat=group)
    assert answer_in(api, group).params["text"] == say("ru", "not-group-admin")
    boss.says("/off", chat=group)
    off = answer_in(api, group)
    assert off.params["text"] == say("ru", "group-off")

    def try_all() -> None:
        person.says(f"/ask {QUESTIONS['en']}", chat=group)
        person.says("/on@qawl_test_bot", chat=group)
        person.presses(off.result, say("ru", "button-on"))
        boss.says("/help@qawl_test_bot", chat=group)

    assert says_nothing_in(api, bot, group, try_all), "it is off for everybody but for an admin's /on"
    assert not api.calls("sendChatAction", chat=group)[2:], "nor does it seem to write"
    boss.says("/on", chat=group)
    assert answer_in(api, group).params["text"] == say("ru", "group-on")
    person.says(f"/ask {QUESTIONS['en']}", chat=group)
    assert is_answer(answer_in(api, group))


def test_an_anonymous_admin_switches_it_off_and_the_button_brings_it_back(api: BotApi) -> None:
    boss = member(api, "ar")
    group = api.group(admins=(boss,))
    group.admin_says("/off@qawl_test_bot")
    off = answer_in(api, group)
    assert off.params["text"] == say("en", "group-off"), "nobody knows which language an anonymous admin speaks"
    boss.presses(off.result, off.params["reply_markup"]["inline_keyboard"][0][0]["text"])
    edited = api.wait_for("editMessageText", chat=group, timeout=WAIT)
    assert edited.params["text"] == say("ar", "group-on")
    assert "reply_markup" not in edited.params


def test_admins_choose_the_groups_language_and_nobody_else_does(api: BotApi) -> None:
    boss, person = member(api, "en"), member(api, "en")
    group = api.group(admins=(boss,), members=(person,))
    person.says("/language@qawl_test_bot", chat=group)
    assert answer_in(api, group).params["text"] == say("en", "not-group-admin")
    boss.says("/language@qawl_test_bot", chat=group)
    offered = answer_in(api, group)
    query = person.presses(offered.result, "العربية")
    refused = api.wait_for("answerCallbackQuery", timeout=WAIT, where=lambda c: c.params["callback_query_id"] == query)
    assert refused.params["text"] == say("en", "not-group-admin")
    boss.presses(offered.result, "العربية")
    edited = api.wait_for("editMessageText", chat=group, timeout=WAIT)
    assert edited.params["text"] == say("ar", "language-of-group")
    assert edited.params["reply_markup"]["inline_keyboard"][0][0]["text"] == "✓ العربية"
    person.says("/ask", chat=group)
    assert answer_in(api, group).params["text"] == say("ar", "question-empty")
    person.says("/help")
    assert api.wait_for("sendMessage", chat=person, timeout=WAIT).params["text"] == say("en", "help"), "only there"


def test_what_is_set_survives_the_move_to_a_supergroup(api: BotApi, bot: Serve) -> None:
    boss = member(api, "ru")
    group = api.basic_group(admins=(boss,))
    boss.says("/off@qawl_test_bot", chat=group)
    answer_in(api, group)
    moved = group.becomes_supergroup(boss)
    bot.at_rest()  # updates are handled at once, not one after the other
    assert says_nothing_in(api, bot, moved, lambda: boss.says(f"/ask {QUESTIONS['ru']}", chat=moved)), "it is still off"
    boss.says("/on@qawl_test_bot", chat=moved)
    assert answer_in(api, moved).params["text"] == say("ru", "group-on")


def test_an_answer_that_meets_a_move_goes_to_the_supergroup(api: BotApi) -> None:
    boss = member(api)
    group = api.basic_group(admins=(boss,))
    boss.says(f"/ask {QUESTIONS['en']}", chat=group)
    moved = group.becomes_supergroup(boss)
    assert is_answer(answer_in(api, moved))
    refused = [call.error for call in api.faults]
    assert all("upgraded" in (error or "") for error in refused)
    api.forget_calls()


def test_too_many_questions_are_told_once_and_then_ignored(api: BotApi, bot: Serve) -> None:
    person = member(api)
    group = api.group(members=(person,))
    first = person.says("/ask", chat=group)
    for _ in range(3):
        person.says("/ask", chat=group)
    person.edits(first, "/ask  ")
    for _ in range(4):
        person.says("/ask", chat=group)
        person.edits(first, "/ask")
    texts = [answer_in(api, group).params["text"] for _ in range(6)]
    assert texts.count(say("en", "question-empty")) == 5, "an edited question is one, too"
    assert sum("a lot of questions" in text for text in texts) == 1
    assert says_nothing_in(api, bot, group, lambda: person.says("/ask", chat=group))
    person.says("/help@qawl_test_bot", chat=group)
    assert answer_in(api, group).params["text"] == say("en", "help"), "commands are not questions"


def test_taken_out_it_forgets_the_group_and_greets_it_anew(api: BotApi) -> None:
    boss = member(api)
    group = api.group(admins=(boss,), bot_status="left")
    group.adds_bot(boss)
    answer_in(api, group)
    boss.says("/off@qawl_test_bot", chat=group)
    answer_in(api, group)
    group.removes_bot(boss)
    group.adds_bot(boss)
    assert answer_in(api, group).params["text"].startswith(say("en", "group-greeting", bot="qawl_test_bot"))
    boss.says("/ask", chat=group)
    assert answer_in(api, group).params["text"] == say("en", "question-empty")


def test_where_only_some_may_ask_others_get_a_line_in_private_and_silence_in_groups(tmp_path: Path) -> None:
    settings = {"TELEGRAM__ACCESS": "allowlist", "TELEGRAM__ALLOWED": str([7002, ALLOWED_GROUP])}
    with BotApi(token="123456:OTHER-token") as own, serving(tmp_path / "data", own, [ADMIN], settings) as running:
        friend = own.user("Friend", id=7002)
        strangers = {language: own.user("Stranger", language_code=language) for language in QUESTIONS}
        for language, stranger in strangers.items():
            for text in ("/start", "/help", "/language", "/nonsense", QUESTIONS[language]):
                stranger.says(text)
                assert own.wait_for("sendMessage", chat=stranger).params["text"] == say(language, "stranger")
            stranger.says("/privacy")
            assert own.wait_for("sendMessage", chat=stranger).params["text"] == say(language, "privacy", days=30)
        nobody = strangers["ru"]
        group = own.group(members=(friend, nobody), bot_status="left")
        quiet = says_nothing_in(
            own, running, group, lambda: (group.adds_bot(nobody), nobody.says("/ask who?", chat=group))
        )
        assert quiet, "a stranger can bring it into a group, and that is all"
        friend.says("/ask who?", chat=group)
        assert own.wait_for("sendMessage", chat=group).params["text"] == say("en", "archive-empty")
        open_to_all = own.group(id=ALLOWED_GROUP, members=(nobody,))
        nobody.says("/ask кто?", chat=open_to_all)
        assert own.wait_for("sendMessage", chat=open_to_all).params["text"] == say("ru", "archive-empty")
        assert own.faults == []
