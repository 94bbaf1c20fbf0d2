"""Feeds that are read by a schedule: when each is due, what is new in it, and what a failure means for it.

Nothing here knows the time or the database: a `Feed` is one row, and whoever runs the schedule loads those that are
due, calls `poll`, has the articles of the new entries ingested, and only then stores what `polled` gives. A process
that dies in between has lost nothing: it finds the feed as it was, and asks again.
"""

import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ingest.entries import Entry, Listing
from ingest.fetching import Fetcher
from ingest.manners import fetch_politely
from ingest.sources.feed import below, listing
from retrieval.errors import SourceError, UnexpectedStatus

log = logging.getLogger(__name__)

# News should be there within the quarter of an hour; most of the 96 requests a day are answered with 304 and no body.
INTERVAL = timedelta(minutes=15)

# A feed that fails is asked 30 minutes later, then an hour, … and at last once a day.
_LONGEST_BACK_OFF = timedelta(days=1)

# How far each wait is off at random, so that feeds that were added together are not asked for together.
_JITTER = 0.1

# Retry-After is honoured up to here; a slip of the pen must not silence a feed for years.
_LONGEST_WAIT = timedelta(days=7)

# Weekends without an administrator, moves to another server and expired certificates are mostly over by then.
_TELL_AFTER = timedelta(days=2)

# New entries taken at one poll. With a second between two pages that is a minute a feed, so that no other feed waits
# long, and 4 800 a day: more than the largest agencies publish. A sitemap of a whole archive is taken in bit by bit,
# newest first.
MAX_NEW = 50

# Sitemaps read of an index at one poll: the newest hold what is new.
_MAX_SITEMAPS = 3

_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and where its polling stands; all times are UTC."""

    url: str
    title: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    next_poll: datetime = _NEVER
    failures: int = 0
    """How many polls in a row have failed."""
    failing_since: datetime | None = None
    told: bool = False
    """Whether admins have been told that it fails."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll found."""

    entries: list[Entry]
    """Those that are new, newest first, at most `MAX_NEW`."""
    title: str | None
    etag: str | None
    last_modified: str | None


def poll(feed: Feed, fetcher: Fetcher, known: Callable[[Sequence[str]], set[str]]) -> Polled:
    """What is new in a feed since it was last polled; nothing when its server says that it has not changed.

    `known` says which of some entries' addresses need not be read (again).

    Raises:
        SourceError: when it cannot be fetched or is no feed.
    """
    fetched = fetch_politely(fetcher, feed.url, etag=feed.etag, last_modified=feed.last_modified)
    if fetched.status == 304:
        return Polled([], feed.title, fetched.etag or feed.etag, fetched.last_modified or feed.last_modified)
    found = listing(fetched.data, fetched.url, fetched.charset)
    if found is None:
        raise SourceError(feed.url, "it is neither a feed nor a sitemap; give the address of one")
    entries = _newest(_pages(found, fetcher))
    old = known([entry.url for entry in entries])
    new = [entry for entry in entries if entry.url not in old]
    # "Not changed" would hide those that are left for the next poll, or lie in sitemaps whose index stays the same.
    if len(new) > MAX_NEW or any(entry.sitemap for entry in found.entries):
        return Polled(new[:MAX_NEW], found.title, None, None)
    return Polled(new, found.title, fetched.etag, fetched.last_modified)


def polled(
    feed: Feed, outcome: Polled | SourceError, now: datetime, chance: Callable[[], float] = random.random
) -> Feed:
    """The feed after a poll with that outcome; `chance` gives numbers from 0 to 1."""
    wait = min(INTERVAL * 2 ** min(feed.failures + 1, 10), _LONGEST_BACK_OFF)
    if isinstance(outcome, Polled):
        wait = INTERVAL
        feed = Feed(feed.url, outcome.title or feed.title, outcome.etag, outcome.last_modified)
    else:
        feed = replace(feed, failures=feed.failures + 1, failing_since=feed.failing_since or now)
    wait *= 1 + _JITTER * (2 * chance() - 1)
    if isinstance(outcome, UnexpectedStatus) and outcome.retry_after:
        wait = max(wait, timedelta(seconds=min(outcome.retry_after, _LONGEST_WAIT.total_seconds())))
    return replace(feed, next_poll=now + wait)


def to_be_told(feed: Feed, now: datetime) -> bool:
    """Whether admins should hear now that the feed fails; who has told them stores it with `told=True`."""
    return not feed.told and feed.failing_since is not None and now - feed.failing_since >= _TELL_AFTER


def _pages(found: Listing, fetcher: Fetcher) -> list[Entry]:
    """The pages listed, each once, those of an index's newest sitemaps included."""
    pages = {entry.url: entry for entry in found.entries if not entry.sitemap}
    failures = []
    sitemaps = _newest(entry for entry in found.entries if entry.sitemap)[:_MAX_SITEMAPS]
    for sitemap in sitemaps:
        try:
            pages |= {entry.url: entry for entry in below(sitemap, fetcher)}
        except SourceError as error:
            log.warning("sitemap %s: %s", sitemap.url, error)
            failures.append(error)
    if failures and len(failures) == len(sitemaps):
        raise failures[0]
    return list(pages.values())


def _newest(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry.newest, reverse=True)
