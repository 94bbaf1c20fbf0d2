"""Many vectors of one language, quantised: found by inverted lists of one bit a dimension, weighed by eight.

The lists are FAISS's: cells of k-means, within them product codes of four bits for every four dimensions, which a
processor compares thirty-two at a time (André, Kermarrec & Le Scouarnec, "Quicker ADC", 2019). Before, the vectors are
turned so that each code has a like share of their variance (Ge et al., "Optimized Product Quantization", 2013, section
3.2: the parametric solution). What the lists find is ranked again by the vectors in eight bits a dimension, which stay
in the file and are mapped from it; the levels lie as loses least of a normal distribution (Panter & Dite,
"Quantization distortion in pulse-count modulation with nonuniform spacing of levels", 1951).
"""

import json
import threading
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from retrieval.files import write_atomically

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]

_FORMAT = 2
_HEAD = 1_000_000  # bytes at most of the file's first line: two numbers a dimension
_TOGETHER = 4  # dimensions in one code of four bits
_PORTION = 16_384  # vectors decoded at a time: 25 MB
_CELLS = 4  # times the square root of the number of vectors
_SAMPLE = 40  # vectors a cell that k-means learns from; FAISS asks for 39 at least
_ROUNDS = 8  # of k-means
_AGAIN = 2.0  # times as many vectors as the cells were made for: then they are made anew
# What a code stands for, in standard deviations, shape (256,), and the edges between those, shape (255,).
_LEVELS = np.array([NormalDist(sigma=3**0.5).inv_cdf((code + 0.5) / 256) for code in range(256)], np.float32)
_EDGES = (_LEVELS[1:] + _LEVELS[:-1]) / 2

# Of 693 cells (30 000 vectors) half are looked at, of 4 000 (a million) a third: `_PROBED` x cells to the power of
# `_POWER`. That is much, since a question in another language lies far from all cells, and its neighbours in many. Of
# what they hold ten times as many are weighed again as are wanted. See docs/performance.md.
_PROBED, _POWER = 2.25, 0.77
_WEIGHED = 10
_LEAST = 200  # weighed again: fewer take no less time


@dataclass(frozen=True)
class Scale:
    """From eight bits to a number, dimension by dimension: `mean` + `spread` x level, both of shape (dimension,)."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "Scale":
        """The scale on which vectors like these have room."""
        mean = vectors.mean(axis=0, dtype=np.float64)
        variance = np.zeros(len(mean))
        for start in range(0, len(vectors), _PORTION):
            variance += ((vectors[start : start + _PORTION] - mean) ** 2).sum(axis=0) / len(vectors)
        farthest = np.maximum(vectors.max(axis=0) - mean, mean - vectors.min(axis=0))
        spread = np.maximum(np.maximum(variance**0.5, farthest / _LEVELS[-1]), 1e-9)
        return cls(mean.astype(np.float32), spread.astype(np.float32))

    def encode(self, vectors: Floats) -> Codes:
        """Vectors in eight bits a dimension, the same shape."""
        codes = np.empty(vectors.shape, np.uint8)
        for start in range(0, len(vectors), _PORTION):
            here = slice(start, start + _PORTION)
            codes[here] = np.searchsorted(_EDGES, (vectors[here] - self.mean) / self.spread)
        return codes

    def decode(self, codes: Codes) -> Floats:
        """What is left of the vectors, the same shape."""
        vectors: Floats = _LEVELS.take(codes)
        vectors *= self.spread
        vectors += self.mean
        return vectors


@dataclass(frozen=True)
class Turn:
    """How the lists see vectors: `mean`, shape (dimension,), taken away, then turned by `axes`, square."""

    mean: Floats
    axes: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "Turn":
        """Along the main axes of these vectors, dealt out so that the codes are about equally hard to make."""
        mean = vectors.mean(axis=0)
        spread = np.zeros((len(mean), len(mean)))
        for start in range(0, len(vectors), _PORTION):
            here = (vectors[start : start + _PORTION] - mean).astype(np.float64)
            spread += here.T @ here
        variances, axes = np.linalg.eigh(spread / len(vectors))
        codes: list[list[int]] = [[] for _ in range(len(mean) // _TOGETHER)]
        for axis in reversed(range(len(mean))):  # the most variance first, to whichever code has the least so far
            open_ones = (code for code in codes if len(code) < _TOGETHER)
            min(open_ones, key=lambda code: variances[code].sum()).append(axis)
        order = [axis for code in codes for axis in code]
        return cls(mean.astype(np.float32), np.ascontiguousarray(axes[:, order], np.float32))

    def __call__(self, vectors: Floats) -> Floats:
        """Vectors as the lists see them, the same shape."""
        turned = np.empty(vectors.shape, np.float32)
        for start in range(0, len(vectors), _PORTION):
            here = slice(start, start + _PORTION)
            np.matmul(vectors[here] - self.mean, self.axes, out=turned[here])
        return turned


class Quantised:
    """Vectors by id in a file that is never changed; safe to use from any thread.

    The lists (about 60 bytes a vector) are read into memory, the eight-bit vectors stay where they are.
    """

    def __init__(self, path: Path) -> None:
        """Opens a file that `write` has made.

        Raises:
            OSError: it cannot be read.
            ValueError: it is damaged or of another format.
        """
        self.path = path
        with path.open("rb") as file:
            head = json.loads(file.readline(_HEAD))
            if head["format"] != _FORMAT:
                raise ValueError(f"{path.name} is of another version")
            start = file.tell()
            count, dimension = head["shape"]
            sizes = [8 * count, 4 * dimension * (dimension + 1), head["lists"]]
            if path.stat().st_size != start + sum(sizes) + count * dimension:
                raise ValueError(f"{path.name} is cut off")
            ids, turn, lists = map(file.read, sizes)
            if zlib.crc32(lists, zlib.crc32(turn, zlib.crc32(ids))) != head["crc32"]:
                raise ValueError(f"{path.name} is damaged")
            where = file.tell()
        self.ids: Ids = np.frombuffer(ids, np.int64)
        self.scale = Scale(np.array(head["mean"], np.float32), np.array(head["spread"], np.float32))
        self.turn = Turn(*np.split(np.frombuffer(turn, np.float32).reshape(-1, dimension), [1]))
        self.learnt = int(head["learnt"])
        self._codes_crc32 = int(head["codes_crc32"])
        self.codes: Codes = np.memmap(path, np.uint8, "r", where, (count, dimension))
        self.lists = _lists(lists)
        self.probed = min(self.lists.nlist, round(_PROBED * self.lists.nlist**_POWER))  # cells that a search looks at

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: Ids) -> Ids:
        """Where each id stands, int64 of shape (len(ids),); -1 for those that do not."""
        places = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        found: Ids = np.where(self.ids[places] == ids, places, -1)
        return found

    def vectors(self, rows: Ids) -> Floats:
        """The vectors at these places, shape (len(rows), dimension), to within eight bits."""
        return self.scale.decode(self.codes[rows])

    def search(self, query: Floats, k: int, without: Ids) -> tuple[Floats, Ids]:
        """Inner products and ids of about the k nearest, best first, but for the ids in `without`."""
        only = faiss.IDSelectorNot(faiss.IDSelectorBatch(without)) if len(without) else None
        parameters = faiss.SearchParametersIVF(sel=only, nprobe=self.probed)  # type: ignore[call-arg]
        turned = query[None, :] @ self.turn.axes  # the mean would change all scores alike
        _, near = self.lists.search(turned, min(max(_WEIGHED * k, _LEAST), len(self)), params=parameters)
        ids = near[0][near[0] >= 0]
        scores = self.vectors(self.rows(ids)) @ query
        best = np.argsort(-scores, kind="stable")[:k]
        return scores[best], ids[best]

    def nearest_among(self, ids: Ids, query: Floats, k: int) -> npt.NDArray[np.bool_]:
        """Which of some ids that are here are about the k with the highest inner products, by what the lists tell."""
        wanted = np.zeros(int(self.ids[-1]) + 1, bool)
        wanted[ids] = True
        marks: Any = np.packbits(wanted, bitorder="little")
        every = faiss.SearchParametersIVF(sel=faiss.IDSelectorBitmap(marks), nprobe=self.lists.nlist)  # type: ignore[call-arg]
        _, near = self.lists.search(query[None, :] @ self.turn.axes, min(k, len(ids)), params=every)
        wanted[ids] = False
        wanted[near[0][near[0] >= 0]] = True
        found: npt.NDArray[np.bool_] = wanted[ids]
        return found

    def is_whole(self) -> bool:
        """Whether the eight-bit vectors are what was written; reads them all."""
        crc32 = 0
        for start in range(0, len(self), _PORTION):
            crc32 = zlib.crc32(self.codes[start : start + _PORTION].data, crc32)
        return crc32 == self._codes_crc32


def _lists(stored: bytes) -> Any:
    return faiss.deserialize_index(np.frombuffer(stored, np.uint8))


class GivenUp(Exception):
    """Nobody wants the file any more."""


def written(
    beside: Path, ids: Ids, vectors: Floats, *, former: Quantised | None = None, gone: Ids, unwanted: threading.Event
) -> Path:
    """The path of a new file with the vectors of `former`, but for those that have gone, and these.

    Args:
        beside: start of the new file's path; something is put behind it that no other file has.
        ids: of what is added, none of them in `former` unless it has gone there; shape (n,).
        vectors: float32 of shape (n, dimension).
        former: what is there already. Its cells are kept until there are twice as many vectors as they were made for.
        gone: ids in `former` to be left out.
        unwanted: set when the file is not wanted any more; looked at every few seconds.

    Raises:
        OSError: the file cannot be written.
        GivenUp: it was not wanted any more.
    """
    faiss.omp_set_num_threads(1)  # a thread that has never said so would take every core from whoever asks
    content = _Content(ids, vectors, former, gone)
    if former and len(content.ids) < _AGAIN * former.learnt:
        learnt, turn, lists = former.learnt, former.turn, faiss.clone_index(former.lists)
        lists.remove_ids(faiss.IDSelectorBatch(gone))
        lists.add_with_ids(turn(content.scale.decode(content.added)), ids)
    else:
        learnt, (turn, lists) = len(content.ids), _learnt(content, unwanted)
    path = beside.with_name(f"{beside.name}.{uuid.uuid4().hex[:12]}")
    write_atomically(path, lambda scratch: _write(scratch, content, turn, lists, learnt))
    return path


class _Content:
    """What a file is to hold, by ascending id: of what was there the eight bits as they are, for nothing to be lost."""

    def __init__(self, ids: Ids, vectors: Floats, former: Quantised | None, gone: Ids) -> None:
        self.scale = former.scale if former else Scale.of(vectors)
        self.added = self.scale.encode(vectors)
        self._former = former
        self._kept = np.flatnonzero(~np.isin(former.ids, gone)) if former else np.empty(0, np.int64)
        joined = np.concatenate([former.ids[self._kept], ids]) if former else ids
        self._order = np.argsort(joined, kind="stable")
        self.ids: Ids = joined[self._order]

    def codes(self, places: Ids) -> Codes:
        """The codes at these places, shape (len(places), dimension)."""
        found = np.empty((len(places), self.added.shape[1]), np.uint8)
        sources = self._order[places]
        added = sources >= len(self._kept)
        found[added] = self.added[sources[added] - len(self._kept)]
        if self._former:
            found[~added] = self._former.codes[self._kept[sources[~added]]]
        return found

    def portions(self) -> Iterator[tuple[Ids, Codes]]:
        """Ids and codes of all of it, as much at a time as fits into memory."""
        for start in range(0, len(self.ids), _PORTION):
            places = np.arange(start, min(start + _PORTION, len(self.ids)))
            yield self.ids[places], self.codes(places)


def _learnt(content: _Content, unwanted: threading.Event) -> tuple[Turn, Any]:
    """FAISS's lists of the content, with cells made for it."""
    count, dimension = len(content.ids), content.added.shape[1]
    cells = min(round(_CELLS * count**0.5), count // 2)
    places = np.random.default_rng(cells).choice(count, min(count, _SAMPLE * cells), replace=False)
    sample = content.scale.decode(content.codes(np.sort(places)))
    turn = Turn.of(sample)
    sample = turn(sample)
    lists: Any = faiss.index_factory(
        dimension, f"IVF{cells},PQ{dimension // _TOGETHER}x4fs", faiss.METRIC_INNER_PRODUCT
    )
    lists.by_residual = False  # what is left of a vector without its cell's centre is no easier to encode
    sphere = sample.copy()
    faiss.normalize_L2(sphere)
    lists.quantizer.add(_centres(sphere, cells, unwanted))
    del sphere
    lists.train(sample)
    for ids, codes in content.portions():
        _give_up_if(unwanted)
        lists.add_with_ids(turn(content.scale.decode(codes)), ids)
    return turn, lists


def _centres(sample: Floats, cells: int, unwanted: threading.Event) -> Floats:
    """Where k-means puts the centres of so many cells, shape (cells, dimension)."""
    means = faiss.Clustering(sample.shape[1], cells)
    means.spherical = True
    means.niter = 1  # at a time: it begins with the centres that it has
    means.min_points_per_centroid = 1
    means.max_points_per_centroid = _SAMPLE
    for _ in range(_ROUNDS):
        _give_up_if(unwanted)
        means.train(sample, faiss.IndexFlatIP(sample.shape[1]))
    centres: Floats = faiss.vector_to_array(means.centroids).reshape(cells, -1)
    return centres


def _give_up_if(unwanted: threading.Event) -> None:
    if unwanted.is_set():
        raise GivenUp


def _write(path: Path, content: _Content, turn: Turn, lists: Any, learnt: int) -> None:
    ids, blob = content.ids.tobytes(), faiss.serialize_index(lists).tobytes()
    turned = turn.mean.tobytes() + turn.axes.tobytes()
    codes_crc32 = 0
    for _, codes in content.portions():
        codes_crc32 = zlib.crc32(codes.data, codes_crc32)
    head = {
        "format": _FORMAT,
        "shape": [len(content.ids), content.added.shape[1]],
        "lists": len(blob),
        "learnt": learnt,
        "crc32": zlib.crc32(blob, zlib.crc32(turned, zlib.crc32(ids))),
        "codes_crc32": codes_crc32,
        "mean": content.scale.mean.tolist(),
        "spread": content.scale.spread.tolist(),
    }
    with path.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        file.write(ids)
        file.write(turned)
        file.write(blob)
        for _, codes in content.portions():
            file.write(codes.data)
