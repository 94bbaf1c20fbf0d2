"""Who may do what."""

import pytest

from bot.access import Role, role_of


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
    assert role_of(user, admins) is role


def test_an_admin_may_do_all_that_a_reader_may() -> None:
    assert Role.ADMIN > Role.READER
