"""What people set for themselves, and what the bot says about itself and about what it keeps."""

from collections.abc import Sequence
from dataclasses import replace

from bot.access import Role
from bot.incoming import Incoming, Kind, Place, Pressed
from bot.memory import KEEP_DAYS
from bot.messages import LANGUAGES, say
from bot.replies import Button, Outcome, Reply, carried, messages
from bot.richtext import RichText
from bot.voice import language_of, tell
from bot.workspace import Workspace

_AUTOMATIC = "auto"
_CHOSEN = "✓ "


def start(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /start says."""
    return [tell(workspace, incoming, "start")]


def help_(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /help says."""
    names = ["help", "help-admin"] if incoming.role >= Role.ADMIN else ["help"]
    return messages([tell(workspace, incoming, name).text for name in names], gap="\n")


def new(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /new does: what is asked next follows nothing."""
    workspace.memory.begin_anew(incoming.place)
    return [tell(workspace, incoming, "new")]


def language(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /language does: asks which one, for a person or, in a group, for the group."""
    return [_languages(workspace, incoming.place, language_of(workspace, incoming))]


def choose_language(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """A language, or the automatic choice."""
    memory, place = workspace.memory, pressed.place
    wanted = values[0] if values else ""
    if wanted not in (*LANGUAGES, _AUTOMATIC):
        return Outcome(toast=tell(workspace, pressed, "button-old").text.text)
    chosen = None if wanted == _AUTOMATIC else wanted
    if place.kind is Kind.GROUP:
        memory.set_chat(place.chat, replace(memory.chat(place.chat), language=chosen))
    else:
        memory.choose_language(place.person, chosen)
    speaks = chosen or language_of(workspace, pressed)
    return Outcome(toast=say(speaks, "language-set"), edited=_languages(workspace, place, speaks))


def _languages(workspace: Workspace, place: Place, speaks: str) -> Reply:
    in_group = place.kind is Kind.GROUP
    chosen = workspace.memory.chat(place.chat).language if in_group else workspace.memory.language(place.person)

    def button(value: str, label: str) -> Button:
        return Button(f"{_CHOSEN if value == (chosen or _AUTOMATIC) else ''}{label}", carried("language", value))

    names = [button(one, say(one, "language-name")) for one in LANGUAGES]
    automatic = button(_AUTOMATIC, say(speaks, "language-automatic"))
    text = RichText(say(speaks, "language-of-group" if in_group else "language-of-person"))
    return Reply(text, [names, [automatic]])


def privacy(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /privacy says: all that `Memory` keeps of people."""
    return [tell(workspace, incoming, "privacy", days=KEEP_DAYS)]


def forget(workspace: Workspace, incoming: Incoming) -> Sequence[Reply]:
    """What /forget does: asks whether they are sure."""
    person = incoming.place.person
    if not person and incoming.place.kind is Kind.GROUP:
        return [tell(workspace, incoming, "forget-whom")]
    speaks = language_of(workspace, incoming)
    buttons = [
        [Button(say(speaks, "button-forget"), carried("forget", person, 1))],
        [Button(say(speaks, "button-keep"), carried("forget", person, 0))],
    ]
    return [Reply(RichText(say(speaks, "forget")), buttons)]


def decide_to_forget(workspace: Workspace, pressed: Pressed, values: Sequence[str]) -> Outcome:
    """Whether they were sure: all that is known about them is deleted, or nothing."""
    person = pressed.place.person
    if values[:1] != [str(person)]:
        return Outcome(toast=tell(workspace, pressed, "forget-of-others").text.text)
    speaks = language_of(workspace, pressed)  # what they chose is about to be forgotten
    if values[1:] != ["1"]:
        return Outcome(edited=Reply(RichText(say(speaks, "forget-kept"))))
    answers = workspace.memory.forget(person)
    return Outcome(edited=Reply(RichText(say(speaks, "forget-done", answers=answers))))
