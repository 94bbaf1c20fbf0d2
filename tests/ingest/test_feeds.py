"""Polling: what is new is found once, servers are spared, failures are borne and told once, restarts lose nothing."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest import manners
from ingest.entries import Entry
from ingest.feeds import INTERVAL, MAX_NEW, Feed, Polled, poll, polled, to_be_told
from ingest.fetching import Fetcher
from ingest.sources.feed import articles_of
from retrieval.errors import SourceError, UnexpectedStatus
from retrieval.types import Article
from tests.ingest.site import PARAGRAPHS, Site, page, running_site

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOTHING_NEW = Polled([], "News", '"1"', None)
FAILURE = SourceError("https://news.example/feed", "no connection")


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetcher]:
    monkeypatch.setattr(manners, "PAUSE", 0.0)
    yield Fetcher(allow=lambda address: address.is_loopback)


def none_known(urls: Sequence[str]) -> set[str]:
    return set()


def rss(*paths: str, day: int = 24) -> str:
    items = "".join(
        f"<item><title>Title</title><link>{path}</link><pubDate>{day} Nov 2026 10:{n:02} GMT</pubDate></item>"
        for n, path in enumerate(paths)
    )
    return f'<rss version="2.0"><channel><title>Новости</title>{items}</channel></rss>'


def middling() -> float:
    """No jitter."""
    return 0.5


def after(feed: Feed, *outcomes: Polled | SourceError, chance: Callable[[], float] = middling) -> tuple[Feed, datetime]:
    """The feed after polls with those outcomes, each at the time that the one before set; and the time of the last."""
    now = NOW
    for outcome in outcomes:
        now = max(now, feed.next_poll)
        feed = polled(feed, outcome, now, chance)
    return feed, now


# --- what is new


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
def test_a_poll_finds_what_is_new_newest_first_and_its_articles_can_be_read(
    site: Site, fetcher: Fetcher, lang: str
) -> None:
    site.put("/1", page("Lavrov", lang), Content_Type="text/html")
    site.put("/2", page("Lavrov", lang), Content_Type="text/html")
    feed = Feed(site.put("/feed", rss("/0", "/1?utm_source=rss", "/2")))
    outcome = poll(feed, fetcher, lambda urls: {url for url in urls if url.endswith("/0")})
    assert [entry.url for entry in outcome.entries] == [f"{site.url}/2", f"{site.url}/1"]
    assert outcome.title == "Новости"
    articles = list(articles_of(outcome.entries, fetcher))
    assert [one.text for one in articles if isinstance(one, Article)] == ["\n\n".join(PARAGRAPHS[lang])] * 2


@pytest.mark.parametrize(
    ("given", "sent", "value"),
    [
        ({"ETag": '"v1"'}, "if-none-match", '"v1"'),
        ({"Last_Modified": "Tue, 24 Nov 2026 10:00:00 GMT"}, "if-modified-since", "Tue, 24 Nov 2026 10:00:00 GMT"),
    ],
)
def test_an_unchanged_feed_is_not_sent_again(
    site: Site, fetcher: Fetcher, given: dict[str, str], sent: str, value: str
) -> None:
    first = Feed(site.put("/feed", rss("/1"), **given))
    second, _ = after(first, poll(first, fetcher, none_known))
    unchanged = poll(second, fetcher, none_known)
    assert site.asked[-1].headers[sent] == value
    assert unchanged.entries == []
    third, _ = after(second, unchanged)
    assert (third.title, third.etag, third.last_modified) == ("Новости", second.etag, second.last_modified)
    site.put("/feed", rss("/1", "/2"), ETag='"v2"')
    changed = poll(third, fetcher, lambda urls: {f"{site.url}/1"})
    assert [entry.url for entry in changed.entries] == [f"{site.url}/2"]
    assert changed.etag == '"v2"'


def test_what_is_over_the_cap_comes_at_the_next_poll_although_the_feed_is_unchanged(
    site: Site, fetcher: Fetcher
) -> None:
    pages = "".join(
        f"<url><loc>/{n}</loc><lastmod>{(NOW - timedelta(days=n)).date()}</lastmod></url>" for n in range(MAX_NEW + 7)
    )
    feed = Feed(site.put("/sitemap.xml", f"<urlset>{pages}</urlset>", ETag='"v1"'))
    first = poll(feed, fetcher, none_known)
    assert [entry.url for entry in first.entries] == [f"{site.url}/{n}" for n in range(MAX_NEW)]
    feed, _ = after(feed, first)
    second = poll(feed, fetcher, lambda urls: {entry.url for entry in first.entries})
    assert [entry.url for entry in second.entries] == [f"{site.url}/{n}" for n in range(MAX_NEW, MAX_NEW + 7)]
    feed, _ = after(feed, second)
    assert poll(feed, fetcher, none_known) == Polled([], None, '"v1"', None)


def test_of_an_index_only_the_newest_sitemaps_are_read(site: Site, fetcher: Fetcher) -> None:
    days = [3, 24, 10, 17]
    listed = "".join(f"<sitemap><loc>/{d}.xml</loc><lastmod>2026-11-{d:02}</lastmod></sitemap>" for d in days)
    for day in (3, 10, 24):  # the one of the 17th is gone
        site.put(f"/{day}.xml", f"<urlset><url><loc>/page{day}</loc><lastmod>2026-11-{day:02}</lastmod></url></urlset>")
    feed = Feed(site.put("/index.xml", f"<sitemapindex>{listed}</sitemapindex>", ETag='"v1"'))
    outcome = poll(feed, fetcher, none_known)
    assert [entry.url for entry in outcome.entries] == [f"{site.url}/page24", f"{site.url}/page10"]
    assert site.paths() == ["/index.xml", "/24.xml", "/17.xml", "/10.xml"]
    assert (outcome.etag, outcome.last_modified) == (None, None), "an index may stay while its sitemaps change"
    site.answers = {path: answer for path, answer in site.answers.items() if path == "/index.xml"}
    with pytest.raises(SourceError):
        poll(feed, fetcher, none_known)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (page("A page"), 200, "neither a feed nor a sitemap"),
        (b"", 200, "neither"),
        (b"", 404, "404"),
        (b'<!DOCTYPE rss [<!ENTITY a "b">]><rss></rss>', 200, "entities"),
    ],
)
def test_what_is_no_feed_is_a_failure(site: Site, fetcher: Fetcher, body: bytes, status: int, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        poll(Feed(site.put("/feed", body, status=status)), fetcher, none_known)


def test_a_feed_that_robots_may_not_read_is_a_failure_and_is_not_asked_for(site: Site, fetcher: Fetcher) -> None:
    site.put("/robots.txt", "User-agent: qawl\nDisallow: /feed")
    with pytest.raises(SourceError, match=r"robots\.txt"):
        poll(Feed(site.put("/feed", rss("/1"))), fetcher, none_known)
    assert site.paths() == []


# --- when


def test_the_next_poll_is_an_interval_later_give_or_take_some() -> None:
    waits = [
        polled(Feed("x"), NOTHING_NEW, NOW, lambda at=at: at / 10).next_poll - NOW  # type: ignore[misc]
        for at in range(11)
    ]
    assert waits == sorted(set(waits)), "feeds that were added together part"
    assert waits[0] >= INTERVAL * 0.89
    assert waits[-1] <= INTERVAL * 1.11
    assert INTERVAL * 0.89 <= polled(Feed("x"), NOTHING_NEW, NOW).next_poll - NOW <= INTERVAL * 1.11


def test_a_feed_that_fails_is_asked_more_and_more_rarely() -> None:
    feed = Feed("x", etag='"1"', title="News")
    waits = []
    for _ in range(2_000):
        before = max(NOW, feed.next_poll)
        feed = polled(feed, FAILURE, before, middling)
        waits.append(feed.next_poll - before)
    assert waits[:3] == [INTERVAL * 2, INTERVAL * 4, INTERVAL * 8]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(days=1)
    assert (feed.failures, feed.failing_since, feed.etag, feed.title) == (2_000, NOW, '"1"', "News")
    works, at = after(feed, NOTHING_NEW)
    assert works == Feed("x", "News", '"1"', None, next_poll=at + INTERVAL)


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(7200.0, timedelta(hours=2)), (1.0, INTERVAL * 2), (1e12, timedelta(days=7)), (None, INTERVAL * 2)],
)
def test_retry_after_is_honoured_within_reason(seconds: float | None, wait: timedelta) -> None:
    feed, at = after(Feed("x"), UnexpectedStatus("x", "too busy", 429, seconds))
    assert feed.next_poll - at == wait


@pytest.mark.parametrize("wait", ["7200", "date"])
def test_a_server_that_is_too_busy_says_when_to_come_back(site: Site, fetcher: Fetcher, wait: str) -> None:
    in_two_hours = (datetime.now(UTC) + timedelta(hours=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    url = site.put("/feed", "busy", status=429, Retry_After=in_two_hours if wait == "date" else wait)
    with pytest.raises(UnexpectedStatus) as error:
        poll(Feed(url), fetcher, none_known)
    feed, at = after(Feed(url), error.value)
    assert abs(feed.next_poll - at - timedelta(hours=2)) < timedelta(seconds=5)


# --- failing for days, and restarts


def test_admins_are_told_once_of_a_feed_that_fails_for_days() -> None:
    feed = Feed("x")
    told = []
    while feed.next_poll < NOW + timedelta(days=10):
        now = max(NOW, feed.next_poll)
        feed = polled(feed, FAILURE, now, middling)
        if to_be_told(feed, now):
            told.append(now)
            feed = replace(feed, told=True)
    assert len(told) == 1
    assert timedelta(days=2) <= told[0] - NOW <= timedelta(days=3)
    feed, now = after(feed, NOTHING_NEW)
    assert not feed.told, "when it fails again one day, that is news"
    feed, now = after(feed, FAILURE)
    assert not to_be_told(feed, now)
    assert to_be_told(feed, now + timedelta(days=2))


def test_a_feed_that_works_now_and_then_is_not_told_of() -> None:
    feed, now = after(Feed("x"), *[FAILURE, FAILURE, FAILURE, NOTHING_NEW] * 50)
    assert now - NOW > timedelta(days=2)
    assert not to_be_told(feed, now)


def test_a_feed_outlives_a_restart_as_one_row_of_plain_values() -> None:
    feed, _ = after(Feed("https://news.example/feed"), NOTHING_NEW, FAILURE)
    row = json.loads(json.dumps(asdict(feed), default=datetime.isoformat))
    assert all(value is None or isinstance(value, str | int | bool) for value in row.values())
    times: dict[str, Any] = {
        name: datetime.fromisoformat(row[name]) for name in ("next_poll", "failing_since") if row[name]
    }
    assert Feed(**{**row, **times}) == feed


def test_what_a_poll_found_is_found_again_if_the_process_died_before_it_was_stored(
    site: Site, fetcher: Fetcher
) -> None:
    feed = Feed(site.put("/feed", rss("/1"), ETag='"v1"'))
    assert poll(feed, fetcher, none_known) == poll(feed, fetcher, none_known)
    assert poll(feed, fetcher, none_known).entries[0] == Entry(
        f"{site.url}/1", "Title", datetime(2026, 11, 24, 10, tzinfo=UTC), source="Новости"
    )
