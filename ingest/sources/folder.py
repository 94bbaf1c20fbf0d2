"""A folder: every readable file below it, in the order of their names."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import SourceError
from retrieval.types import Article

if TYPE_CHECKING:
    from ingest.sources import Source


class Folder:
    """Reads what `sources` accept below a folder; hidden files and other kinds of file are passed over."""

    def __init__(self, sources: Sequence["Source"]) -> None:
        self._sources = sources

    def read(self, path: Path) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        found = False
        for file in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
            source = next((source for source in self._sources if source.accepts(file)), None)
            if hidden or source is None or not file.is_file():
                continue
            found = True
            try:
                yield from source.read(file)
            except OSError as error:
                yield SourceError(str(file), f"it cannot be read: {error.strerror or error}")
        if not found:
            yield SourceError(str(path), "the folder holds no .txt, .md, .jsonl or .jsonl.gz file")
