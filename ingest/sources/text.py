"""A plain text or Markdown file: one article, its text as it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.decoding import Undecodable, decode
from ingest.limits import MAX_FILE_BYTES, article
from ingest.sniffing import NAMES, kind, misnamed
from retrieval.errors import SourceError
from retrieval.types import Article

_NO_TEXT = frozenset(NAMES) - {"html", "feed", "xml"}  # these may be quoted at the start of a text


class TextFile:
    """A `Source` of .txt and .md files. The article's id is the file's name without its ending."""

    kinds = (".txt", ".md")

    def accepts(self, name: str, head: bytes) -> bool:
        """See `Source.accepts`."""
        return name.lower().endswith(self.kinds)

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            yield SourceError(name, f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB; split it into articles")
            return
        if kind(data) in _NO_TEXT:
            yield SourceError(name, misnamed(data, "text file"))
            return
        try:
            text = decode(data)
        except Undecodable as error:
            yield SourceError(name, str(error))
            return
        yield article({"id": Path(name).stem, "title": _title(text, Path(name)), "text": text}, source=name)


def _title(text: str, name: Path) -> str | None:
    """A Markdown file's first heading; plain text has no title that could be told from its text."""
    if name.suffix.lower() == ".md":
        for line in text.splitlines():
            if line.startswith("#"):
                return line.lstrip("#").strip() or None
    return None
