"""Paragraphs from the lines of columns: where one ends, and what a line break in one has cut."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_MORE_LEADING = 1.25  # times the usual distance of lines: paragraphs that are set apart are so by half a line or more
_OTHER_SIZE = 1.1  # times: a headline is larger; fonts that are mixed within a line differ by less
_INDENT = 0.8  # ems: a first line's indent is an em or more
_ALIGNED = 0.6  # of the lines start where their column does, in a column whose indents mean something
_ROOM = 0.2  # of the column's width left after a final mark: the next word would mostly have found its place
_MUCH_ROOM = 0.5  # … and with no final mark: no word is that long
_RAGGED = 0.05  # … in the last line of a column; justified text leaves none
# Lines that end in a hyphen, and their share: fewer end so by chance, at the hyphen of a word that has one.
_FEWEST_CUTS, _CUTS = 2, 0.03
_FINAL = re.compile(r"[.!?…؟۔:][^\w\s]*$")
_CUT = re.compile(r"([^\W\d_]+)([-\u00ad\u2010])$")
_CONTINUED = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a column in reading order, with its edges, baseline and font size in points."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    rtl: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph and the size of its font."""

    text: str
    size: float


class _Column:
    """A column's edges: where its lines may start and end."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.left, self.right = min(line.x0 for line in lines), max(line.x1 for line in lines)
        self.largest = max(line.size for line in lines)
        flush = sum(self._inset(line) < _INDENT * line.size for line in lines)
        self.aligned = flush >= _ALIGNED * len(lines)  # else its lines are centred, or verse

    def _inset(self, line: Line) -> float:
        return self.right - line.x1 if line.rtl else line.x0 - self.left

    def room(self, line: Line) -> float:
        """How much of the column's width is left after the line."""
        rest = line.x0 - self.left if line.rtl else self.right - line.x1
        return rest / max(self.right - self.left, 1)

    def is_indented(self, line: Line, before: Line | None) -> bool:
        """Whether the line starts further in than the column does, and than the line before it."""
        outer = self._inset(before) if before else 0
        return self.aligned and self._inset(line) - outer > _INDENT * line.size


def paragraphs(columns: Sequence[Sequence[Line]], *, known: str = "") -> list[Paragraph]:
    """The paragraphs of columns that follow one another, over pages too.

    `known` is text outside them whose words, if divided in them, are to be whole.
    """
    lines = [line.text for column in columns for line in column]
    words = Counter(word.lower() for text in (known, *lines) for word in _WORD.findall(text))
    cuts = sum(bool(_CUT.search(text)) for text in lines)
    hyphenates = cuts >= _FEWEST_CUTS and cuts >= _CUTS * len(lines)
    leading = _leading(columns)
    found: list[list[Line]] = []
    before: tuple[Line, _Column] | None = None
    for column in columns:
        edges = _Column(column)
        for line in column:
            if before and not _starts(line, edges, *before, leading):
                found[-1].append(line)
            else:
                found.append([line])
            before = line, edges
    return [
        Paragraph(_joined([line.text for line in each], words, hyphenates=hyphenates), each[0].size) for each in found
    ]


def _leading(columns: Sequence[Sequence[Line]]) -> float:
    """The usual distance of lines, in ems."""
    steps = [
        (above.y - below.y) / below.size
        for column in columns
        for above, below in pairwise(column)
        if above.size == below.size
    ]
    return median(steps) if len(steps) > 2 else 1.2


def _starts(line: Line, column: _Column, before: Line, before_column: _Column, leading: float) -> bool:
    """Whether a paragraph starts with `line`."""
    if not 1 / _OTHER_SIZE < line.size / before.size < _OTHER_SIZE:
        return True
    ended = _FINAL.search(before.text) is not None
    room = before_column.room(before)
    if room > (_ROOM if ended else _MUCH_ROOM) and line.size < before_column.largest:
        return True
    if column is before_column:
        return (before.y - line.y) / line.size > _MORE_LEADING * leading or column.is_indented(line, before)
    return ended and (column.is_indented(line, None) or room > _RAGGED)


def _joined(lines: Sequence[str], words: Counter[str], *, hyphenates: bool) -> str:
    """The lines in one, words that were divided at their ends made whole."""
    text = ""
    for line in lines:
        cut, rest = _CUT.search(text), _CONTINUED.match(line)
        if cut and rest:
            text = (text if _keeps(cut, rest[0], words, hyphenates=hyphenates) else text[: cut.start(2)]) + line
        else:
            text = f"{text} {line}".strip()
    return text.replace("\u00ad", "")


def _keeps(cut: re.Match[str], rest: str, words: Counter[str], *, hyphenates: bool) -> bool:
    """Whether the hyphen at a line's end belongs to the word."""
    if not rest[0].islower():
        return True  # Anglo-American, Санкт-Петербург
    if cut[2] != "-":
        return False  # a hyphen that only hyphenation makes
    whole, hyphened = (words[f"{cut[1]}{between}{rest}".lower()] for between in ("", "-"))
    return hyphened > whole if hyphened != whole else not hyphenates
