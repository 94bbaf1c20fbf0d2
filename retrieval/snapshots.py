"""What was worked out in memory, to a file and back, so that a start need not work it out again."""

import pickle
from collections.abc import Collection
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from zlib import crc32

from retrieval.files import write_atomically


class _Plain(pickle.Unpickler):
    """Makes containers, plain values and objects of some classes, and calls nothing else whatever a file says."""

    def __init__(self, content: bytes, classes: Collection[type]) -> None:
        super().__init__(BytesIO(content))
        self._classes = {(one.__module__, one.__qualname__): one for one in classes}

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._classes:
            raise pickle.UnpicklingError(f"{module}.{name} is none of {sorted(self._classes)}")
        return self._classes[module, name]


def keep(path: Path, version: str, state: object) -> None:
    """Writes it as a snapshot of that version.

    Raises:
        OSError: the file cannot be written.
    """
    content = pickle.dumps(state, protocol=5)
    write_atomically(path, partial(_put, content=b"%s %08x\n%s" % (version.encode(), crc32(content), content)))


def _put(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def kept(path: Path, version: str, classes: Collection[type]) -> Any:
    """What was kept there, of containers, plain values and these classes; None without a file of that version.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.
    """
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if head.split(b" ")[0] != version.encode():
        return None
    if head != b"%s %08x" % (version.encode(), crc32(content)):
        raise ValueError("its checksum is another one")
    try:
        return _Plain(content, classes).load()
    except Exception as error:  # of a file with a fitting checksum that is none of ours: it may raise anything
        raise ValueError(str(error)) from error
