"""A second process helps while many call a function, and nothing is lost when it does not."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import relief
from bot.relief import Relieved

START_SECONDS = 60

Doubled = tuple[int, int]


def doubled(number: int, *, seconds: float = 0.0) -> Doubled:
    """Twice the number, and who worked that out."""
    time.sleep(seconds)
    if number < 0:
        raise ValueError(f"{number} is below zero")
    return 2 * number, os.getpid()


@contextmanager
def doubling() -> Iterator[Callable[..., Doubled]]:
    yield doubled


@contextmanager
def failing() -> Iterator[Callable[..., Doubled]]:
    raise ValueError("nothing can be doubled there")
    yield doubled


@pytest.fixture
def relieved(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relieved[Doubled]]:
    monkeypatch.setattr(relief, "_APART", 0.0)
    function = Relieved(doubled, doubling)
    yield function
    function.close()


def crowd(function: Relieved[Doubled], calls: int = 40) -> set[int]:
    """The processes that two askers at a time get their answers from; every answer is right."""
    with ThreadPoolExecutor(2) as askers:
        found = list(askers.map(lambda number: function(number, seconds=0.01), range(calls)))
    assert [twice for twice, _ in found] == [2 * number for number in range(calls)]
    return {process for _, process in found}


def crowded(function: Relieved[Doubled]) -> int:
    """The second process, once it has helped."""
    deadline = time.monotonic() + START_SECONDS
    while len(processes := crowd(function)) < 2:
        assert time.monotonic() < deadline, "nobody helps"
    (other,) = processes - {os.getpid()}
    return other


def is_gone(process: int) -> bool:
    """Whether it ends within seconds; one that nobody has asked for its status since is there no more."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        state = Path(f"/proc/{process}/status")
        if not state.exists() or "State:\tZ" in state.read_text(encoding="utf-8"):
            return True
        time.sleep(0.05)
    return False


def test_calls_one_after_the_other_start_nothing(relieved: Relieved[Doubled]) -> None:
    assert {relieved(1)[1] for _ in range(50)} == {os.getpid()}
    assert relieved._second is None


def test_a_few_calls_at_once_start_nothing(relieved: Relieved[Doubled]) -> None:
    for _ in range(5):
        assert crowd(relieved, relief._CROWD) == {os.getpid()}
        relieved(1)
    assert relieved._second is None


def test_many_calls_at_once_are_shared_with_a_second_process(relieved: Relieved[Doubled]) -> None:
    other = crowded(relieved)
    assert crowd(relieved) == {os.getpid(), other}
    assert relieved(3) == (6, os.getpid()), "whoever calls alone is answered here"


def test_what_fails_there_is_raised_here(relieved: Relieved[Doubled]) -> None:
    crowded(relieved)
    with ThreadPoolExecutor(2) as askers:
        asked = [askers.submit(relieved, number, seconds=0.02) for number in (1, -2, -3, 4)]
        assert [isinstance(one.exception(), ValueError) for one in asked] == [False, True, True, False]


def test_a_second_process_that_is_killed_is_not_missed_and_replaced(relieved: Relieved[Doubled]) -> None:
    other = crowded(relieved)
    with ThreadPoolExecutor(2) as askers:
        under_way = [askers.submit(relieved, number, seconds=0.5) for number in range(2)]
        time.sleep(0.2)
        os.kill(other, signal.SIGKILL)
        assert [one.result()[0] for one in under_way] == [0, 2]
    assert crowded(relieved) != other


def test_it_ends_when_nobody_calls_for_long(relieved: Relieved[Doubled], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relief, "_IDLE", 0.5)
    other = crowded(relieved)
    time.sleep(0.5)
    assert relieved._second is not None
    relieved._second._process.join(20)
    assert is_gone(other)
    assert crowded(relieved) != other


def test_one_that_cannot_be_made_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relief, "_APART", 0.0)
    function = Relieved(doubled, failing)
    try:
        assert crowd(function, 400) == {os.getpid()}
    finally:
        function.close()


def test_after_it_is_closed_there_is_none(relieved: Relieved[Doubled]) -> None:
    other = crowded(relieved)
    relieved.close()
    assert is_gone(other)
    assert crowd(relieved, 100) == {os.getpid()}


def test_it_ends_with_the_process_that_started_it() -> None:
    starting = "from tests.bot.test_relief import *; print(crowded(Relieved(doubled, doubling)), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", starting], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        other = int(starter.stdout.readline())
        starter.kill()
    assert is_gone(other)
