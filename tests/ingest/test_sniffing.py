"""Sniffing: what bytes are, whatever they are called."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from ingest.sniffing import NAMES, kind, misnamed

FILES = Path(__file__).parent / "files"


def zipped(name: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(name, "x")
    return data.getvalue()


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "pdf"),
        (b"\r\n%PDF-1.4", "pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "jpeg"),
        (b"GIF89a\1\0", "gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "webp"),
        (gzip.compress(b"{}"), "gzip"),
        (zipped("story.txt"), "zip"),
        (zipped("[Content_Types].xml"), "ooxml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "ole"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"<!DOCTYPE html>\n<html>", "html"),
        (
            '<?xml version="1.0"?>\n<!-- مرحبا -->\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">\n<html>'.encode(),
            "html",
        ),
        ("\ufeff<HTML><title>خبر".encode(), "html"),
        ("\ufeff<html>".encode("utf-16-le"), "html"),
        (b'<?xml version="1.0"?><rss version="2.0">', "feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "feed"),
        (b'<?xml version="1.0"?><urlset>', "xml"),
        ("قال الوزير إن الملف يبدأ بالرمز %PDF-1.7 دائما.".encode(), None),
        ("Файлы PDF начинаются с %PDF-1.4.".encode()[:-3], None),
        (b"# <html> in Markdown", None),
        (b'{"text": "<html>"}', None),
        (b"", None),
    ],
)
def test_bytes_are_known_for_what_they_are(head: bytes, found: str | None) -> None:
    assert kind(head) == found
    assert found is None or found in NAMES


@pytest.mark.parametrize("path", sorted(FILES.glob("*.pdf")) + sorted(FILES.glob("*.docx")), ids=lambda path: path.name)
def test_real_documents_are_known(path: Path) -> None:
    assert kind(path.read_bytes()[:4096]) == {".pdf": "pdf", ".docx": "ooxml"}[path.suffix]


def test_a_wrong_name_is_told_apart() -> None:
    assert misnamed(b"\x89PNG\r\n\x1a\n", "PDF") == "it is a PNG picture, not a PDF"
    assert misnamed(b"", "PDF") == "it is empty"
    assert "not a DOCX" in misnamed(b"plain words", "DOCX")
