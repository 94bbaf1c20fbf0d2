"""A Word document: one article."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.limits import MAX_DOCUMENT_BYTES, article
from ingest.sniffing import kind, misnamed
from retrieval.errors import SourceError
from retrieval.types import Article

_PASSWORD, _OLD_WORD = (stream.encode("utf-16-le") for stream in ("EncryptedPackage", "WordDocument"))


class DocxFile:
    """A `Source` of .docx files. The article's id is the file's name without its ending.

    It has no date: a document's properties state when it was made or edited, not when it was published.
    """

    kinds = (".docx",)

    def accepts(self, name: str, head: bytes) -> bool:
        """See `Source.accepts`. Any file of Microsoft Office, and any called .docx, to say what it is instead."""
        return kind(head) in ("ooxml", "ole") or name.lower().endswith(self.kinds)

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        data = file.read(MAX_DOCUMENT_BYTES + 1)
        if len(data) > MAX_DOCUMENT_BYTES:
            yield SourceError(name, f"it is larger than {MAX_DOCUMENT_BYTES // 1_000_000} MB; split it into articles")
        elif _PASSWORD in data and kind(data) == "ole":
            yield SourceError(name, "it is locked with a password; save it without one")
        elif _OLD_WORD in data and kind(data) == "ole":
            yield SourceError(name, "it is an old Word document (.doc); save it as .docx")
        elif kind(data) not in ("ooxml", "zip"):
            yield SourceError(name, misnamed(data, "DOCX"))
        else:
            yield _article(data, name)


def _article(data: bytes, name: str) -> Article | SourceError:
    from ingest.docx import text  # noqa: PLC0415  lxml takes its time to load

    try:
        found = text.read(data)
    except text.Refused as error:
        return SourceError(name, str(error))
    return article({"id": Path(name).stem, "title": found.title, "text": "\n".join(found.paragraphs)}, source=name)
