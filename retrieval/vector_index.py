"""Dense retrieval: the nearest passage vectors of a question vector."""

import json
import logging
import threading
import zlib
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, Changes
from retrieval.errors import ArchiveUnwritable
from retrieval.files import write_atomically

log = logging.getLogger(__name__)

_FORMAT = 1
_SAVE_AFTER = 10_000  # passages: what a start after a crash has to add again takes well under a second


class VectorIndex(Protocol):
    """Passage vectors by passage id, derived from the archive up to a sequence number."""

    def catch_up(self, archive: Archive) -> None:
        """Brings the index to the archive's last write."""

    def search(self, query: npt.NDArray[np.float32], k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Ids and cosines, both of shape (≤ k,), best first, for a unit-length query of shape (dimension,)."""

    def problems(self, archive: Archive) -> list[str]:
        """How the index differs from the archive, one line each; none when they agree."""

    def rebuild(self, archive: Archive) -> None:
        """Forgets everything and reads it from the archive again."""

    def save(self) -> None:
        """Puts the index on disk, so that the next start has less to catch up on."""


class FaissIndex:
    """A `VectorIndex` in `data_dir`: exact inner products with FAISS.

    On disk it is one file with a head that names the model, the dimension, the archive's sequence number that it has
    reached and a checksum. A file that is damaged, of another model, or ahead of the archive is built anew.
    """

    def __init__(self, data_dir: Path, identity: str, dimension: int) -> None:
        self.path = data_dir / "vectors.faiss"
        self._identity = identity
        self._dimension = dimension
        self._lock = threading.Lock()
        self._clear()
        self._load()

    def _clear(self) -> None:
        self.sequence = 0
        self._unsaved = 0
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(self._dimension))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def _load(self) -> None:
        if not self.path.exists():
            return
        try:
            line, _, body = self.path.read_bytes().partition(b"\n")
            head = json.loads(line)
            if head["format"] != _FORMAT or zlib.crc32(body) != head["crc32"]:
                raise ValueError("checksum")
            if (head["model"], head["dimension"]) != (self._identity, self._dimension):
                raise ValueError("another model")
            self._index = faiss.deserialize_index(np.frombuffer(body, np.uint8))
            self.sequence = head["sequence"]
        except (ValueError, KeyError, TypeError, RuntimeError) as error:
            log.warning("The vector index %s is unusable (%s); it is built anew from the archive.", self.path, error)
            self._clear()

    def catch_up(self, archive: Archive) -> None:
        """See `VectorIndex.catch_up`."""
        with self._lock:
            if archive.sequence() < self.sequence:
                log.warning("The vector index is ahead of the archive; it is built anew.")
                self._clear()
            for changes in archive.changes(self.sequence):
                self._apply(changes)
            if self._unsaved >= _SAVE_AFTER:
                self._write()

    def _apply(self, changes: Changes) -> None:
        for first, last in changes.removed:
            self._index.remove_ids(faiss.IDSelectorRange(first, last + 1))
        if len(changes.ids):
            self._index.remove_ids(faiss.IDSelectorBatch(changes.ids))  # a portion applied twice must not double
            self._index.add_with_ids(changes.vectors, changes.ids)
        self.sequence = changes.sequence
        self._unsaved += len(changes.ids) + len(changes.removed)

    def search(self, query: npt.NDArray[np.float32], k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """See `VectorIndex.search`."""
        with self._lock:
            k = min(k, len(self))
            if k == 0:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            scores, ids = self._index.search(query[None, :], k)
        return ids[0], scores[0]

    def problems(self, archive: Archive) -> list[str]:
        """See `VectorIndex.problems`."""
        self.catch_up(archive)
        here, there = faiss.vector_to_array(self._index.id_map), archive.passage_ids()
        missing, extra = len(np.setdiff1d(there, here)), len(np.setdiff1d(here, there)) + len(here) - len(set(here))
        found = [(missing, "passages are missing from"), (extra, "passages too many are in")]
        return [f"{count} {text} the vector index" for count, text in found if count]

    def rebuild(self, archive: Archive) -> None:
        """See `VectorIndex.rebuild`."""
        with self._lock:
            self._clear()
        self.catch_up(archive)
        self.save()

    def save(self) -> None:
        """See `VectorIndex.save`.

        Raises:
            ArchiveUnwritable: when the file cannot be written.
        """
        with self._lock:
            if self._unsaved:
                self._write()

    def _write(self) -> None:
        body = faiss.serialize_index(self._index).tobytes()
        head = {
            "format": _FORMAT,
            "model": self._identity,
            "dimension": self._dimension,
            "sequence": self.sequence,
            "crc32": zlib.crc32(body),
        }
        try:
            write_atomically(self.path, lambda path: _write_parts(path, json.dumps(head).encode() + b"\n", body))
        except OSError as error:
            raise ArchiveUnwritable(f"{self.path} cannot be written: {error.strerror}.") from error
        self._unsaved = 0


def _write_parts(path: Path, *parts: bytes) -> None:
    with path.open("wb") as file:
        file.writelines(parts)
