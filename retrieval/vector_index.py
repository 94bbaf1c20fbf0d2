"""Dense retrieval: the passages whose vectors lie nearest to a question's, language by language.

A multilingual encoder puts all texts of one language near each other, so that plain cosine prefers passages in the
question's own language. Taking each language's mean away first (Libovický et al., "On the language neutrality of
pre-trained multilingual representations", 2020) leaves what the texts say.
"""

import json
import logging
import threading
import zlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, Changes
from retrieval.derived import disagreement
from retrieval.errors import ArchiveUnwritable
from retrieval.files import write_atomically
from retrieval.language_means import LanguageMeans
from retrieval.linear import unit

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_FORMAT = 2
_HEAD = 10_000_000  # bytes at most of the head's line: a language takes ten thousand
_BLOCK = 1 << 20  # bytes read and written at a time: copies of the whole would take thrice the index's memory
_SAVE_AFTER = 10_000  # passages: what a start after a crash has to add again takes well under a second

# A language's mean starts from ordinary news sentences and moves to the archive's own passages as they come: with
# three passages their mean is the passages themselves, and centring would leave noise.
_PRIOR_PASSAGES = 20


class VectorIndex(Protocol):
    """Passage vectors by passage id, derived from the archive up to a sequence number."""

    def catch_up(self, archive: Archive) -> None:
        """Brings the index to the archive's last write."""

    def search(self, query: Floats, k: int) -> list[int]:
        """Ids of the k nearest passages of each language, for a question vector of shape (dimension,)."""

    def vectors(self, ids: Sequence[int], langs: Sequence[str], *, centred: bool) -> Floats:
        """Unit vectors of passages in these languages, shape (len(ids), dimension); zeros for unknown ids.

        With `centred` their language's mean is taken away first.
        """

    def problems(self, archive: Archive) -> list[str]:
        """How the index differs from the archive, one line each; none when they agree."""

    def rebuild(self, archive: Archive) -> None:
        """Forgets everything and reads it from the archive again."""

    def save(self) -> None:
        """Puts the index on disk, so that the next start has less to catch up on."""


class _Partition:
    """The passages of one language, and the sum of their vectors."""

    def __init__(self, index: Any, total: npt.NDArray[np.float64]) -> None:
        self.index = index
        self.total = total

    @classmethod
    def empty(cls, dimension: int) -> "_Partition":
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)), np.zeros(dimension))

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def ids(self) -> Ids:
        found: Ids = faiss.vector_to_array(self.index.id_map)
        return found

    def vectors(self, ids: Ids) -> Floats:
        vectors: Floats = self.index.reconstruct_batch(ids)
        return vectors

    def add(self, ids: Ids, vectors: Floats) -> None:
        self.index.add_with_ids(vectors, ids)
        self.total += vectors.sum(axis=0, dtype=np.float64)

    def remove(self, ids: Ids) -> None:
        here = np.intersect1d(ids, self.ids())
        if len(here):
            self.total -= self.vectors(here).sum(axis=0, dtype=np.float64)
            self.index.remove_ids(faiss.IDSelectorBatch(here))


class FaissIndex:
    """A `VectorIndex` in `data_dir`: exact inner products with FAISS, a partition a language.

    On disk it is one file with a head that names the model, the dimension, the archive, the sequence number of it that
    was reached, and a checksum. A file that is damaged, of another model, or ahead of the archive is built anew.
    """

    def __init__(self, data_dir: Path, identity: str, means: LanguageMeans) -> None:
        self.path = data_dir / "vectors.faiss"
        self._identity = identity
        self._prior = means
        self._dimension = len(means.pooled("passage", "und"))
        self._lock = threading.Lock()
        self._clear()
        self._load()

    def _clear(self) -> None:
        self.sequence = 0
        self._unsaved = 0
        self._archive = ""
        self._partitions: dict[str, _Partition] = {}

    def __len__(self) -> int:
        return sum(map(len, self._partitions.values()))

    def catch_up(self, archive: Archive) -> None:
        """See `VectorIndex.catch_up`."""
        with self._lock:
            if self.sequence and (archive.identity != self._archive or archive.sequence() < self.sequence):
                log.warning("The vector index is of another archive or of a later state; it is built anew.")
                self._clear()
            self._archive = archive.identity
            for changes in archive.changes(self.sequence):
                self._apply(changes)
            if self._unsaved >= _SAVE_AFTER:
                self._write()

    def _apply(self, changes: Changes) -> None:
        gone = [np.arange(first, last + 1) for first, last in changes.removed]
        stale = np.concatenate([*gone, changes.ids])  # a portion applied twice must not double
        for partition in self._partitions.values():
            partition.remove(stale)
        for lang in set(changes.langs):
            rows = np.array([i for i, own in enumerate(changes.langs) if own == lang])
            partition = self._partitions.setdefault(lang, _Partition.empty(self._dimension))
            partition.add(changes.ids[rows], changes.vectors[rows])
        self.sequence = changes.sequence
        self._unsaved += len(stale)

    def _mean(self, lang: str) -> Floats:
        """The mean passage vector of a language."""
        partition = self._partitions[lang]
        total = partition.total + _PRIOR_PASSAGES * self._prior.pooled("passage", lang)
        mean: Floats = (total / (len(partition) + _PRIOR_PASSAGES)).astype(np.float32)
        return mean

    def search(self, query: Floats, k: int) -> list[int]:
        """See `VectorIndex.search`."""
        found: list[int] = []
        with self._lock:
            for partition in self._partitions.values():
                if k_here := min(k, len(partition)):
                    _, ids = partition.index.search(query[None, :], k_here)
                    found += ids[0].tolist()
        return found

    def vectors(self, ids: Sequence[int], langs: Sequence[str], *, centred: bool) -> Floats:
        """See `VectorIndex.vectors`."""
        vectors = np.zeros((len(ids), self._dimension), np.float32)
        with self._lock:
            for lang in set(langs) & self._partitions.keys():
                partition = self._partitions[lang]
                rows = np.array([i for i, own in enumerate(langs) if own == lang])
                wanted = np.array(ids, np.int64)[rows]
                known = np.isin(wanted, partition.ids())
                if known.any():
                    found = partition.vectors(wanted[known])
                    vectors[rows[known]] = found - self._mean(lang) if centred else found
        return unit(vectors)

    def problems(self, archive: Archive) -> list[str]:
        """See `VectorIndex.problems`."""
        self.catch_up(archive)
        here = np.concatenate([np.empty(0, np.int64), *(one.ids() for one in self._partitions.values())])
        return disagreement("vector index", here, archive)

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

    def _load(self) -> None:
        if not self.path.exists():
            return
        try:
            with self.path.open("rb") as file:
                head = json.loads(file.readline(_HEAD))
                if head["format"] != _FORMAT or _checksum(file) != head["crc32"]:
                    raise ValueError("it is damaged")
                if (head["model"], head["dimension"]) != (self._identity, self._dimension):
                    raise ValueError("it is another model's")
                file.seek(0)
                file.readline(_HEAD)
                for lang, total, _ in head["partitions"]:
                    index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _BLOCK))  # type: ignore[attr-defined]
                    self._partitions[lang] = _Partition(index, np.array(total))
            self._archive = head["archive"]
            self.sequence = head["sequence"]
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            log.warning("The vector index is built anew from the archive: %s.", str(error).splitlines()[0])
            self._clear()

    def _write(self) -> None:
        sizes, crc32 = self._measure()
        head = {
            "format": _FORMAT,
            "model": self._identity,
            "dimension": self._dimension,
            "archive": self._archive,
            "sequence": self.sequence,
            "crc32": crc32,
            "partitions": [(lang, one.total.tolist(), sizes[lang]) for lang, one in self._partitions.items()],
        }
        try:
            write_atomically(self.path, lambda path: self._write_to(path, json.dumps(head).encode() + b"\n"))
        except OSError as error:
            raise ArchiveUnwritable(f"{self.path} cannot be written: {error.strerror}.") from error
        self._unsaved = 0

    def _measure(self) -> tuple[dict[str, int], int]:
        """The size of each partition on disk, and the checksum of all of them."""
        sizes = dict.fromkeys(self._partitions, 0)
        crc32 = 0

        def measure(lang: str, block: bytes) -> None:
            nonlocal crc32
            sizes[lang] += len(block)
            crc32 = zlib.crc32(block, crc32)

        for lang, one in self._partitions.items():
            faiss.write_index(one.index, faiss.PyCallbackIOWriter(partial(measure, lang), _BLOCK))  # type: ignore[attr-defined]
        return sizes, crc32

    def _write_to(self, path: Path, head: bytes) -> None:
        failed: list[OSError] = []
        with path.open("wb") as file:

            def write(block: bytes) -> None:
                try:
                    file.write(block)
                except OSError as error:  # FAISS would make it one of its own
                    failed.append(error)
                    raise

            file.write(head)
            for one in self._partitions.values():
                try:
                    faiss.write_index(one.index, faiss.PyCallbackIOWriter(write, _BLOCK))  # type: ignore[attr-defined]
                except Exception:
                    raise failed[0] if failed else OSError("FAISS gave up") from None


def _checksum(file: BinaryIO) -> int:
    crc32 = 0
    while block := file.read(_BLOCK):
        crc32 = zlib.crc32(block, crc32)
    return crc32
