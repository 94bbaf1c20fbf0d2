"""The passage vectors of one language: exact while they are few, then quantised, with what came since kept exact."""

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.quantised import Quantised, written

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_NONE: Ids = np.empty(0, np.int64)


@dataclass(frozen=True)
class Growth:
    """When a partition is quantised; the numbers are from docs/performance.md.

    Attributes:
        exact: vectors up to which nothing is.
        recent: changes since the last time from which it is done again, in the background.
        share: the same as a share of what is quantised: whichever is more.
        most: vectors from which it cannot wait: they would take memory without end while an archive is read.
    """

    exact: int = 30_000
    recent: int = 15_000
    share: float = 1 / 32
    most: int = 100_000


class Recent:
    """Few vectors by id, in memory, with exact inner products."""

    def __init__(self, index: Any) -> None:
        self.index = index

    @classmethod
    def empty(cls, dimension: int) -> "Recent":
        """One without vectors."""
        return cls(faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @cached_property
    def ids(self) -> Ids:
        """All ids, ascending."""
        return np.sort(faiss.vector_to_array(self.index.id_map))

    def has(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Which of the ids are there."""
        if not len(self):
            return np.zeros(len(ids), bool)
        found: npt.NDArray[np.bool_] = self.ids[np.minimum(np.searchsorted(self.ids, ids), len(self) - 1)] == ids
        return found

    def vectors(self, ids: Ids) -> Floats:
        """The vectors of ids that are there."""
        vectors: Floats = self.index.reconstruct_batch(ids)
        return vectors

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Puts vectors in."""
        self.index.add_with_ids(vectors, ids)
        self.__dict__.pop("ids", None)

    def remove(self, ids: Ids) -> None:
        """Takes out ids that are there."""
        self.index.remove_ids(faiss.IDSelectorBatch(ids))
        self.__dict__.pop("ids", None)

    def search(self, query: Floats, k: int) -> tuple[Floats, Ids]:
        """Inner products and ids of the k nearest, best first."""
        if not len(self):
            return np.empty(0, np.float32), _NONE
        scores, ids = self.index.search(query[None, :], min(k, len(self)))
        return scores[0], ids[0]


@dataclass(frozen=True)
class Snapshot:
    """A partition as it was when it was about to be quantised."""

    base: Quantised | None
    gone: Ids
    ids: Ids
    vectors: Floats

    def quantised(self, beside: Path, unwanted: threading.Event) -> Quantised:
        """All of it in a file of its own; takes from seconds to minutes.

        Raises:
            OSError: the file cannot be written or read.
            GivenUp: it was `unwanted` before it was done.
        """
        path = written(beside, self.ids, self.vectors, former=self.base, gone=self.gone, unwanted=unwanted)
        return Quantised(path)


class Partition:
    """The passages of one language, and the sum of their vectors. Not safe to use from several threads."""

    def __init__(
        self, recent: Recent, total: npt.NDArray[np.float64], base: Quantised | None = None, gone: Ids = _NONE
    ) -> None:
        self.recent = recent
        self.total = total
        self.base = base
        self.gone = gone  # of the base, ascending

    @classmethod
    def empty(cls, dimension: int) -> "Partition":
        """One without passages."""
        return cls(Recent.empty(dimension), np.zeros(dimension))

    def __len__(self) -> int:
        return len(self.recent) + (len(self.base) - len(self.gone) if self.base else 0)

    def ids(self) -> Ids:
        """Ids of all passages, in no order."""
        if self.base is None:
            return self.recent.ids
        return np.concatenate([np.setdiff1d(self.base.ids, self.gone, assume_unique=True), self.recent.ids])

    def vectors(self, ids: Ids) -> tuple[npt.NDArray[np.bool_], Floats]:
        """Which of the ids are there, and the vectors of those, one after the other."""
        recent = self.recent.has(ids)
        rows = self._rows(ids)
        here = recent | (rows >= 0)
        vectors = np.empty((int(here.sum()), len(self.total)), np.float32)
        if recent.any():
            vectors[recent[here]] = self.recent.vectors(ids[recent])
        if self.base and (rows >= 0).any():
            vectors[rows[here] >= 0] = self.base.vectors(rows[rows >= 0])
        return here, vectors

    def _rows(self, ids: Ids) -> Ids:
        """Where ids stand in the base; -1 for those that do not, or have gone."""
        if self.base is None:
            return np.full(len(ids), -1)
        rows: Ids = np.where(np.isin(ids, self.gone), -1, self.base.rows(ids))
        return rows

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Puts passages in that are not there."""
        self.recent.add(ids, vectors)
        self.total += vectors.sum(axis=0, dtype=np.float64)

    def remove(self, ids: Ids) -> None:
        """Takes out those of the ids that are there."""
        here, vectors = self.vectors(ids)
        if not here.any():
            return
        self.total -= vectors.sum(axis=0, dtype=np.float64)
        recent = self.recent.has(ids)
        if recent.any():
            self.recent.remove(ids[recent])
        self.gone = np.union1d(self.gone, ids[here & ~recent])

    def search(self, query: Floats, k: int) -> Ids:
        """Ids of the k nearest, best first."""
        scores, ids = self.recent.search(query, k)
        if self.base is None:
            return ids
        others, found = self.base.search(query, k, self.gone)
        best = np.argsort(-np.concatenate([scores, others]), kind="stable")[:k]
        return np.concatenate([ids, found])[best]

    def changes(self, growth: Growth) -> float:
        """How much has changed since it was quantised; from 1 on it should be again."""
        if self.base is None:
            return len(self.recent) / growth.exact
        changes = len(self.recent) + len(self.gone)
        return changes / max(growth.recent, growth.share * len(self.base)) if len(self) else 0.0

    def snapshot(self) -> Snapshot:
        """What there is now, unaffected by what comes."""
        ids = self.recent.ids
        return Snapshot(self.base, self.gone, ids, self.recent.vectors(ids))

    def rest_on(self, base: Quantised) -> None:
        """Takes a base that was made of a snapshot of this partition, whatever came and went since then."""
        here = self.ids()
        self.recent.remove(np.intersect1d(self.recent.ids, base.ids))
        self.base, self.gone = base, np.setdiff1d(base.ids, here, assume_unique=True)
