"""Text with formatting, the same for Telegram and for the terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Literal

from telegram import MessageEntity
from telegram.constants import MessageEntityDateTimeFormats, MessageLimit

Style = Literal["bold", "italic", "blockquote", "expandable_blockquote", "text_link", "date_time"]

# A bare date becomes an hour that lies in that day for readers from Hawaii to New Zealand.
_OF_A_DAY = time(10, tzinfo=UTC)
_TELLABLE = range(1, 2**31)  # Unix times that clients keep


@dataclass(frozen=True)
class Run:
    """A formatted part of a text; offsets count code points.

    A date_time has the Unix time `time`, and Telegram shows it in the reader's words and zone, written in the `form`
    that MessageEntityDateTimeFormats names.
    """

    start: int
    end: int
    style: Style
    url: str | None = None
    time: int | None = None
    form: str | None = None


@dataclass(frozen=True)
class RichText:
    """A text and its formatted parts."""

    text: str
    runs: Sequence[Run] = field(default=())

    @classmethod
    def styled(cls, text: str, style: Style, url: str | None = None) -> "RichText":
        """The whole text in one style."""
        return cls(text, (Run(0, len(text), style, url),)) if text else cls("")

    @classmethod
    def dated(cls, text: str, when: date | datetime) -> "RichText":
        """The text as the date that it says: with the time of day if that is known, else the day alone."""
        timed = isinstance(when, datetime)
        seconds = int((when if isinstance(when, datetime) else datetime.combine(when, _OF_A_DAY)).timestamp())
        formats = MessageEntityDateTimeFormats
        form = formats.LONG_DATE_SHORT_TIME if timed else formats.LONG_DATE
        known = text and seconds in _TELLABLE
        return cls(text, (Run(0, len(text), "date_time", time=seconds, form=form),) if known else ())

    @classmethod
    def joined(cls, parts: "Sequence[RichText]", gap: str) -> "RichText":
        """The parts one after the other, with the gap between them."""
        text = cls("")
        for number, part in enumerate(parts):
            text += cls(gap if number else "") + part
        return text

    def marked(self, spans: Iterable[tuple[int, int]], style: Style) -> "RichText":
        """The text with these parts in a style, too."""
        return RichText(self.text, (*self.runs, *(Run(start, end, style) for start, end in spans)))

    def __add__(self, other: "RichText | str") -> "RichText":
        if isinstance(other, str):
            return RichText(self.text + other, self.runs)
        shift = len(self.text)
        moved = tuple(replace(run, start=run.start + shift, end=run.end + shift) for run in other.runs)
        return RichText(self.text + other.text, (*self.runs, *moved))

    def cut(self, start: int, end: int) -> "RichText":
        """The part between two offsets, with the formatting that falls within."""
        runs = (
            replace(run, start=max(run.start, start) - start, end=min(run.end, end) - start)
            for run in self.runs
            if run.start < end and run.end > start
        )
        return RichText(self.text[start:end], tuple(runs))

    @property
    def units(self) -> int:
        """Length as Telegram counts it: UTF-16 code units."""
        return len(self.text.encode("utf-16-le", "surrogatepass")) // 2

    def entities(self) -> list[MessageEntity]:
        """The formatting as Telegram's entities, offsets in UTF-16 units."""
        plain = [_entity(run) for run in self.runs]
        return list(MessageEntity.adjust_message_entities_to_utf_16(self.text, plain))


def _entity(run: Run) -> MessageEntity:
    when = None if run.time is None else datetime.fromtimestamp(run.time, UTC)
    length = run.end - run.start
    return MessageEntity(run.style, run.start, length, url=run.url, unix_time=when, date_time_format=run.form)


def fit(blocks: Iterable[RichText], *, gap: str = "\n\n") -> list[RichText]:
    """The blocks packed into as few messages as Telegram allows, split between blocks where that is possible."""
    messages: list[RichText] = []
    for block in blocks:
        for part in _parts(block):
            joined = messages[-1] + gap + part if messages else part
            if messages and _fits(joined):
                messages[-1] = joined
            else:
                messages.append(part)
    return messages


def _fits(text: RichText) -> bool:
    return text.units <= MessageLimit.MAX_TEXT_LENGTH and len(text.runs) <= MessageLimit.MESSAGE_ENTITIES


def _parts(block: RichText) -> list[RichText]:
    """The block in pieces of one message each, cut at white space near the limit where there is some."""
    text, start, parts = block.text, 0, []
    while start < len(text):
        part = block.cut(start, start + MessageLimit.MAX_TEXT_LENGTH)
        if start + len(part.text) < len(text) or not _fits(part):
            part = part.cut(0, _cut(part))
        parts.append(part)
        start += len(part.text)
        while start < len(text) and text[start].isspace():
            start += 1
    return parts


def _cut(part: RichText) -> int:
    """Where to cut what is too long for a message or goes on after it."""
    limit = _code_points_within(part.text, MessageLimit.MAX_TEXT_LENGTH)
    if len(part.runs) > MessageLimit.MESSAGE_ENTITIES:
        first_too_many = sorted(run.start for run in part.runs)[MessageLimit.MESSAGE_ENTITIES]
        limit = min(limit, max(first_too_many, 1))
    cut = max(part.text.rfind(" ", limit // 2, limit), part.text.rfind("\n", limit // 2, limit))
    return limit if cut < 0 else cut


def _code_points_within(text: str, units: int) -> int:
    """How many leading code points fit into that many UTF-16 units."""
    for count, letter in enumerate(text):
        units -= 2 if ord(letter) > 0xFFFF else 1
        if units < 0:
            return count
    return len(text)
