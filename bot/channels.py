"""Channels whose posts are taken in: an admin of the bot says yes or no with a button, and may change their mind."""

from collections.abc import Sequence
from dataclasses import replace

from bot.incoming import Pressed
from bot.messages import say
from bot.replies import Button, Outcome, Reply, carried
from bot.richtext import RichText
from bot.voice import language_of, tell
from bot.workspace import Workspace

_HEADING = "📢 "  # before the channel's title: the first line of all messages about it


def offer(channel: int, title: str, language: str) -> Reply:
    """The question whether the posts of a channel are to be taken in."""
    buttons = [[_button(channel, language, taken_in=True)], [_button(channel, language, taken_in=False)]]
    return Reply(RichText(f"{_HEADING}{' '.join(title.split())}\n{say(language, 'channel-offer')}"), buttons)


def decide(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """What an admin of the bot says; the button for the opposite stays."""
    try:
        channel, taken_in = int(values[0]), values[1] == "1"
    except (IndexError, ValueError):
        return Outcome(toast=tell(workspace, pressed, "button-old").text.text)
    memory = workspace.memory
    memory.set_chat(channel, replace(memory.chat(channel), ingested=taken_in))
    language = language_of(workspace, pressed)
    heading = pressed.text.partition("\n")[0]
    state = say(language, "channel-on" if taken_in else "channel-off")
    text = RichText("\n".join(filter(None, (heading, state))))
    return Outcome(edited=Reply(text, [[_button(channel, language, taken_in=not taken_in)]]))


def _button(channel: int, language: str, *, taken_in: bool) -> Button:
    label = say(language, "button-take-in" if taken_in else "button-leave-out")
    return Button(label, carried("channel", channel, int(taken_in)))
