"""The passage vectors of one language: exact while they are few, then quantised, with what came since kept exact."""

import threading
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.quantised import Quantised, written

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

Found = tuple[npt.NDArray[np.bool_], Floats]  # which of some ids, and the vectors of those, one after the other

_NONE: Ids = np.empty(0, np.int64)

# Of more passages than are compared with a question one by one the lists say which may be among the nearest: eight
# times as many as are wanted, and these at least. See docs/performance.md.
_ONE_BY_ONE = 2_000
_TIMES, _LEAST = 8, 600


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

    def found(self, ids: Ids) -> Found:
        """Which of the ids are there, and the vectors of those."""
        here = self.has(ids)
        return here, self.vectors(ids[here]) if here.any() else np.empty((0, self.index.d), np.float32)

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
class Base:
    """What has been quantised, but for those that have gone since (ascending); never changed, only replaced.

    So it can be searched from any thread, and while the partition changes.
    """

    quantised: Quantised | None = None
    gone: Ids = field(default_factory=_NONE.copy)

    def __len__(self) -> int:
        return len(self.quantised) - len(self.gone) if self.quantised else 0

    @property
    def ids(self) -> Ids:
        """All ids, ascending."""
        return np.setdiff1d(self.quantised.ids, self.gone, assume_unique=True) if self.quantised else _NONE

    def found(self, ids: Ids) -> Found:
        """Which of the ids are there, and the vectors of those."""
        if self.quantised is None:
            return np.zeros(len(ids), bool), np.empty((0, 0), np.float32)
        rows = self.quantised.rows(ids)
        here = (rows >= 0) & ~np.isin(ids, self.gone)
        return here, self.quantised.vectors(rows[here])

    def search(self, query: Floats, k: int) -> tuple[Floats, Ids]:
        """Inner products and ids of about the k nearest, best first."""
        if self.quantised is None:
            return np.empty(0, np.float32), _NONE
        return self.quantised.search(query, k, self.gone)

    def near(self, ids: Ids, query: Floats, k: int) -> npt.NDArray[np.bool_]:
        """Which of the ids, shape (len(ids),), are here and may be the nearest: all here when those are few."""
        here = self.quantised.rows(ids) >= 0 if self.quantised else np.zeros(len(ids), bool)
        if self.quantised is None or here.sum() <= _ONE_BY_ONE:
            return here
        here[here] = self.quantised.nearest_among(ids[here], query, max(_LEAST, _TIMES * k))
        return here


def joined(one: Found, other: Found, dimension: int) -> Found:
    """Which of some ids are in either of two, neither in both, and their vectors."""
    here = one[0] | other[0]
    vectors = np.empty((int(here.sum()), dimension), np.float32)
    for own, found in (one, other):
        if own.any():
            vectors[own[here]] = found
    return here, vectors


def nearest(one: tuple[Floats, Ids], other: tuple[Floats, Ids], k: int) -> Ids:
    """The k best of two searches' ids, best first."""
    scores = np.concatenate([one[0], other[0]])
    best: Ids = np.concatenate([one[1], other[1]])[np.argsort(-scores, kind="stable")[:k]]
    return best


@dataclass(frozen=True)
class Snapshot:
    """A partition as it was when it was about to be quantised."""

    base: Base
    ids: Ids
    vectors: Floats

    def quantised(self, beside: Path, unwanted: threading.Event) -> Quantised:
        """All of it in a file of its own; takes from seconds to minutes.

        Raises:
            OSError: the file cannot be written or read.
            GivenUp: it was `unwanted` before it was done.
        """
        former, gone = self.base.quantised, self.base.gone
        path = written(beside, self.ids, self.vectors, former=former, gone=gone, unwanted=unwanted)
        return Quantised(path)


class Partition:
    """The passages of one language, and the sum of their vectors. Not safe to use from several threads.

    What changes is in `recent`; `base` is another object whenever anything in it has gone.
    """

    def __init__(self, recent: Recent, total: npt.NDArray[np.float64], base: Base | None = None) -> None:
        self.recent = recent
        self.total = total
        self.base = Base() if base is None else base

    @classmethod
    def empty(cls, dimension: int) -> "Partition":
        """One without passages."""
        return cls(Recent.empty(dimension), np.zeros(dimension))

    def __len__(self) -> int:
        return len(self.recent) + len(self.base)

    def ids(self) -> Ids:
        """Ids of all passages, in no order."""
        return np.concatenate([self.base.ids, self.recent.ids])

    def add(self, ids: Ids, vectors: Floats) -> None:
        """Puts passages in that are not there."""
        self.recent.add(ids, vectors)
        self.total += vectors.sum(axis=0, dtype=np.float64)

    def remove(self, ids: Ids) -> None:
        """Takes out those of the ids that are there."""
        recent, based = self.recent.found(ids), self.base.found(ids)
        here, vectors = joined(recent, based, len(self.total))
        if not here.any():
            return
        self.total -= vectors.sum(axis=0, dtype=np.float64)
        if recent[0].any():
            self.recent.remove(ids[recent[0]])
        self.base = replace(self.base, gone=np.union1d(self.base.gone, ids[based[0]]))

    def changes(self, growth: Growth) -> float:
        """How much has changed since it was quantised; from 1 on it should be again."""
        if self.base.quantised is None:
            return len(self.recent) / growth.exact
        changes = len(self.recent) + len(self.base.gone)
        return changes / max(growth.recent, growth.share * len(self.base.quantised)) if len(self) else 0.0

    def snapshot(self) -> Snapshot:
        """What there is now, unaffected by what comes."""
        ids = self.recent.ids
        return Snapshot(self.base, ids, self.recent.vectors(ids))

    def rest_on(self, quantised: Quantised) -> None:
        """Takes a base that was made of a snapshot of this partition, whatever came and went since then."""
        here = self.ids()
        self.recent.remove(np.intersect1d(self.recent.ids, quantised.ids))
        self.base = Base(quantised, np.setdiff1d(quantised.ids, here, assume_unique=True))
