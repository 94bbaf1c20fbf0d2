"""What is worked out in memory from an archive's sources, and brought up to date with its every write."""

import threading

from retrieval.archive import Archive, StoredSource


class SourceFollower:
    """Follows the sources of one archive; safe to use from any thread that holds `_lock`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._archive = ""
        self._sequence = 0
        self._clear()

    def catch_up(self, archive: Archive) -> None:
        """Brings the index to the archive's last write.

        Raises:
            ArchiveError: when the archive cannot be read.
        """
        with self._lock:
            sequence = archive.sequence()
            if (archive.identity, sequence) == (self._archive, self._sequence):
                return
            if archive.identity != self._archive or archive.removed_since(self._sequence):
                self._sequence = 0
                self._clear()
            for one in archive.sources(self._sequence):
                self._add(one)
            self._archive, self._sequence = archive.identity, sequence

    def _clear(self) -> None:
        """Forgets every source."""
        raise NotImplementedError

    def _add(self, stored: StoredSource) -> None:
        """Takes in a source; it may have come before, when somebody wrote just now."""
        raise NotImplementedError
