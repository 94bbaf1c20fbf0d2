"""A plain text or Markdown file: one article, its text as it stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ingest.decoding import Undecodable, decode
from ingest.limits import MAX_FILE_BYTES, article
from retrieval.errors import SourceError
from retrieval.types import Article


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
