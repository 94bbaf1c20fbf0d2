"""The poller: what feeds bring is queued once, pages that fail are tried thrice, admins hear of what lasts."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ingest import manners, poller
from ingest.entry_list import KEEP, MAX_TRIES, EntryList
from ingest.feed_discovery import find_feed
from ingest.feed_list import FeedList
from ingest.feeds import INTERVAL, Feed, to_be_told
from ingest.fetching import Fetcher
from ingest.poller import Poller
from ingest.queue import Queue, unpacked
from retrieval.database import Database
from retrieval.errors import ArchiveBusy, SourceError
from retrieval.postgres_database import PostgresDatabase
from retrieval.types import Article
from tests.ingest.site import PARAGRAPHS, Answer, Site, page, running_site
from tests.postgres import Server, Storage

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FULL = " ".join(["Говорит министр, что переговоры продолжаются и будут идти дальше."] * 30)
LANGUAGES = pytest.mark.parametrize("lang", ["ar", "en", "ru"])


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


class Bench:
    """A poller whose clock a test sets, and what came of it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.feeds = FeedList(database)
        self.queue = Queue(database)
        self.entries = EntryList(database)
        self.fetcher = Fetcher(allow=lambda address: address.is_loopback)
        self.poller = self.anew()

    def anew(self) -> Poller:
        """A poller of a process that has just started."""
        return Poller(self.database, self.queue, lambda: self.fetcher, clock=lambda: self.now)

    def poll(self, after: timedelta = timedelta()) -> None:
        """Polls what is due some time later."""
        self.now += after
        self.poller.poll_due()

    def queued(self) -> list[Article]:
        """The articles in the queue, in the order of their jobs."""
        jobs = reversed(self.queue.jobs())
        return [article for job in jobs for article in unpacked(self.queue.payload(job.id))]

    def addresses(self) -> list[str | None]:
        return [article.url for article in self.queued()]


@pytest.fixture
def bench(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(manners, "PAUSE", 0.0)
    database = storage.database()
    yield Bench(database)
    database.close()


def rss(*items: str, title: str = "Новости") -> str:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'


def item(path: str, more: str = "") -> str:
    return f"<item><title>Title {path}</title><link>{path}</link>{more}</item>"


def published(site: Site, *names: str, lang: str = "en") -> str:
    """The address of a feed with these pages, newest last as their dates tell."""
    for name in names:
        site.put(f"/{name}", page(name, lang), Content_Type="text/html")
    day = "<pubDate>24 Nov 2026 {:02}:00 GMT</pubDate>"
    return site.put("/feed", rss(*(item(f"/{one}", day.format(n)) for n, one in enumerate(names))), ETag=f'"{names}"')


# --- what is new


@LANGUAGES
def test_what_a_feed_lists_is_queued_once_newest_first(bench: Bench, site: Site, lang: str) -> None:
    bench.feeds.add(Feed(published(site, "a", "b", lang=lang)))
    bench.poll()
    assert bench.addresses() == [f"{site.url}/b", f"{site.url}/a"]
    assert {one.text for one in bench.queued()} == {"\n\n".join(PARAGRAPHS[lang])}
    (job,) = bench.queue.jobs()
    assert (job.name, job.place, job.state) == ("Новости", "", "waiting")
    published(site, "a", "b", "c", lang=lang)
    bench.poll(2 * INTERVAL)
    assert bench.addresses() == [f"{site.url}/b", f"{site.url}/a", f"{site.url}/c"]
    assert site.paths().count("/a") == 1


def test_a_feed_that_carries_articles_whole_has_no_page_fetched(bench: Bench, site: Site) -> None:
    whole = item("/full", f"<description>{FULL}</description><pubDate>24 Nov 2026 10:00 GMT</pubDate>")
    bench.feeds.add(Feed(site.put("/feed", rss(whole))))
    bench.poll()
    (article,) = bench.queued()
    assert (article.text, article.url, article.source) == (FULL, f"{site.url}/full", "Новости")
    assert site.paths() == ["/feed"]


def test_a_feed_is_not_asked_again_before_its_time_and_then_with_what_it_said(bench: Bench, site: Site) -> None:
    bench.feeds.add(Feed(published(site, "a")))
    bench.poll()
    bench.poll(INTERVAL / 2)
    assert site.paths().count("/feed") == 1
    bench.poll(INTERVAL)
    assert site.paths().count("/feed") == 2
    assert site.asked[-1].headers["if-none-match"] == "\"('a',)\""


def test_a_page_that_redirects_elsewhere_is_fetched_once(bench: Bench, site: Site) -> None:
    published(site, "final")
    site.answers["/short"] = Answer(b"", 302, {"Location": "/final"})
    bench.feeds.add(Feed(site.put("/feed", rss(item("/short")))))
    for _ in range(3):
        bench.poll(2 * INTERVAL)
    assert [one.id for one in bench.queued()] == [f"{site.url}/final"]
    assert site.paths().count("/short") == 1


def test_many_articles_are_parted_into_jobs_that_can_be_undone_each(bench: Bench, site: Site) -> None:
    bench.feeds.add(Feed(published(site, *map(str, range(23)))))
    bench.poll()
    assert sorted(len(unpacked(bench.queue.payload(job.id))) for job in bench.queue.jobs()) == [3, 10, 10]


def test_two_addresses_of_one_article_are_one(bench: Bench, site: Site) -> None:
    canonical = '<link rel="canonical" href="/a">'
    for path in ("/a", "/b"):
        site.put(path, page("Same", more=canonical), Content_Type="text/html")
    bench.feeds.add(Feed(site.put("/feed", rss(item("/a"), item("/b")))))
    bench.poll()
    assert [one.id for one in bench.queued()] == [f"{site.url}/a"]


# --- what fails


def test_a_page_that_fails_is_tried_three_times_further_and_further_apart(bench: Bench, site: Site) -> None:
    address = published(site, "a", "broken")
    site.put("/broken", "", status=500)
    bench.feeds.add(Feed(address))
    tries = []
    for _ in range(4 * 24 * 2):
        bench.poll(timedelta(minutes=30))
        tries.append(site.paths().count("/broken"))
    assert tries[-1] == MAX_TRIES
    times = [tries.index(n + 1) for n in range(MAX_TRIES)]
    assert times[1] - times[0] >= 2
    assert times[2] - times[1] >= 48
    assert bench.addresses() == [f"{site.url}/a"]
    assert site.paths().count("/a") == 1


def test_a_page_that_failed_is_taken_in_once_it_is_there_although_the_feed_has_not_changed(
    bench: Bench, site: Site
) -> None:
    address = published(site, "late")
    site.put("/late", "", status=404)
    bench.feeds.add(Feed(address))
    bench.poll()
    assert bench.queued() == []
    site.put("/late", page("late"), Content_Type="text/html")
    bench.poll(2 * INTERVAL)
    assert site.paths().count("/late") == 1, "an hour is not over"
    bench.poll(timedelta(hours=1))
    assert bench.addresses() == [f"{site.url}/late"]
    for _ in range(2):
        bench.poll(2 * INTERVAL)
    assert "if-none-match" in site.asked[-1].headers, "nothing is left to be tried"


def test_one_broken_feed_keeps_no_other_waiting(bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.feeds.add(Feed(site.put("/0", "", status=500)))
    bench.feeds.add(Feed(site.put("/1", rss(item("/defect")))))
    bench.feeds.add(Feed(published(site, "a")))
    read = Poller._read

    def stumble(self: Poller, entry: poller.Entry) -> list[Article]:
        if entry.url.endswith("/defect"):
            raise ZeroDivisionError
        return read(self, entry)

    monkeypatch.setattr(Poller, "_read", stumble)
    bench.poll()
    assert bench.addresses() == [f"{site.url}/a"]
    assert [one.failures for one in bench.feeds.all()] == [1, 1, 0]


def test_what_admins_know_of_a_failing_feed_stays_known_until_it_works_again(bench: Bench, site: Site) -> None:
    address = site.put("/feed", "", status=500)
    bench.feeds.add(Feed(address))
    for _ in range(6 * 24):
        bench.poll(timedelta(hours=1))
    assert to_be_told(bench.feeds.all()[0], bench.now)
    bench.feeds.tell(address)
    bench.poll(timedelta(days=2))
    assert not to_be_told(bench.feeds.all()[0], bench.now)
    published(site, "a")
    bench.poll(timedelta(days=2))
    site.put("/feed", "", status=500)
    for _ in range(6 * 24):
        bench.poll(timedelta(hours=1))
    assert to_be_told(bench.feeds.all()[0], bench.now), "when it fails again one day, that is news"


# --- several processes


def test_of_several_processes_one_polls_and_another_one_takes_over(
    postgres: Server, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poller, "_LOOK_SECONDS", 0.02)
    with postgres.database() as url:
        databases = [PostgresDatabase(url) for _ in range(2)]
        first, second = (Bench(one) for one in databases)
        assert first.database.duties.leads("feeds")
        second.poller.start()
        second.feeds.add(Feed(published(site, "a")))
        time.sleep(0.5)
        assert site.asked == []
        databases[0].close()
        deadline = time.monotonic() + 30
        while not second.addresses():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        second.poller.stop()
        databases[1].close()


# --- what a crash leaves


def test_what_is_polled_by_one_process_is_left_alone_by_another_and_due_again_when_that_one_died(
    bench: Bench, site: Site
) -> None:
    bench.feeds.add(Feed(published(site, "a")))
    (feed,) = bench.feeds.due(NOW)
    assert bench.feeds.claim(feed, NOW, NOW + INTERVAL)
    assert not bench.feeds.claim(feed, NOW, NOW + INTERVAL)
    bench.poll()
    assert site.asked == []
    bench.poll(INTERVAL)
    assert bench.addresses() == [f"{site.url}/a"]


def test_articles_are_queued_together_with_their_addresses_or_not_at_all(
    bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise ArchiveBusy("another process is writing")

    bench.feeds.add(Feed(published(site, "a")))
    with monkeypatch.context() as broken:
        broken.setattr(EntryList, "taken", full)
        with pytest.raises(ArchiveBusy):
            bench.poll()
    assert bench.queue.jobs() == []
    bench.poll(INTERVAL)
    assert bench.addresses() == [f"{site.url}/a"]


def test_a_restart_remembers_what_was_tried(bench: Bench, site: Site) -> None:
    bench.feeds.add(Feed(published(site, "a")))
    bench.poll()
    bench.poller = bench.anew()
    bench.database.run("UPDATE feeds SET etag = NULL")
    bench.poll(2 * INTERVAL)
    assert site.paths().count("/a") == 1
    assert len(bench.queue.jobs()) == 1


def test_addresses_are_forgotten_when_no_feed_has_listed_them_for_long(bench: Bench) -> None:
    for address in ("listed", "unlisted"):
        bench.entries.taken(address, NOW)
    later = NOW + KEEP - timedelta(days=1)
    assert bench.entries.known(["listed"], later) == ({"listed"}, False)
    assert bench.entries.forget(NOW + KEEP + timedelta(seconds=1)) == 1
    assert bench.entries.known(["listed", "unlisted"], later)[0] == {"listed"}


def test_thousands_of_addresses_are_looked_up_at_once(bench: Bench) -> None:
    for number in range(0, 3000, 1000):
        bench.entries.taken(str(number), NOW)
    assert bench.entries.known(list(map(str, range(3000))), NOW)[0] == {"0", "1000", "2000"}


# --- the thread


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_polls_by_itself_and_stops_at_once_though_a_page_hangs(bench: Bench, site: Site) -> None:
    released = []

    def hang() -> Answer:
        until(lambda: released)
        return Answer(b"", 404)

    published(site, "a")
    site.answers["/hangs"] = hang
    bench.feeds.add(Feed(site.put("/feed", rss(item("/hangs"), item("/a")))))
    bench.poller.start()
    until(lambda: "/hangs" in site.paths())
    before = time.monotonic()
    bench.poller.stop(timeout=0.2)
    assert time.monotonic() - before < 2
    released.append(True)
    bench.poller.stop()
    assert bench.queue.jobs() == []
    assert bench.entries.known([f"{site.url}/a"], NOW)[0] == set()


# --- finding a feed


def test_the_address_of_a_feed_is_the_feed_with_its_title(bench: Bench, site: Site) -> None:
    address = site.put("/feed", rss(item("/a"), title="أخبار"))
    assert find_feed(address, bench.fetcher) == Feed(address, "أخبار")


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" type="application/rss+xml" href="/feed">',
        '<link REL="Alternate Feed" type="application/atom+xml; charset=utf-8" href="feed">',
        '<link rel="alternate" hreflang="ar" href="/ar"><link rel="alternate" type="application/rss+xml" href="/feed">'
        '<link rel="alternate" type="application/rss+xml" href="/comments">',
    ],
)
def test_a_page_leads_to_the_feed_that_it_names(bench: Bench, site: Site, link: str) -> None:
    address = site.put("/feed", rss(item("/a")))
    home = site.put("/", page("Home", more=link), Content_Type="text/html")
    assert find_feed(home, bench.fetcher) == Feed(address, "Новости")


@pytest.mark.parametrize("more", ["", '<link rel="alternate" type="application/rss+xml" href="/no-feed">'])
def test_a_page_that_names_no_feed_is_refused_in_one_line(bench: Bench, site: Site, more: str) -> None:
    site.put("/no-feed", page("No feed"), Content_Type="text/html")
    home = site.put("/", page("Home", more=more), Content_Type="text/html")
    with pytest.raises(SourceError, match="neither a feed nor a page that names one") as caught:
        find_feed(home, bench.fetcher)
    assert "\n" not in str(caught.value)


def test_a_feed_that_cannot_be_fetched_is_refused_with_the_reason(bench: Bench, site: Site) -> None:
    with pytest.raises(SourceError, match="404"):
        find_feed(f"{site.url}/nowhere", bench.fetcher)
