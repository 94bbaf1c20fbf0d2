"""When a question says that something was said: the phrase, and the days it means."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from retrieval.question_words import Lexicon, Match, Word

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_FEW = 3  # "in recent years"
_SHORT = frozenset({"day", "week"})  # an event this near is reported when it happens


@dataclass(frozen=True)
class Dated:
    """Days, both inclusive, None where open, and the words that name them. `near` when counted in days or weeks."""

    words: range
    since: date | None
    until: date | None
    near: bool
    relative: bool


def find_dates(words: Sequence[Word], lexicon: Lexicon, today: date) -> list[Dated]:
    """The date adverbials among the words, in order, those in the future left out."""
    found: list[Dated] = []
    for kind, pattern in lexicon.dates:
        for match in pattern.find_all(words):
            at = match.positions()
            if any(i in other.words for other in found for i in at):
                continue
            dated = _dated(kind, match, words, lexicon, today)
            if dated:
                found.append(dated)
    return sorted(found, key=lambda dated: dated.words.start)


def _dated(kind: str, match: Match, words: Sequence[Word], lexicon: Lexicon, today: date) -> Dated | None:
    begin, end = _ends(match, words, kind)
    try:
        first, near, relative = _period(kind, begin, lexicon, today)
        last = _period(kind, end, lexicon, today)[0] if kind == "range" else first
    except (ValueError, OverflowError):  # 31 June, the year 0
        return None
    if first[0] > today:
        return None
    since: date | None = first[0]
    until: date | None = last[1]
    if kind == "since":
        until = None
    elif kind == "after":
        since, until = first[1] + timedelta(days=1), None
    elif kind == "until":
        since = None
    elif kind == "before":
        since, until = None, first[0] - timedelta(days=1)
    if since and until and since > until:
        return None
    return Dated(match.positions(), since, until, near=near, relative=relative)


def _ends(match: Match, words: Sequence[Word], kind: str) -> tuple[dict[str, Word], dict[str, Word]]:
    """What a pattern found of a first date and of a second; of two alternatives, the one that there is.

    A range's first date may leave month and year to the second: "from 1 to 5 March 2016".
    """
    said = {name: words[at.start] for name, at in match.groups().items()}
    end = {name[:-1]: word for name, word in said.items() if name.endswith("2")}
    begin = {name: word for name, word in said.items() if not name.endswith("2")}
    if kind != "range":
        return begin or end, end
    if "day" in begin and "month" in end:
        begin = {"month": end["month"], **begin}
    if "month" in begin and "year" in end:
        begin = {"year": end["year"], **begin}
    return begin, end


def _period(kind: str, said: dict[str, Word], lexicon: Lexicon, today: date) -> tuple[tuple[date, date], bool, bool]:
    """First and last day that one date means; whether it is counted in days or weeks; whether it is relative."""
    if "unit" in said:
        unit = next(u for u in ("day", "week", "month", "year") if f"{u}_unit" in said["unit"].classes)
        number = _count(said, lexicon, at_all=1 if kind == "ago" else _FEW)
        days = _around(today, unit, -number) if kind == "ago" else (_shift(today, unit, -number), today)
        return days, unit in _SHORT, True
    if "relative" in said:
        unit, number_text = lexicon.relative[said["relative"].folded].split()
        return _around(today, unit, int(number_text)), unit in _SHORT, True
    if "weekday" in said:
        day = today - timedelta(days=(today.weekday() - lexicon.weekdays[said["weekday"].folded]) % 7)
        return (day, day), True, True
    if "full" in said:
        day = _full(said["full"].folded)
        return (day, day), False, False
    return _calendar(said, lexicon, today), False, False


def _calendar(said: dict[str, Word], lexicon: Lexicon, today: date) -> tuple[date, date]:
    """First and last day of a day, month or year; without a year, the latest that has begun."""
    year = int(said["year"].folded[:4]) if "year" in said else None
    if "month" not in said:
        return date(year or 0, 1, 1), date(year or 0, 12, 31)
    month = lexicon.months[said["month"].folded]
    day = _number(said["day"].folded, lexicon) if "day" in said else None
    if year is None:
        year = today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1
    if day:
        return date(year, month, day), date(year, month, day)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _around(today: date, unit: str, number: int) -> tuple[date, date]:
    """The whole day, week from Monday, month or year that lies `number` away from today's, no later than today."""
    if unit == "day":
        first = last = today + timedelta(days=number)
    elif unit == "week":
        first = today + timedelta(days=7 * number - today.weekday())
        last = first + timedelta(days=6)
    elif unit == "month":
        first = _shift(today.replace(day=1), "month", number)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    else:
        first, last = date(today.year + number, 1, 1), date(today.year + number, 12, 31)
    return first, min(last, today)


def _count(said: dict[str, Word], lexicon: Lexicon, *, at_all: int) -> int:
    """How many days, weeks, months or years; of several that are not counted `at_all`."""
    if "n" in said:
        return _number(said["n"].folded, lexicon)
    classes = said["unit"].classes
    return 2 if "two" in classes else at_all if "many_units" in classes else 1


def _shift(day: date, unit: str, number: int) -> date:
    if unit in _SHORT:
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _number(word: str, lexicon: Lexicon) -> int:
    digits = re.match(r"\d+", word)
    return int(digits[0]) if digits else lexicon.numbers[word]


def _full(word: str) -> date:
    if iso := _ISO.fullmatch(word):
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    if found := _DAY_FIRST.fullmatch(word):
        return date(int(found[3]), int(found[2]), int(found[1]))
    raise ValueError(word)
