"""One message to the bot, whichever way it came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.access import Role


class Kind(Enum):
    """Where people talk."""

    PRIVATE = "private"
    GROUP = "group"
    TERMINAL = "terminal"


@dataclass(frozen=True)
class Place:
    """Which message of whom, in which chat; `thread` is a forum's topic, `person` 0 when nobody is known."""

    chat: int
    person: int
    message: int
    thread: int = 0
    kind: Kind = Kind.PRIVATE


TERMINAL = Place(chat=0, person=0, message=0, kind=Kind.TERMINAL)


@dataclass(frozen=True)
class Attachment:
    """A file beside a message; `read` fetches its bytes when they are wanted."""

    name: str
    size: int
    read: Callable[[], bytes]
    media_type: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a forwarded message first stood: a post of the channel `chat`, or what `author` wrote elsewhere."""

    author: str | None
    sent: datetime
    chat: int | None = None
    message: int | None = None
    username: str | None = None


@dataclass(frozen=True)
class Incoming:
    """One message to the bot.

    Attributes:
        command: the command without its slash; None for plain text, which is a question.
        text: the message without the command.
        replied: the message that this one replies to.
        quoted: its text.
        attachment: the file of this message, or else of the one that it replies to.
        origin: where it was forwarded from, or else the one that it replies to.
        language: what the person's client is set to, if known.
        sent: when the article-carrying message was sent.
        chat_admin: whether the person is an admin of the group.
        edited: whether an earlier message was changed into this one.
    """

    text: str
    role: Role
    place: Place = TERMINAL
    command: str | None = None
    replied: int | None = None
    quoted: str | None = None
    attachment: Attachment | None = None
    origin: Origin | None = None
    language: str | None = None
    sent: datetime | None = None
    chat_admin: bool = False
    edited: bool = False


@dataclass(frozen=True)
class Pressed:
    """A button that was pressed: what it carries, and by whom, under which message of which text."""

    data: str
    role: Role
    place: Place
    language: str | None = None
    chat_admin: bool = False
    text: str = ""
