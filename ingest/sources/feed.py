"""Feeds (RSS, Atom, JSON Feed) and sitemaps: what they list, and the articles behind it."""

import codecs
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from html import escape
from io import BytesIO
from typing import Any

from ingest.byline import byline
from ingest.dates import published
from ingest.decoding import Undecodable, decode
from ingest.entries import Entry, Listing, page_address
from ingest.fetching import Fetcher
from ingest.limits import article
from ingest.manners import fetch_politely
from ingest.markup import one_line, paragraphs, valid_references
from ingest.sources.html import read_page
from ingest.sources.sitemap import ROOTS as SITEMAP_ROOTS
from ingest.sources.sitemap import sitemap_entries
from retrieval.errors import SourceError
from retrieval.types import Article

log = logging.getLogger(__name__)

_MAX_BYTES = 50_000_000  # what sitemaps.org allows a sitemap, unpacked; feeds are far smaller
_MAX_TAGS = 100_000  # feedparser takes up to a kilobyte and 60 µs for each; 1 000 full articles have as many

# A teaser is at most a few hundred characters; of 43 866 articles that were looked at half (Arabic) to nine in ten
# (English) are longer than this. What is shorter, or says that it goes on, is read from its page, which costs a second;
# a teaser taken for the article would lose what was said below it.
_MIN_FULL_TEXT = 1_000
_GOES_ON = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[&hellip;\]|read more|continue reading|read the full (?:story|article)"
    r"|اقرأ المزيد|إقرأ المزيد|المزيد|للمزيد|تابع القراءة|читать далее|читать полностью|подробнее)[\s.»→>\])]*\Z",
    re.IGNORECASE,
)
_APPENDED = re.compile(  # what WordPress puts below each article in its feeds
    r"\n\n(?:The post .+ (?:appeared first on|first appeared on) .+|ظهرت المقالة .+ أولاً على .+"
    r"|Сообщение .+ появил(?:ось|ись) сначала на .+)\Z"
)

_HEAD = 20_000  # bytes before which the first element comes, whatever licence stands above it
_ROOT = re.compile(
    r"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>)*+"
    r"<(?:\w+:)?(rss|RDF|feed|urlset|sitemapindex)(?=[\s>])",
    re.DOTALL,
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
_DECLARED = re.compile(r"""\s*<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w.:-]+)""")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])  # what XML 1.0 forbids
_LEGACY = re.compile(r"cp125\d|cp866|iso8859-\d{1,2}|koi8-[rut]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def entries(data: bytes, url: str, charset: str | None = None) -> list[Entry] | None:
    """What the feed or sitemap `data` lists, each page once, in its order; None if it is neither.

    `url` is where it was found: relative links start there. `charset` is what the server says of its encoding.

    Raises:
        SourceError: when it is a feed, but too large or one that declares entities, as attacks on XML readers do.
    """
    found = listing(data, url, charset)
    return None if found is None else found.entries


def listing(data: bytes, url: str, charset: str | None = None) -> Listing | None:
    """The same with its title."""
    data = _unpacked(data, url)
    if root := _root(data):
        text = _decoded(data, charset)
        if "<!ENTITY" in text:
            raise SourceError(url, "the feed declares XML entities, which are not read; tell its publisher")
        # Its encoding is known now, and no declaration may say otherwise.
        text = valid_references(_DECLARATION.sub("", text, count=1).translate(_CONTROLS))
        found = Listing(None, sitemap_entries(text.encode(), url)) if root in SITEMAP_ROOTS else _feed(text, url)
    elif data.lstrip()[:1] == b"{" and b"jsonfeed.org/version" in data:
        found = _json_feed(data, url)
    else:
        return None
    once: dict[str, Entry] = {}
    for entry in found.entries:
        once.setdefault(entry.url, entry)
    return Listing(found.title, list(once.values()))


def below(sitemap: Entry, fetcher: Fetcher) -> list[Entry]:
    """The pages listed in a sitemap that an index lists; an index within an index is none of the standard.

    Raises:
        SourceError: when it cannot be fetched or is no sitemap.
    """
    fetched = fetch_politely(fetcher, sitemap.url)
    found = entries(fetched.data, fetched.url, fetched.charset)
    if found is None:
        raise SourceError(sitemap.url, "it is no sitemap, although an index of sitemaps lists it")
    return [entry for entry in found if not entry.sitemap]


def articles_of(entries: Iterable[Entry], fetcher: Fetcher) -> Iterator[Article | SourceError]:
    """The articles that entries lead to, each unreadable one as an error in its place.

    What a feed carries whole is taken from there; pages are fetched politely, one after the other.
    """
    for entry in entries:
        try:
            if entry.sitemap:
                yield from articles_of(below(entry, fetcher), fetcher)
            elif entry.text:
                said = {"title": entry.title, "source": entry.source, "author": entry.author}
                fields = {"id": entry.url, "url": entry.url, "text": entry.text, "published": entry.published}
                yield article(fields | said, source=entry.url)
            else:
                fetched = fetch_politely(fetcher, entry.url)
                page = read_page(fetched.data, entry.url, url=fetched.url, charset=fetched.charset)
                yield _completed(page, entry) if isinstance(page, Article) else page
        except SourceError as error:
            yield error


def _completed(page: Article, entry: Entry) -> Article:
    """The article with what only the feed says of it; a page mostly gives the day alone, a feed the time."""
    said: dict[str, Any] = {name: getattr(page, name) or getattr(entry, name) for name in ("title", "source", "author")}
    if page.published is None or _is_within(entry.published, page.published):
        said["published"] = entry.published
    return page.model_copy(update=said)


def _is_within(time: date | None, day: date) -> bool:
    """Whether a time is one of that day, wherever its clock stands."""
    return isinstance(time, datetime) and not isinstance(day, datetime) and abs(time.date() - day) <= timedelta(days=1)


def _unpacked(data: bytes, url: str) -> bytes:
    """The data, or what its gzip holds."""
    if data.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        with suppress(zlib.error):
            data = unpacker.decompress(data, _MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise SourceError(url, f"unpacked it is larger than {_MAX_BYTES // 1_000_000} MB")
    return data


def _root(data: bytes) -> str | None:
    """The name of the first element, if it is one of a feed or sitemap."""
    head = data[:_HEAD]
    text = head.decode("utf-16", "replace") if head.startswith(_WIDE) else head.decode("latin-1").removeprefix("ï»¿")
    root = _ROOT.match(text)
    return root[1] if root else None


def _decoded(data: bytes, charset: str | None) -> str:
    """The text: UTF-8 if it can be that, whatever is said of it, else what it or the server says, else a guess."""
    with suppress(UnicodeDecodeError):
        return data.decode("utf-16" if data.startswith(_WIDE) else "utf-8-sig")
    declared = _DECLARED.match(data[:_HEAD].decode("latin-1"))
    for name in (declared[1] if declared else None, charset):
        with suppress(LookupError, UnicodeDecodeError):
            if name and _LEGACY.fullmatch(known := codecs.lookup(name).name):
                return data.decode("cp1252" if known == "iso8859-1" else known)  # as browsers do
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") < len(text) / 1_000:  # UTF-8, a character of which was cut somewhere
        return text
    try:
        return decode(data)
    except Undecodable:
        return text


def _feed(text: str, url: str) -> Listing:
    """RSS or Atom, broken or not."""
    if text.count("<") > _MAX_TAGS:
        raise SourceError(url, f"the feed has more than {_MAX_TAGS} tags; give one with fewer articles")
    import feedparser  # noqa: PLC0415  it takes 0.1 s, only for those who read feeds

    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    data = BytesIO(text.encode("utf-8", "replace"))
    try:
        parsed = feedparser.parse(data, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # whatever a stranger's feed makes of its parser
        log.info("feedparser failed on %s", url, exc_info=True)
        raise SourceError(url, "the feed is too badly damaged to be read; tell its publisher") from error
    title = one_line(parsed.feed.get("title"))
    found = [
        _entry(
            link=entry.get("feedburner_origlink") or entry.get("link"),
            url=url,
            title=entry.get("title"),
            when=entry.get("published") or entry.get("updated"),
            bodies=_bodies(entry),
            source=one_line(entry.get("source", {}).get("title")) or title,
            author=entry.get("author"),
        )
        for entry in map(dict, parsed.entries)  # feedparser's own dictionaries warn of keys that are not there
    ]
    return Listing(title, [entry for entry in found if entry])


def _bodies(entry: Any) -> list[str]:
    """The texts that a feed gives for an article, of which the longest is the fullest."""
    found = [content.get("value") for content in entry.get("content", [])]
    found += [entry.get("summary"), *(entry[key] for key in entry if key.endswith("full-text"))]  # yandex:full-text
    return [body for body in found if isinstance(body, str)]


def _json_feed(data: bytes, url: str) -> Listing:
    try:
        feed = json.loads(data)
        items = [item for item in feed["items"] if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(url, "it is a damaged JSON Feed") from error
    title = _string(feed, "title")
    found = []
    for item in items:
        plain = escape(_string(item, "content_text"), quote=False).replace("\n", "<br>")
        entry = _entry(
            link=_string(item, "url") or _string(item, "external_url") or _string(item, "id"),
            url=url,
            title=_string(item, "title"),
            when=_string(item, "date_published") or _string(item, "date_modified"),
            bodies=[_string(item, "content_html"), plain],
            source=one_line(title),
            author=_author(item),
        )
        if entry:
            found.append(entry)
    return Listing(one_line(title), found)


def _author(item: dict[str, Any]) -> str:
    """Version 1.1 has a list of authors, 1.0 had one."""
    authors = item.get("authors") or [item.get("author")]
    named = [_string(one, "name") for one in authors if isinstance(one, dict)] if isinstance(authors, list) else []
    return ", ".join(filter(None, named))


def _string(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _entry(
    *,
    link: str | None,
    url: str,
    title: str | None,
    when: str | None,
    bodies: Iterable[str],
    source: str | None,
    author: str | None,
) -> Entry | None:
    """An entry, or None for one without a web page: nobody could check what it says."""
    place = page_address(link, url)
    if place is None:
        return None
    return Entry(place, one_line(title), published(when), _full_text(bodies), source, byline(author))


def _full_text(bodies: Iterable[str]) -> str | None:
    """The article, if the feed carries it whole."""
    text = _APPENDED.sub("", max(map(paragraphs, bodies), key=len, default=""))
    return text if len(text) >= _MIN_FULL_TEXT and not _GOES_ON.search(text) else None
