"""What stands where on the pages of a PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTContainer, LTItem
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.utils import decode_text

from ingest.pdf.refusal import Refused

_UNREADABLE_SHARE = 0.1  # of the glyphs; a bullet or a logo may lack a letter, text in which every tenth does is lost


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph: the characters that it shows, its edges, its baseline and its font's size in points."""

    text: str
    x0: float
    x1: float
    y: float
    size: float


@dataclass(frozen=True)
class Pages:
    """The glyphs of each page, and the title that the file's properties state."""

    glyphs: list[list[Glyph]]
    title: str


def read(file: BinaryIO, *, max_pages: int, max_glyphs: int) -> Pages:
    """The upright glyphs of every page.

    Raises:
        Refused: with a password, too long, or with no text that could be read.
        Exception: whatever pdfminer.six raises on a damaged file, which is about anything.
    """
    try:
        document = PDFDocument(PDFParser(file))
    except PDFPasswordIncorrect:
        raise Refused("it is locked with a password; save it without one") from None
    resources = PDFResourceManager()
    device = _Bounded(resources, max_glyphs)
    interpreter = PDFPageInterpreter(resources, device)
    pages: list[list[Glyph]] = []
    unreadable = 0
    for page in PDFPage.create_pages(document):
        if len(pages) == max_pages:
            raise Refused(f"it has more than {max_pages} pages; split it into articles")
        interpreter.process_page(page)
        found: list[Glyph] = []
        for char in _chars(device.get_result()):
            text = char.get_text()
            if text.startswith("(cid:"):
                unreadable += 1
            elif text and char.size > 0 and _is_upright(char):
                found.append(Glyph(text, char.x0, char.x1, char.matrix[5], char.size))
        pages.append(found)
    if unreadable > _UNREADABLE_SHARE * device.count:
        raise Refused("its fonts do not say which letters they show; run OCR over it first")
    if not any(glyph.text.strip() for page in pages for glyph in page):
        raise Refused("it has no text layer: it is a scan; run OCR over it first" if pages else "it has no pages")
    return Pages(pages, _title(document))


class _Bounded(PDFPageAggregator):
    """Collects a page's glyphs, and stops a file that draws more than any article has."""

    def __init__(self, resources: PDFResourceManager, most: int) -> None:
        super().__init__(resources, laparams=None)
        self.count = 0
        self._most = most

    def render_char(self, *args: Any, **named: Any) -> float:
        self.count += 1
        if self.count > self._most:
            raise Refused(f"its text is longer than {self._most} characters; split it into articles")
        return super().render_char(*args, **named)


def _chars(item: LTItem) -> Iterator[LTChar]:
    if isinstance(item, LTChar):
        yield item
    elif isinstance(item, LTContainer):
        for part in item:
            yield from _chars(part)


def _is_upright(char: LTChar) -> bool:
    """False for what is set sideways or askew: stamps and marginal notes."""
    a, b, _, d, *_ = char.matrix
    return a > 0 and d > 0 and abs(b) < 0.1 * a


def _title(document: PDFDocument) -> str:
    for info in document.info:
        title = info.get("Title")
        if isinstance(title, bytes):
            return " ".join("".join(each if each.isprintable() else " " for each in decode_text(title)).split())
    return ""
