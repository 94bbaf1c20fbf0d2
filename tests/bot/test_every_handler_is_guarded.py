"""Nobody gets from any handler, command or button what their role does not allow; a new one that lets them fails here.

What somebody may do is decided in `bot.access.role_of` and looked at in `bot.conversation`. Here strangers, readers and
members of groups try everything that is registered, and nothing may come of it.
"""

import ast
import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telegram import Update
from telegram.ext import BaseHandler, MessageHandler, filters

import bot
from bot import conversation
from bot.access import Role
from bot.chats.application import _WANTED, App, build
from bot.conversation import ACTIONS, COMMANDS, Action, Command
from bot.replies import Outcome, Reply, carried
from config import load_settings
from retrieval.types import Answer, Article
from tests.e2e.bot_api import BotApi, User
from tests.fakes import FakeWorkspace

ADMIN = 7001
NEWS = "The minister said: prices will fall."
QUESTION = "What did the minister say about prices?"
KEPT_BESIDE = {"updates"}  # what was received is written down whoever sent it


class WatchedWorkspace(FakeWorkspace):
    """Remembers whether anything was answered from the archive."""

    answered = 0

    def answer(self, question: str, *, limit: int, speaker_id: str | None = None) -> Answer:
        self.answered += 1
        return super().answer(question, limit=limit, speaker_id=speaker_id)


class Trial:
    """A bot with an archive of one article, and what has come of what people did."""

    def __init__(self, api: BotApi, workspace: WatchedWorkspace, application: App) -> None:
        self.api = api
        self.workspace = workspace
        self.application = application
        self.reached: set[BaseHandler[Any, Any, Any]] = set()

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        return [one for group in self.application.handlers.values() for one in group]

    def happens(self) -> list[Update]:
        """What has been done since the last call, as updates."""
        updates = self.api._telegram.updates
        pending, updates.pending = updates.pending, []
        return [Update.de_json(one, self.application.bot) for one in pending]

    def state(self) -> list[str]:
        """Everything in the database, and how often the archive was asked."""
        with closing(sqlite3.connect(self.workspace.data_dir / "archive.sqlite3")) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            rows = {one: database.execute(f'SELECT * FROM "{one}"').fetchall() for one in tables}
        return [f"{one} {rows[one]}" for one in sorted(rows) if one not in KEPT_BESIDE] + [str(self.workspace.answered)]

    async def effects(self, of: Update) -> list[str]:
        """What a handled update changed, and the quotations that were shown."""
        before = self.state()
        self.api.forget_calls()
        self.reached |= {one for one in self.handlers() if one.check_update(of)}
        await self.application.process_update(of)
        await asyncio.sleep(0)
        changed = [new for old, new in zip(before, self.state(), strict=True) if old != new]
        shown = [repr(one.params) for one in self.api.calls() if "prices will fall" in repr(one.params)]
        return changed + shown


@contextmanager
def trying(api: BotApi, monkeypatch: pytest.MonkeyPatch, access: str) -> Iterator[Trial]:
    for name, value in {
        "TOKEN": api.token,
        "API_URL": api.api_url,
        "FILE_URL": api.file_url,
        "ADMINS": f"[{ADMIN}]",
        "ACCESS": access,
        "QUESTIONS_PER_MINUTE": "10000",
        "QUESTIONS_PER_MINUTE_IN_CHAT": "10000",
    }.items():
        monkeypatch.setenv(f"QAWL_TELEGRAM__{name}", value)
    monkeypatch.setattr("bot.chats.desk._COMMANDS_PER_MINUTE", 10_000)
    monkeypatch.setattr("bot.chats.desk._COMMANDS_PER_MINUTE_IN_CHAT", 10_000)
    workspace = WatchedWorkspace(load_settings())
    try:
        workspace.ingestor.ingest([Article(id="a", text=NEWS, lang="en")])
        api._telegram.updates.allow(list(_WANTED))
        yield Trial(api, workspace, build(workspace))
    finally:
        workspace.close()


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(token="123456:TEST-token") as server:
        yield server


def everything(api: BotApi, person: User) -> None:
    """One of each thing that somebody can do to a bot, in their own chat, in a group and in a channel."""
    message = person.says("hello")
    group = api.group(members=(person,))
    in_group = person.says("/ask " + QUESTION, chat=group)
    person.edits(message, QUESTION)
    person.says(QUESTION)
    person.says(f"@qawl_test_bot {QUESTION}", chat=group)
    person.sends_document("news.txt", NEWS.encode(), caption="/ingest")
    person.sends_document("news.txt", NEWS.encode())
    person.sends_photo("/ingest " + NEWS)
    person.sends_voice()
    person.sends_sticker()
    person.asks_inline("minister prices")
    for name, command in COMMANDS.items():
        if command.role > Role.STRANGER:
            person.says(f"/{name}")
            person.says(f"/{name} 1 {NEWS}")
            person.says(f"/{name} https://127.0.0.1/news", reply_to=message)
            person.says(f"/{name}@qawl_test_bot {NEWS}", chat=group)
    for name, action in ACTIONS.items():
        if action.role > Role.STRANGER:
            for values in ((), ("1",), ("1", "1"), (group.id, "1"), ("ar",)):
                person.sends_press(message, carried(name, *values))
                person.sends_press(in_group, carried(name, *values))
    api.group(bot_status="left").adds_bot(person)
    api.group().removes_bot(person)
    channel = api.channel(admins=(person,), bot_status="left")
    channel.adds_bot(person, as_admin=True)
    post = channel.posts(NEWS)
    channel.edits(post, NEWS + " Much.")
    api.basic_group(members=(person,)).becomes_supergroup(person)


async def tried(trial: Trial, person: User) -> dict[str, list[str]]:
    """What came of everything that this person did, without what came to nothing."""
    await trial.application.initialize()
    try:
        everything(trial.api, person)
        found = {}
        for update in trial.happens():
            if effects := await trial.effects(update):
                found[str(update.to_dict())] = effects
        return found
    finally:
        await trial.application.shutdown()


def test_a_stranger_gets_nothing_from_any_handler(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    with trying(api, monkeypatch, "admins") as trial:
        assert asyncio.run(tried(trial, api.user("Stranger"))) == {}


def test_the_trial_reaches_every_handler_and_every_kind_of_update(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new handler or kind of update that nobody tries here would go unwatched."""
    with trying(api, monkeypatch, "admins") as trial:
        everything(api, api.user("Stranger"))
        api.user("Admin", id=ADMIN).says("/start")  # the handler of menus hears admins only
        updates = trial.happens()
        reached = {one for one in trial.handlers() for update in updates if one.check_update(update)}
        assert [one.callback.__qualname__ for one in trial.handlers() if one not in reached] == []
        tried_kinds = {kind for update in updates for kind in update.to_dict() if kind != "update_id"}
        assert tried_kinds == set(_WANTED)


async def careless(workspace: FakeWorkspace, update: Update) -> None:
    workspace.memory.choose_language(1, "ar")


async def talkative(workspace: FakeWorkspace, update: Update) -> None:
    assert update.effective_message is not None
    await update.effective_message.reply_text(NEWS)


@pytest.mark.parametrize("unguarded", [careless, talkative])
def test_an_unguarded_handler_would_be_found(
    api: BotApi, monkeypatch: pytest.MonkeyPatch, unguarded: Callable[..., Any]
) -> None:
    with trying(api, monkeypatch, "admins") as trial:

        async def callback(update: Update, context: object) -> None:
            await unguarded(trial.workspace, update)

        trial.application.add_handler(MessageHandler(filters.VOICE, callback), group=9)
        caught = asyncio.run(tried(trial, api.user("Stranger")))
    assert len(caught) == 1
    assert "voice" in next(iter(caught))


# --- commands and buttons


def test_what_strangers_may_do_and_what_only_admins_may_is_known() -> None:
    """Whoever gives a command or button to strangers says so here, too."""
    assert {name for name, one in COMMANDS.items() if one.role == Role.STRANGER} == {"privacy", "forget"}
    assert {name for name, one in ACTIONS.items() if one.role == Role.STRANGER} == {"forget"}
    admins = {"ingest", "articles", "delete", "stats", "feeds"}  # CONTRACT
    assert {name for name in admins & COMMANDS.keys() if COMMANDS[name].role != Role.ADMIN} == set()
    assert COMMANDS["ingest"].role is Role.ADMIN
    assert ACTIONS["channel"].role is Role.ADMIN


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_does_not_run_for_a_lower_role(
    name: str, workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Role] = []

    def run(workspace: object, incoming: conversation.Incoming) -> list[Reply]:
        ran.append(incoming.role)
        return []

    watched: Command = replace(COMMANDS[name], run=run)
    monkeypatch.setitem(COMMANDS, name, watched)
    for role in Role:
        refusal = conversation.respond(workspace, conversation.Incoming(NEWS, role, command=name))
        assert bool(refusal) == (role < watched.role)
    assert ran == [role for role in Role if role >= watched.role]


@pytest.mark.parametrize("name", ACTIONS)
def test_a_button_does_nothing_for_a_lower_role(
    name: str, workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Role] = []

    def run(workspace: object, pressed: conversation.Pressed, values: list[str]) -> Outcome:
        ran.append(pressed.role)
        return Outcome()

    watched: Action = replace(ACTIONS[name], run=run)
    monkeypatch.setitem(ACTIONS, name, watched)
    place = conversation.Incoming("", Role.READER).place
    for role in Role:
        outcome = conversation.press(workspace, conversation.Pressed(carried(name), role, place))
        assert bool(outcome.toast) == (role < watched.role)
    assert ran == [role for role in Role if role >= watched.role]


def test_what_admins_alone_may_do_a_reader_may_not(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    async def try_all(trial: Trial) -> None:
        await trial.application.initialize()
        reader = api.user("Reader")
        message = reader.says("/start")
        trial.happens()
        for name, command in COMMANDS.items():
            if command.role is Role.ADMIN:
                reader.says(f"/{name} {NEWS}")
                reader.says(f"/{name} a", reply_to=message)
        for name, action in ACTIONS.items():
            if action.role is Role.ADMIN:
                reader.sends_press(message, carried(name, -100, 1))
        for update in trial.happens():
            assert await trial.effects(update) == [], update
        await trial.application.shutdown()

    with trying(api, monkeypatch, "open") as trial:
        asyncio.run(try_all(trial))


def test_what_governs_a_group_its_members_may_not(api: BotApi, monkeypatch: pytest.MonkeyPatch) -> None:
    async def try_all(trial: Trial) -> None:
        await trial.application.initialize()
        member = api.user("Member")
        group = api.group(members=(member,))
        message = member.says("/ask " + QUESTION, chat=group)
        trial.happens()
        for name, command in COMMANDS.items():
            if command.governs:
                member.says(f"/{name}@qawl_test_bot", chat=group)
        for name, action in ACTIONS.items():
            if action.governs:
                member.sends_press(message, carried(name, "ar"))
        for update in trial.happens():
            assert await trial.effects(update) == [], update
        await trial.application.shutdown()

    with trying(api, monkeypatch, "open") as trial:
        asyncio.run(try_all(trial))


# --- the one way


def calls_of(functions: set[str]) -> dict[str, set[str]]:
    """Which files of `bot` name these functions of other modules, as `module.function`."""
    found: dict[str, set[str]] = {}
    for file in Path(next(iter(bot.__path__))).rglob("*.py"):
        names = {
            f"{node.value.id}.{node.attr}"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        imported = {
            f"{node.module.rpartition('.')[2]}.{alias.name}"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        for name in (names | imported) & functions:
            found.setdefault(name, set()).add(file.name)
    return found


def test_commands_and_buttons_are_reached_through_the_conversation_alone() -> None:
    def name(run: Callable[..., Any]) -> str:
        return f"{run.__module__.rpartition('.')[2]}.{run.__name__}"

    functions = {name(one.run) for one in (*COMMANDS.values(), *ACTIONS.values())}
    assert {one: files for one, files in calls_of(functions).items() if files != {"conversation.py"}} == {}
    assert calls_of(functions).keys() == functions


def test_roles_are_decided_in_one_place() -> None:
    """Nobody else looks at the lists of who may do what."""
    lists = {"admins", "allowed", "access"}
    found = {
        (file.name, node.attr)
        for file in Path(next(iter(bot.__path__))).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in lists
    }
    decides = {("access.py", one) for one in lists}
    tells = {  # whom to write to, what to warn of
        ("application.py", "admins"),
        ("membership.py", "admins"),
        ("reports.py", "admins"),
        ("groups.py", "allowed"),
        ("doctor.py", "admins"),
        ("doctor.py", "allowed"),
        ("doctor.py", "access"),
    }
    assert decides <= found <= decides | tells
