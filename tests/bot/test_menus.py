"""The menus of commands: complete, and described in every language."""

import pytest
from telegram.constants import BotCommandLimit, BotDescriptionLimit

from bot.access import Role
from bot.chats.menus import menu
from bot.conversation import COMMANDS
from bot.messages import LANGUAGES, say


def test_everybody_finds_what_they_may_do_and_nothing_else() -> None:
    readers, admins = menu(Role.READER), menu(Role.ADMIN)
    assert {name for name in readers if COMMANDS[name].role > Role.READER} == set()
    assert set(COMMANDS) - set(admins) == {"start", "on", "off"}
    assert set(readers) < set(admins)
    assert readers[-1] == admins[-1] == "help"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_is_described_in_every_language(language: str) -> None:
    for name in COMMANDS.keys() - {"start"}:
        assert len(say(language, f"command-{name}")) <= BotCommandLimit.MAX_DESCRIPTION


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_descriptions_of_the_bot_fit(language: str) -> None:
    assert len(say(language, "about")) <= BotDescriptionLimit.MAX_DESCRIPTION_LENGTH
    assert len(say(language, "about-short")) <= BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH
