"""The conversation in a terminal, for one person who is the archive's admin."""

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.access import Role
from bot.conversation import Incoming, respond
from bot.richtext import RichText
from bot.workspace import Workspace

_PROMPT = "qawl> "
_STYLES = {"bold": "bold", "italic": "italic", "text_link": "underline"}


def chat(workspace: Workspace, console: Console) -> None:
    """Answers each line of standard input until it ends; prompts when a person is there."""
    interactive = sys.stdin.isatty()
    if interactive:
        show(console, respond(workspace, Incoming("", Role.ADMIN, command="start")))
    for line in _lines(interactive):
        if not interactive:
            console.print(Text(_PROMPT + line, style="dim"))
        show(console, respond(workspace, _incoming(line)))


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


def _incoming(line: str) -> Incoming:
    if not line.startswith("/"):
        return Incoming(line, Role.ADMIN)
    command, _, text = line[1:].partition(" ")
    return Incoming(text.strip(), Role.ADMIN, command=command.lower())


def show(console: Console, messages: list[RichText]) -> None:
    """Prints messages as Telegram would show them, quotations indented."""
    for message in messages:
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
    part = part.cut(leading, len(part.text.rstrip("\n")))
    if leading > 1:
        console.print()
    if part.text:
        text = Text(part.text)
        for run in part.runs:
            if run.style in _STYLES:
                text.stylize(_STYLES[run.style] + (f" link {run.url}" if run.url else ""), run.start, run.end)
        console.print(Padding(text, (0, 0, 0, indent), expand=False))
