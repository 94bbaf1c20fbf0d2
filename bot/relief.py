"""A second process that answers as well while many ask: of one process's threads only one runs Python at a time."""

import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Generic, TypeVar

from retrieval.threads import spare

log = logging.getLogger(__name__)

T = TypeVar("T")
Elsewhere = Callable[[], AbstractContextManager[Callable[..., T]]]

_CROWD = 8  # calls in a row that found others under way, from which on there is a second process
_IDLE = 600.0  # seconds without a call after which it ends, and its memory is free again
_APART = 60.0  # seconds between its starts at least, should it end by itself at once


class Relieved(Generic[T]):
    """A function that a second process does as well while there is a crowd of calls; safe to call from any thread.

    Args:
        here: the function.
        elsewhere: makes it in the other process, which is spawned: what it is and what the function takes and gives,
            never None, are pickled.
    """

    def __init__(self, here: Callable[..., T], elsewhere: Elsewhere[T]) -> None:
        self._here = here
        self._elsewhere = elsewhere
        self._lock = threading.Lock()
        self._under_way = 0
        self._crowd = 0
        self._second: _Second[T] | None = None
        self._started = -_APART

    def __call__(self, *values: Any, **named: Any) -> T:
        """What the function gives or raises; it is called here where the other process failed."""
        with self._lock:
            self._crowd = self._crowd + 1 if self._under_way else 0
            self._under_way += 1
            second = self._taken() if self._crowd else None
        try:
            if second is not None:
                with spare.work():
                    found = second.call(values, named)
                if found is not None:
                    return found
            return self._here(*values, **named)
        finally:
            with self._lock:
                self._under_way -= 1

    def _taken(self) -> "_Second[T] | None":
        """The other process, if it has nothing to do; it is started when that pays."""
        if self._second is not None and self._second.gone:
            log.info("The second process has ended.")
            self._second = None
        if self._second is None and self._crowd >= _CROWD and time.monotonic() >= self._started + _APART:
            self._started = time.monotonic()
            try:
                self._second = _Second(self._elsewhere)
            except OSError as error:
                log.warning("A second process to answer cannot be started: %s.", error.strerror)
            else:
                log.info("Many ask: a second process is started to answer.")
        return self._second if self._second is not None and self._second.take() else None

    def close(self) -> None:
        """Ends the other process, and starts no more."""
        with self._lock:
            self._started = float("inf")
            if self._second is not None:
                self._second.end()
                self._second = None


class _Second(Generic[T]):
    """The other process. It ends by itself when nobody calls for long, and with the one that started it."""

    def __init__(self, elsewhere: Elsewhere[T]) -> None:
        spawned = multiprocessing.get_context("spawn")
        self._calls, theirs = spawned.Pipe()
        self._process = spawned.Process(target=_work, args=(elsewhere, theirs, _IDLE), daemon=True)
        self._process.start()
        theirs.close()
        self._free = threading.Lock()
        self._ready = False
        self.gone = False

    def take(self) -> bool:
        """Whether it is there and nobody else's; it is the caller's then, for one call."""
        if not self._free.acquire(blocking=False):
            return False
        try:
            if not self._ready and self._calls.poll():
                self._ready = self._calls.recv()
                log.info("The second process answers, too.")
            self.gone = not self._process.is_alive()
        except (EOFError, OSError):
            self.gone = True
        if self._ready and not self.gone:
            return True
        self._free.release()
        return False

    def call(self, values: tuple[Any, ...], named: dict[str, Any]) -> T | None:
        """What the function gives there; None when it raised something, or the process has ended."""
        try:
            self._calls.send((values, named))
            found: T | None = self._calls.recv()
        except (EOFError, OSError):
            self.gone = True
            return None
        else:
            return found
        finally:
            self._free.release()

    def end(self) -> None:
        """Ends it at once: it has nothing that could be lost."""
        self._process.kill()
        self._process.join()


def _work(elsewhere: Elsewhere[Any], calls: Connection, idle: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to both; the one that is meant ends the other
    with suppress(OSError):  # where memory runs out, it is this one that the system ends
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    try:
        with elsewhere() as function, spare.work(), calls:
            calls.send(True)
            while calls.poll(idle):
                values, named = calls.recv()
                calls.send(_tried(function, values, named))
    except (EOFError, OSError):
        pass  # the first process has ended
    except Exception as error:
        log.warning("The second process that answers has failed: %s", error)


def _tried(function: Callable[..., T], values: tuple[Any, ...], named: dict[str, Any]) -> T | None:
    """What the function gives; None when it raises, for then it is called where that can be told."""
    try:
        return function(*values, **named)
    except Exception:
        log.debug("a call failed in the second process", exc_info=True)
        return None
