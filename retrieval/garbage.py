"""Python's collector of cycles, which looks at every object again and again while millions are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def making_much() -> Iterator[None]:
    """While within, cycles are not looked for: the sources of a million passages load in three fifths of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def keep_all() -> None:
    """What there is now stays until the process ends: nobody looks through it for cycles while a question waits."""
    gc.collect()
    gc.freeze()
