"""Sitemaps, news sitemaps and indexes of sitemaps (sitemaps.org; Google's news extension)."""

import re
from io import BytesIO
from typing import Any

from lxml import etree

from ingest.dates import published
from ingest.entries import Entry, page_address
from ingest.markup import one_line

# Namespaces in braces; or none, or a prefix with a colon, where a sitemap forgets to declare them.
_PAGE = re.compile(r"^$|/sitemap/\d")
_NEWS = re.compile(r"sitemap-news|^news:$")

ROOTS = ("urlset", "sitemapindex")


def sitemap_entries(xml: bytes, url: str) -> list[Entry]:
    """What a sitemap of UTF-8 lists, in its order; of an index, the sitemaps. What is broken is passed over."""
    found = []
    # Entities stay unread and nothing is loaded; memory is given back entry by entry.
    events = etree.iterparse(
        BytesIO(xml),
        tag=("{*}url", "{*}sitemap"),
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
    )
    try:
        for _, element in events:
            if entry := _entry(element, url):
                found.append(entry)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        pass  # cut off or damaged beyond recovery: what came before is good
    return found


def _entry(element: Any, url: str) -> Entry | None:
    page = _fields(element, _PAGE)
    news = _fields(element, _NEWS)
    place = page_address(page.get("loc"), url)
    if place is None:
        return None
    return Entry(
        url=place,
        title=one_line(news.get("title")),
        published=published(news.get("publication_date")),
        source=one_line(news.get("name")),
        changed=published(page.get("lastmod")),
        sitemap=element.tag.endswith("sitemap"),
    )


def _fields(element: Any, namespace: re.Pattern[str]) -> dict[str, str]:
    """The texts below an element by their names in that namespace; pictures and videos have titles too."""
    found: dict[str, str] = {}
    for child in element.iter():
        if isinstance(child.tag, str) and child.text:
            name = re.split("[}:]", child.tag)[-1]
            if namespace.search(child.tag.removesuffix(name)):
                found.setdefault(name, child.text.strip())
    return found
