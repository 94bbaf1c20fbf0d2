"""What people set for themselves, what is kept of them, and that it can be deleted."""

import json
import time
from typing import Any

import pytest

from bot import channels, groups
from bot.access import Role
from bot.conversation import press, respond
from bot.incoming import TERMINAL, Incoming, Kind, Place, Pressed
from bot.memory import KEEP_DAYS, ChatSettings
from bot.messages import LANGUAGES, say
from bot.replies import Button, Reply
from bot.voice import language_of
from retrieval.types import Answer, Plan
from tests.fakes import FakeWorkspace

AMAL = 2**52 - 7  # Bot API: ids have at most 52 significant bits
GROUP, CHANNEL = -1_001_234_567_890, -1_002_999_999_999
HERE = Place(chat=AMAL, person=AMAL, message=5)
IN_GROUP = Place(chat=GROUP, person=AMAL, message=5, kind=Kind.GROUP)
OF_THE_ARCHIVE = {
    *("meta", "articles", "sentences", "passages", "vectors", "token_vectors", "removals", "sources", "statements"),
    *("signatures", "signature_bands"),
    "wishes",  # questions alone
}
OF_ADMINS_JOBS = {"jobs", "job_articles", "feeds", "entries"}
OF_PEOPLE = {"people", "chats", "answers", "answer_messages", "votes", "updates"}
OF_UPDATES = {"marks"}  # numbers of updates, by post and album


def said(workspace: FakeWorkspace, command: str, place: Place = HERE, **more: Any) -> Reply:
    role = more.pop("role", Role.READER)
    (reply,) = respond(workspace, Incoming("", role, place, command=command, **{"language": "en", **more}))
    return reply


def buttons(reply: Reply) -> list[Button]:
    return [button for row in reply.buttons for button in row]


def pressed(workspace: FakeWorkspace, reply: Reply, number: int, place: Place = HERE, **more: Any) -> Any:
    data = buttons(reply)[number].data
    assert data
    return press(workspace, Pressed(data, Role.READER, place, **{"language": "en", **more}))


def ask_something(workspace: FakeWorkspace, place: Place, question: str = "Was sagt Amal?") -> str:
    given = workspace.memory.give(
        place, Answer(question=question, language="und", status="not_found", message="", plan=Plan(topic=question))
    )
    workspace.memory.sent(given, place.chat, [6])
    workspace.memory.vote(given, place.person, useful=True)
    return given


def everything(workspace: FakeWorkspace) -> dict[str, list[tuple[Any, ...]]]:
    """The whole database, table by table."""
    database = workspace.database
    tables = database.rows("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: database.rows(f"SELECT * FROM {name}") for (name,) in tables}


# --- what is kept


def test_privacy_was_written_for_these_tables_and_no_others(workspace: FakeWorkspace) -> None:
    """A new table makes this fail: look at what it keeps of people, at /privacy and at `Memory.forget`."""
    assert set(everything(workspace)) - OF_THE_ARCHIVE - OF_ADMINS_JOBS - OF_PEOPLE - OF_UPDATES == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", [Role.STRANGER, Role.READER, Role.ADMIN])
def test_privacy_says_how_long_and_how_to_delete_it_to_strangers_too(
    workspace: FakeWorkspace, language: str, role: Role
) -> None:
    text = said(workspace, "privacy", language=language, role=role).text.text
    assert str(KEEP_DAYS) in text
    assert "/forget" in text


def test_what_is_forgotten_is_nowhere_in_the_database_any_more(workspace: FakeWorkspace) -> None:
    workspace.memory.choose_language(AMAL, "ar")
    workspace.memory.choose_language(7, "ru")
    ask_something(workspace, HERE)
    ask_something(workspace, IN_GROUP)
    others = ask_something(workspace, Place(chat=GROUP, person=7, message=8, kind=Kind.GROUP))
    workspace.memory.vote(others, AMAL, useful=False)
    assert str(AMAL) in json.dumps(everything(workspace), default=str)
    asked = said(workspace, "forget")
    outcome = pressed(workspace, asked, 0)
    assert outcome.edited.text.text == say("ar", "forget-done", answers=2), "said in the language that was chosen"
    left = json.dumps(everything(workspace), default=str)
    assert str(AMAL) not in left
    assert workspace.memory.given(others), "what others asked is theirs"
    assert workspace.memory.language(7) == "ru"


def test_who_is_not_sure_keeps_everything(workspace: FakeWorkspace) -> None:
    given = ask_something(workspace, HERE)
    outcome = pressed(workspace, said(workspace, "forget"), 1)
    assert outcome.edited.text.text == say("en", "forget-kept")
    assert workspace.memory.given(given)


def test_nobody_forgets_for_others(workspace: FakeWorkspace) -> None:
    given = ask_something(workspace, Place(chat=GROUP, person=7, message=8, kind=Kind.GROUP))
    asked = said(workspace, "forget", Place(chat=GROUP, person=7, message=9, kind=Kind.GROUP))
    outcome = pressed(workspace, asked, 0, IN_GROUP)
    assert (outcome.toast, outcome.edited) == (say("en", "forget-of-others"), None)
    assert workspace.memory.given(given)
    anonymous = said(workspace, "forget", Place(chat=GROUP, person=0, message=9, kind=Kind.GROUP))
    assert anonymous.text.text == say("en", "forget-whom")


def test_answers_and_votes_are_kept_as_long_as_is_said_and_no_longer(workspace: FakeWorkspace) -> None:
    old, new = ask_something(workspace, HERE), ask_something(workspace, HERE)
    ages = {old: KEEP_DAYS * 86_400 + 60, new: KEEP_DAYS * 86_400 - 60}
    for given, age in ages.items():
        workspace.database.run("UPDATE answers SET given = ? WHERE id = ?", time.time() - age, given)
    workspace.memory.tidy()
    assert (workspace.memory.given(old), bool(workspace.memory.given(new))) == (None, True)
    assert workspace.memory.votes() == (1, 0)


def test_of_an_update_that_was_dealt_with_only_the_number_is_kept(workspace: FakeWorkspace) -> None:
    assert workspace.memory.receive(1, '{"text": "secret"}')
    workspace.memory.settle(1)
    assert "secret" not in json.dumps(everything(workspace), default=str)
    assert not workspace.memory.receive(1, '{"text": "secret"}'), "it is not handled again"


# --- languages


@pytest.mark.parametrize("place", [HERE, TERMINAL])
def test_a_language_is_chosen_with_a_button_and_unchosen_with_another(workspace: FakeWorkspace, place: Place) -> None:
    offered = said(workspace, "language", place)
    assert [button.label for button in buttons(offered)] == ["العربية", "English", "Русский", "✓ Automatic"]
    outcome = pressed(workspace, offered, 2, place)
    assert outcome.toast == say("ru", "language-set")
    assert [one.label for one in buttons(outcome.edited)][2] == "✓ Русский"
    assert said(workspace, "help", place).text.text == say("ru", "help")
    pressed(workspace, offered, 3, place)
    assert said(workspace, "help", place).text.text == say("en", "help")


def test_in_a_group_its_admins_choose_and_who_chose_for_themselves_keeps_that(workspace: FakeWorkspace) -> None:
    assert said(workspace, "language", IN_GROUP).text.text == say("en", "not-group-admin")
    offered = said(workspace, "language", IN_GROUP, chat_admin=True)
    assert pressed(workspace, offered, 0, IN_GROUP).toast == say("en", "not-group-admin")
    pressed(workspace, offered, 0, IN_GROUP, chat_admin=True)
    assert said(workspace, "help", IN_GROUP).text.text == say("ar", "help")
    assert said(workspace, "help", HERE).text.text == say("en", "help")
    workspace.memory.choose_language(AMAL, "ru")
    assert said(workspace, "help", IN_GROUP).text.text == say("ru", "help")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("https://example.org/news", "ar"),
        ("@amal_news", "ar"),
        ("Что это? https://example.org", "ru"),
        ("42", "ar"),
        ("¿Qué dijo el ministro de Hacienda sobre los impuestos?", "ar"),
        ("What is that?", "en"),
    ],
)
def test_links_and_numbers_are_in_no_language(workspace: FakeWorkspace, text: str, language: str) -> None:
    assert language_of(workspace, Incoming(text, Role.READER, HERE, language="ar")) == language


@pytest.mark.parametrize(
    "data", ["1|language", "1|language|fr", "1|language|", "1|channel|x|1", "1|channel", "1|forget"]
)
def test_buttons_that_nobody_made_do_nothing(workspace: FakeWorkspace, data: str) -> None:
    outcome = press(workspace, Pressed(data, Role.ADMIN, HERE, "en"))
    assert outcome.toast
    assert outcome.edited is None


# --- groups and channels


def test_a_group_that_moves_keeps_what_was_set_however_often_it_is_told(workspace: FakeWorkspace) -> None:
    settings = ChatSettings(language="ar", silent=True, told=True)
    workspace.memory.set_chat(-5, settings)
    given = ask_something(workspace, Place(chat=-5, person=7, message=8, kind=Kind.GROUP))
    for _ in range(2):
        workspace.memory.migrate(-5, GROUP)
    assert workspace.memory.chat(GROUP) == settings
    assert workspace.memory.chat(-5) == ChatSettings()
    moved = workspace.memory.given(given)
    assert moved
    assert moved.place.chat == GROUP


@pytest.mark.parametrize("language", LANGUAGES)
def test_switching_on_and_off_is_for_groups_and_their_admins(workspace: FakeWorkspace, language: str) -> None:
    for command in ("on", "off"):
        assert said(workspace, command, language=language).text.text == say(language, "only-in-groups")
        refused = said(workspace, command, IN_GROUP, language=language).text.text
        assert refused == say(language, "not-group-admin")
    off = said(workspace, "off", IN_GROUP, chat_admin=True, language=language)
    assert workspace.memory.chat(GROUP).silent
    pressed(workspace, off, 0, IN_GROUP, chat_admin=True)
    assert not workspace.memory.chat(GROUP).silent


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_fits_a_phone(workspace: FakeWorkspace, language: str) -> None:
    """Its data, too: `carried` raises for what Telegram refuses."""
    replies = [
        said(workspace, "language", language=language),
        said(workspace, "forget", language=language),
        said(workspace, "off", IN_GROUP, language=language, chat_admin=True),
        channels.offer(CHANNEL, "قناة الأخبار", language),
        groups.greeting(language, "qawl_bot", hears_mentions=False),
    ]
    for reply in replies:
        for row in reply.buttons:
            assert sum(len(button.label) for button in row) <= 34, "what a phone shows in the width of a message"
        assert reply.text.units <= 1024


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_admin_decides_about_a_channel_and_may_change_their_mind(workspace: FakeWorkspace, language: str) -> None:
    offer = channels.offer(CHANNEL, " Local\nnews ", language)
    for number, taken_in in ((0, True), (0, False), (0, True)):
        data = buttons(offer)[number].data
        assert data
        reader = Pressed(data, Role.READER, HERE, language, text=offer.text.text)
        assert press(workspace, reader).toast == say(language, "not-admin")
        outcome = press(workspace, Pressed(data, Role.ADMIN, HERE, language, text=offer.text.text))
        assert outcome.edited
        offer = outcome.edited
        state = say(language, "channel-on" if taken_in else "channel-off")
        assert offer.text.text == f"📢 Local news\n{state}"
        assert workspace.memory.chat(CHANNEL).ingested is taken_in
