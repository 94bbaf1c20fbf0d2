"""What feeds and sitemaps list: pages that may be articles."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urljoin

from ingest.urls import normalised


@dataclass(frozen=True, slots=True)
class Entry:
    """One page that a feed or sitemap lists."""

    url: str
    """Its address, as `normalised` has it."""
    title: str | None = None
    published: date | None = None
    """When it was published: a `datetime` with its zone, or a bare day."""
    text: str | None = None
    """The whole article, where the feed carries it."""
    source: str | None = None
    """Who published it."""
    author: str | None = None
    """Who wrote it."""
    changed: date | None = None
    """When it was last changed, as sitemaps tell; it says what is new, not when it was written."""
    sitemap: bool = False
    """True of a further sitemap, which an index lists."""

    @property
    def newest(self) -> datetime:
        """What to sort by, newest last; what has no date counts as oldest."""
        when = self.published or self.changed or date.min
        return when if isinstance(when, datetime) else datetime.combine(when, time(), UTC)


@dataclass(frozen=True, slots=True)
class Listing:
    """A feed or sitemap, read."""

    title: str | None
    entries: list[Entry]


def page_address(link: str | None, base: str) -> str | None:
    """The `normalised` address of the web page that a link in a document from `base` leads to, if it leads to one."""
    try:
        address = normalised(urljoin(base, link.strip())) if link else ""
        address.encode()
    except ValueError:  # half a UTF-16 pair, too
        return None
    return address if address.startswith(("http://", "https://")) else None
