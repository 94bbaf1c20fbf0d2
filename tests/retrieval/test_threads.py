"""Who goes first: work waits while questions are answered, and is never stopped by them."""

import threading
import time

import pytest

from retrieval import threads
from retrieval.threads import Precedence


def test_work_goes_on_at_once_when_nobody_asks() -> None:
    precedence = Precedence()
    with precedence.question():
        pass
    started = time.monotonic()
    precedence.give_way()
    assert time.monotonic() - started < 0.5


def test_work_waits_until_the_last_question_is_answered() -> None:
    precedence = Precedence()
    done: list[str] = []

    def work() -> None:
        precedence.give_way()
        done.append("work")

    with precedence.question():
        with precedence.question():
            worker = threading.Thread(target=work)
            worker.start()
            time.sleep(0.1)
        time.sleep(0.1)
        done.append("last question")
    worker.join(10)
    assert done == ["last question", "work"]


def test_a_question_that_fails_does_not_hold_work_up() -> None:
    precedence = Precedence()
    with pytest.raises(ZeroDivisionError), precedence.question():
        raise ZeroDivisionError
    started = time.monotonic()
    precedence.give_way()
    assert time.monotonic() - started < 0.5


def test_questions_without_end_slow_work_down_and_do_not_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_PATIENCE", 0.05)
    precedence = Precedence()
    with precedence.question():
        started = time.monotonic()
        for _ in range(4):
            precedence.give_way()
        assert 0.2 <= time.monotonic() - started < 5
