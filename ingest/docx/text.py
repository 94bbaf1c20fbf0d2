"""A Word document's title and paragraphs, as they stand when all tracked changes are accepted."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ingest.docx.package import Package, Refused
from ingest.headline import is_borne_out, is_headline, repeats
from ingest.limits import MAX_CHARACTERS

__all__ = ["Refused", "Text", "read"]

_WORD = frozenset(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",  # the strict form
        "http://schemas.openxmlformats.org/markup-compatibility/2006",
    }
)
_LEFT_OUT = frozenset({"del", "moveFrom", "delText", "instrText", "pPr", "rPr", "sectPr", "rt"})
_CHARACTERS = {"tab": " ", "cr": "\n", "noBreakHyphen": "\u2011"}
_NOTES = {"footnoteReference": "footnote", "endnoteReference": "endnote"}
_HEADINGS = ("title", "heading 1")
_HEADLINE_WITHIN = 5  # paragraphs: a place, a date or a section may stand above it


@dataclass(frozen=True)
class Text:
    """What a document says."""

    title: str | None
    paragraphs: list[str]


@dataclass
class _Paragraph:
    text: str
    style: str


def read(data: bytes) -> Text:
    """The document's title and its paragraphs in their order, notes last, the title not among them.

    Raises:
        Refused: it is no document that can be read.
    """
    package = Package(data)
    reader = _Reader(_styles(package.part(".styles+xml")))
    reader.blocks(package.document())
    for name in dict.fromkeys(_NOTES.values()):
        notes = {_value(note, "id"): note for note in _children(package.part(f".{name}s+xml"))}
        for at in [at for wanted, at in reader.noted if wanted == name and at in notes]:
            reader.blocks(notes[at])
    found = _trimmed(reader.found)
    if not found:
        raise Refused("it has no text")
    return _titled(found, _stated_title(package.part(".core-properties+xml")))


@dataclass
class _Reader:
    """Gathers the paragraphs below elements."""

    styles: dict[str, str]
    found: list[_Paragraph] = field(default_factory=list)
    noted: list[tuple[str, str]] = field(default_factory=list)
    characters: int = 0
    runs_on: bool = False  # the mark of the paragraph before was deleted: the next goes on in it

    def blocks(self, parent: Any) -> None:
        """Every paragraph below `parent`, a table's row as one if its cells have no more than one each."""
        for child in _children(parent):
            name = _name(child)
            if name == "p":
                self._paragraph(child)
            elif name == "tr":
                self._row(child)
            elif name not in _LEFT_OUT:
                self.blocks(child)

    def _row(self, row: Any) -> None:
        if _has(row, "trPr", "del"):
            return
        before, self.found = self.found, []
        cells: list[list[_Paragraph]] = []
        for child in _children(row):
            self.blocks(child)
            cells.append(_trimmed(self.found))
            self.found = []
        if any(len(cell) > 1 for cell in cells):
            self.found = [*before, *(each for cell in cells for each in cell)]
        else:
            text = " | ".join(cell[0].text for cell in cells if cell)
            self.found = [*before, _Paragraph(text, "")]

    def _paragraph(self, element: Any) -> None:
        pieces: list[str] = []
        boxes: list[Any] = []
        self._inline(element, pieces, boxes)
        text = "".join(pieces)
        self.characters += len(text)
        if self.characters > MAX_CHARACTERS:
            raise Refused(f"its text is longer than {MAX_CHARACTERS} characters; split it into articles")
        if self.runs_on and self.found:
            self.found[-1].text = f"{self.found[-1].text}{text}"
        else:
            self.found.append(_Paragraph(text, self._style(element)))
        self.runs_on = _has(element, "pPr", "rPr", "del")
        for box in boxes:
            self.blocks(box)

    def _inline(self, parent: Any, pieces: list[str], boxes: list[Any]) -> None:
        for child in _children(parent):
            name = _name(child)
            if name in _LEFT_OUT or (name == "r" and _is_hidden(child)):
                continue
            if name == "t":
                pieces.append(child.text or "")
            elif name in _CHARACTERS:
                pieces.append(_CHARACTERS[name])
            elif name == "br":
                pieces.append("\n" if _value(child, "type") in ("", "textWrapping") else " ")
            elif name == "txbxContent":
                boxes.append(child)
            elif name in _NOTES:
                self.noted.append((_NOTES[name], _value(child, "id")))
            else:
                self._inline(child, pieces, boxes)

    def _style(self, paragraph: Any) -> str:
        style = _find(paragraph, "pPr", "pStyle")
        return "" if style is None else self.styles.get(_value(style, "val"), "")


def _trimmed(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """The paragraphs that say something, without white space at the ends of their lines."""
    trimmed = ["\n".join(line.strip() for line in each.text.split("\n")).strip() for each in paragraphs]
    return [_Paragraph(text, each.style) for text, each in zip(trimmed, paragraphs, strict=True) if text]


def _titled(found: list[_Paragraph], stated: str) -> Text:
    """The document with its headline as title, or what its properties state if the text bears that out."""
    at = next(
        (i for wanted in _HEADINGS for i, each in enumerate(found[:_HEADLINE_WITHIN]) if each.style == wanted), None
    )
    texts = [each.text for each in found]
    if at is not None and len(texts) > 1:
        return Text(" ".join(texts[at].split()), texts[:at] + texts[at + 1 :])
    first = texts[0] if texts else ""
    if is_borne_out(stated, " ".join(texts[:_HEADLINE_WITHIN])):
        return Text(stated, texts[1:] if len(texts) > 1 and repeats(first, stated) else texts)
    if len(texts) > 1 and is_headline(first):
        return Text(" ".join(first.split()), texts[1:])
    return Text(None, texts)


def _styles(part: Any | None) -> dict[str, str]:
    """What style identifiers are called: they are in the user's language, the names of built-in styles in English."""
    names = {_value(style, "styleId"): _find(style, "name") for style in _children(part) if _name(style) == "style"}
    return {style: _value(name, "val").lower() for style, name in names.items() if name is not None}


def _stated_title(part: Any | None) -> str:
    titles = [] if part is None else part.findall("{http://purl.org/dc/elements/1.1/}title")
    return " ".join((titles[0].text or "").split()) if titles else ""


def _children(parent: Any | None) -> list[Any]:
    """The child elements; of alternatives for older and newer programs, one."""
    if parent is None:
        return []
    elements = [child for child in parent if isinstance(child.tag, str)]
    return elements[:1] if _name(parent) == "AlternateContent" else elements


def _name(element: Any) -> str:
    """The name of an element of a text's; "" of a drawing's or formula's, which may hold some."""
    return _local(element.tag)


@lru_cache(maxsize=1_000)  # a hostile file has as many names as it likes
def _local(tag: str) -> str:
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return name if namespace in _WORD else ""


def _value(element: Any, attribute: str) -> str:
    return next((str(value) for name, value in element.items() if name.rpartition("}")[2] == attribute), "")


def _find(element: Any, *path: str) -> Any | None:
    for step in path:
        element = next((child for child in _children(element) if _name(child) == step), None)
    return element


def _has(element: Any, *path: str) -> bool:
    return _find(element, *path) is not None


def _is_hidden(run: Any) -> bool:
    vanish = _find(run, "rPr", "vanish")
    return vanish is not None and _value(vanish, "val") not in ("0", "false", "off")
