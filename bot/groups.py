"""What the admins of a group set for it, and how the bot greets one that it was added to."""

from collections.abc import Sequence
from dataclasses import replace

from bot.incoming import Incoming, Kind, Pressed
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried
from bot.richtext import RichText
from bot.voice import language_of, tell
from bot.workspace import Workspace


def greeting(language: str, bot: str, *, hears_mentions: bool) -> Reply:
    """The message to a group that the bot was added to; in privacy mode Telegram shows it no mentions."""
    names = ["group-greeting"] if hears_mentions else ["group-greeting", "group-mentions"]
    return Reply(RichText("\n".join(say(language, name, bot=bot) for name in names)))


def on(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /on does in a group."""
    return [_switched(workspace, incoming, silent=False)]


def off(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /off does in a group."""
    return [_switched(workspace, incoming, silent=True)]


def switch_on(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """The button under what /off says."""
    return Outcome(edited=_switched(workspace, pressed, silent=False))


def _switched(workspace: Workspace, to: Incoming | Pressed, *, silent: bool) -> Reply:
    if to.place.kind is not Kind.GROUP:
        return tell(workspace, to, "only-in-groups")
    memory, chat = workspace.memory, to.place.chat
    memory.set_chat(chat, replace(memory.chat(chat), silent=silent))
    language = language_of(workspace, to)
    button = Button(say(language, "button-on"), carried("on"))
    return Reply(RichText(say(language, "group-off" if silent else "group-on")), [[button]] if silent else ())
