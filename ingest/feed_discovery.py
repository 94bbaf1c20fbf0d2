"""From the address that somebody has to the feed that they mean."""

import logging
from contextlib import suppress

from ingest.entries import page_address
from ingest.feeds import Feed
from ingest.fetching import Fetched, Fetcher
from ingest.sources.feed import listing
from retrieval.errors import SourceError

log = logging.getLogger(__name__)

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")  # RFC 4287; jsonfeed.org, version 1.1
_HEAD = 1_000_000  # bytes: the links stand in a page's head


def find_feed(url: str, fetcher: Fetcher) -> Feed:
    """The feed or sitemap at `url`, or the first that the page there names as its own; with its title.

    Raises:
        SourceError: when there is none, or it cannot be fetched.
    """
    fetched = fetcher.fetch(url)
    found = listing(fetched.data, fetched.url, fetched.charset)
    if found is not None:
        return Feed(url, found.title)
    for link in _links(fetched):
        other = fetcher.fetch(link)
        if (named := listing(other.data, other.url, other.charset)) is not None:
            return Feed(link, named.title)
    raise SourceError(url, "it is neither a feed nor a page that names one; give the address of the feed itself")


def _links(fetched: Fetched) -> list[str]:
    """The feed that a page names first (HTML Standard, link type "alternate"), mostly before that of its comments."""
    from lxml import etree, html  # noqa: PLC0415  it takes 0.1 s, only for those who add feeds

    with suppress(etree.LxmlError, ValueError):
        tree = html.document_fromstring(fetched.data[:_HEAD])
        found = [
            page_address(link.get("href"), fetched.url)
            for link in tree.iter("link")
            if "alternate" in (link.get("rel") or "").lower().split()
            and (link.get("type") or "").partition(";")[0].strip().lower() in _TYPES
        ]
        return [one for one in dict.fromkeys(found) if one][:1]
    return []
