"""Dense retrieval: the passages whose vectors lie nearest to a question's, language by language.

A multilingual encoder puts all texts of one language near each other, so that plain cosine prefers passages in the
question's own language. Taking each language's mean away first (Libovický et al., "On the language neutrality of
pre-trained multilingual representations", 2020) leaves what the texts say.
"""

import json
import logging
import os
import threading
import time
import zlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.archive import Archive, Changes
from retrieval.derived import disagreement
from retrieval.errors import ArchiveUnwritable
from retrieval.files import write_atomically
from retrieval.language_means import LanguageMeans
from retrieval.linear import unit
from retrieval.quantised import GivenUp, Quantised
from retrieval.threads import spare
from retrieval.vector_partition import Base, Found, Growth, Partition, Recent, joined, nearest

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_FORMAT = 3
_HEAD = 10_000_000  # bytes at most of the head's line: a language takes ten thousand
_BLOCK = 1 << 20  # bytes read and written at a time: copies of the whole would take thrice the index's memory
_PORTION = 16_384  # vectors compared at a time: 25 MB
_UNKNOWN = -2.0  # below every cosine
_NICE = 10  # of the thread that quantises: questions and ingest come first
_ABANDONED = 3600.0  # seconds after which a file that no head names is nobody's
_SAVE_AFTER = 10_000  # passages: what a start after a crash has to add again takes well under a second


class VectorIndex(Protocol):
    """Passage vectors by passage id, derived from the archive up to a sequence number."""

    def catch_up(self, archive: Archive) -> None:
        """Brings the index to the archive's last write."""

    def search(self, query: Floats, k: int) -> list[int]:
        """Ids of the k nearest passages of each language, for a question vector of shape (dimension,)."""

    def nearest_of(self, ids: Sequence[int], query: Floats, k: int, *, centred: bool) -> list[int]:
        """Those k of the ids whose `vectors` are nearest to a question's, best first; unknown ids come last.

        Of thousands of a language some of the k may be missing, and others in their place.
        """

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


class FaissIndex:
    """A `VectorIndex` in `data_dir`: a partition a language, exact while it is small, quantised from some size on.

    On disk it is one file with a head that names the model, the dimension, the archive, the sequence number of it that
    was reached, and a checksum; and a file beside it for each partition that is quantised, named in the head, which is
    never changed, only replaced by another one. A file that is damaged, of another model, or ahead of the archive has
    the index built anew. Several processes may use one folder: the one that writes last is right.
    """

    def __init__(self, data_dir: Path, identity: str, means: LanguageMeans, growth: Growth | None = None) -> None:
        self.path = data_dir / "vectors.faiss"
        self._identity = identity
        self._prior = means
        self._growth = growth or Growth()
        self._dimension = len(means.pooled("passage", "und"))
        self._following = threading.Lock()  # held by whoever brings the index to the archive's last write
        self._lock = threading.Lock()
        self._growing: threading.Thread | None = None
        self._closed = threading.Event()
        self._clear()
        self._load()

    def _clear(self) -> None:
        self.sequence = 0
        self._unsaved = 0
        self._archive = ""
        self._partitions: dict[str, Partition] = {}
        self._patience = 1.0  # how many times as much must change after quantising has failed

    def __len__(self) -> int:
        return sum(map(len, self._partitions.values()))

    def catch_up(self, archive: Archive) -> None:
        """See `VectorIndex.catch_up`. A partition that has changed much is quantised in the background.

        Raises:
            ArchiveUnwritable: when the index had to be saved and the file cannot be written.
        """
        with self._following:
            if self.sequence and (archive.identity != self._archive or archive.sequence() < self.sequence):
                log.warning("The vector index is of another archive or of a later state; it is built anew.")
                with self._lock:
                    self._clear()
            self._archive = archive.identity
            for changes in archive.changes(self.sequence):
                with self._lock:  # questions search on while the archive is read
                    self._apply(changes)
            with self._lock:
                if self._unsaved >= _SAVE_AFTER:
                    self._write()
                self._grow()

    def _apply(self, changes: Changes) -> None:
        gone = [np.arange(first, last + 1) for first, last in changes.removed]
        stale = np.concatenate([*gone, changes.ids])  # a portion applied twice must not double
        for partition in self._partitions.values():
            partition.remove(stale)
        for lang in set(changes.langs):
            rows = np.array([i for i, own in enumerate(changes.langs) if own == lang])
            partition = self._partitions.setdefault(lang, Partition.empty(self._dimension))
            partition.add(changes.ids[rows], changes.vectors[rows])
            if len(partition.recent) > self._growth.most * self._patience:
                self._quantise(partition)
        self.sequence = changes.sequence
        self._unsaved += len(stale)

    def _quantise(self, partition: Partition) -> None:
        try:
            partition.rest_on(partition.snapshot().quantised(self.path, self._closed))
        except GivenUp:
            pass
        except OSError as error:
            self._put_off(error.strerror)

    def _put_off(self, reason: str | None) -> None:
        self._patience *= 2
        log.warning("The vector index cannot be quantised, which costs memory and time: %s", reason)

    def _grow(self) -> None:
        """Begins to quantise what has changed much, unless that is being done."""
        if self._closed.is_set() or (self._growing and self._growing.is_alive()):
            return
        due = [one for one in self._partitions.values() if one.changes(self._growth) >= self._patience]
        if due:
            self._growing = threading.Thread(target=self._grow_beside, args=(due,), name="vectors")
            self._growing.start()

    def _grow_beside(self, due: Sequence[Partition]) -> None:
        with suppress(OSError, AttributeError):  # where threads have no priority of their own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        for partition in due:
            with self._lock:
                snapshot = partition.snapshot()
            try:
                base = snapshot.quantised(self.path, self._closed)
                with self._lock:
                    if partition in self._partitions.values():  # nobody has begun anew meanwhile
                        partition.rest_on(base)
                        self._write()
                    else:
                        base.path.unlink()
            except GivenUp:
                return
            except (OSError, ArchiveUnwritable) as error:
                return self._put_off(getattr(error, "strerror", None) or str(error))

    def search(self, query: Floats, k: int) -> list[int]:
        """See `VectorIndex.search`."""
        with self._lock:
            parts = [(one.recent.search(query, k), one.base) for one in self._partitions.values()]
        searches = [(recent, spare.beside(base.search, query, k)) for recent, base in parts]
        return [passage for recent, base in searches for passage in nearest(recent, base.result(), k).tolist()]

    def nearest_of(self, ids: Sequence[int], query: Floats, k: int, *, centred: bool) -> list[int]:
        """See `VectorIndex.nearest_of`."""
        wanted = np.array(ids, np.int64)
        near = np.full(len(wanted), _UNKNOWN, np.float32)
        with self._lock:
            parts = [(lang, one.recent.has(wanted), one.base) for lang, one in self._partitions.items()]
        for lang, recent, base in parts:
            likely = np.flatnonzero(recent | base.near(wanted, query, k))
            for start in range(0, len(likely), _PORTION):
                places = likely[start : start + _PORTION]
                here, vectors = self._vectors(lang, wanted[places], centred=centred)
                near[places[here]] = vectors @ query
        best: list[int] = wanted[np.argsort(-near, kind="stable")[:k]].tolist()
        return best

    def vectors(self, ids: Sequence[int], langs: Sequence[str], *, centred: bool) -> Floats:
        """See `VectorIndex.vectors`."""
        vectors = np.zeros((len(ids), self._dimension), np.float32)
        for lang in set(langs):
            rows = np.array([i for i, own in enumerate(langs) if own == lang])
            here, found = self._vectors(lang, np.array(ids, np.int64)[rows], centred=centred)
            vectors[rows[here]] = found
        return vectors

    def _vectors(self, lang: str, ids: Ids, *, centred: bool) -> Found:
        """Which of the ids are of a language, and the unit vectors of those."""
        with self._lock:
            partition = self._partitions.get(lang) or Partition.empty(self._dimension)
            mean = self._prior.of_archive(lang, partition.total, len(partition))
            recent, base = partition.recent.found(ids), partition.base
        here, vectors = joined(recent, base.found(ids), self._dimension)
        return here, unit(vectors - mean if centred else vectors)

    def problems(self, archive: Archive) -> list[str]:
        """See `VectorIndex.problems`."""
        self.catch_up(archive)
        here = np.concatenate([np.empty(0, np.int64), *(one.ids() for one in self._partitions.values())])
        bases = [one.base.quantised for one in self._partitions.values() if one.base.quantised]
        damaged = [f"{one.path.name} of the vector index is damaged" for one in bases if not one.is_whole()]
        return disagreement("vector index", here, archive) + damaged

    def rebuild(self, archive: Archive) -> None:
        """See `VectorIndex.rebuild`."""
        with self._following, self._lock:
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

    def close(self) -> None:
        """Gives up what is being quantised; returns within seconds. The next start takes it up again."""
        self._closed.set()
        if self._growing:
            self._growing.join()

    def _load(self) -> None:
        if not self.path.exists():
            return
        try:
            with self.path.open("rb") as file:
                head = json.loads(file.readline(_HEAD))
                if head["format"] != _FORMAT:
                    raise ValueError("it is another version's")
                if _checksum(file) != head["crc32"]:
                    raise ValueError("it is damaged")
                if (head["model"], head["dimension"]) != (self._identity, self._dimension):
                    raise ValueError("it is another model's")
                file.seek(0)
                file.readline(_HEAD)
                for lang, total, base, gone in head["partitions"]:
                    index = faiss.read_index(faiss.PyCallbackIOReader(file.read, _BLOCK))  # type: ignore[attr-defined]
                    quantised = Quantised(self.path.with_name(base)) if base else None
                    own = Partition(Recent(index), np.array(total), Base(quantised, np.array(gone, np.int64)))
                    self._partitions[lang] = own
            self._archive = head["archive"]
            self.sequence = head["sequence"]
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            log.warning("The vector index is built anew from the archive: %s.", str(error).splitlines()[0])
            self._clear()

    def _write(self) -> None:
        quantised = {lang: one.base.quantised for lang, one in self._partitions.items()}
        bases = {lang: one.path for lang, one in quantised.items() if one}
        if not all(path.exists() for path in bases.values()):
            return  # another process has quantised and saved, which is as good
        head = {
            "format": _FORMAT,
            "model": self._identity,
            "dimension": self._dimension,
            "archive": self._archive,
            "sequence": self.sequence,
            "crc32": self._crc32(),
            "partitions": [
                (lang, one.total.tolist(), bases[lang].name if lang in bases else None, one.base.gone.tolist())
                for lang, one in self._partitions.items()
            ],
        }
        try:
            write_atomically(self.path, lambda path: self._write_to(path, json.dumps(head).encode() + b"\n"))
        except OSError as error:
            raise ArchiveUnwritable(f"{self.path} cannot be written: {error.strerror}.") from error
        self._unsaved = 0
        self._tidy({path.name for path in bases.values()})

    def _tidy(self, used: Collection[str]) -> None:
        """Takes away files that were replaced; not the newest ones, which another process may be about to name."""
        for path in self.path.parent.glob(f"{self.path.name}.*"):
            with suppress(OSError):
                if path.name not in used and path.stat().st_mtime < time.time() - _ABANDONED:
                    path.unlink()

    def _crc32(self) -> int:
        """The checksum of what follows the head."""
        crc32 = 0

        def measure(block: bytes) -> None:
            nonlocal crc32
            crc32 = zlib.crc32(block, crc32)

        for one in self._partitions.values():
            faiss.write_index(one.recent.index, faiss.PyCallbackIOWriter(measure, _BLOCK))  # type: ignore[attr-defined]
        return crc32

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
                    faiss.write_index(one.recent.index, faiss.PyCallbackIOWriter(write, _BLOCK))  # type: ignore[attr-defined]
                except Exception:
                    raise failed[0] if failed else OSError("FAISS gave up") from None


def _checksum(file: BinaryIO) -> int:
    crc32 = 0
    while block := file.read(_BLOCK):
        crc32 = zlib.crc32(block, crc32)
    return crc32
