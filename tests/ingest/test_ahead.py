"""Stages beside each other: the same in the same order, errors where they belong, and an end when nobody wants more."""

import threading
from collections.abc import Generator
from contextlib import closing

import pytest

from ingest.ahead import ahead


def numbers(count: int, made: list[int], closed: list[bool]) -> Generator[int, None, None]:
    try:
        for number in range(count):
            made.append(number)
            yield number
    finally:
        closed.append(True)


def test_everything_comes_in_order() -> None:
    assert list(ahead(ahead(numbers(100, [], [])))) == list(range(100))


def test_the_next_is_made_while_the_caller_works_and_no_more_than_that() -> None:
    made: list[int] = []
    third = threading.Event()

    def watched() -> Generator[int, None, None]:
        for number in numbers(10, made, []):
            if number == 2:
                third.set()
            yield number

    with closing(ahead(watched())) as items:
        assert next(items) == 0
        assert third.wait(5), "nothing is made ahead"
        assert made == [0, 1, 2], "one is ready, one in the making"


@pytest.mark.parametrize("error", [ValueError("a defect"), KeyboardInterrupt()])
def test_an_error_comes_after_what_was_made_before(error: BaseException) -> None:
    def failing() -> Generator[int, None, None]:
        yield 1
        raise error

    found: list[int] = []
    with pytest.raises(type(error)):
        for one in ahead(ahead(failing())):
            found.append(one)
    assert found == [1]


def test_whoever_wants_no_more_ends_all_stages() -> None:
    made: list[int] = []
    closed: list[bool] = []
    with closing(ahead(ahead(numbers(1000, made, closed)))) as items:
        assert next(items) == 0
    assert closed == [True]
    assert len(made) < 10
    assert not any(thread.name == "ingest-ahead" for thread in threading.enumerate())
