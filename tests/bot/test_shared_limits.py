"""Limits of several bots together: what one bot's are, whichever bot is asked."""

import threading
from collections.abc import Iterator

import pytest

from bot.shared_limits import SharedLimits
from retrieval.postgres_database import PostgresDatabase
from tests.postgres import Server


class Bots:
    """Two bots on one database whose clock a test sets."""

    def __init__(self, databases: list[PostgresDatabase], patch: pytest.MonkeyPatch) -> None:
        self.databases = databases
        self.now = 1_700_000_000.0
        for one in databases:
            patch.setattr(one, "time", lambda: self.now)

    def limits(self, person: int, chat: int, name: str = "questions") -> list[SharedLimits]:
        return [SharedLimits(one, name, person, chat) for one in self.databases]


@pytest.fixture
def bots(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bots]:
    with postgres.database() as url:
        databases = [PostgresDatabase(url) for _ in range(2)]
        yield Bots(databases, monkeypatch)
        for one in databases:
            one.close()


def test_a_person_may_ask_so_often_whichever_bot_they_meet(bots: Bots) -> None:
    one, other = bots.limits(3, 100)
    assert [each.wait(person=1, chat=1) for each in (one, other, one)] == [0, 0, 0]
    assert other.wait(person=1, chat=1) == pytest.approx(20)
    assert other.wait(person=2, chat=2) == 0
    bots.now += 19
    assert one.wait(person=1, chat=1) == pytest.approx(1)
    bots.now += 1.001
    assert one.wait(person=1, chat=1) == 0
    assert other.wait(person=1, chat=1) > 0
    bots.now += 3600
    assert [each.wait(person=1, chat=1) for each in (one, other, one)] == [0, 0, 0], "no more than a minute's worth"
    assert other.wait(person=1, chat=1) > 0


def test_a_group_has_a_limit_that_its_members_share(bots: Bots) -> None:
    one, other = bots.limits(100, 2)
    assert [each.wait(person=who, chat=-5) for who, each in ((1, one), (2, other))] == [0, 0]
    assert one.wait(person=3, chat=-5) == pytest.approx(30)
    assert one.wait(person=3, chat=3) == 0


def test_who_must_wait_is_told_once_by_all_bots_together(bots: Bots) -> None:
    one, other = bots.limits(1, 100)
    for _ in range(2):
        assert one.wait(person=1, chat=-5) == 0
        assert other.wait(person=1, chat=-5) > 0
        assert [each.news(person=1, chat=-5) for each in (one, other, one)] == [True, False, False]
        bots.now += 60.001


def test_a_group_that_must_wait_is_told_once_not_each_of_its_members(bots: Bots) -> None:
    one, other = bots.limits(100, 1)
    assert one.wait(person=1, chat=-5) == 0
    assert [
        (each.wait(person=who, chat=-5) > 0, each.news(person=who, chat=-5)) for who, each in ((2, one), (3, other))
    ] == [
        (True, True),
        (True, False),
    ]


def test_who_was_refused_has_used_up_nothing(bots: Bots) -> None:
    one, other = bots.limits(2, 1)
    assert one.wait(person=1, chat=-5) == 0
    assert other.wait(person=1, chat=-5) > 0
    assert one.wait(person=1, chat=1) == 0, "the second question of the two is still there"


def test_anonymous_admins_of_different_groups_do_not_wait_for_each_other(bots: Bots) -> None:
    limits = bots.limits(1, 2)[0]
    assert [limits.wait(person=0, chat=chat) for chat in (-5, -6, -7, -5)] == [0, 0, 0, 0]
    assert limits.wait(person=0, chat=-5) > 0


def test_questions_and_commands_are_counted_apart(bots: Bots) -> None:
    assert bots.limits(1, 1)[0].wait(person=1, chat=1) == 0
    assert bots.limits(1, 1, "commands")[0].wait(person=1, chat=1) == 0


@pytest.mark.parametrize("jump", [-86_400, -3600, 86_400])
def test_a_clock_that_is_set_makes_nobody_wait_for_more_than_a_minute(bots: Bots, jump: float) -> None:
    limits = bots.limits(1, 100)[0]
    assert limits.wait(person=1, chat=1) == 0
    bots.now += jump
    assert limits.wait(person=1, chat=1) <= 60.001


def test_of_those_who_ask_at_once_no_more_are_answered_and_none_hinders_another(bots: Bots) -> None:
    limits = bots.limits(6, 1000)
    answered: list[float] = []

    def ask(number: int) -> None:
        for chat in (1, -5, 1, -6):
            answered.append(limits[number % 2].wait(person=1, chat=chat))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (len(answered), answered.count(0.0)) == (24, 6)
