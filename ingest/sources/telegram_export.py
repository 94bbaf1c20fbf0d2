"""Telegram Desktop's export in its machine-readable form, `result.json`: each post of a channel is an article."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, cast

import ijson
from ijson.common import ObjectBuilder

from ingest.telegram_posts import article_of_post, channel_chat_id, says_something
from retrieval.errors import SourceError
from retrieval.types import Article

# Where chats stand: alone, or in the export of an account, which also lists those that were left.
_CHATS: tuple[tuple[str, ...], ...] = ((), ("chats", "list", "[]"), ("left_chats", "list", "[]"))
_FIELDS = {(*chat, field): field for chat in _CHATS for field in ("name", "type", "id", "username")}
_MESSAGES = {(*chat, "messages"): not chat for chat in _CHATS}
_MESSAGE = {(*place, "[]") for place in _MESSAGES}
_SCALARS = ("string", "number", "null")
_MAX_DEPTH = 64  # a message of an account's export lies 6 deep and needs a few more; deeper is no export

_CHANNELS = ("public_channel", "private_channel")
_SUPERGROUPS = ("public_supergroup", "private_supergroup")
_GROUPS = (*_SUPERGROUPS, "private_group")

_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|\\)")
_CUT_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*(\\(?:x[0-9A-Fa-f]?)?)\Z")

_NO_EXPORT = "it is not an export of Telegram Desktop; give articles as .jsonl, one a line"


class TelegramExport:
    """A `Source` of exports of one chat or of a whole account, read as a stream, so their size does not matter.

    Of an account the channels are taken, left ones too, and nothing else: what people wrote to each other is passed
    over, and named nowhere. A group is taken when it alone was exported; a talk of two people never. Service messages
    and posts with fewer words than a sentence are passed over.
    """

    kinds = ("result.json",)  # Telegram always calls it that; other .json files in a folder are none of ours

    def accepts(self, name: str, head: bytes) -> bool:
        """See `Source.accepts`."""
        return name.lower().endswith(".json")

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        chats: list[_Chat] = []
        try:
            for chat, message in _messages(file):
                if message is None:
                    chats.append(chat)
                elif found := _article(chat, message, name):
                    yield found
        except (ijson.JSONError, UnicodeDecodeError):  # of the C reader, what is no UTF-8 is a UnicodeDecodeError
            why = "the export is cut off or damaged; what came before the damage was read" if chats else _NO_EXPORT
            yield SourceError(name, why)
            return
        if not chats:
            yield SourceError(name, _NO_EXPORT)
        elif not any(chat.wanted for chat in chats):
            yield SourceError(name, "it holds no channel; export a channel or a single group")


@dataclass
class _Chat:
    """What an export says of a chat, before its messages."""

    alone: bool = False
    name: str | None = None
    type: str | None = None
    id: int = 0
    username: str | None = None

    @property
    def wanted(self) -> bool:
        return self.type in _CHANNELS or (self.alone and self.type in _GROUPS)

    @property
    def chat_id(self) -> int:
        """The Bot API's id of it."""
        return channel_chat_id(self.id) if self.type in (*_CHANNELS, *_SUPERGROUPS) else -self.id


def _messages(file: BinaryIO) -> Iterator[tuple[_Chat, dict[str, Any] | None]]:
    """Each chat alone when its messages begin, then with each of them if the chat is wanted."""
    chat = _Chat()
    fields: dict[str, Any] = {}
    path: list[
        str
    ] = []  # keys of the open objects, "[]" for lists; ijson's own paths grow with the square of the depth
    builder = None
    for event, value in ijson.basic_parse(cast("BinaryIO", _Repaired(file)), use_float=True):
        if event == "start_map" and builder is None and chat.wanted and tuple(path) in _MESSAGE:
            builder, outside = ObjectBuilder(), len(path)
        if builder:
            builder.event(event, value)
        elif event == "start_array" and tuple(path) in _MESSAGES:
            chat, fields = _chat(fields, alone=_MESSAGES[tuple(path)]), {}
            yield chat, None
        elif event in _SCALARS and tuple(path) in _FIELDS:
            fields[_FIELDS[tuple(path)]] = value
        if event == "map_key":
            path[-1] = value
        elif event in ("start_map", "start_array"):
            path.append("[]" if event == "start_array" else "")
            if len(path) > _MAX_DEPTH:
                raise ijson.JSONError("nested too deeply")
        elif event in ("end_map", "end_array"):
            path.pop()
            if builder and len(path) == outside:
                yield chat, builder.value
                builder = None


def _chat(fields: dict[str, Any], *, alone: bool) -> _Chat:
    texts = {name: value for name, value in fields.items() if name != "id" and isinstance(value, str)}
    number = fields.get("id")
    return _Chat(alone=alone, id=number if isinstance(number, int) else 0, **texts)


def _article(chat: _Chat, message: dict[str, Any], name: str) -> Article | SourceError | None:
    """The article of a message, an error for one that is none, or None for what is passed over."""
    text = _text(message.get("text"))
    if message.get("type") != "message" or not says_something(text):
        return None
    number = message.get("id")
    if not isinstance(number, int):
        return SourceError(name, "a message has no id")
    forwarded = message.get("forwarded_from")
    return article_of_post(
        chat_id=chat.chat_id,
        message_id=number,
        username=chat.username,
        title=chat.name,
        text=text,
        date=_date(message),
        forwarded_from=forwarded if isinstance(forwarded, str) else None,
    )


def _text(parts: Any) -> str:
    """A text, given whole or in pieces, some of which are objects that say how they look."""
    if isinstance(parts, str):
        return parts
    pieces = [part.get("text") if isinstance(part, dict) else part for part in parts if part] if parts else []
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _date(message: dict[str, Any]) -> date | None:
    """When it was sent; of exports before 2021 the day alone, since their times lack the zone."""
    try:
        if "date_unixtime" in message:
            return datetime.fromtimestamp(int(message["date_unixtime"]), UTC)
        return datetime.fromisoformat(message["date"]).date()
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


class _Repaired:
    """A file in which control characters, which Telegram writes as backslash, x, 0B, become valid JSON."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._kept = file.read(3).removeprefix(codecs.BOM_UTF8)

    def read(self, size: int = -1) -> bytes:
        """Some more of the file; nothing at its end, and of `size` 0, by which ijson sees that it gives bytes."""
        if size == 0:
            return b""
        part = self._file.read(size)
        data = self._kept + part
        cut = _CUT_ESCAPE.search(data) if part else None
        end = cut.start(1) if cut else len(data)
        self._kept = data[end:]
        return _ESCAPE.sub(lambda found: b"\\u00" + found[1] if found[1] else found[0], data[:end])
