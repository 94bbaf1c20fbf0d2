"""What the bot says back: messages with buttons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from telegram.constants import InlineKeyboardButtonLimit

from bot.richtext import RichText, fit

_VERSION = "1"  # of what buttons carry; those of other versions are answered politely
_BETWEEN = "|"
_LABEL = 64  # UTF-16 units on a button; a phone shows about forty in the width of a message and cuts off the rest
_NUMBERS = 4  # digits of a number on a button


@dataclass(frozen=True)
class Button:
    """A button under a message: it carries `data` back to us, or opens `url`."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Reply:
    """One message with the rows of its buttons.

    `answers` is the id of the answer that it is a part of; `job` that of the job that it tells of from now on.
    """

    text: RichText
    buttons: Sequence[Sequence[Button]] = ()
    answers: str | None = None
    job: int | None = None

    @classmethod
    def of(cls, text: str) -> "Reply":
        """A message of plain text."""
        return cls(RichText(text))


@dataclass(frozen=True)
class Outcome:
    """What becomes of a pressed button: a line that pops up, messages, and the pressed message's new face.

    `edited` replaces the pressed message, `buttons` only what is under it; None leaves it as it is. `job` is the id of
    a job whose message is to tell of it anew.
    """

    toast: str | None = None
    replies: Sequence[Reply] = ()
    edited: Reply | None = None
    buttons: Sequence[Sequence[Button]] | None = None
    job: int | None = None


def carried(action: str, *values: object) -> str:
    """What a button carries. Raises ValueError when Telegram would refuse it."""
    data = _BETWEEN.join((_VERSION, action, *map(str, values)))
    if len(data.encode()) > InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
        raise ValueError(f"a button cannot carry {data!r}")
    return data


def uncarried(data: str) -> tuple[str, list[str]] | None:
    """Action and values that a button carries; None for those of another version, and for what is none of ours."""
    version, *rest = data.split(_BETWEEN)
    return (rest[0], rest[1:]) if version == _VERSION and rest else None


def number(values: Sequence[str], place: int) -> int | None:
    """The number that a button carries in that place; None when there is none: anybody may send us any button."""
    written = values[place] if place < len(values) else ""
    return int(written) if written.isascii() and written.isdecimal() and len(written) <= _NUMBERS else None


def shortened(text: str, units: int = _LABEL) -> str:
    """The text in one line of at most that many UTF-16 units, cut between words where it is too long."""
    line = " ".join(text.split())[: units + 1]  # too long if it is so by letters; a title may be a megabyte
    if RichText(line).units <= units:
        return line
    while RichText(line).units >= units:
        shorter = line.rpartition(" ")[0]
        line = shorter if RichText(shorter).units > units // 2 else line[:-1]
    return f"{line.rstrip(' ,;:،؛(-–—')}…"


def messages(
    blocks: Iterable[RichText],
    buttons: Sequence[Sequence[Button]] = (),
    *,
    gap: str = "\n\n",
    answers: str | None = None,
) -> list[Reply]:
    """The blocks in as few messages as Telegram allows, the buttons under the last."""
    replies = [Reply(text, answers=answers) for text in fit(blocks, gap=gap)]
    if replies:
        replies[-1] = replace(replies[-1], buttons=buttons)
    return replies
