"""Reads the feeds by their schedule, in the background, and puts what is new in them into the queue."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ingest.entries import Entry
from ingest.entry_list import EntryList
from ingest.feed_list import FeedList
from ingest.feeds import INTERVAL, Feed, Polled, poll, polled
from ingest.fetching import Fetcher
from ingest.queue import Queue, packed
from ingest.sources.feed import articles_of
from retrieval.database import Database
from retrieval.errors import QawlError, SourceError
from retrieval.types import Article

log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0  # between two looks for feeds that are due; each is one query of a small table
_TIDY_SECONDS = 24 * 3600.0  # between two looks for addresses to be forgotten
_TOGETHER = 10  # articles in a job: what a crash has read again, and what one Undo takes out


class Poller:
    """Polls feeds until it is stopped, one after the other, in a thread of its own.

    Pages are read here and not by the worker: politely, with what only the feed knows of them, and so that an admin's
    link does not wait behind fifty pages of a slow site. Of several processes on one database one polls, see `Duties`.
    """

    def __init__(
        self,
        database: Database,
        queue: Queue,
        fetcher: Callable[[], Fetcher],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._feeds = FeedList(database)
        self._entries = EntryList(database)
        self._queue = queue
        self._fetcher = fetcher
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="feeds", daemon=True)

    def start(self) -> None:
        """Begins to poll."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Returns within `timeout` seconds; a page that is being fetched is read again after the next start.

        A second call does nothing.
        """
        if self._stopping.is_set():
            return
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def poll_due(self) -> None:
        """Polls every feed whose time has come."""
        for feed in self._feeds.due(self._clock()):
            if self._stopping.is_set():
                return
            now = self._clock()
            if self._feeds.claim(feed, now, now + INTERVAL):  # which also is when a killed process' feed is due again
                self._poll(feed)

    def _serve(self) -> None:
        tidy_at = 0.0
        while not self._stopping.is_set():
            try:
                if self._database.duties.leads("feeds"):
                    self.poll_due()
                if time.monotonic() >= tidy_at:
                    self._entries.forget(self._clock())
                    tidy_at = time.monotonic() + _TIDY_SECONDS
            except Exception as error:  # a poller that gave up would leave all feeds unread
                if self._stopping.is_set():  # the database is closed by now
                    return
                if isinstance(error, QawlError):
                    log.error("Feeds must wait: %s", error)
                else:
                    log.exception("the poller stumbled")
            self._stopping.wait(_LOOK_SECONDS)

    def _poll(self, feed: Feed) -> None:
        left = False

        def known(addresses: Sequence[str]) -> set[str]:
            nonlocal left
            found, left = self._entries.known(addresses, self._clock())
            return found

        outcome: Polled | SourceError
        try:
            outcome = poll(feed, self._fetcher(), known)
            left |= self._take_in(feed, outcome)
            if left:  # "not changed" would hide what is to be tried again
                outcome = replace(outcome, etag=None, last_modified=None)
        except SourceError as error:
            log.info("The feed %s could not be read: %s.", feed.url, error)
            outcome = error
        except QawlError:
            raise
        except Exception:  # of a feed that nobody has foreseen; the others must not wait for it
            log.exception("polling %s failed", feed.url)
            outcome = SourceError(feed.url, "it met a defect of Qawl; the log has the details")
        if self._stopping.is_set():
            return
        self._feeds.save(polled(feed, outcome, self._clock()))

    def _take_in(self, feed: Feed, outcome: Polled) -> bool:
        """Queues the articles of the new entries; whether some could not be read, and are to be tried again."""
        name = outcome.title or feed.url
        left = False
        for start in range(0, len(outcome.entries), _TOGETHER):
            articles: list[Article] = []
            read: dict[str, bool] = {}
            for entry in outcome.entries[start : start + _TOGETHER]:
                if self._stopping.is_set():
                    break
                found = self._read(entry)
                articles += found
                read[entry.url] = bool(found)
            left |= not all(read.values())
            self._write_down(name, articles, read)
        return left

    def _read(self, entry: Entry) -> list[Article]:
        articles = []
        for one in articles_of([entry], self._fetcher()):
            if isinstance(one, SourceError):
                log.info("%s, which a feed lists, is not taken in: %s.", entry.url, one)
            else:
                articles.append(one)
        return articles

    def _write_down(self, name: str, articles: Sequence[Article], read: dict[str, bool]) -> None:
        """Queues articles and remembers their addresses, both or neither."""
        with self._database.transaction():
            if articles:
                self._queue.add("articles", name, packed(list({one.id: one for one in articles}.values())))
            for address, worked in read.items():
                (self._entries.taken if worked else self._entries.failed)(address, self._clock())
