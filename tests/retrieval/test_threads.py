"""Who gets the cores: parts of an answer those that are spare, and questions before work, which is never stopped."""

import threading
import time

import pytest

from retrieval import threads
from retrieval.threads import Precedence, SpareCores


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


def test_parts_of_one_answer_go_on_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    cores, both = SpareCores(), threading.Barrier(2, timeout=10)
    with cores.work():
        part = cores.beside(both.wait)
        both.wait()
        assert part.result() in (0, 1)


def test_a_part_has_no_thread_of_its_own_when_every_core_has_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    cores = SpareCores()
    with cores.work():
        with cores.work():
            assert cores.beside(threading.get_ident).result() == threading.get_ident()
        assert cores.beside(threading.get_ident).result() != threading.get_ident()


def test_what_fails_in_a_part_is_told_and_its_core_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    cores = SpareCores()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), cores.work():
            cores.beside(lambda: 1 // 0).result()
    assert cores.beside(threading.get_ident).result() != threading.get_ident()
