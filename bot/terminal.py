"""The conversation in a terminal, for one person who is the archive's admin."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.access import Role
from bot.conversation import press, respond
from bot.incoming import TERMINAL, Incoming, Place, Pressed
from bot.replies import Button, Reply
from bot.richtext import RichText
from bot.workspace import Workspace

_PROMPT = "qawl> "
_STYLES = {"bold": "bold", "italic": "italic", "text_link": "underline"}


def chat(workspace: Workspace, console: Console) -> None:
    """Answers each line of standard input until it ends; prompts when a person is there."""
    interactive = sys.stdin.isatty()
    workspace.memory.begin_anew(TERMINAL)
    if interactive:
        _show_all(console, respond(workspace, Incoming("", Role.ADMIN, command="start")))
    buttons: list[Button] = []
    for number, line in enumerate(_lines(interactive), 1):
        if not interactive:
            console.print(Text(_PROMPT + line, style="dim"))
        place = replace(TERMINAL, message=number)
        pressed = _pressed(line, buttons)
        if pressed is None:
            replies = respond(workspace, _incoming(line, place))
        else:
            outcome = press(workspace, Pressed(pressed, Role.ADMIN, place))
            toast = [Reply.of(outcome.toast)] if outcome.toast else []
            shown = list(outcome.replies)
            if outcome.buttons is not None and not shown:  # buttons of what was said before: they may be other ones now
                shown = [Reply(RichText(""), outcome.buttons)]
            replies = [*toast, *([outcome.edited] if outcome.edited else []), *shown]
        buttons = _show_all(console, replies) or buttons


def _lines(interactive: bool) -> Iterator[str]:
    while True:
        try:
            line = input(_PROMPT if interactive else "")
        except (EOFError, KeyboardInterrupt):
            return
        if line.strip() in {"/quit", "/exit"}:
            return
        if line.strip():
            yield line.strip()


def _incoming(line: str, place: Place) -> Incoming:
    if not line.startswith("/"):
        return Incoming(line, Role.ADMIN, place)
    command, _, text = line[1:].partition(" ")
    return Incoming(text.strip(), Role.ADMIN, place, command=command.lower())


def _pressed(line: str, buttons: Sequence[Button]) -> str | None:
    """What the button carries whose number was typed after a slash."""
    number = line[1:]
    if not line.startswith("/") or not number.isdecimal() or len(number) > 3 or not 1 <= int(number) <= len(buttons):
        return None
    return buttons[int(number) - 1].data


def _show_all(console: Console, replies: Sequence[Reply]) -> list[Button]:
    """Prints messages, and their buttons with the numbers by which they are pressed; the buttons."""
    buttons = [button for reply in replies for row in reply.buttons for button in row if button.data]
    for reply in replies:
        if reply.text.text:
            show(console, reply.text)
    if buttons:
        labels = "   ".join(f"/{number} {button.label}" for number, button in enumerate(buttons, 1))
        console.print(Text(labels, style="dim"))
        console.print()
    return buttons


def show(console: Console, message: RichText) -> None:
    """Prints a message as Telegram would show it, quotations indented."""
    quotes = sorted((run for run in message.runs if "blockquote" in run.style), key=lambda run: run.start)
    at = 0
    for quote in quotes:
        _print(console, message.cut(at, quote.start), indent=0)
        _print(console, message.cut(quote.start, quote.end), indent=4)
        at = quote.end
    _print(console, message.cut(at, len(message.text)), indent=0)
    console.print()


def _print(console: Console, part: RichText, *, indent: int) -> None:
    leading = len(part.text) - len(part.text.lstrip("\n"))
    words = len(part.text.rstrip("\n"))
    apart = len(part.text) - words > 1
    part = part.cut(leading, words)
    if leading > 1:
        console.print()
    if part.text:
        text = Text(part.text)
        for run in part.runs:
            if run.style in _STYLES:
                text.stylize(_STYLES[run.style] + (f" link {run.url}" if run.url else ""), run.start, run.end)
        console.print(Padding(text, (0, 0, int(apart), indent), expand=False))
