"""What happened to an archive after some write, in portions that fit in memory: the same whatever stores it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from retrieval.archive import Changes
from retrieval.database import Database

_PORTION = 20_000  # passages: 30 MB of vectors

Floats = npt.NDArray[np.float32]
Row = tuple[int, str, str, bytes]


class ChangeLog:
    """The part of an `Archive` that tells what it has written, for whoever says how its passages are stored."""

    _db: Database

    def sequence(self) -> int:
        """See `Archive.sequence`."""
        raise NotImplementedError

    def changes(self, since: int) -> Iterator[Changes]:
        """See `Archive.changes`."""
        upto = self.sequence()
        if upto == since:
            return
        removed = self._db.rows(
            "SELECT first_passage, last_passage FROM removals WHERE sequence > ? AND sequence <= ?", since, upto
        )
        nothing = Changes(since, np.empty(0, np.int64), [], [], np.empty((0, 0), np.float32), [])
        yield replace(nothing, removed=removed)
        last = since
        while last < upto:
            stop = _end(self._sizes(last, upto, _PORTION), upto)
            rows = self._written(last, stop)
            last = stop
            if not rows:
                yield replace(nothing, sequence=stop)
                continue
            ids, langs, texts, stored = zip(*rows, strict=True)
            yield Changes(stop, np.array(ids, np.int64), list(langs), list(texts), self._vectors(stored), [])

    def _sizes(self, since: int, upto: int, count: int) -> Sequence[tuple[int, int]]:
        """The first so many writes after `since` and up to `upto`: their numbers, and how many passages each has."""
        raise NotImplementedError

    def _written(self, since: int, upto: int) -> Sequence[Row]:
        """Id, language, text and stored vector of the passages written between the two, by id."""
        raise NotImplementedError

    def _vectors(self, stored: Sequence[bytes]) -> Floats:
        """Stored vectors as rows, float32 of shape (n, dimension)."""
        raise NotImplementedError


def _end(sizes: Sequence[tuple[int, int]], upto: int) -> int:
    """The number up to which there are about `_PORTION` passages: whole writes only."""
    total = 0
    for sequence, count in sizes:
        total += count
        if total >= _PORTION:
            return int(sequence)
    return upto if len(sizes) < _PORTION else int(sizes[-1][0])
