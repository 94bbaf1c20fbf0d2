"""Links: whatever kind of article lies there, told by its bytes; and for all else, what it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.addresses import is_any
from ingest.fetching import Fetcher
from ingest.sources import read
from ingest.sources.pdf import PdfFile
from retrieval.errors import SourceError
from retrieval.types import Article
from tests.ingest.raw_site import Site, answer, redirect, serve

PAGES = Path(__file__).parent / "pages"
LINE = "قال وزير الخارجية سامي منصور إن الحوار هو الطريق الوحيد إلى تسوية دائمة."
PAGE = f"<!DOCTYPE html><html><body><article><p>{LINE}</p></article></body></html>".encode()


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


def found(url: str) -> Article:
    (article,) = read(url, Fetcher(allow=is_any))
    assert isinstance(article, Article), article
    return article


def refusal(url: str, fetcher: Fetcher | None = None) -> str:
    (error,) = read(url, fetcher or Fetcher(allow=is_any))
    assert isinstance(error, SourceError), error
    assert error.source == url
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("en-energy-deal", "Minister defends gas deal as prices climb"),
        ("ar-agency-1256", "محافظ البنك المركزي يتوقع تراجع التضخم"),
        ("ru-rate-1251", "Глава регулятора объяснила решение по ставке"),
    ],
)
def test_a_link_is_the_article_of_its_page(site: Site, name: str, title: str) -> None:
    site.pages[f"/news/{name}"] = answer((PAGES / f"{name}.html").read_bytes())
    article = found(f"{site.url}/news/{name}?utm_source=telegram#comments")
    assert article.title == title
    assert article.id == article.url == f"{site.url}/news/{name}", "its canonical link is another site's"
    (from_disk,) = read(str(PAGES / f"{name}.html"))
    assert isinstance(from_disk, Article)
    assert article.text == from_disk.text
    assert article.source == (from_disk.source or "127.0.0.1")


def test_the_same_page_shared_differently_is_the_same_article(site: Site) -> None:
    page = PAGE.replace(b"<body>", b'<head><link rel="canonical" href="/news/7?id=7"></head><body>')
    site.pages |= {"/news/7": answer(page), "/amp/7": answer(page), "/s": redirect("/news/7?id=7&fbclid=x")}
    links = ("/news/7?id=7", "/news/7?id=7&utm_medium=x#y", "/amp/7", "/s")
    assert {found(f"{site.url}{link}").id for link in links} == {f"{site.url}/news/7?id=7"}


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-8", "utf-16"])
def test_the_encoding_that_a_server_states_is_used(site: Site, encoding: str) -> None:
    site.pages["/a"] = answer(PAGE.decode().encode(encoding), media_type=f"text/html; charset={encoding}")
    assert found(f"{site.url}/a").text == LINE


@pytest.mark.parametrize("claimed", ["application/octet-stream", "text/plain", "image/png", "application/pdf", None])
def test_a_page_is_a_page_whatever_its_server_calls_it(site: Site, claimed: str | None) -> None:
    site.pages["/a.png"] = answer(PAGE, media_type=claimed)
    assert found(f"{site.url}/a.png").text == LINE


def test_a_page_without_a_beginning_is_one_if_its_server_says_so(site: Site) -> None:
    site.pages["/a"] = answer(f"<div><p>{LINE}</p></div>".encode())
    assert found(f"{site.url}/a").text == LINE


@pytest.mark.parametrize(
    "claimed", ["text/plain", "text/plain; charset=utf-8", "text/markdown", "application/octet-stream", None]
)
def test_plain_text_is_taken_as_it_stands(site: Site, claimed: str | None) -> None:
    site.pages["/a/report"] = answer(f"# Title\n\n{LINE}\n".encode(), media_type=claimed)
    article = found(f"{site.url}/a/report")
    assert article.text == f"# Title\n\n{LINE}\n"
    assert article.id == article.url == f"{site.url}/a/report"
    assert article.source == "127.0.0.1"


def test_a_markdown_file_has_its_title(site: Site) -> None:
    site.pages["/a.md"] = answer(f"# Title\n\n{LINE}\n".encode(), media_type="text/plain")
    assert found(f"{site.url}/a.md").title == "Title"


def pdf(line: str) -> bytes:
    """A PDF of one page with one line of text."""
    drawn = f"BT /F1 12 Tf 50 700 Td ({line}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return data + trailer % (table, len(data))


@pytest.mark.parametrize("claimed", ["application/pdf", "text/html", "application/octet-stream", None])
def test_a_pdf_is_read_as_one_whatever_its_server_calls_it(site: Site, claimed: str | None) -> None:
    line = "The minister said on Wednesday that the contract would protect every household in the country."
    site.pages["/report"] = answer(pdf(line), media_type=claimed)
    article = found(f"{site.url}/report?utm_source=x")
    assert line in article.text
    assert article.id == article.url == f"{site.url}/report"
    assert article.source == "127.0.0.1"


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0"


@pytest.mark.parametrize("claimed", ["text/html", "text/plain", "image/png", "application/pdf", None])
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (PNG, "a PNG picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a JPEG picture"),
        (b"GIF89a\x01\0", "a GIF picture"),
        (b"PK\x03\x04\x14\0\0\0\0\0" + b"\0" * 16 + b"\x05\0\0\0a.txt", "a ZIP archive"),
    ],
    ids=["png", "jpeg", "gif", "zip"],
)
def test_a_picture_is_refused_by_name_whatever_its_server_calls_it(
    site: Site, data: bytes, name: str, claimed: str | None
) -> None:
    site.pages["/a"] = answer(data, media_type=claimed)
    assert name in refusal(f"{site.url}/a")


@pytest.mark.parametrize(
    ("data", "claimed", "reason"),
    [
        (b"", "text/html", "empty"),
        (b" \n", "text/plain", "empty"),
        (b"body { color: red }", "text/css", "text/css"),
        (b"alert(1)", "application/javascript", "application/javascript"),
        (b'{"a": 1}', "application/json", "application/json"),
        (b"\0\x01\x02\x03" * 99, "text/html", "binary"),
        (b"\0\x01\x02\x03" * 99, "application/octet-stream", "binary"),
        (b"<?xml version='1.0'?><note>x</note>", "application/xml", "XML"),
        (b"%PDF-1.7\nbroken", "application/pdf", "PDF"),
        (b"%PDF-1.7\nbroken", "text/html", "PDF"),
        ("🎉🎉 🎉".encode(), "text/plain", "no words"),
    ],
)
def test_what_is_no_article_is_refused_with_its_kind(site: Site, data: bytes, claimed: str, reason: str) -> None:
    site.pages["/a"] = answer(data, media_type=claimed)
    assert reason in refusal(f"{site.url}/a")


@pytest.mark.parametrize("name", ["en-list", "ar-list", "ru-paywall", "en-script"])
def test_a_page_without_an_article_is_refused(site: Site, name: str) -> None:
    site.pages["/a"] = answer((PAGES / f"{name}.html").read_bytes())
    assert "article" in refusal(f"{site.url}/a")


def test_a_link_that_may_be_fetched_later_is_said_to_be_that(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pages |= {"/busy": answer(status=503), "/report": answer(pdf("It rained."), media_type="application/pdf")}
    (busy,) = read(f"{site.url}/busy", Fetcher(allow=is_any))
    assert isinstance(busy, SourceError)
    assert busy.temporary

    def killed(*_: object) -> Iterator[Article | SourceError]:
        yield SourceError("report.pdf", "its reader was killed", temporary=True)

    monkeypatch.setattr(PdfFile, "read", killed)
    (report,) = read(f"{site.url}/report", Fetcher(allow=is_any))
    assert isinstance(report, SourceError)
    assert (report.source, report.temporary) == (f"{site.url}/report", True)


def test_a_link_that_cannot_be_fetched_is_told(site: Site) -> None:
    assert "404" in refusal(f"{site.url}/missing")


@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_without_leave_no_link_leads_into_the_own_network(site: Site, scheme: str) -> None:
    url = site.url.replace("http", scheme)
    (error,) = read(f"{url}/a")
    assert "not a public address" in str(error)
    assert site.requests == []
