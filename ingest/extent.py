"""How far files have been read, in bytes: known from the start, where counting their articles would be reading them."""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from ingest.sources import files_of


class Extent:
    """The files that sources name; `total` is their size, None when one is a web address, whose size nobody knows."""

    def __init__(self, names: Iterable[str]) -> None:
        sizes = [_size(name) for name in names]
        known = [size for size in sizes if size is not None]
        self.total = sum(known) if len(known) == len(sizes) else None
        self._before = 0
        self._file: BinaryIO | None = None
        self._size = 0

    def opened(self, file: BinaryIO) -> None:
        """Goes on with the next file; to be called when it is opened."""
        self._before += self._size
        self._file = file
        self._size = file.seek(0, 2)
        file.seek(0)

    @property
    def done(self) -> int:
        """Bytes read so far; those of a file that is closed are all its bytes."""
        try:
            return self._before + (self._file.tell() if self._file else 0)
        except (ValueError, OSError):  # closed, or being closed by who reads
            return self._before + self._size


def _size(name: str) -> int | None:
    if name.lower().startswith(("http://", "https://")):
        return None
    path = Path(name)
    try:
        return sum(file.stat().st_size for file in (files_of(path) if path.is_dir() else [path]))
    except OSError:  # reading it will say so
        return 0
