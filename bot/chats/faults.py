"""Faults that last are logged when they begin and when they end, not at every try in between."""

import time
from collections.abc import Callable

_LASTING = 120.0  # seconds without a fault after which the next one is news: no pause between two tries is longer


class Faults:
    """Remembers which faults were told of lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}

    def news(self, fault: str) -> bool:
        """Whether this fault has just begun."""
        now = self._clock()
        before = self._seen.get(fault)
        self._seen[fault] = now
        return before is None or now - before > _LASTING

    def over(self, fault: str) -> bool:
        """Whether the fault was there until now; it would be news again."""
        return self._seen.pop(fault, None) is not None


FAULTS = Faults()  # of this process: whoever tries, it is the same Telegram that is out of order
