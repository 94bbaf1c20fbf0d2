"""Work in a row of stages, each a generator: `ahead` has one run in a thread of its own."""

import queue
import threading
from collections.abc import Generator
from contextlib import closing
from typing import TypeVar

_T = TypeVar("_T")

_LOOK_SECONDS = 0.1  # between two looks whether anybody still wants what is ready
_PATIENCE = 10.0  # seconds for the work in hand when nobody wants more: a batch's; a slow server is not waited for


def ahead(made: Generator[_T, None, None]) -> Generator[_T, None, None]:
    """What a generator makes, the next being made in a thread while the caller works on the last; one is kept ready.

    What the generator raises is raised here, after what it made before. When this is closed, so is the generator.
    """
    ready: queue.Queue[tuple[_T] | BaseException | None] = queue.Queue(maxsize=1)
    over = threading.Event()

    def hand(one: tuple[_T] | BaseException | None) -> None:
        while not over.is_set():
            try:
                return ready.put(one, timeout=_LOOK_SECONDS)
            except queue.Full:
                continue

    def make() -> None:
        try:
            with closing(made):
                for one in made:
                    hand((one,))
                    if over.is_set():
                        return
            hand(None)
        except BaseException as error:  # an interrupt, too, is the caller's to deal with
            hand(error)

    thread = threading.Thread(target=make, name="ingest-ahead", daemon=True)
    thread.start()
    try:
        while (one := ready.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one[0]
    finally:
        over.set()
        thread.join(_PATIENCE)
