"""Long work in steps of about a tenth of a second, however fast the machine is."""

import time
from collections.abc import Callable, Iterator, Sequence

_SECONDS = 0.1
_FIRST = 2_000  # characters: some 500 tokens, 40 ms where the encoder computes in bfloat16, 300 where it cannot
_MOST = 4_000


class Steps:
    """One kind of work on texts, as much at a time as the steps before say that there is time for."""

    def __init__(self) -> None:
        self._characters = float(_FIRST)

    def of(self, sizes: Sequence[int], pause: Callable[[], None] | None) -> Iterator[range]:
        """Positions to be worked on together, in order, with a pause before each step; all at once without pauses."""
        if pause is None:
            yield range(len(sizes))
            return
        start = 0
        while start < len(sizes):
            rows = next(portions(sizes[start:], int(self._characters)))
            stop = start + len(rows)
            pause()
            began = time.perf_counter()
            yield range(start, stop)
            self._learn(sum(sizes[start:stop]), time.perf_counter() - began)
            start = stop

    def _learn(self, characters: int, seconds: float) -> None:
        fitting = characters * _SECONDS / max(seconds, 1e-6)
        self._characters = min(_MOST, (self._characters + fitting) / 2)


def portions(sizes: Sequence[int], most: int) -> Iterator[range]:
    """Neighbouring positions whose sizes together are no more than `most`, or a single larger one."""
    start = size = 0
    for row, own in enumerate(sizes):
        if size and size + own > most:
            yield range(start, row)
            start, size = row, 0
        size += own
    yield range(start, len(sizes))
