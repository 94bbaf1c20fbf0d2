"""robots.txt: what a site does not want to be fetched is not."""

from collections.abc import Iterator

import pytest

from ingest.addresses import is_any
from ingest.fetching import Fetcher
from ingest.robots import allowed
from tests.ingest.raw_site import Site, answer, redirect, serve


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def fetcher() -> Fetcher:
    return Fetcher(allow=is_any, seconds=2)


def rules(text: str) -> bytes:
    return answer(text.encode(), media_type="text/plain")


@pytest.mark.parametrize(
    ("text", "path", "may"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /private", "/private/a", False),
        ("User-agent: *\nDisallow: /private", "/news/a", True),
        ("User-agent: qawl\nDisallow: /\n\nUser-agent: *\nDisallow:", "/a", False),
        ("User-agent: GPTBot\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /\nAllow: /news/", "/news/a", True),
        ("User-agent: *\nAllow: /news/\nDisallow: /news/draft", "/news/draft-1", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x=1", True),
        ("User-agent: *\nDisallow: /أخبار", "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1", False),
        ("\ufeffUser-agent: *\r\nDisallow: /a # not yet\r\n", "/a", False),
        ("<html>not found</html>", "/a", True),
    ],
)
def test_its_rules_are_kept(site: Site, fetcher: Fetcher, text: str, path: str, may: bool) -> None:
    site.pages["/robots.txt"] = rules(text)
    assert allowed(fetcher, f"{site.url}{path}") is may


@pytest.mark.parametrize(
    ("status", "may"), [(404, True), (403, True), (410, True), (429, False), (500, False), (503, False)]
)
def test_without_one_everything_is_allowed_unless_its_server_is_ill(
    site: Site, fetcher: Fetcher, status: int, may: bool
) -> None:
    site.pages["/robots.txt"] = answer(b"", status)
    assert allowed(fetcher, f"{site.url}/a") is may


def test_while_nobody_answers_nothing_is(fetcher: Fetcher) -> None:
    with serve() as gone:
        pass
    assert not allowed(fetcher, f"{gone.url}/a")


def test_a_redirect_of_it_is_followed(site: Site, fetcher: Fetcher) -> None:
    site.pages |= {"/robots.txt": redirect("/rules"), "/rules": rules("User-agent: *\nDisallow: /a")}
    assert not allowed(fetcher, f"{site.url}/a")


def test_it_is_asked_for_once_by_each_fetcher_and_for_each_port(site: Site, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = rules("User-agent: *\nDisallow: /b")
    with serve() as other:
        assert [allowed(fetcher, f"{site.url}/{path}") for path in ("a", "b?x=1", "c#d")] == [True, False, True]
        assert allowed(fetcher, f"{other.url}/b")
        assert (site.paths, other.paths) == (["/robots.txt"], ["/robots.txt"])
    assert not allowed(Fetcher(allow=is_any), f"{site.url}/b")
    assert len(site.requests) == 2


def test_an_ill_server_is_not_asked_for_each_page(site: Site, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = answer(b"", 500)
    assert not any(allowed(fetcher, f"{site.url}/{number}") for number in range(5))
    assert len(site.requests) == 1


def test_a_private_address_is_not_asked(site: Site) -> None:
    assert not allowed(Fetcher(), f"{site.url}/a")
    assert site.requests == []


@pytest.mark.parametrize("url", ["", "no address", "ftp://example.com/a", "http://"])
def test_what_is_no_address_is_not_allowed(fetcher: Fetcher, url: str) -> None:
    assert not allowed(fetcher, url)


def test_a_hostile_one_is_read_quickly(site: Site, fetcher: Fetcher) -> None:
    site.pages["/robots.txt"] = rules(
        "User-agent: *\nDisallow: /" + "*a" * 50_000 + "\n" + "Disallow: /*b*c\n" * 20_000
    )
    assert allowed(fetcher, f"{site.url}/{'a' * 2000}") in (True, False)
