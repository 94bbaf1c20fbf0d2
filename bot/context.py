"""Quotations among the paragraphs around them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retrieval.types import Article, Evidence

_AROUND = 1000  # characters before and after a quotation: some articles are one paragraph of several pages
_LEFT_OUT = "…"
_PARAGRAPH = re.compile(r"\S(?:[^\n]*\S)?")


@dataclass(frozen=True)
class Surroundings:
    """A part of an article, one paragraph a line, and where quotations stand in it; all its words are the article's.

    `…` at either end stands for the rest of a paragraph.
    """

    article: Article
    text: str
    quotes: list[tuple[int, int]]


def surroundings(shown: Iterable[tuple[Evidence, Article]]) -> list[Surroundings]:
    """Each quotation with its whole paragraph, the one before and the one after.

    Quotations of one article that are near each other come together.
    """
    windows: list[_Window] = []
    for evidence, article in shown:
        own = _around(evidence, article)
        for near in [one for one in windows if one.article.id == article.id and one.meets(own)]:
            windows.remove(near)
            own = _Window(article, min(own.start, near.start), max(own.end, near.end), [*near.quotes, *own.quotes])
        windows.append(own)
    return [one.cut() for one in windows]


@dataclass(frozen=True)
class _Window:
    article: Article
    start: int
    end: int
    quotes: Sequence[tuple[int, int]]

    def meets(self, other: "_Window") -> bool:
        return self.start <= other.end and other.start <= self.end

    def cut(self) -> Surroundings:
        """The window's text without empty lines outside of quotations, and the quotations' places in it."""
        text, kept, at = self.article.text, "", self.start
        quotes = []
        for start, end in _apart(self.quotes):
            kept += _closed(text[at:start])
            quotes.append((len(kept), len(kept) + end - start))
            kept += text[start:end]
            at = end
        kept += _closed(text[at : self.end])
        before = _LEFT_OUT if _within_paragraph(text, self.start) else ""
        after = _LEFT_OUT if _within_paragraph(text, self.end) else ""
        moved = [(start + len(before), end + len(before)) for start, end in quotes]
        return Surroundings(self.article, f"{before}{kept}{after}", moved)


def _around(evidence: Evidence, article: Article) -> _Window:
    """From the start of the paragraph before to the end of the one after; less where they are long."""
    text = article.text
    paragraphs = [found.span() for found in _PARAGRAPH.finditer(text)]
    starts = [start for start, _ in paragraphs if start <= evidence.start]  # the last is the quotation's own paragraph
    ends = [end for _, end in paragraphs if end >= evidence.end]  # and the first
    start, end = (starts[-2:] or [evidence.start])[0], (ends[:2] or [evidence.end])[-1]
    if evidence.start - start > _AROUND:
        near = evidence.start - _AROUND
        gap = re.search(r"\s", text[near : evidence.start])
        start = near + gap.end() if gap else near
    if end - evidence.end > _AROUND:
        far = evidence.end + _AROUND
        gap_before = re.search(r"\s\S*$", text[evidence.end : far])
        end = evidence.end + gap_before.start() if gap_before else far
    return _Window(article, start, end, [(evidence.start, evidence.end)])


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _closed(text: str) -> str:
    """The text with one line break where there are several."""
    return re.sub(r"[^\S\n]*\n\s*", "\n", text)


def _within_paragraph(text: str, place: int) -> bool:
    line = text.rfind("\n", 0, place) + 1
    following = text.find("\n", place)
    return bool(text[line:place].strip()) and bool(text[place : following if following >= 0 else len(text)].strip())
