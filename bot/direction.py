"""Lines that read in the right direction, Arabic among Latin and Cyrillic and the other way round.

Only what is ours is marked: labels and the values in them. A quotation stays as it is.
"""

import re
import unicodedata

from bot.richtext import RichText

_RIGHT_TO_LEFT = frozenset({"ar"})
_STRONG = {"L": False, "R": True, "AL": True}  # Unicode Standard Annex 9, table 4: whether it runs right to left
_MARK = {False: "\u200e", True: "\u200f"}  # invisible letters that run left to right, right to left
_FIRST_STRONG_ISOLATE, _POP = "\u2068", "\u2069"
_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def unmarked(text: str) -> str:
    """The text without characters that only steer its direction; they must not reach beyond the value they are in."""
    return _CONTROLS.sub("", text)


def isolated(value: RichText, language: str) -> RichText:
    """A value within a line of that language; set apart when it runs the other way, in whole or in part.

    Otherwise what follows would join it: after "TASS" in an Arabic line the day of a date stands before its comma.
    """
    against = not _runs_left(language)
    if not any(_STRONG.get(unicodedata.bidirectional(letter)) is against for letter in value.text):
        return value
    return RichText(_FIRST_STRONG_ISOLATE) + value + _POP


def led(line: RichText, language: str) -> RichText:
    """The line, made to start in the direction of that language: Telegram goes by the first letter."""
    letters = (unicodedata.bidirectional(letter) for letter in line.text)
    first = next((_STRONG[one] for one in letters if one in _STRONG), None)
    leftwards = _runs_left(language)
    return line if first is leftwards else RichText(_MARK[leftwards]) + line


def _runs_left(language: str) -> bool:
    return language in _RIGHT_TO_LEFT
