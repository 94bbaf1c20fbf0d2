"""Addresses on the web: whatever kind of article lies there."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

import httpx

from ingest.fetching import Fetched, Fetcher
from ingest.sniffing import NAMES, kind
from ingest.sources import FILES
from ingest.sources.feed import articles_of, entries
from ingest.sources.html import read_page
from ingest.urls import normalised
from retrieval.errors import SourceError
from retrieval.types import Article

_HEAD = 4096  # bytes that are enough to tell what a file is
_PAGES = ("text/html", "application/xhtml+xml")
_TEXTS = ("text/plain", "text/markdown", "text/x-markdown")
_UNKNOWN = ("", "application/octet-stream", "binary/octet-stream", "application/x-download")
_ENDINGS = {"pdf": (".pdf",), "ooxml": (".docx",), None: (".txt", ".md")}


def read_url(url: str, fetcher: Fetcher) -> Iterator[Article | SourceError]:
    """The article at `url`, or the articles that a feed or sitemap there lists, or why there are none.

    An article's id is its normalised address.
    """
    try:
        fetched = fetcher.fetch(url)
        listed = entries(fetched.data, fetched.url, fetched.charset)
    except SourceError as error:
        yield error
        return
    if listed is None:
        yield from read_fetched(fetched, url)
    elif listed:
        yield from articles_of(listed, fetcher)
    else:
        yield SourceError(url, "the feed lists no articles")


def read_fetched(fetched: Fetched, url: str) -> Iterator[Article | SourceError]:
    """The article in what was fetched from `url`. What it is its bytes tell first, and its server if they do not."""
    found = kind(fetched.data[:_HEAD])
    if not fetched.data.strip():
        yield SourceError(url, "it is empty")
    elif found == "html" or (found in (None, "xml") and fetched.media_type in _PAGES):
        yield read_page(fetched.data, url, url=fetched.url, charset=fetched.charset)
    elif found in ("pdf", "ooxml") or (found is None and fetched.media_type in (*_TEXTS, *_UNKNOWN)):
        yield from _read_file(fetched, url, _ENDINGS[found])
    elif found:
        yield SourceError(url, f"it is {NAMES[found]}, not an article; give the address of an article's page")
    else:
        yield SourceError(url, f"it is {fetched.media_type}, not an article; give the address of an article's page")


def _read_file(fetched: Fetched, url: str, endings: tuple[str, ...]) -> Iterator[Article | SourceError]:
    """What the source for files of that kind makes of it."""
    place = httpx.URL(fetched.url)
    name = PurePosixPath(place.path).name or place.host
    name = name if name.lower().endswith(endings) else f"{name}{endings[0]}"
    source = next((one for one in FILES if one.accepts(name, fetched.data[:_HEAD])), None)
    if source is None:
        yield SourceError(url, "files of this kind cannot be read; give the address of an article's page")
        return
    address = normalised(fetched.url)
    for one in source.read(BytesIO(fetched.data), name):
        if isinstance(one, SourceError):
            yield SourceError(url, str(one), temporary=one.temporary)
        else:
            yield one.model_copy(update={"id": address, "url": address, "source": one.source or place.host})
