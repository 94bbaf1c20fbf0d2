"""What bytes are, whatever their name or their server says they are."""

import codecs
import re

_PDF = re.compile(rb"%PDF-\d")
_PDF_WITHIN = 1024  # bytes of anything may stand before it: viewers have always looked that far
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OFFICE_PARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/", b"customXml/")
_FIRST_NAME = 30  # where a zip's first entry has its name
_PROLOGUE = re.compile(r"(?:\s+|<!--.*?-->|<\?.*?\?>|<!doctype\s+(?!html\b)\w[^>\[]*(?:\[[^\]]*\]\s*)?>)*", re.I | re.S)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta|script)\b", re.I)
_FEED = re.compile(r"<(?:rss|feed|(?:\w+:)?RDF)\b")
_MARKED = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

NAMES = {
    "pdf": "a PDF",
    "png": "a PNG picture",
    "jpeg": "a JPEG picture",
    "gif": "a GIF picture",
    "webp": "a WebP picture",
    "gzip": "gzip data",
    "zip": "a ZIP archive",
    "ooxml": "a Microsoft Office document",
    "ole": "an old Microsoft Office document",
    "rtf": "an RTF document",
    "html": "a web page",
    "feed": "a feed",
    "xml": "XML",
}
"""What `kind` finds, in words for messages."""


def kind(head: bytes) -> str | None:
    """What a file is by its first bytes (some thousands will do), as a key of `NAMES`; None if it shows nothing known.

    "ooxml" is .docx, .xlsx or .pptx; "ole" is .doc, .xls, or any of the former with a password; "feed" is RSS or Atom.
    Plain text, Markdown and JSON show nothing.
    """
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(_ZIP):
        return "ooxml" if head[_FIRST_NAME:].startswith(_OFFICE_PARTS) else "zip"
    return "pdf" if _is_pdf(head) else _markup(head)


def _is_pdf(head: bytes) -> bool:
    """True for a PDF's header at the start, or after other bytes if it does not stand in a text about PDFs."""
    found = _PDF.search(head, 0, _PDF_WITHIN)
    return found is not None and (not head[: found.start()].strip(b"\0\t\n\f\r \xef\xbb\xbf") or not _is_utf8(head))


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # which forgives a letter that is cut off at the end
    except UnicodeDecodeError:
        return False
    return True


def _markup(head: bytes) -> str | None:
    encoding = next((name for mark, name in _MARKED if head.startswith(mark)), "latin-1")
    text = head.decode(encoding, errors="replace").lstrip("\ufeff")
    prologue = _PROLOGUE.match(text)
    start = prologue.end() if prologue else 0
    if _HTML.match(text, start):
        return "html"
    if _FEED.match(text, start):
        return "feed"
    return "xml" if text.lstrip().startswith("<?xml") else None


def misnamed(head: bytes, wanted: str) -> str:
    """What is wrong with a file that should be a `wanted`, such as "PDF", and is not."""
    if not head:
        return "it is empty"
    found = kind(head)
    return f"it is {NAMES[found]}, not a {wanted}" if found else f"it is not a {wanted}, whatever its name says"
