"""Feeds and sitemaps: what they list, well formed or not, in three languages; and the articles behind it."""

import gzip
import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from xml.sax.saxutils import escape

import pytest

from ingest import manners
from ingest.entries import Entry
from ingest.fetching import Fetcher
from ingest.sources.feed import articles_of, entries, listing
from ingest.sources.web import read_url
from retrieval.errors import SourceError
from retrieval.types import Article
from tests.ingest.site import PARAGRAPHS, Site, page, running_site

URL = "https://news.example/rss/all.xml"
TITLES = {"ar": "لافروف: الوضع خطير", "en": "Lavrov: “the situation is dangerous”", "ru": "Лавров: положение опасно"}
FULL = {lang: " ".join(paragraphs * 5) for lang, paragraphs in PARAGRAPHS.items()}


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetcher]:
    monkeypatch.setattr(manners, "PAUSE", 0.0)
    yield Fetcher(allow=lambda address: address.is_loopback)


def rss(*items: str, title: str = "News", before: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:yandex="http://news.yandex.ru"'
    )
    return f'{before}<rss version="2.0" {spaces}><channel><title>{title}</title>{"".join(items)}</channel></rss>'


def item(link: str = "https://news.example/1", title: str = "Title", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def found(text: str | bytes, url: str = URL, charset: str | None = None) -> list[Entry]:
    listed = entries(text.encode() if isinstance(text, str) else text, url, charset)
    assert listed is not None
    return listed


def only(text: str | bytes, charset: str | None = None) -> Entry:
    (entry,) = found(text, charset=charset)
    return entry


def refused(data: bytes) -> str:
    with pytest.raises(SourceError) as error:
        entries(data, URL)
    assert error.value.source == URL
    return str(error.value)


# --- every kind of feed


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
@pytest.mark.parametrize("kind", ["rss", "rdf", "atom", "json", "news sitemap"])
def test_an_entry_has_its_address_title_and_date(kind: str, lang: str) -> None:
    title = TITLES[lang]
    feed = {
        "rss": rss(item(title=title, more="<author>vera@news.example (Vera Lapina)</author>"
            "<pubDate>Tue, 24 Nov 2026 10:00:00 +0300</pubDate>")),
        "rdf": f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
            xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>News</title></channel>
            <item rdf:about="https://news.example/1"><title>{title}</title><link>https://news.example/1</link>
            <dc:creator>Vera Lapina</dc:creator><dc:date>2026-11-24T10:00:00+03:00</dc:date></item></rdf:RDF>""",
        "atom": f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title>{title}</title>
            <link href="https://news.example/1"/><id>urn:1</id><updated>2026-11-25T00:00:00Z</updated>
            <author><name>Vera Lapina</name></author>
            <published>2026-11-24T10:00:00+03:00</published></entry></feed>""",
        "json": json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "News",
                "items": [
                    {"id": "1", "url": "https://news.example/1", "title": title,
                     "date_published": "2026-11-24T10:00:00+03:00", "authors": [{"name": "Vera Lapina"}]},
                ],
            }
        ),
        "news sitemap": f"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
            xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://news.example/1</loc><news:news>
            <news:publication><news:name>News</news:name><news:language>{lang}</news:language></news:publication>
            <news:publication_date>2026-11-24T10:00:00+03:00</news:publication_date><news:title>{title}</news:title>
            </news:news></url></urlset>""",
    }[kind]  # fmt: skip
    assert only(feed) == Entry(
        "https://news.example/1",
        title=title,
        published=datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=3))),
        source="News",
        author=None if kind == "news sitemap" else "Vera Lapina",
    )


def test_a_sitemap_lists_pages_and_an_index_lists_sitemaps() -> None:
    pages = found(
        """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
        xmlns:video="http://www.google.com/schemas/sitemap-video/1.1">
        <url><image:image><image:loc>https://news.example/1.jpg</image:loc><image:title>Picture</image:title></image:image>
        <loc> https://news.example/1 </loc><lastmod>2026-11-24</lastmod><changefreq>daily</changefreq></url>
        <url><loc>https://news.example/2?a=1&amp;b=2</loc><video:video><video:title>Film</video:title>
        <video:publication_date>2020-01-01</video:publication_date></video:video></url></urlset>"""
    )
    assert pages == [
        Entry("https://news.example/1", changed=date(2026, 11, 24)),
        Entry("https://news.example/2?a=1&b=2"),
    ]
    (below,) = found(
        """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>
        <loc>https://news.example/2026.xml.gz</loc><lastmod>2026-11-24T10:00:00Z</lastmod></sitemap></sitemapindex>"""
    )
    assert below == Entry(
        "https://news.example/2026.xml.gz", changed=datetime(2026, 11, 24, 10, tzinfo=UTC), sitemap=True
    )


def test_the_feeds_own_title_is_told() -> None:
    named = listing(rss(item(), title="وكالة الأنباء &amp;amp; more").encode(), URL)
    assert named is not None
    assert named.title == "وكالة الأنباء & more"


@pytest.mark.parametrize(
    "data",
    [
        page("Page about <rss> and feeds"),
        b"<html><body><rss></rss></body></html>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>',
        b"<feedback></feedback>",
        b'{"items": []}',
        b"%PDF-1.4",
        b"plain words",
        b"",
        b"\x1f\x8b broken",
        "وضع".encode("utf-16"),
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_feed_is_none(data: bytes) -> None:
    assert entries(data, URL) is None


def test_a_feed_is_told_by_its_first_element_whatever_stands_above_it() -> None:
    above = (
        '\ufeff\n<?xml version="1.0"?>\n<?xml-stylesheet href="x.xsl"?><!-- a <rss> --><!DOCTYPE rss [ <!-- --> ]>\n'
    )
    assert only(rss(item(), before=above)).url == "https://news.example/1"
    assert entries(("<!--a-->" * 5_000 + "<x>").encode(), URL) is None


# --- what feeds write


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("A &lt;b&gt;bold&lt;/b&gt; word", "A bold word"),
        ("<![CDATA[<i>He</i> said &laquo;no&raquo;]]>", "He said «no»"),
        ("AT&amp;amp;T &amp;#8217; &amp;quot;x&amp;quot;", 'AT&T ’ "x"'),
        ("5 &lt; 6 and 7 &gt; 6", "5 < 6 and 7 > 6"),
        ("\n  Two\n lines ", "Two lines"),
        ("", None),
        ("<![CDATA[<img src='x.png'>]]>", None),
    ],
)
def test_a_title_is_plain_text(written: str, read: str | None) -> None:
    assert only(rss(item(title=written))).title == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Tue, 24 Nov 2026 10:00:00 GMT", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:00:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:00:00 EST", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:00:00 MSK", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("2026-11-24 10:00:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T10:00+03:00", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("24.11.2026 10:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("الثلاثاء, 24 نوفمبر 2026 10:00:00 +0300", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("٢٤ نوفمبر ٢٠٢٦", date(2026, 11, 24)),
        ("24 تشرين الثاني/نوفمبر 2026", date(2026, 11, 24)),
        ("الثلاثاء 14 جمادى الآخرة 1448 هـ - 24 نونبر 2026", date(2026, 11, 24)),
        ("Fri, 05 حزيران 2026 10:00:00 +0300", datetime(2026, 6, 5, 7, tzinfo=UTC)),
        ("Вт, 24 ноя 2026 10:00:00 +0300", datetime(2026, 11, 24, 7, tzinfo=UTC)),
        ("24 ноября 2026", date(2026, 11, 24)),
        ("2026-11-24", date(2026, 11, 24)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("yesterday", None),
        ("32 Nov 2026", None),
        ("x" * 100_000, None),
        ("", None),
    ],
    ids=lambda value: str(value)[:30],
)
def test_dates_are_read_as_they_are_meant(written: str, read: date | None) -> None:
    published = only(rss(item(more=f"<pubDate>{written}</pubDate>"))).published
    assert published == read
    assert type(published) is type(read)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("/a", "https://news.example/a"),
        ("b", "https://news.example/rss/b"),
        ("//other.example/c", "https://other.example/c"),
        ("\n https://news.example/d \n", "https://news.example/d"),
        ("https://news.example/e?utm_source=rss&amp;id=5#top", "https://news.example/e?id=5"),
        ("https://пример.рф/ж", "https://xn--e1afmkfd.xn--p1ai/%D0%B6"),
    ],
)
def test_links_are_made_whole_and_normal(link: str, url: str) -> None:
    assert only(rss(item(link))).url == url


def test_xml_base_says_where_links_start() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://other.example/x/"><title>N</title>
        <entry xml:base="y/"><title>T</title><link href="z.html"/></entry></feed>"""
    assert only(atom).url == "https://other.example/x/y/z.html"


def test_an_entry_without_a_page_is_left_out_and_one_listed_twice_comes_once() -> None:
    feed = rss(
        "<item><title>No link</title></item>",
        '<item><title>Not a link</title><guid isPermaLink="false">17</guid></item>',
        item("javascript:alert(1)"),
        item("mailto:a@news.example"),
        item("http://[bad"),
        item("https://news.example/1", "First"),
        "<item><title>By guid</title><guid>https://news.example/guid</guid></item>",
        item("https://NEWS.example:443/1?utm_source=x", "Again"),
    )
    assert [(one.url, one.title) for one in found(feed)] == [
        ("https://news.example/1", "First"),
        ("https://news.example/guid", "By guid"),
    ]


@pytest.mark.parametrize(
    ("lang", "encoding"),
    [("ar", "windows-1256"), ("ar", "iso-8859-6"), ("ru", "windows-1251"), ("ru", "koi8-r"), ("ar", "utf-16")],
)
@pytest.mark.parametrize("said", ["by the feed", "by the server", "by nobody"])
def test_legacy_encodings_are_read(lang: str, encoding: str, said: str) -> None:
    title = TITLES[lang].replace("“", '"').replace("”", '"')
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if said == "by the feed" else '<?xml version="1.0"?>'
    words = escape(FULL[lang]).replace("،", ",").replace("ё", "е")
    feed = rss(item(title=title, more=f"<description>{words}</description>"), before=declaration)
    assert only(feed.encode(encoding), encoding if said == "by the server" else None).title == title


def test_utf_8_is_read_as_such_whatever_is_said_of_it() -> None:
    feed = rss(item(title=TITLES["ar"]), before='<?xml version="1.0" encoding="windows-1256"?>')
    assert only(feed, charset="iso-8859-1").title == TITLES["ar"]
    cut = rss(item(title=TITLES["ru"], more=f"<description>{FULL['ru']}</description>")).encode()
    cut = cut.replace("опасным".encode(), "опасным".encode()[:-1], 1)
    assert only(cut).title == TITLES["ru"]


# --- full texts


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
@pytest.mark.parametrize("element", ["content:encoded", "description", "yandex:full-text"])
def test_a_feed_that_carries_the_article_is_believed(element: str, lang: str) -> None:
    markup = "".join(f"<p>{paragraph} &amp; <b>more</b></p>" for paragraph in PARAGRAPHS[lang] * 5)
    text = only(rss(item(more=f"<description>Teaser</description><{element}>{escape(markup)}</{element}>"))).text
    assert text == "\n\n".join(f"{paragraph} & more" for paragraph in PARAGRAPHS[lang] * 5)


@pytest.mark.parametrize(
    "end", ["…", "...", "[&hellip;]", " Read more", " <a href='/1'>Читать далее →</a>", " اقرأ المزيد"]
)
def test_a_teaser_is_not_taken_for_the_article(end: str) -> None:
    long = escape(f"<p>{FULL['en']}{end}</p>")
    assert only(rss(item(more=f"<description>{long}</description>"))).text is None
    assert only(rss(item(more=f"<description>{PARAGRAPHS['en'][0]}</description>"))).text is None


def test_a_full_text_is_without_captions_scripts_and_what_wordpress_adds() -> None:
    markup = (
        f"<figure><img src=x><figcaption>Caption</figcaption></figure><script>alert(1)</script><p>{FULL['en']}</p>"
        "<ul><li>One</li><li>Two<br/>Three</li></ul><!-- note --><iframe src=x>Frame</iframe>"
        "<p>The post <a href='/1'>Title</a> appeared first on <a href='/'>News</a>.</p>"
    )
    text = only(rss(item(more=f"<content:encoded><![CDATA[{markup}]]></content:encoded>"))).text
    assert text == "\n\n".join([FULL["en"], "One", "Two", "Three"])


# --- what is broken or hostile


@pytest.mark.parametrize(
    "damage",
    [
        lambda feed: feed.replace("Title", "AT&T & Co"),
        lambda feed: feed.replace("Title", "a&nbsp;b &unknown; c"),
        lambda feed: feed.replace("Title", "\x0b\x00\x1f x"),
        lambda feed: feed.replace("Title", "&#xD800; &#0; &#99999999; &#x110000; " + "&#" + "9" * 9_999 + ";"),
        lambda feed: feed.replace("</channel></rss>", ""),
        lambda feed: feed[: feed.rindex("</item>")],
        lambda feed: feed.replace('xmlns:dc="http://purl.org/dc/elements/1.1/"', "").replace("Title", "<dc:x>T</dc:x>"),
        lambda feed: "\n\n" + feed,
        lambda feed: feed.replace('encoding="utf-8"', 'encoding="x-unknown"'),
        lambda feed: feed + "<!-- served in 0.2 s --><script>x</script>",
    ],
)  # fmt: skip
def test_a_broken_feed_gives_what_can_be_read(damage: object) -> None:
    feed = rss(item("https://news.example/1"), item("https://news.example/2"))
    assert [one.url for one in found(damage(feed))] == ["https://news.example/1", "https://news.example/2"]  # type: ignore[operator]


def test_a_sitemap_that_is_cut_off_gives_what_came_before() -> None:
    whole = "<urlset>" + "".join(f"<url><loc>https://news.example/{n}</loc></url>" for n in range(100)) + "</urlset>"
    assert [one.url for one in found(whole[:2_000])][:2] == ["https://news.example/0", "https://news.example/1"]


def test_a_sitemap_may_forget_to_declare_its_namespaces() -> None:
    entry = only(
        "<urlset><url><loc>https://news.example/1</loc><image:title>Picture</image:title><news:news>"
        "<news:title>Новость</news:title><news:publication_date>2026-11-24</news:publication_date></news:news></url></urlset>"
    )
    assert (entry.url, entry.title, entry.published) == ("https://news.example/1", "Новость", date(2026, 11, 24))


def test_a_feed_on_which_its_parser_fails_is_refused() -> None:
    assert "damaged" in refused(b"<rss><channel><item><textinput><link>x</link></textinput></item></channel></rss>")


@pytest.mark.parametrize("root", ["rss", "urlset"])
@pytest.mark.parametrize(
    "dtd",
    [
        '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">',
        f'<!ENTITY c "{"x" * 5_000}">',
        '<!ENTITY c SYSTEM "file:///etc/hostname">',
        '<!ENTITY % c SYSTEM "http://127.0.0.1:9/x.dtd"> %c;',
    ],
    ids=["bomb", "blowup", "file", "address"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_neither_expanded_nor_fetched(root: str, dtd: str, encoding: str) -> None:
    before = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE {root} [{dtd}]>'
    body = "&c;" * 1_000
    feed = (
        rss(item(title=body), before=before)
        if root == "rss"
        else f"{before}<urlset><url><loc>https://news.example/{body}</loc></url></urlset>"
    )
    assert "entities" in refused(feed.encode(encoding))


@pytest.mark.parametrize(
    "data",
    [
        b"<rss><channel>" + b"<item>" * 400_000,
        b"<feed>" + b"<entry><link/>" * 100_000,
        b"<urlset>" + b" " * 51_000_000,
        gzip.compress(b"<urlset>" + b" " * 51_000_000),
        b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000,
        b'{"version": "https://jsonfeed.org/version/1"}',
    ],
    ids=["items", "links", "long", "gzip bomb", "deep", "no items"],
)
def test_what_is_too_large_or_no_feed_after_all_is_refused(data: bytes) -> None:
    started = time.monotonic()
    assert refused(data)
    assert time.monotonic() - started < 30, "a quadratic reader takes minutes"


@pytest.mark.parametrize("piece", ["<", "&", "<!--", "<![CDATA[", "<?", "<a ", '"', "&lt;a ", "<title>", "]]>"])
def test_no_markup_takes_more_than_a_few_seconds(piece: str) -> None:
    started = time.monotonic()
    for root in ("<rss><channel><item><title>", "<urlset><url><loc>"):
        try:
            assert entries((root + piece * 90_000).encode(), URL) is not None
        except SourceError as error:
            assert "tags" in str(error)
    assert time.monotonic() - started < 30, "a quadratic reader takes minutes"


# --- the articles behind


@pytest.mark.parametrize("lang", ["ar", "en", "ru"])
def test_the_pages_of_a_feed_are_its_articles(site: Site, fetcher: Fetcher, lang: str) -> None:
    site.put("/1", page(TITLES[lang], lang), Content_Type="text/html; charset=utf-8")
    feed = rss(item("/1", TITLES[lang], "<pubDate>Tue, 24 Nov 2026 10:00:00 +0300</pubDate>"), item("/missing"))
    url = site.put("/feed.xml", feed, Content_Type="text/html")  # what they are says their content
    article, error = read_url(url, fetcher)
    assert isinstance(article, Article)
    assert (article.id, article.url, article.title) == (f"{site.url}/1", f"{site.url}/1", TITLES[lang])
    assert article.text == "\n\n".join(PARAGRAPHS[lang])
    assert article.published == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert isinstance(error, SourceError)
    assert error.source == f"{site.url}/missing"


def test_an_article_that_the_feed_carries_is_not_fetched(site: Site, fetcher: Fetcher) -> None:
    more = f"<description>{FULL['ru']}</description><pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate>"
    url = site.put("/feed.xml", rss(item("/1", TITLES["ru"], more), title="Новости"))
    assert list(read_url(url, fetcher)) == [
        Article(
            id=f"{site.url}/1",
            url=f"{site.url}/1",
            title=TITLES["ru"],
            text=FULL["ru"],
            source="Новости",
            published=datetime(2026, 11, 24, 10, tzinfo=UTC),
        )
    ]
    assert site.paths() == ["/feed.xml"]


def test_the_day_on_the_page_is_believed_when_the_feed_is_about_another(site: Site, fetcher: Fetcher) -> None:
    meta = '<meta property="article:published_time" content="2026-11-24T08:00:00Z">'
    for path in ("/same", "/other"):
        site.put(path, page("Lavrov speaks", more=meta), Content_Type="text/html")
    listed = [
        Entry(f"{site.url}/same", published=datetime(2026, 11, 24, 8, tzinfo=UTC)),
        Entry(f"{site.url}/other", published=datetime(2026, 12, 31, 8, tzinfo=UTC)),
    ]
    same, other = articles_of(listed, fetcher)
    assert isinstance(same, Article)
    assert isinstance(other, Article)
    assert (same.published, other.published) == (datetime(2026, 11, 24, 8, tzinfo=UTC), date(2026, 11, 24))


def test_robots_txt_is_obeyed(site: Site, fetcher: Fetcher) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private/\n")
    site.put("/1", page("Lavrov speaks"), Content_Type="text/html")
    site.put("/private/2", page("Lavrov speaks"), Content_Type="text/html")
    first, second = articles_of([Entry(f"{site.url}/private/2"), Entry(f"{site.url}/1")], fetcher)
    assert isinstance(first, SourceError)
    assert "robots.txt" in str(first)
    assert isinstance(second, Article)
    assert site.paths() == ["/1"]


def test_there_is_a_pause_between_two_pages_of_a_host(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manners, "PAUSE", 0.2)
    for number in range(3):
        site.put(f"/{number}", page("Lavrov speaks"), Content_Type="text/html")
    articles = list(articles_of([Entry(f"{site.url}/{number}") for number in range(3)], fetcher))
    assert all(isinstance(one, Article) for one in articles)
    times = [one.at for one in site.asked if one.path != "/robots.txt"]
    assert len(times) == 3
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(times))


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_is_too_busy_is_left_alone(site: Site, fetcher: Fetcher, status: int) -> None:
    site.put("/0", "busy", status=status, Retry_After="1")
    for number in range(1, 4):
        site.put(f"/{number}", page("Lavrov speaks"), Content_Type="text/html")
    listed = [Entry(f"{site.url}/{number}") for number in range(4)]
    found = list(articles_of(listed, fetcher))
    assert [type(one) for one in found[1:]] != [Article] * 3
    assert site.paths() == ["/0"], "the others were not asked for"
    time.sleep(1.1)
    assert isinstance(next(articles_of(listed[1:], fetcher)), Article)


def test_an_index_of_sitemaps_leads_to_the_articles(site: Site, fetcher: Fetcher) -> None:
    site.put("/1", page("Lavrov speaks"), Content_Type="text/html")
    site.put(
        "/2026.xml.gz", gzip.compress(b"<urlset><url><loc>/1</loc></url></urlset>"), Content_Type="application/gzip"
    )
    site.put("/loop.xml", "<sitemapindex><sitemap><loc>/index.xml</loc></sitemap></sitemapindex>")
    site.put("/no.xml", page("Lavrov speaks"))
    below = "".join(
        f"<sitemap><loc>/{name}</loc></sitemap>" for name in ("2026.xml.gz", "loop.xml", "no.xml", "gone.xml")
    )
    url = site.put("/index.xml", f"<sitemapindex>{below}</sitemapindex>")
    article, *errors = read_url(url, fetcher)
    assert isinstance(article, Article)
    assert [error.source.rpartition("/")[2] for error in errors if isinstance(error, SourceError)] == [
        "no.xml",
        "gone.xml",
    ]


def test_an_empty_or_hostile_feed_is_said(site: Site, fetcher: Fetcher) -> None:
    (empty,) = read_url(site.put("/empty.xml", rss()), fetcher)
    assert "no articles" in str(empty)
    hostile = rss(item(), before='<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>')
    (error,) = read_url(site.put("/hostile.xml", hostile), fetcher)
    assert "entities" in str(error)
