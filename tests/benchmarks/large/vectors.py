"""Vector search alone: how much of what an exact search finds, and how much faster."""

import statistics
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from bot.workspace import Workspace
from retrieval.sqlite_archive import SqliteArchive
from retrieval.vector_partition import Partition, nearest

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

_K = 10
_CANDIDATES = 60  # as many as answering asks for


@dataclass(frozen=True)
class Exact:
    """All vectors of the language with most passages, and a scan of all of them."""

    lang: str
    ids: Ids
    index: faiss.IndexFlatIP

    def search(self, query: Floats, k: int) -> Ids:
        """The ids of the k nearest, best first."""
        return self.ids[self.index.search(query[None, :], k)[1][0]]


def exact(archive: SqliteArchive) -> Exact:
    """What the index is compared with."""
    ((lang, _),) = archive._db.rows(
        "SELECT a.lang, count(*) FROM passages p JOIN articles a ON a.key = p.article"
        " GROUP BY a.lang ORDER BY 2 DESC LIMIT 1"
    )
    rows = archive._db.rows(
        "SELECT p.id FROM passages p JOIN articles a ON a.key = p.article WHERE a.lang = ? ORDER BY p.id", lang
    )
    ids = np.array([row[0] for row in rows], np.int64)
    index = None
    for start in range(0, len(ids), 20_000):
        part = ids[start : start + 20_000]
        stored = archive._db.rows(
            "SELECT v.vector FROM vectors v JOIN passages p ON p.id = v.passage JOIN articles a ON a.key = p.article"
            " WHERE a.lang = ? AND p.id BETWEEN ? AND ? ORDER BY p.id",
            *(lang, int(part[0]), int(part[-1])),
        )
        vectors = np.frombuffer(b"".join(row[0] for row in stored), np.float16).reshape(len(part), -1)
        index = index or faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors.astype(np.float32))
    assert index is not None
    return Exact(lang, ids, index)


@dataclass(frozen=True)
class Searched:
    """What a comparison came to: milliseconds at the median, and shares."""

    exact_ms: float
    ours_ms: float
    recall: float
    within: float
    recall_of_real: float


def compared(workspace: Workspace, true: Exact, asked: Sequence[str], last_real: int) -> Searched:
    """The index's search of the largest language against the exact one, question by question in turn.

    `recall`: of the exact ten, those among our ten; `within`: those among our 60, which late interaction weighs all the
    same; `recall_of_real`: of the real passages among the exact 60, those among ours.
    """
    partition = workspace.vectors._partitions[true.lang]
    theirs, ours, recalls, within, real = [], [], [], [], []
    faiss.omp_set_num_threads(1)
    for question in asked:
        view = workspace.searcher.view(question)
        assert view
        wanted, taken = _timed(lambda view=view: true.search(view.vector, _CANDIDATES))
        found, own = _timed(lambda view=view: _search(partition, view.vector))
        theirs.append(taken)
        ours.append(own)
        recalls.append(len(np.intersect1d(wanted[:_K], found[:_K])) / _K)
        within.append(len(np.intersect1d(wanted[:_K], found)) / _K)
        among = wanted[wanted <= last_real]
        if len(among):
            real.append(len(np.intersect1d(among, found)) / len(among))
    return Searched(*map(statistics.median, (theirs, ours)), *map(statistics.mean, (recalls, within, real or [1.0])))


def _search(partition: Partition, query: Floats) -> Ids:
    parts = (part.search(query, _CANDIDATES) for part in (partition.recent, partition.base))
    return nearest(*parts, _CANDIDATES)


@dataclass(frozen=True)
class Filtered:
    """The search among one speaker's passages: how many they are, milliseconds ascending, and recall@10."""

    passages: int
    ms: list[float]
    recall: float


def filtered(workspace: Workspace, true: Exact, asked: Sequence[str], place: int) -> Filtered:
    """Among the passages of whoever is at this place among the most quoted, or after it, and speaks the language."""
    ids = next(
        found for one in workspace.speakers.all()[place:] if len(found := _passages(workspace, true, one.sources))
    )
    exactly = true.index.reconstruct_batch(np.searchsorted(true.ids, ids))
    partition = workspace.vectors._partitions[true.lang]
    exactly = exactly - workspace.vectors._prior.of_archive(true.lang, partition.total, len(partition))
    exactly /= np.linalg.norm(exactly, axis=1, keepdims=True)
    taken, recalls = [], []
    for question in asked:
        view = workspace.searcher.view(question)
        assert view
        found, own = _timed(lambda view=view: workspace.vectors.nearest_of(ids.tolist(), view.vector, _K, centred=True))
        taken.append(own)
        wanted = ids[np.argsort(-(exactly @ view.vector), kind="stable")[:_K]]
        recalls.append(len(np.intersect1d(wanted, found)) / max(1, len(wanted)))
    return Filtered(len(ids), sorted(taken), statistics.mean(recalls))


def _passages(workspace: Workspace, true: Exact, sources: Collection[int]) -> Ids:
    return np.intersect1d(np.array(workspace.archive.passages_of(sources), np.int64), true.ids)


def _timed(work: Callable[[], Ids]) -> tuple[Ids, float]:
    started = time.perf_counter()
    found = work()
    return found, (time.perf_counter() - started) * 1000
