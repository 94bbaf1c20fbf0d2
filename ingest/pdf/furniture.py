"""What stands on pages without being text: running heads, feet and page numbers."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ingest.pdf.lines import Segment

_EDGE_ROWS = 2  # at the top and at the bottom of a page: a head or foot has a line, and rarely a second
_SHARE = 0.5  # of the pages: heads may differ on left and right pages, and a first page may go without
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_TIME = re.compile(r"\d{1,2}:\d{2}")
_NUMBER = re.compile(r"\W*\d{1,4}\W*")
_OF = re.compile(r"(?:^|\D)(\d{1,4})\s*(?:/|\w{1,3}|\|)\s*(\d{1,4})\W*$")


def without_furniture(pages: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """The pages without lines that come again at the same edge of other pages, and without page numbers."""
    edges = [list(_edges(page)) for page in pages]
    seen = Counter(key for page in edges for key in {_key(row, edge) for row, edge in page})
    often = max(2, math.ceil(_SHARE * len(pages)))
    kept: list[list[Segment]] = []
    for page, rows in zip(pages, edges, strict=True):
        gone = {
            id(segment)
            for i, (row, edge) in enumerate(rows)
            if seen[_key(row, edge)] >= often or _is_stamp(row, edge) or _is_page_number(row, pages=len(pages))
            for segment in row
        }
        kept.append([segment for segment in page if id(segment) not in gone])
    return kept


def _edges(page: Sequence[Segment]) -> Iterator[tuple[list[Segment], str]]:
    """The rows at the page's edges, with the edge's name."""
    rows: list[list[Segment]] = []
    for segment in page:
        if rows and rows[-1][0].y == segment.y:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    for i, row in enumerate(rows):
        if i < _EDGE_ROWS:
            yield row, f"top {i}"
        elif i >= len(rows) - _EDGE_ROWS:
            yield row, f"bottom {len(rows) - i}"


def _key(row: Sequence[Segment], edge: str) -> tuple[str, str]:
    return edge, _DIGITS.sub("0", _text(row))


def _is_stamp(row: Sequence[Segment], edge: str) -> bool:
    """True for the date, the time and the page's name that browsers print above a page."""
    text = _text(row)
    return edge == "top 0" and len(row) > 1 and _DATE.search(text) is not None and _TIME.search(text) is not None


def _is_page_number(row: Sequence[Segment], *, pages: int) -> bool:
    """True for "7", "- 7 -" and, whatever stands before it, "1/3" or "1 of 3" in a file of three pages."""
    text = _text(row)
    if _NUMBER.fullmatch(text):
        return True
    counted = _OF.search(text)
    return counted is not None and int(counted[2]) == pages and 1 <= int(counted[1]) <= pages


def _text(row: Sequence[Segment]) -> str:
    return " ".join("".join(segment.clusters) for segment in row)
