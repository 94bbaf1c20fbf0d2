"""Who gets the cores: questions before ingest; the encoder all of them, the small products around it one each."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import faiss
from threadpoolctl import threadpool_limits

T = TypeVar("T")

_PATIENCE = 1.0  # seconds at one pause: under questions without end the work goes on, at a tenth of its pace


def leave_cores_to_encoder() -> None:
    """From now on NumPy's and FAISS's linear algebra run in one thread each.

    Their worker threads go on spinning for a while after each product and take the cores from the encoder: on two cores
    a question took 48 ms at the median with them and 22 without (150 questions, once, during development).
    """
    threadpool_limits(limits=1, user_api="blas")
    faiss.omp_set_num_threads(1)


def compute_alone() -> None:
    """From now on torch computes in the calling thread alone: for texts so short that sharing does not pay.

    A question of 5 tokens took 12 ms alone and 9 ms on two cores; beside other programs on those cores 30 and 1500 ms,
    since each of 73 layers waits for the slower core (40 questions, once, during development).
    """
    import torch  # noqa: PLC0415  takes seconds

    torch.zeros(1).add(1)  # torch sets a number of its own when a thread first computes
    threadpool_limits(limits=1, user_api="openmp")


@contextmanager
def computing_alone() -> Iterator[None]:
    """While within, torch computes in the calling thread alone, as after `compute_alone`."""
    import torch  # noqa: PLC0415  takes seconds

    torch.zeros(1).add(1)
    with threadpool_limits(limits=1, user_api="openmp"):
        yield


class SpareCores:
    """Parts of one piece of work done beside each other, while fewer pieces are under way than there are cores.

    With more of them every core has work, and threads that hand parts to each other only wait.
    """

    def __init__(self) -> None:
        self._cores = os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._cores, "part", faiss.omp_set_num_threads, (1,))
        self._lock = threading.Lock()
        self._under_way = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        """A piece of work is under way while within."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    def beside(self, part: Callable[..., T], *values: Any) -> Future[T]:
        """What a part will give, or raise; it is done at once when there is no core for it."""
        if self._under_way < self._cores:
            return self._threads.submit(part, *values)
        done: Future[T] = Future()
        done.set_result(part(*values))
        return done


spare = SpareCores()


class Precedence:
    """Lets questions go first: long work pauses where it can while one is being answered."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._questions = 0

    @contextmanager
    def question(self) -> Iterator[None]:
        """While within, long work pauses."""
        with self._changed:
            self._questions += 1
        try:
            yield
        finally:
            with self._changed:
                self._questions -= 1
                self._changed.notify_all()

    def give_way(self) -> None:
        """Returns when no question is being answered, or after `_PATIENCE`: work is slowed down, never stopped."""
        deadline = time.monotonic() + _PATIENCE
        with self._changed:
            while self._questions and (left := deadline - time.monotonic()) > 0:
                self._changed.wait(left)
