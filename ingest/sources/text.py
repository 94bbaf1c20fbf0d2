"""A plain text or Markdown file: one article, its text as it stands."""

from collections.abc import Iterator
from pathlib import Path

from ingest.decoding import Undecodable, decode
from ingest.limits import MAX_FILE_BYTES, article
from retrieval.errors import SourceError
from retrieval.types import Article


class TextFile:
    """A `Source` of .txt and .md files. The article's id is the file's name without its ending."""

    def accepts(self, path: Path) -> bool:
        """See `Source.accepts`."""
        return path.suffix.lower() in {".txt", ".md"}

    def read(self, path: Path) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        if path.stat().st_size > MAX_FILE_BYTES:
            yield SourceError(str(path), f"it is larger than {MAX_FILE_BYTES // 1_000_000} MB; split it into articles")
            return
        yield from_bytes(path.name, path.read_bytes(), source=str(path))


def from_bytes(file_name: str, data: bytes, *, source: str) -> Article | SourceError:
    """The article in a text file's bytes, or why it is none."""
    name = Path(file_name)
    try:
        text = decode(data)
    except Undecodable as error:
        return SourceError(source, str(error))
    return article({"id": name.stem, "title": _title(text, name), "text": text}, source=source)


def _title(text: str, name: Path) -> str | None:
    """A Markdown file's first heading; plain text has no title that could be told from its text."""
    if name.suffix.lower() == ".md":
        for line in text.splitlines():
            if line.startswith("#"):
                return line.lstrip("#").strip() or None
    return None
