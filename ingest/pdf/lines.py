"""Segments of lines from glyphs: what stands side by side, with no gap so wide that it parts columns."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from ingest.pdf.glyphs import Glyph

_SAME_LINE = 0.45  # of the font's size: a raised note number still belongs, the next line (0.9 and more) does not
_COLUMN_GAP = 1.2  # ems; spaces of justified text stay below, gutters between columns above
_WORD_GAP = 0.2  # ems, where no space was drawn: those of TeX shrink to 0.22, kerns stay below 0.1
_OVERPRINT = 0.1  # ems; the same letter again this near makes it bold
_CONTROLS = dict.fromkeys(  # characters that show nothing, bidirectional marks among them
    [*range(0x20), 0x7F, 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


@dataclass(slots=True)
class Segment:
    """A piece of a line: its clusters from left to right, its edges, baseline and font size in points."""

    clusters: list[str]
    x0: float
    x1: float
    y: float
    size: float


@dataclass(slots=True)
class _Cluster:
    text: str
    x0: float
    x1: float
    y: float
    size: float


def segments(glyphs: list[Glyph]) -> list[Segment]:
    """The segments of a page, from top to bottom, those of one line from left to right."""
    found: list[Segment] = []
    row: list[_Cluster] = []
    for cluster in sorted(_clusters(glyphs), key=lambda each: -each.y):
        if row and row[0].y - cluster.y > _SAME_LINE * max(row[0].size, cluster.size):
            found += _segments(row)
            row = []
        row.append(cluster)
    return found + _segments(row)


def _segments(row: list[_Cluster]) -> list[Segment]:
    """The segments of what stands on one baseline."""
    found: list[Segment] = []
    line: list[_Cluster] = []
    spaced = False
    for cluster in _printed_once(sorted(row, key=lambda each: each.x0)):
        if cluster.text.isspace():
            spaced = True
            continue
        if line:
            gap = (cluster.x0 - max(each.x1 for each in line[-3:])) / max(cluster.size, line[-1].size)
            if gap > _COLUMN_GAP:
                found.append(_segment(line))
                line = []
            elif spaced or gap > _WORD_GAP:
                line.append(_Cluster(" ", cluster.x0, cluster.x0, cluster.y, cluster.size))
        line.append(cluster)
        spaced = False
    return [*found, _segment(line)] if line else found


def _segment(line: list[_Cluster]) -> Segment:
    return Segment(
        [each.text for each in line],
        line[0].x0,
        max(each.x1 for each in line),
        median(each.y for each in line),
        round(median(each.size for each in line), 1),
    )


def _printed_once(row: list[_Cluster]) -> Iterator[_Cluster]:
    before: _Cluster | None = None
    for cluster in row:
        again = before and before.text == cluster.text and cluster.x0 - before.x0 < _OVERPRINT * cluster.size
        if not again or cluster.x1 <= cluster.x0:
            yield cluster
        before = cluster


def _clusters(glyphs: list[Glyph]) -> list[_Cluster]:
    """The glyphs in the order of the file, vowel signs with the letters that carry them."""
    bases: list[_Cluster] = []
    marks: list[tuple[int, str]] = []
    for glyph in glyphs:
        text = " " if glyph.text.isspace() else glyph.text.translate(_CONTROLS)
        if text and all(unicodedata.category(character) == "Mn" for character in text):
            marks.append((len(bases), text))
        elif text:
            bases.append(_Cluster(text, glyph.x0, glyph.x1, glyph.y, glyph.size))
    for at, mark in marks if bases else []:
        bases[_carrier(bases, at, mark)].text += mark
    return bases


def _carrier(bases: list[_Cluster], at: int, mark: str) -> int:
    """Which base a mark between `at - 1` and `at` stands on: what was read before it, be it left or right of it."""
    if at == len(bases):
        return at - 1
    leftward = at > 0 and bases[at].x0 < bases[at - 1].x0 and bases[at].y == bases[at - 1].y
    rtl = unicodedata.bidirectional(bases[at].text[0]) in ("R", "AL")
    return at if at == 0 or (rtl and not leftward) else at - 1
