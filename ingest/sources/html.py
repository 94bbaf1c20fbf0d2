"""Web pages: the article on them, without menus, banners, share buttons, lists of other articles and comments."""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import httpx

from ingest.byline import byline
from ingest.decoding import Undecodable, decode
from ingest.limits import article
from ingest.sniffing import NAMES, kind, misnamed
from ingest.sources.page_cleaning import announces, heading_for, is_index, prune
from ingest.sources.page_date import shown_date, states_date
from ingest.urls import normalised
from retrieval.errors import SourceError
from retrieval.language import detect_language
from retrieval.types import Article

if TYPE_CHECKING:
    from lxml.html import HtmlElement

log = logging.getLogger(__name__)

MAX_BYTES = 10_000_000  # a page that carries its pictures within itself; without them it has a tenth of this
_TAGS = 25_000  # five times a long page's; the extractor takes five seconds for them, twenty at the very worst
_ATTRIBUTES = 2_000  # of one tag: the parser takes time in proportion to their square
_PREVIEW = 1500  # characters; what sites show of an article that must be paid for is one to three paragraphs
_SENTENCE = 40  # characters; one paragraph as long as this makes an article: flashes have no more

_NO_PAGE = frozenset(NAMES) - {"html", "feed", "xml"}  # a broken page may begin like these

_SPACE = r"[ \t\n\r\f]"
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^ \t\n\r\f>]*+)"""
_ATTRIBUTE = re.compile(rf"(?:{_SPACE}|/)*+[^ \t\n\r\f/>][^ \t\n\r\f/>=]*+(?:{_SPACE}*+={_SPACE}*+{_VALUE})?+")
_TAG = re.compile(rf"<[A-Za-z][^ \t\n\r\f/>]*+(?:{_ATTRIBUTE.pattern})*+")
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 4096  # bytes; browsers look into the first 1024, but some pages begin with a long script

_INLINE = frozenset(("hi", "ref", "del", "code", "graphic", "span"))  # the extractor's names for what runs on in a line
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # where a line may break or not; never part of a word
_ENDS = re.compile(r"[.!?…؟۔。][\"'”“»’)\]\u200e\u200f]*$")
_FRONT = re.compile(r"/|/[a-z]{2}/?")  # of a site, or of its part in a language
_YEAR = re.compile(r"(?:19|20|١٩|٢٠)[\d٠-٩]{2}")


class HtmlFile:
    """A `Source` of .html and .htm files, as browsers save them."""

    kinds = (".html", ".htm")

    def accepts(self, name: str, head: bytes) -> bool:
        """See `Source.accepts`."""
        return name.lower().endswith(self.kinds)

    def read(self, file: BinaryIO, name: str) -> Iterator[Article | SourceError]:
        """See `Source.read`."""
        yield read_page(file.read(MAX_BYTES + 1), name)


def read_page(data: bytes, name: str, *, url: str | None = None, charset: str | None = None) -> Article | SourceError:
    """The article on a page, or why there is none.

    `url` is where the page was found, if it was, and `charset` what its server said of it. The article's id is its
    normalised address, or else, for a file that names none, the file's name without its ending.
    """
    if kind(data) in _NO_PAGE:
        return SourceError(name, misnamed(data, "web page"))
    if len(data) > MAX_BYTES:
        return SourceError(name, f"the page is larger than {MAX_BYTES // 1_000_000} MB; give the article's text alone")
    try:
        tree = _parsed(_decoded(data, charset))
        return _article(tree, name, url)
    except (Undecodable, _NoArticle) as error:
        return SourceError(name, str(error))
    except Exception:  # of the parser or the extractor: what they stumble over must not stop the pages after it
        log.exception("extracting an article from %s failed", name)
        return SourceError(name, "the page could not be read, the log says why; give the article's text as a file")


class _NoArticle(Exception):
    """Why a page has none."""


def _decoded(data: bytes, charset: str | None) -> str:
    """The page's text. UTF-8 proves itself; else what the server or the page says, else what it looks like."""
    with suppress(UnicodeDecodeError):
        if b"\0" not in data:
            return data.decode("utf-8-sig")
    for pattern in (_XML_DECLARED, _DECLARED):
        if charset is None and (found := pattern.search(data, 0, _DECLARED_WITHIN)):
            charset = found[1].decode("ascii")
    # Browsers read Latin-1 as the Windows page that contains it.
    charset = "cp1252" if charset and charset.lower() in ("iso-8859-1", "latin1", "us-ascii", "ascii") else charset
    if charset and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        with suppress(LookupError, UnicodeError):
            text = data.decode(charset, "replace")
            # A broken letter or two are no other encoding.
            if text.count("\ufffd") * 100 < len(text) and "\0" not in text:
                return text
    return decode(data)


def _parsed(text: str) -> "HtmlElement":
    from lxml import etree, html  # noqa: PLC0415  trafilatura and lxml take 0.2 s, only for those who read pages

    number = 0
    for number, tag in enumerate(_TAG.finditer(text), 1):  # noqa: B007
        if len(tag[0]) > 2 * _ATTRIBUTES and len(_ATTRIBUTE.findall(tag[0])) > _ATTRIBUTES:
            raise _NoArticle("it is not a page that people read: a tag of it has thousands of attributes")
    if number > _TAGS:
        raise _NoArticle(f"the page has more than {_TAGS} parts; give the article's text as a file")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.LxmlError as error:
        raise _NoArticle("the page is empty") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise _NoArticle("the page is nested too deeply; give the article's text as a file")
    return tree


def _article(tree: "HtmlElement", name: str, url: str | None) -> Article | SourceError:
    from trafilatura import bare_extraction  # noqa: PLC0415

    canonical = _canonical(tree, url)
    heads = [_clean(head.text_content()) for tag in ("h1", "h2") for head in tree.iter(tag)]
    paid = _must_be_paid_for(tree)
    shown, stated = shown_date(tree), states_date(tree)
    prune(tree)
    found: Any = bare_extraction(
        tree,
        # Chosen on the pages in tests/ingest/pages: without precision, lists of other articles and appeals to
        # subscribe come in; with tables, a page that is laid out in one comes as a single line.
        favor_precision=True,
        include_tables=False,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "max_date": (datetime.now(UTC) + timedelta(days=1)).date().isoformat(),
        },
    )
    title = _clean((found and found.title) or "") or None
    lines = [line for line in _lines(found.body) if not announces(line)] if found else []
    lines = _without_header(lines, title)
    if is_index(tree, lines):
        raise _NoArticle("the page lists articles and is none itself; give the address of one of them")
    if not any(len(line) >= _SENTENCE and _ENDS.search(line) for line in lines):
        raise _NoArticle("there is no article on the page; if a browser shows one, give its text as a file")
    text = "\n\n".join(lines)  # a single line end could be taken for a hard-wrapped one
    if paid and len(text) < _PREVIEW:
        raise _NoArticle("only the beginning of the article is free to read; give the whole text as a file")
    address = canonical or url
    return article(
        {
            "id": normalised(address) if address else Path(name).stem,
            "title": heading_for(title, heads),
            "text": text,
            "url": normalised(address) if address else None,
            "source": _clean(found.sitename or "") or (httpx.URL(address).host if address else None) or None,
            "author": byline(found.author),
            "published": (found.date if stated else None) or shown or found.date,
            "lang": _language(tree, text),
        },
        source=name,
    )


def _lines(body: "HtmlElement") -> Iterator[str]:
    """The paragraphs, headings and list items of what the extractor found."""
    from lxml import etree  # noqa: PLC0415

    words: list[str] = []
    for event, part in etree.iterwalk(body, events=("start", "end")):
        if part.tag not in _INLINE:
            if line := _clean("".join(words)):
                yield line
            words = []
        words.append((part.text if event == "start" else part.tail) or "")
    if line := _clean("".join(words)):
        yield line


def _clean(text: str) -> str:
    return " ".join(text.translate(_UNSEEN).split())


def _without_header(lines: list[str], title: str | None) -> list[str]:
    """The lines without the headline and the date above the first paragraph; both are fields of their own."""
    while lines:
        first = lines[0]
        dated = len(first) <= _SENTENCE and _YEAR.search(first) and not _ENDS.search(first)
        if not dated and not (title and _key(first) in _key(title)):
            break
        lines = lines[1:]
    return lines


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _canonical(tree: "HtmlElement", url: str | None) -> str | None:
    """The address that the page gives as its own; of a page from the web, only one of the same site.

    One that leads to the front page is a mistake in a template: every article would have it.
    """
    links = tree.xpath("//link[translate(@rel, 'CANOIL', 'canoil')='canonical']/@href")
    links += tree.xpath("//meta[@property='og:url']/@content")
    for link in links:
        try:
            address = httpx.URL(url).join(str(link).strip()) if url else httpx.URL(str(link).strip())
        except (httpx.InvalidURL, ValueError):
            continue
        same_site = url is None or _site(address) == _site(httpx.URL(url))
        is_front = _FRONT.fullmatch(address.path) is not None and not address.query
        if address.scheme in ("http", "https") and address.host and same_site and not is_front:
            return str(address)
    return None


def _site(url: httpx.URL) -> str:
    """The host without what marks it as for telephones."""
    return re.sub(r"^(?:www|m|mobile|amp)\.", "", url.host.lower())


def _must_be_paid_for(tree: "HtmlElement") -> bool:
    """Whether the page says so to search engines (schema.org: isAccessibleForFree)."""
    scripts = tree.xpath("//script[@type='application/ld+json']/text()")
    return any(re.search(r'"isAccessibleForFree"\s*:\s*"?false', script, re.IGNORECASE) for script in scripts)


def _language(tree: "HtmlElement", text: str) -> str | None:
    """The language that the page says it is in, but English only if it is: templates come with that."""
    said = str(tree.get("lang") or tree.get("xml:lang") or "").strip()
    primary = re.split("[-_]", said.lower(), maxsplit=1)[0]
    if not (primary.isascii() and primary.isalpha() and len(primary) in (2, 3)):
        return None
    return None if primary == "en" and detect_language(text) != "en" else primary
