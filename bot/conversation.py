"""What the bot answers to messages and pressed buttons, in Telegram and in the terminal alike."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

from bot import asking, channels, feed_commands, feeding, groups, managing, personal
from bot.access import Role
from bot.incoming import Incoming, Kind, Pressed
from bot.replies import Outcome, Reply, uncarried
from bot.voice import tell
from bot.workspace import Workspace
from retrieval.answering import MAX_QUESTION
from retrieval.errors import ArchiveError, QuestionError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """What a command does, and who may use it; one that `governs` is in groups for their admins only."""

    run: Callable[[Workspace, Incoming], Sequence[Reply]]
    role: Role = Role.READER
    governs: bool = False


@dataclass(frozen=True)
class Action:
    """What a button does, and who may press it, see `Command`. It is given what the button carries behind its name."""

    run: Callable[[Workspace, Pressed, list[str]], Outcome]
    role: Role = Role.READER
    governs: bool = False


COMMANDS: dict[str, Command] = {
    "start": Command(personal.start),
    "help": Command(personal.help_),
    "ask": Command(asking.ask),
    "new": Command(personal.new),
    "language": Command(personal.language, governs=True),
    "privacy": Command(personal.privacy, Role.STRANGER),
    "forget": Command(personal.forget, Role.STRANGER),
    "on": Command(groups.on, governs=True),
    "off": Command(groups.off, governs=True),
    "ingest": Command(feeding.ingest, Role.ADMIN),
    "articles": Command(managing.articles, Role.ADMIN),
    "delete": Command(managing.delete, Role.ADMIN),
    "feeds": Command(feed_commands.feeds, Role.ADMIN),
    "jobs": Command(managing.jobs, Role.ADMIN),
    "wishes": Command(managing.wishes, Role.ADMIN),
    "stats": Command(managing.stats, Role.ADMIN),
}

ACTIONS: dict[str, Action] = {
    "more": Action(asking.more),
    "context": Action(asking.context),
    "sources": Action(asking.sources),
    "vote": Action(asking.vote),
    "who": Action(asking.chosen),
    "language": Action(personal.choose_language, governs=True),
    "forget": Action(personal.decide_to_forget, Role.STRANGER),
    "on": Action(groups.switch_on, governs=True),
    "channel": Action(channels.decide, Role.ADMIN),
    "job": Action(feeding.decide, Role.ADMIN),
    "articles": Action(managing.turn_articles, Role.ADMIN),
    "wishes": Action(managing.grant, Role.ADMIN),
    "jobs": Action(managing.decide_on_job, Role.ADMIN),
    "feeds": Action(feed_commands.remove, Role.ADMIN),
}


@overload
def wanted(to: Incoming) -> Command | None: ...
@overload
def wanted(to: Pressed) -> Action | None: ...
def wanted(to: Incoming | Pressed) -> Command | Action | None:
    """What a message or a button asks for; None when there is no such command or button."""
    if isinstance(to, Incoming):
        return COMMANDS.get(to.command or ("ingest" if _is_given(to) else "ask"))
    name, _ = uncarried(to.data) or ("", [])
    return ACTIONS.get(name)


def _is_given(incoming: Incoming) -> bool:
    """Whether it is a channel's post that an admin forwards; a comment to it, say /ingest, is a message of its own."""
    private = incoming.place.kind is Kind.PRIVATE
    return private and incoming.role >= Role.ADMIN and incoming.origin is not None and incoming.origin.chat is not None


def switches_on(to: Incoming | Pressed) -> bool:
    """Whether it is what a bot that was switched off in a group hears."""
    return wanted(to) in (COMMANDS["on"], ACTIONS["on"])


def _may_govern(what: Command | Action, to: Incoming | Pressed) -> bool:
    return to.chat_admin or not (what.governs and to.place.kind is Kind.GROUP)


def respond(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """The messages that answer `incoming`; access is checked here and in `press`, which every way to the bot passes."""
    command = wanted(incoming)
    if incoming.role < (command.role if command else Role.READER):
        return [tell(workspace, incoming, "stranger" if incoming.role < Role.READER else "not-admin")]
    if command is None:
        return [tell(workspace, incoming, "unknown-command")]
    if not _may_govern(command, incoming):
        return [tell(workspace, incoming, "not-group-admin")]
    try:
        return command.run(workspace, incoming)
    except QuestionError as error:
        return [tell(workspace, incoming, error.reason, limit=MAX_QUESTION)]
    except ArchiveError as error:
        log.error("%s", error)
        return [tell(workspace, incoming, "defect") if incoming.role < Role.ADMIN else Reply.of(str(error))]


def press(workspace: Workspace, pressed: Pressed) -> Outcome:
    """What becomes of a pressed button."""
    _, values = uncarried(pressed.data) or ("", [])
    action = wanted(pressed)
    if action is None:
        return Outcome(toast=tell(workspace, pressed, "button-old").text.text)
    if pressed.role < action.role:
        refusal = "stranger" if pressed.role < Role.READER else "not-admin"
        return Outcome(toast=tell(workspace, pressed, refusal).text.text)
    if not _may_govern(action, pressed):
        return Outcome(toast=tell(workspace, pressed, "not-group-admin").text.text)
    try:
        return action.run(workspace, pressed, values)
    except ArchiveError as error:
        log.error("%s", error)
        return Outcome(toast=tell(workspace, pressed, "defect").text.text)
