"""One input, with an eye on how long it takes."""

import time

from tests.fuzz.targets import Target

LONGEST = 1.0  # seconds of this process's own time: what takes longer is a way to keep a bot from answering


class Hang(AssertionError):
    """An input took too long."""


def watched(target: Target, data: bytes) -> None:
    """Runs the target on the input. Raises what it raises, and `Hang`; what is slow once may have been loading."""
    for again in (True, False):
        started = time.process_time()
        target.run(data)
        taken = time.process_time() - started
        if taken < LONGEST:
            return
        if not again:
            raise Hang(f"{len(data)} bytes took {taken:.1f} s")
