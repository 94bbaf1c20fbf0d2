"""Pieces of HTML, as feeds carry them, to plain text."""

import re
from html import unescape

from lxml import etree

_BLOCKS = frozenset(
    """address article blockquote br center dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre
    section table tbody td th tr ul""".split()  # noqa: SIM905  names of elements need no quotes
)
_UNREAD = frozenset("aside button figcaption form iframe noscript script select style svg template video".split())  # noqa: SIM905
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")


def valid_references(markup: str) -> str:
    """The markup without references to characters that do not exist, such as `&#xD800;`, on which parsers fail."""
    return _REFERENCE.sub(lambda found: found[0] if _exists(found[1], found[2]) else "", markup)


def _exists(hexadecimal: str | None, decimal: str | None) -> bool:
    digits, base = (hexadecimal, 16) if hexadecimal else (decimal or "", 10)
    number = int(digits, base) if len(digits) <= 8 else -1
    return number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number <= 0x10FFFF


def one_line(markup: str | None) -> str | None:
    """A title without its tags and entities, which feeds escape once or twice; None if nothing is left."""
    plain = unescape(_TAG.sub("", unescape(markup or ""))).encode("utf-8", "replace").decode()  # no half UTF-16 pairs
    return " ".join(plain.split()) or None


def paragraphs(markup: str) -> str:
    """The text that a piece of HTML shows, its paragraphs an empty line apart, as those of pages are.

    Captions, scripts, forms and frames are left out.
    """
    if not markup.strip("\0 \n"):
        return ""
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    body = valid_references(markup.replace("\0", "")).encode("utf-8", "replace")
    root = etree.fromstring(b"<html><body>" + body, parser)
    if root is None:
        return ""
    pieces: list[str] = []
    unread = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        unread += (tag in _UNREAD) * (1 if event == "start" else -1)
        if tag in _BLOCKS:
            pieces.append("\n")
        text = element.text if event == "start" else element.tail
        if text and not unread:
            pieces.append(re.sub(r"\s+", " ", text))
    lines = ("".join(pieces)).split("\n")
    return "\n\n".join(line for line in (" ".join(line.split()) for line in lines) if line)
