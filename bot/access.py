"""Who may do what: the one place where it is decided."""

from collections.abc import Collection
from enum import IntEnum


class Role(IntEnum):
    """What somebody is to the bot; a higher role may do all that a lower one may."""

    READER = 1
    ADMIN = 2


def role_of(user_id: int | None, admins: Collection[int]) -> Role:
    """The role of a Telegram user. Whoever has no id (a channel, an anonymous group admin) is a reader."""
    return Role.ADMIN if user_id is not None and user_id in admins else Role.READER
