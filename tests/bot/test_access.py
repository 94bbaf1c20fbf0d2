"""Who may do what, and how often."""

import pytest

from bot.access import Limits, Role, role_of
from config.settings import Telegram


@pytest.mark.parametrize(
    ("user", "admins", "role"),
    [
        (1, [1, 2], Role.ADMIN),
        (3, [1, 2], Role.READER),
        (1, [], Role.READER),
        (None, [1], Role.READER),
        (0, [1], Role.READER),
    ],
)
def test_only_those_who_are_listed_are_admins(user: int | None, admins: list[int], role: Role) -> None:
    assert role_of(user, Telegram(admins=admins)) is role


def test_an_admin_may_do_all_that_a_reader_may() -> None:
    assert Role.ADMIN > Role.READER > Role.STRANGER


@pytest.mark.parametrize(
    ("access", "user", "chat", "role"),
    [
        ("open", 5, 5, Role.READER),
        ("open", None, -100, Role.READER),
        ("allowlist", 5, 5, Role.READER),
        ("allowlist", 6, 6, Role.STRANGER),
        ("allowlist", 6, -100, Role.READER),
        ("allowlist", None, -100, Role.READER),
        ("allowlist", None, -200, Role.STRANGER),
        ("allowlist", 1, 1, Role.ADMIN),
        ("admins", 5, 5, Role.STRANGER),
        ("admins", 5, -100, Role.STRANGER),
        ("admins", 1, -200, Role.ADMIN),
    ],
)
def test_who_may_ask(access: str, user: int | None, chat: int, role: Role) -> None:
    settings = Telegram.model_validate({"access": access, "admins": [1], "allowed": [5, -100]})
    assert role_of(user, settings, chat_id=chat) is role


def test_a_person_may_ask_so_often_and_then_waits() -> None:
    now = 100.0
    limits = Limits(3, 100, clock=lambda: now)
    assert [limits.wait(person=1, chat=1) for _ in range(3)] == [0, 0, 0]
    assert limits.wait(person=1, chat=1) == pytest.approx(20)
    assert limits.wait(person=2, chat=2) == 0, "others are not made to wait"
    now += 20
    assert limits.wait(person=1, chat=1) == 0
    assert limits.wait(person=1, chat=1) > 0
    now += 3600
    assert [limits.wait(person=1, chat=1) for _ in range(3)] == [0, 0, 0], "saved up to a minute's worth"
    assert limits.wait(person=1, chat=1) > 0


def test_a_group_has_a_limit_of_its_own_that_its_members_share() -> None:
    limits = Limits(100, 4, clock=lambda: 0.0)
    assert [limits.wait(person=who, chat=-5) for who in (1, 2, 3, 4)] == [0, 0, 0, 0]
    assert limits.wait(person=5, chat=-5) == pytest.approx(15)
    assert limits.wait(person=5, chat=5) == 0, "elsewhere the person may ask"


def test_who_must_wait_is_told_once_until_they_may_ask_again() -> None:
    now = 0.0
    limits = Limits(1, 100, clock=lambda: now)
    for _ in range(2):
        assert limits.wait(person=1, chat=-5) == 0
        told = []
        for _ in range(3):
            assert limits.wait(person=1, chat=-5) > 0
            told.append(limits.news(person=1, chat=-5))
        assert told == [True, False, False]
        now += 60


def test_a_group_that_must_wait_is_told_once_not_each_of_its_members() -> None:
    limits = Limits(100, 1, clock=lambda: 0.0)
    assert limits.wait(person=1, chat=-5) == 0
    assert [(limits.wait(person=who, chat=-5) > 0, limits.news(person=who, chat=-5)) for who in (2, 3, 4)] == [
        (True, True),
        (True, False),
        (True, False),
    ]


def test_anonymous_admins_of_different_groups_do_not_wait_for_each_other() -> None:
    limits = Limits(1, 2, clock=lambda: 0.0)
    assert [limits.wait(person=0, chat=chat) for chat in (-5, -6, -7, -5)] == [0, 0, 0, 0]
    assert limits.wait(person=0, chat=-5) > 0


def test_who_was_refused_has_used_up_nothing() -> None:
    now = 0.0
    limits = Limits(2, 1, clock=lambda: now)
    assert limits.wait(person=1, chat=-5) == 0
    assert limits.wait(person=1, chat=-5) > 0
    assert limits.wait(person=1, chat=1) == 0, "the second question of the two is still there"
