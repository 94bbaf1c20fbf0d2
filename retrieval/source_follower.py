"""What is worked out in memory from an archive's sources, and brought up to date with its every write."""

import threading

from retrieval.archive import Archive, StoredSource


class SourceFollower:
    """Follows the sources of one archive; safe to use from any thread that holds `_lock`."""

    def __init__(self) -> None:
        self._following = threading.Lock()  # held by whoever brings it to the archive's last write
        self._lock = threading.RLock()
        self._archive = ""
        self._sequence = 0
        self._clear()

    def catch_up(self, archive: Archive, *, wait: bool = True) -> None:
        """Brings the index to the archive's last write.

        Without `wait` it may stay as it is while another thread does so.

        Raises:
            ArchiveError: when the archive cannot be read.
        """
        if self._following.acquire(blocking=wait or not self._archive):
            try:
                self._follow(archive)
            finally:
                self._following.release()

    def _follow(self, archive: Archive) -> None:
        sequence = archive.sequence()
        if (archive.identity, sequence) == (self._archive, self._sequence):
            return
        if archive.identity != self._archive or archive.removed_since(self._sequence):
            with self._lock:
                self._clear()
                for one in archive.sources(0):
                    self._add(one)
        else:
            for one in archive.sources(self._sequence):
                with self._lock:  # whoever asks need not wait for all of them
                    self._add(one)
        self._archive, self._sequence = archive.identity, sequence

    def _clear(self) -> None:
        """Forgets every source."""
        raise NotImplementedError

    def _add(self, stored: StoredSource) -> None:
        """Takes in a source; it may have come before, when somebody wrote just now."""
        raise NotImplementedError
