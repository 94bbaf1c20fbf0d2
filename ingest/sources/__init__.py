"""Where articles come from. A source is one small module; adding one is adding a file and a line here."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ingest.sources.docx import DocxFile
from ingest.sources.html import HtmlFile
from ingest.sources.jsonl import JsonLines
from ingest.sources.pdf import PdfFile
from ingest.sources.telegram_export import TelegramExport
from ingest.sources.text import TextFile
from retrieval.errors import SourceError
from retrieval.types import Article

if TYPE_CHECKING:
    from ingest.fetching import Fetcher

_HEAD = 4096  # bytes that are enough to tell what a file is


class Source(Protocol):
    """One kind of file that articles can be read from."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The endings of its files' names."""

    def accepts(self, name: str, head: bytes) -> bool:
        """True when this source knows how to read a file of that name whose first bytes are `head`."""

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """The articles in a file; what cannot be read comes as an error in its place, and reading goes on.

        `file` can be rewound. `name` is what errors call it, and never a path to open.
        """


FILES: tuple[Source, ...] = (PdfFile(), DocxFile(), HtmlFile(), TextFile(), JsonLines(), TelegramExport())


def read(
    name: str, fetcher: "Fetcher | None" = None, opened: Callable[[BinaryIO], None] = lambda file: None
) -> Iterator[Article | SourceError]:
    """The articles of the file, folder or web address `name`, each unreadable part as an error in its place.

    `opened` is called with each file before it is read.
    """
    if name.lower().startswith(("http://", "https://")):
        from ingest.fetching import Fetcher  # noqa: PLC0415  a tenth of a second, only for those who fetch
        from ingest.sources.web import read_url  # noqa: PLC0415

        yield from read_url(name, fetcher or Fetcher())
        return
    path = Path(name)
    try:
        if not name:  # a variable of a script that was not set; Path would take it for the working folder
            yield SourceError(name, "the name is empty")
        elif path.is_dir():
            yield from _read_folder(path, opened)
        elif not path.exists():
            yield SourceError(name, "it does not exist")
        else:
            yield from _read_path(path, opened)
    except PermissionError:
        yield SourceError(name, "it may not be read: check its permissions")
    except OSError as error:
        yield SourceError(name, f"it cannot be read: {error.strerror or error}")


def read_bytes(name: str, data: bytes) -> Iterator[Article | SourceError]:
    """The articles of a file that somebody sent."""
    yield from _read_file(BytesIO(data), name)


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below a folder that can be read, by name; hidden files and other kinds of file are passed over."""
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and file.name.lower().endswith(_kinds()):
            yield file


def _read_folder(path: Path, opened: Callable[[BinaryIO], None]) -> Iterator[Article | SourceError]:
    found = False
    for file in files_of(path):
        found = True
        try:
            yield from _read_path(file, opened)
        except OSError as error:
            yield SourceError(str(file), f"it cannot be read: {error.strerror or error}")
    if not found:
        yield SourceError(str(path), f"the folder holds no file of these kinds: {' '.join(_kinds())}")


def _read_path(path: Path, opened: Callable[[BinaryIO], None]) -> Iterator[Article | SourceError]:
    with path.open("rb") as file:
        opened(file)
        yield from _read_file(file, str(path))


def _read_file(file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
    head = file.read(_HEAD)
    file.seek(0)
    source = next((one for one in FILES if one.accepts(name, head)), None)
    if source:
        yield from source.read(file, name)
    else:
        yield SourceError(name, f"files of this kind cannot be read; give one of these kinds: {' '.join(_kinds())}")


def _kinds() -> tuple[str, ...]:
    return tuple(kind for one in FILES for kind in one.kinds)
