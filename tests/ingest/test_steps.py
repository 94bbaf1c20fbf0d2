"""Steps of work: about a tenth of a second each, found out from those before."""

import time

import pytest

from ingest.steps import Steps, portions


class Machine:
    """A clock that goes on by what is worked on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, characters_a_second: float) -> None:
        self.speed = characters_a_second
        self.now = 0.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def work(self, steps: Steps, sizes: list[int]) -> list[float]:
        """Seconds that each step took."""
        taken = []
        done: list[int] = []
        for rows in steps.of(sizes, pause=lambda: None):
            taken.append(sum(sizes[rows.start : rows.stop]) / self.speed)
            self.now += taken[-1]
            done += rows
        assert done == list(range(len(sizes)))
        return taken


@pytest.mark.parametrize("speed", [6_000, 20_000, 60_000])
def test_steps_take_a_tenth_of_a_second_on_any_machine(monkeypatch: pytest.MonkeyPatch, speed: float) -> None:
    taken = Machine(monkeypatch, characters_a_second=speed).work(Steps(), [100] * 1000)
    assert all(0.05 < one < 0.12 for one in taken[10:-1])


def test_a_machine_that_gets_slower_gets_shorter_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps()
    machine = Machine(monkeypatch, characters_a_second=60_000)
    machine.work(steps, [100] * 500)
    machine.speed = 6_000
    assert machine.work(steps, [100] * 500)[-2] < 0.12


def test_a_text_is_never_cut_however_long(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, characters_a_second=6_000)
    assert machine.work(Steps(), [90_000, 10, 10]) == [15.0, 20 / 6_000]


def test_steps_on_a_clock_that_stands_still_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps()
    Machine(monkeypatch, characters_a_second=float("inf")).work(steps, [100] * 1000)
    assert all(len(rows) <= 40 for rows in steps.of([100] * 1000, pause=lambda: None))


def test_without_pauses_there_is_one_step() -> None:
    assert list(Steps().of([5000] * 9, pause=None)) == [range(9)]
    assert list(Steps().of([], pause=lambda: None)) == []


def test_portions_hold_everything_once() -> None:
    sizes = [3, 9, 1, 1, 1, 20, 2]
    assert [list(rows) for rows in portions(sizes, 10)] == [[0], [1, 2], [3, 4], [5], [6]]
