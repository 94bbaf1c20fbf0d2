"""What the bot answers to messages and pressed buttons, in Telegram and in the terminal alike."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot import asking, feeding, personal
from bot.access import Role
from bot.incoming import Incoming, Pressed
from bot.replies import Outcome, Reply, uncarried
from bot.voice import tell
from bot.workspace import Workspace
from retrieval.answering import MAX_QUESTION
from retrieval.errors import ArchiveError, QuestionError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """What a command does, and who may use it."""

    run: Callable[[Workspace, Incoming], Sequence[Reply]]
    role: Role = Role.READER


@dataclass(frozen=True)
class Action:
    """What a button does, and who may press it. It is given what the button carries behind its name."""

    run: Callable[[Workspace, Pressed, list[str]], Outcome]
    role: Role = Role.READER


COMMANDS: dict[str, Command] = {
    "start": Command(personal.start),
    "help": Command(personal.help_),
    "ask": Command(asking.ask),
    "new": Command(personal.new),
    "ingest": Command(feeding.ingest, Role.ADMIN),
}

ACTIONS: dict[str, Action] = {
    "more": Action(asking.more),
    "context": Action(asking.context),
    "sources": Action(asking.sources),
    "vote": Action(asking.vote),
    "who": Action(asking.chosen),
}


def respond(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """The messages that answer `incoming`; access is checked here and in `press`, which every way to the bot passes."""
    command = COMMANDS.get(incoming.command or "ask")
    if command is None:
        return [tell(workspace, incoming, "unknown-command")]
    if incoming.role < command.role:
        return [tell(workspace, incoming, "stranger" if incoming.role < Role.READER else "not-admin")]
    try:
        return command.run(workspace, incoming)
    except QuestionError as error:
        return [tell(workspace, incoming, error.reason, limit=MAX_QUESTION)]
    except ArchiveError as error:
        log.error("%s", error)
        return [tell(workspace, incoming, "defect") if incoming.role < Role.ADMIN else Reply.of(str(error))]


def press(workspace: Workspace, pressed: Pressed) -> Outcome:
    """What becomes of a pressed button."""
    name, values = uncarried(pressed.data) or ("", [])
    action = ACTIONS.get(name)
    if action is None:
        return Outcome(toast=tell(workspace, pressed, "button-old").text.text)
    if pressed.role < action.role:
        return Outcome(toast=tell(workspace, pressed, "not-admin").text.text)
    try:
        return action.run(workspace, pressed, values)
    except ArchiveError as error:
        log.error("%s", error)
        return Outcome(toast=tell(workspace, pressed, "defect").text.text)
