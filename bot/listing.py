"""Lines of lists: values side by side, each in its own direction, in lines that start in the reader's."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from bot.direction import isolated, led, unmarked
from bot.messages import say
from bot.replies import Button, carried, shortened
from bot.richtext import RichText

_TITLE = 100  # UTF-16 units: two or three lines on a phone; ten of them and all else fit a message
_IN_A_ROW = 5  # buttons of a mark and a number, which stay wide enough for a thumb


def line(parts: Sequence[RichText], language: str, *, gap: str | None = None) -> RichText:
    """The values in one line, with commas between them or with `gap`."""
    between = f"{say(language, 'comma')} " if gap is None else gap
    return led(RichText.joined([isolated(part, language) for part in parts], between), language)


def heading(title: str, language: str, url: str | None = None, mark: str = "") -> RichText:
    """A title in bold, which leads to `url` if that is an address on the web."""
    text = shortened(unmarked(title), _TITLE) or say(language, "untitled")
    shown = RichText.styled(text, "bold")
    if url and url.startswith(("http://", "https://")):
        shown = RichText(text, (*shown.runs, *RichText.styled(text, "text_link", url).runs))
    return led(RichText(mark) + isolated(shown, language), language)


def day(published: date | datetime, language: str) -> RichText:
    """The day in the reader's language."""
    only = published.date() if isinstance(published, datetime) else published
    return RichText.dated(say(language, "day", day=only), published)


def digest(value: str) -> str:
    """Stands for a value that is too long for a button to carry."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def numbered_buttons(
    mark: str, action: str, carrying: Sequence[Sequence[object]], first: int = 1
) -> list[list[Button]]:
    """A button with a mark and its number for each of what they carry, in rows."""
    buttons = [Button(f"{mark} {n}", carried(action, *values)) for n, values in enumerate(carrying, first)]
    return [buttons[start : start + _IN_A_ROW] for start in range(0, len(buttons), _IN_A_ROW)]
