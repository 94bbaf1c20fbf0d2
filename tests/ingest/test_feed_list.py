"""The list of feeds: a restart forgets neither a feed nor where its polling stands."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.feed_list import FeedList
from ingest.feeds import Feed
from tests.postgres import Storage

NOW = datetime(2024, 5, 1, 10, 30, 15, 250_000, tzinfo=UTC)
FULL = Feed(
    url="https://example.org/خبر.xml",
    title="أخبار · Новости · News",
    etag='W/"abc"',
    last_modified="Wed, 01 May 2024 10:00:00 GMT",
    next_poll=NOW,
    failures=3,
    failing_since=NOW - timedelta(days=2),
    told=True,
)


@pytest.fixture
def feeds(storage: Storage) -> Iterator[FeedList]:
    database = storage.database()
    yield FeedList(database)
    database.close()


def test_a_feed_comes_back_as_it_was_saved_after_a_restart(storage: Storage) -> None:
    database = storage.database()
    new = Feed("https://example.org/new")
    assert all(FeedList(database).add(one) for one in (FULL, new))
    database.close()
    database = storage.database()
    assert FeedList(database).all() == sorted([FULL, new], key=lambda one: one.url)
    database.close()


def test_a_feed_that_is_added_again_stays_as_it_is(feeds: FeedList) -> None:
    feeds.add(FULL)
    assert not feeds.add(Feed(FULL.url))
    assert feeds.all() == [FULL]


def test_due_are_those_whose_time_has_come_longest_waiting_first(feeds: FeedList) -> None:
    new, late = Feed("https://example.org/new"), replace(FULL, url="https://example.org/late")
    later = replace(FULL, url="https://example.org/later", next_poll=NOW + timedelta(milliseconds=1))
    for one in (late, later, new):
        feeds.add(one)
    assert feeds.due(NOW) == [new, late]


def test_saving_writes_down_where_the_polling_stands(feeds: FeedList) -> None:
    feeds.add(FULL)
    polled = Feed(FULL.url, "New title", next_poll=NOW + timedelta(minutes=15))
    assert feeds.save(polled)
    assert feeds.all() == [polled]


def test_a_feed_that_was_removed_while_it_was_polled_does_not_come_back(feeds: FeedList) -> None:
    feeds.add(FULL)
    assert feeds.remove(FULL.url)
    assert not feeds.remove(FULL.url)
    assert not feeds.save(FULL)
    assert feeds.all() == []
