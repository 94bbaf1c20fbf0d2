"""A PDF's title and paragraphs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ingest.headline import is_borne_out, is_headline, repeats
from ingest.pdf import glyphs
from ingest.pdf.columns import columns
from ingest.pdf.direction import is_rtl, letters, logical, mirrors, stands_reversed
from ingest.pdf.furniture import without_furniture
from ingest.pdf.lines import Segment, segments
from ingest.pdf.paragraphs import Line, Paragraph, paragraphs

_HEADLINE = 1.15  # times the size of the text: less is no headline, but another font
_LONGEST_HEADLINE = 300  # characters; a larger font over more than that is a whole text in a larger font
_HEADLINE_WITHIN = 10  # paragraphs: a section, a date and a lead may stand above it
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Text:
    """What a PDF says."""

    title: str | None
    paragraphs: list[str]


def read(file: BinaryIO, *, max_pages: int, max_characters: int) -> Text:
    """The PDF's title and its paragraphs, the title not among them.

    Raises:
        Refused: it is no article that can be read.
        Exception: any, if the file is damaged.
    """
    pages = glyphs.read(file, max_pages=max_pages, max_glyphs=max_characters)
    found = paragraphs(_lines(without_furniture([segments(page) for page in pages.glyphs])), known=pages.title)
    found = [paragraph for paragraph in found if _WORD.search(paragraph.text)]
    title, rest = _title(pages.title, found)
    return Text(title, [paragraph.text for paragraph in rest])


def _lines(pages: Sequence[Sequence[Segment]]) -> list[list[Line]]:
    """The columns of all pages in reading order, their letters too."""
    rows = [segment.clusters for page in pages for segment in page]
    rtl = is_rtl(rows)
    naive = stands_reversed(rows)
    mirror = not naive and mirrors(row for row in rows if is_rtl([row]))

    def line(segment: Segment) -> Line:
        row = segment.clusters
        leftward = is_rtl([row]) or (rtl and any(is_rtl([[cluster]]) for cluster in row))
        text = "".join(row) if naive else logical(row, rtl=leftward, mirror=mirror)
        return Line(letters(text), segment.x0, segment.x1, segment.y, segment.size, leftward and not naive)

    return [[line(segment) for segment in column] for page in pages for column in columns(page, rtl=rtl)]


def _title(stated: str, found: list[Paragraph]) -> tuple[str | None, list[Paragraph]]:
    """The title, and the paragraphs without it: the headline, or what the file states if its text bears that out."""
    body = _body_size(found)
    top = max((paragraph.size for paragraph in found[:_HEADLINE_WITHIN]), default=0.0)
    at = next((i for i, paragraph in enumerate(found) if paragraph.size == top), 0)
    end = at
    while end < len(found) and found[end].size >= top / 1.05:
        end += 1
    headline = " ".join(paragraph.text for paragraph in found[at:end])
    if top >= _HEADLINE * body and len(headline) <= _LONGEST_HEADLINE and end < len(found):
        return headline, found[:at] + found[end:]
    first = found[0].text if found else ""
    if is_borne_out(stated, " ".join(paragraph.text for paragraph in found[:_HEADLINE_WITHIN])):
        return stated, found[1:] if len(found) > 1 and repeats(first, stated) else found
    if len(found) > 1 and is_headline(first):
        return first, found[1:]
    return None, found


def _body_size(found: Sequence[Paragraph]) -> float:
    """The font size of the middle character."""
    sizes = sorted((paragraph.size, len(paragraph.text)) for paragraph in found)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return 0.0
