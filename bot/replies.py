"""What the bot says back: messages with buttons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from telegram.constants import InlineKeyboardButtonLimit

from bot.richtext import RichText, fit

_VERSION = "1"  # of what buttons carry; those of other versions are answered politely
_BETWEEN = "|"


@dataclass(frozen=True)
class Button:
    """A button under a message: it carries `data` back to us, or opens `url`."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Reply:
    """One message with the rows of its buttons. `answers` is the id of the answer that it is a part of."""

    text: RichText
    buttons: Sequence[Sequence[Button]] = ()
    answers: str | None = None

    @classmethod
    def of(cls, text: str) -> "Reply":
        """A message of plain text."""
        return cls(RichText(text))


@dataclass(frozen=True)
class Outcome:
    """What becomes of a pressed button: a line that pops up, messages, and the pressed message's new face."""

    toast: str | None = None
    replies: Sequence[Reply] = ()
    edited: Reply | None = None


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
