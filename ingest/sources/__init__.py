"""Where articles come from. A source is one small module; adding one is adding a file and a line here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from ingest.sources.folder import Folder
from ingest.sources.jsonl import JsonLines
from ingest.sources.text import TextFile
from retrieval.errors import SourceError
from retrieval.types import Article


class Source(Protocol):
    """One kind of thing that articles can be read from."""

    def accepts(self, path: Path) -> bool:
        """True when this source knows how to read `path`, judged by its name."""

    def read(self, path: Path) -> Iterator[Article | SourceError]:
        """The articles in `path`; what cannot be read comes as an error in its place, and reading goes on."""


_FILES: tuple[Source, ...] = (TextFile(), JsonLines())


def read(name: str) -> Iterator[Article | SourceError]:
    """The articles of the file or folder `name`, each unreadable part as an error in its place."""
    path = Path(name)
    try:
        if not name:  # a variable of a script that was not set; Path would take it for the working folder
            yield SourceError(name, "the name is empty")
        elif path.is_dir():
            yield from Folder(_FILES).read(path)
        elif not path.exists():
            yield SourceError(name, "it does not exist")
        else:
            yield from _read_file(path)
    except PermissionError:
        yield SourceError(name, "it may not be read: check its permissions")
    except OSError as error:
        yield SourceError(name, f"it cannot be read: {error.strerror or error}")


def _read_file(path: Path) -> Iterator[Article | SourceError]:
    for source in _FILES:
        if source.accepts(path):
            yield from source.read(path)
            return
    yield SourceError(str(path), "files of this kind cannot be read; give .txt, .md, .jsonl or .jsonl.gz")
