"""The data folder is its owner's alone: what is written about people in it must not be read by the server's others."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from retrieval.sqlite_database import FILE

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BESIDE = ("vectors.faiss", "words", "speakers.snapshot", "log.key")


def exposed(data_dir: Path) -> list[Path]:
    """The data folder and those of Qawl's files in it that other users of the machine may read or write.

    None within a folder that they may not enter, whatever the files' own modes.
    """
    if not data_dir.is_dir() or not _is_open(data_dir):
        return []
    found = []
    for one in _ours(data_dir):
        with suppress(FileNotFoundError):  # replaced just now
            found += [one] * _is_open(one)
    return found


def make_private(data_dir: Path) -> list[Path]:
    """Takes their rights away, files of others left alone; returns what was exposed.

    Raises:
        OSError: this user may not change the files' modes.
    """
    found = exposed(data_dir)
    for one in found:
        with suppress(FileNotFoundError):
            one.chmod(stat.S_IMODE(one.stat().st_mode) & ~_OTHERS)
    return found


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)


def _ours(data_dir: Path) -> Iterator[Path]:
    own = [one for one in data_dir.iterdir() if one.name.startswith((FILE, *_BESIDE)) and not one.is_symlink()]
    if own and data_dir.resolve() != Path.home():  # which may well be meant to be seen
        yield data_dir
    for one in own:
        yield one
        if one.is_dir():
            yield from (inside for inside in one.rglob("*") if not inside.is_symlink())
