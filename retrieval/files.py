"""Files and folders that are whole or not there."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Lets `write` fill a temporary file, then puts it in the place of `path`.

    After a crash at any instant `path` is the old file or the new one, on disk in full.
    """
    scratch = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        write(scratch)
        with scratch.open("rb+") as file:
            os.fsync(file.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def make_folder(target: Path, whole: str, fill: Callable[[Path], None]) -> None:
    """Lets `fill` make a folder, then puts it at `target`, unless another process was faster.

    A folder is whole when it has a file of the name `whole`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".building-") as scratch:
        made = Path(scratch, "made")
        fill(made)
        try:
            made.rename(target)
        except OSError:
            if not (target / whole).exists():
                shutil.rmtree(target, ignore_errors=True)
                made.rename(target)
