"""The columns of a page in reading order."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.pdf.lines import Segment

_GUTTER = 0.8  # ems; narrower is a river of spaces in justified text
_FEWEST = 3  # lines side by side: less is a line with a wide gap in it, a dateline or a table's row
_SIDE_BY_SIDE = 0.7  # ems between baselines: columns need not share them


def columns(page: Sequence[Segment], *, rtl: bool) -> list[list[Segment]]:
    """The page's columns in reading order, each from top to bottom; a line across the gutter parts what is around it.

    `page` comes from top to bottom, `rtl` says whether the right column is read first. Lines in several segments
    that are no columns come as one segment.
    """
    gutter = _gutter(page)
    if gutter is None:
        return [_lines(page)] if page else []
    found: list[list[Segment]] = []
    across: list[Segment] = []  # full-width lines that have no columns between them
    for left, right, line in _bands(page, gutter):
        if min(len(left), len(right)) >= _FEWEST:
            found += [across] if across else []
            across = []
            for side in (right, left) if rtl else (left, right):
                found += columns(side, rtl=rtl)
        else:
            across += _lines(sorted([*left, *right], key=lambda segment: -segment.y))
        across += [line] if line else []
    return [*found, across] if across else found


def _gutter(page: Sequence[Segment]) -> float | None:
    """The x at which most lines leave a gap; None if less than `_FEWEST` do."""
    gaps = [
        (left.x1, right.x0)
        for row in _rows(page)
        for left, right in pairwise(sorted(row, key=lambda segment: segment.x0))
        if right.x0 - left.x1 >= _GUTTER * max(left.size, right.size)
    ]
    edges = sorted([(start, 1) for start, _ in gaps] + [(end, -1) for _, end in gaps])
    depth = deepest = 0
    at = None
    for (x, step), (following, _) in pairwise(edges):
        depth += step
        if depth > deepest:
            deepest, at = depth, (x + following) / 2
    return at if deepest >= _FEWEST else None


def _bands(page: Sequence[Segment], gutter: float) -> Iterator[tuple[list[Segment], list[Segment], Segment | None]]:
    """What is left and right of the gutter between lines across it, and the line that ends the band."""
    left: list[Segment] = []
    right: list[Segment] = []
    for segment in page:
        if segment.x1 <= gutter:
            left.append(segment)
        elif segment.x0 >= gutter:
            right.append(segment)
        else:
            yield left, right, segment
            left, right = [], []
    yield left, right, None


def _rows(page: Sequence[Segment]) -> list[list[Segment]]:
    """Segments with those beside them."""
    rows: list[list[Segment]] = []
    for segment in page:
        if rows and all(_is_beside(segment, each) for each in rows[-1]):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return rows


def _is_beside(one: Segment, other: Segment) -> bool:
    near = abs(one.y - other.y) < _SIDE_BY_SIDE * min(one.size, other.size)
    return near and (one.x1 < other.x0 or other.x1 < one.x0)


def _lines(page: Sequence[Segment]) -> list[Segment]:
    """The page's lines, those in several segments made one."""
    lines: list[Segment] = []
    for row in _rows(page):
        pieces = sorted(row, key=lambda segment: segment.x0)
        clusters = [cluster for piece in pieces for cluster in (" ", *piece.clusters)][1:]
        lines.append(Segment(clusters, pieces[0].x0, pieces[-1].x1, row[0].y, max(piece.size for piece in pieces)))
    return lines
