"""Who has the data folder open: any number of processes share it, or one that replaces the archive has it alone."""

import fcntl
import os
from pathlib import Path

from retrieval.errors import ArchiveBusy, ArchiveUnwritable


class FolderLock:
    """A hold on a data folder until `close`; the system lets go of it when the process ends, however it ends.

    Raises:
        ArchiveBusy: somebody has it alone, or with `alone` anybody has it at all.
        ArchiveUnwritable: the folder is not there, or its file system knows no locks.
    """

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        try:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise ArchiveUnwritable(f"The data folder {folder} cannot be opened: {error.strerror}.") from error
        try:
            fcntl.flock(self._folder, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            other = "Another process has the archive open: stop `qawl serve` first" if alone else "A backup is restored"
            raise ArchiveBusy(f"{other} in {folder}; then try again.") from error
        except OSError as error:
            self.close()
            if alone:  # who only shares goes on as if there were no locks: nobody can restore there
                raise ArchiveUnwritable(f"The file system of {folder} knows no locks: {error.strerror}.") from error

    def close(self) -> None:
        """Lets go of it."""
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1
