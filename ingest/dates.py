"""Dates as feeds and sitemaps write them, rightly and wrongly."""

import calendar
import re
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from retrieval.folding import fold
from retrieval.question_words import lexicon

# Feeds of the Arab and Russian press write the months in words, the day first where it is in figures.
_LANGUAGES = ["ar", "ru", "en"]
_SETTINGS = {"DATE_ORDER": "DMY", "PARSERS": ["absolute-time"], "REQUIRE_PARTS": ["day", "month", "year"]}

_CLOCK = re.compile(r"\d:\d\d|T\d\d|[٠-٩]:[٠-٩]")
_ARABIC = re.compile(
    r"(\d{1,2})\s+([\u0621-\u064a]+(?:\s[\u0621-\u064a]+)?)(?:\s*/\s*[\u0621-\u064a ]+?)?[,،]?\s+(\d{4})(?!\d)"
)
_LONGEST = 100  # characters; no date has more, and a text in its place need not be searched for one
_EPOCH = date(1970, 1, 1)  # what programs write that have no date; others write the year 1 or 9999
_FIRST_YEAR, _LAST_YEAR = 1800, 2100


def published(text: str | None) -> date | None:
    """The time that `text` says, in UTC if it names no zone; the day alone if it says no time; None if it says neither.

    >>> published("Tue, 24 Nov 2026 10:00:00 +0300").isoformat()
    '2026-11-24T10:00:00+03:00'
    >>> published("24 ноября 2026").isoformat()
    '2026-11-24'
    """
    text = " ".join((text or "")[: _LONGEST + 1].split())
    if not text or len(text) > _LONGEST:
        return None
    found = _parse(_with_english_month(text))
    if found is None:
        return None
    found = found.replace(tzinfo=timezone(found.utcoffset() or timedelta()))
    if found.date() == _EPOCH or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        return None
    return found if _CLOCK.search(text) else found.date()


def _with_english_month(text: str) -> str:
    """The text from an Arabic day and month on, which are those of Beirut, Tunis and Rabat as well as of Cairo."""
    for found in _ARABIC.finditer(text):
        month = lexicon("ar").months.get(fold(found[2]))
        if month:
            return f"{int(found[1])} {calendar.month_name[month]} {int(found[3])}{text[found.end() :]}"
    return text


def _parse(text: str) -> datetime | None:
    with suppress(ValueError):
        return datetime.fromisoformat(text)
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        found = parsedate_to_datetime(text)
        if found.tzinfo:  # else it may name a zone that the mail standard does not know, such as MSK
            return found
    import dateparser  # noqa: PLC0415  it takes 0.1 s, only for those whose feeds need it

    guessed: datetime | None = dateparser.parse(text, languages=_LANGUAGES, settings=_SETTINGS)
    return guessed
