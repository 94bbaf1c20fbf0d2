"""Web pages: the article, whole and word for word, and nothing else of the page."""

import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.limits import MAX_CHARACTERS
from ingest.sources import read, read_bytes
from ingest.sources.html import MAX_BYTES, read_page
from retrieval.errors import SourceError
from retrieval.types import Article
from tests.shared_data import REPOSITORY

PAGES = Path(__file__).parent / "pages"
STORY = (
    "Energy Minister Helen Ward on Wednesday defended the new gas contract in parliament.",
    "“We have bought certainty,” Ward said. “Certainty is never cheap, but it is cheaper than panic.”",
    "Opposition leader Daniel Okafor called the contract “a blank cheque” and asked for its full text to be published.",
)
BODY = "<article><h1>Minister defends gas deal</h1>" + "".join(f"<p>{line}</p>" for line in STORY) + "</article>"


def saved(name: str) -> Article:
    """The article of a saved page."""
    (article,) = read(str(PAGES / name))
    assert isinstance(article, Article), article
    return article


def refusal(page: str | bytes, name: str = "page.html") -> str:
    """Why a page gave no article."""
    (error,) = read_bytes(name, page.encode() if isinstance(page, str) else page)
    assert isinstance(error, SourceError), error
    assert error.source == name
    assert "\n" not in str(error)
    return str(error)


def page(head: str = "", body: str = BODY, attributes: str = "", **context: str | None) -> Article:
    html = f"<!DOCTYPE html><html {attributes}><head>{head}</head><body>{body}</body></html>"
    article = read_page(html.encode(), "page.html", **context)  # type: ignore[arg-type]
    assert isinstance(article, Article), article
    return article


# --- saved pages, each with menus, banners, advertisements, share buttons, lists of other articles and comments


@pytest.mark.parametrize(
    ("name", "title", "source", "published", "lang", "paragraphs"),
    [
        ("en-energy-deal", "Minister defends gas deal as prices climb", "The Harbour Post", date(2024, 3, 14), "en", 9),
        ("en-short", "Ferry resumes after storm", "Coast Wire", date(2019, 12, 1), "en", 2),
        ("ar-summit", "وزير الخارجية: لا حل عسكريا للأزمة", "صحيفة الميناء", date(2023, 11, 5), "ar", 6),
        ("ar-agency-1256", "محافظ البنك المركزي يتوقع تراجع التضخم", None, date(2009, 4, 21), None, 5),
        ("ar-divs", "الميناء الجديد يستقبل أول سفينة", "موقع الساحل", date(2020, 1, 15), None, 4),
        (
            "ru-rate-1251",
            "Глава регулятора объяснила решение по ставке",
            "Портовый вестник",
            date(2022, 3, 18),
            "ru",
            5,
        ),
        (
            "ru-interview",
            "«Мы не ждали такого урожая»: интервью с агрономом Верой Лапиной",
            "Степные новости",
            date(2021, 9, 2),
            "ru",
            11,
        ),
    ],
)
def test_a_saved_page_is_the_article_on_it(
    name: str, title: str, source: str | None, published: date, lang: str | None, paragraphs: int
) -> None:
    article = saved(f"{name}.html")
    assert (article.title, article.source, article.published) == (title, source, published)
    assert article.lang == lang
    assert len(article.text.split("\n\n")) == paragraphs
    assert "\n\n" + title not in "\n\n" + article.text


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("en-energy-deal", "Tom Adeyemi"),
        ("ar-summit", "ليلى حداد"),
        ("ru-interview", "Артём Белов"),
        ("en-short", None),
        ("ar-divs", None),
    ],
)
def test_a_saved_page_names_its_author_if_it_has_one(name: str, author: str | None) -> None:
    assert saved(f"{name}.html").author == author


@pytest.mark.parametrize("said", ["https://news.example/by/tom", "tom@news.example", "staff " * 30])
def test_what_is_no_name_is_no_author(said: str) -> None:
    assert page(f'<meta name="author" content="{said}">').author is None


@pytest.mark.parametrize(
    ("name", "first", "last", "within"),
    [
        (
            "en-energy-deal",
            "Energy Minister Helen Ward on Wednesday",
            "A spokesman for the regulator declined to comment.",
            [
                "“We have bought certainty,” Ward said. “Certainty is never cheap, but it is cheaper than panic.”",
                "penalties of up to £40m for late deliveries",
                "What analysts say",
                "rose by 3 per cent after the debate",
            ],
        ),
        (
            "en-short",
            "The ferry between Ferryport and the café-lined",
            "captain Anna Berg said. “We sail at nine.”",
            [],
        ),
        (
            "ar-summit",
            "أكد وزير الخارجية سامي منصور، مساء الأحد،",
            "بمشاركة ممثلين عن خمس دول.",
            [
                "«جلسنا إلى الطاولة ثلاث مرات، وسنجلس إليها مرة رابعة إن لزم الأمر».\n",
                "المجتمع الدولي إلى",
                '"أقل من نصف المحتاجين"',
            ],
        ),
        (
            "ar-agency-1256",
            "الرياض - الواحة: توقع محافظ البنك المركزي فهد العمري",
            "قبل فوات الأوان.",
            ['"نرى تراجعا واضحا في أسعار الغذاء، ولا نرى سببا لرفع الفائدة في المدى المنظور".'],
        ),
        (
            "ar-divs",
            "استقبل الميناء الجديد صباح اليوم",
            "أن يتضاعف العدد خلال عامين.",
            ["«هذا اليوم حلم انتظرناه طويلا»"],
        ),
        (
            "ru-rate-1251",
            "МОСКВА, 18 мар — Портовый вестник. Председатель",
            "намечено на 29 апреля.",
            [
                "и цены будут расти быстрее обычного», — сказала Морозова на пресс-конференции",
                "составит 7,5 процента",
            ],
        ),
        (
            "ru-interview",
            "Главный агроном хозяйства «Заря» Вера Лапина",
            "Они помнят годы, каких мы не видели.",
            [
                "— Что изменилось?\n",
                "\nБеречь влагу с осени, а не весной.\n",
                "— И ещё, — улыбается Лапина, — слушать стариков.",
            ],
        ),
    ],
)
def test_every_word_of_it_is_there(name: str, first: str, last: str, within: list[str]) -> None:
    text = saved(f"{name}.html").text
    assert text.startswith(first)
    assert text.endswith(last)
    assert [one for one in within if one not in text] == []


FOREIGN = (PAGES / "foreign.txt").read_text(encoding="utf-8").split("\n")[:-1]  # what is on the pages and no news


@pytest.mark.parametrize(
    "name", ["en-energy-deal", "en-short", "ar-summit", "ar-agency-1256", "ar-divs", "ru-rate-1251", "ru-interview"]
)
def test_nothing_else_of_the_page_is(name: str) -> None:
    text = saved(f"{name}.html").text
    assert [phrase for phrase in FOREIGN if phrase in text] == []


@pytest.mark.parametrize("name", ["en-energy-deal", "ar-summit", "ru-interview"])
def test_what_is_looked_for_is_on_the_pages(name: str) -> None:
    """Else the test above could not fail."""
    html = (PAGES / f"{name}.html").read_text(encoding="utf-8")
    assert sum(phrase in html for phrase in FOREIGN) > 8


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("en-list.html", "lists articles"),
        ("ar-list.html", "lists articles"),
        ("ru-paywall.html", "only the beginning"),
        ("en-script.html", "no article on the page"),
    ],
)
def test_a_page_without_an_article_is_refused(name: str, reason: str) -> None:
    assert reason in refusal((PAGES / name).read_bytes())


# --- its address


def test_an_article_is_known_by_the_address_that_its_page_gives() -> None:
    article = saved("ar-summit.html")
    assert article.id == article.url
    assert article.id.startswith("https://www.almina.example/politics/%D9%88%D8%B2%D9%8A%D8%B1")
    assert article.id.endswith("%D8%A7"), "without utm_source"
    assert saved("ru-interview.html").id == "https://steppe.example/2021/09/urozhaj/", "from og:url"


def test_a_file_that_gives_none_is_known_by_its_name() -> None:
    article = saved("en-short.html")
    assert (article.id, article.url) == ("en-short", None)
    assert saved("ar-divs.html").id == "ar-divs", "that address is the front page's: all articles would be one"


@pytest.mark.parametrize(
    ("canonical", "address"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("/a?utm_source=x", "https://m.news.example/a"),
        ("https://www.news.example/a", "https://www.news.example/a"),
        ("https://other.example/a", "https://m.news.example/b?id=1"),
        ("https://news.example.evil.example/a", "https://m.news.example/b?id=1"),
        ("https://news.example/", "https://m.news.example/b?id=1"),
        ("https://news.example/?id=1", "https://news.example/?id=1"),
        ("https://news.example/ar", "https://m.news.example/b?id=1"),
        ("javascript:alert(1)", "https://m.news.example/b?id=1"),
        ("http://[", "https://m.news.example/b?id=1"),
        ("", "https://m.news.example/b?id=1"),
    ],
)
def test_a_page_cannot_pass_for_one_of_another_site(canonical: str, address: str) -> None:
    article = page(f'<link rel="Canonical" href="{canonical}">', url="https://m.news.example/b?id=1&fbclid=2#c")
    assert (article.id, article.url) == (address, address)
    assert article.source in ("news.example", "www.news.example", "m.news.example")


# --- its fields


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type":"NewsArticle","dateModified":"2024-03-20",'
        '"datePublished":"2024-03-14T23:30:00+03:00"}</script>',
        '<meta property="article:published_time" content="2024-03-14T09:00:00Z">'
        '<meta property="article:modified_time" content="2024-03-20">',
        '<meta name="date" content="2024-03-14">',
        '<meta itemprop="datePublished" content="2024-03-14">',
    ],
)
def test_the_date_is_that_of_publication(head: str) -> None:
    assert page(head).published == date(2024, 3, 14)


@pytest.mark.parametrize(
    "shown",
    [
        "14 March 2024",
        "14 марта 2024 г.",
        "14 марта 2024, 12:30",
        "الخميس 14 مارس 2024 - 11:40 م",
        "١٤ مارس ٢٠٢٤",
        "الخميس 14/مارس/2024",
        "الخميس 14 آذار/مارس 2024",
        '<time datetime="2024-03-14T09:00:00Z">yesterday</time>',
    ],
)
def test_without_one_for_machines_it_is_the_one_under_the_headline(shown: str) -> None:
    lines = "".join(f"<p>{line}</p>" for line in STORY)
    more = '<div>Related: 1 April 2024</div><aside><time datetime="2023-01-02">Old</time></aside>'
    body = f"<div>20 марта 2026</div><article><h1>Ward defends deal</h1><span>{shown}</span>{lines}{more}</article>"
    assert page(body=body).published == date(2024, 3, 14)


def test_a_date_within_the_article_is_not_its_own() -> None:
    assert page(body=BODY.replace("</h1>", "</h1><p>She was there on 12 мая 1999.</p>")).published is None


def test_a_date_that_nobody_states_is_not_invented() -> None:
    assert page(body=BODY + "<footer>© 2019 Harbour Post</footer>").published is None
    assert page('<meta name="date" content="2999-01-01">').published is None, "in the future"


@pytest.mark.parametrize(
    ("attributes", "lang"),
    [
        ('lang="en"', "en"),
        ('lang="en-US"', "en"),
        ('lang="AR_eg"', "ar"),
        ('xml:lang="ru"', "ru"),
        ('lang=""', None),
        ('lang="x-klingon"', None),
        ("", None),
    ],
)
def test_the_language_is_what_the_page_says(attributes: str, lang: str | None) -> None:
    assert page(attributes=attributes).lang == lang


def test_the_language_of_a_template_is_not_believed() -> None:
    text = "<article><p>قال وزير الخارجية سامي منصور إن الحوار هو الطريق الوحيد إلى تسوية دائمة.</p></article>"
    assert page(body=text, attributes='lang="en"').lang is None


@pytest.mark.parametrize(
    "title", ["Minister defends gas deal | Harbour Post", "Harbour Post :: Minister defends gas deal"]
)
def test_the_name_of_the_site_is_no_part_of_the_title(title: str) -> None:
    article = page(f"<title>{title}</title>")
    assert article.title == "Minister defends gas deal"
    assert article.text == "\n\n".join(STORY)


def test_what_is_not_seen_is_not_in_the_text() -> None:
    hidden = (
        "The min&shy;ister&#8203; said&nbsp;that it is &laquo;cheap&raquo; &amp; good\u2060 for\ufeff us\u00ad all."
    )
    article = page(body=f"<article><p>{hidden}</p><p>{STORY[1]}</p></article>")
    assert article.text.split("\n\n")[0] == "The minister said that it is «cheap» & good for us all."


def test_joiners_and_direction_marks_stay() -> None:
    line = "گفت می\u200cخواهیم \u200fمذاکره کنیم و این کار را در هفته آینده آغاز خواهیم کرد."
    assert page(body=f"<article><p>{line}</p></article>").text == line


def test_paragraphs_are_lines_however_they_are_marked() -> None:
    text = page(
        body=f"<article><h1>News</h1><h2>One</h2><div>{STORY[0]}<br><br>{STORY[1]}</div><ul><li>{STORY[2]}</li></ul></article>"
    ).text
    assert text == "\n\n".join(("One", *STORY))


@pytest.mark.parametrize(
    "also",
    ["Read also", "Read more", "Читайте также", "По теме", "اقرأ أيضا", "إقرأ أيضًا", "طالع أيضا", "مواضيع ذات صلة"],
)
def test_a_line_that_leads_to_another_article_is_left_out(also: str) -> None:
    lines = "".join(f"<p>{line}</p><p>{also}: <a href='/b'>Pipeline repairs delayed</a></p>" for line in STORY)
    assert page(body=f"<article>{lines}</article>").text == "\n\n".join(STORY)


def test_nor_is_one_that_has_lost_its_links() -> None:
    lines = "".join(f"<p>{line}</p>" for line in STORY)
    listed = "<p>Читайте также:</p><ul><li><a href='/b'>Ремонт трубы</a></li><li><a href='/c'>Новый мост</a></li></ul>"
    assert page(body=f"<article>{lines}{listed}<p>{STORY[0]}</p></article>").text == "\n\n".join((*STORY, STORY[0]))


@pytest.mark.parametrize(
    ("title", "heading", "shown"),
    [
        ("Ward defends deal", "Ward defends deal", "Ward defends deal"),
        ("Ward defends deal: what we know", "what we know", "Ward defends deal: what we know"),
        ("Sun - Ward defends deal - politics", "Ward defends deal", "Ward defends deal"),
        ("Ward defends deal", "News", "Ward defends deal"),
        ("Ward defends deal – and wins", "", "Ward defends deal – and wins"),
        ("Ward defends deal | The Sun", "The Sun", "Ward defends deal | The Sun"),
    ],
)
def test_a_heading_is_the_title_only_if_the_rest_is_a_name(title: str, heading: str, shown: str) -> None:
    lines = "".join(f"<p>{line}</p>" for line in STORY)
    body = f"<article><h1>{heading}</h1>{lines}</article>"
    assert page(f'<meta property="og:title" content="{title}">', body=body).title == shown


def test_a_sentence_that_begins_like_one_is_not() -> None:
    line = (
        "Read more books, the minister told pupils, and <a href='/b'>write</a> to me about what you have found in them."
    )
    assert "Read more books" in page(body=f"<article><p>{line}</p><p>{STORY[0]}</p></article>").text


# --- encodings


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("windows-1256", '<meta charset="windows-1256">'),
        ("windows-1256", "<META http-equiv=Content-Type content='text/html; charset=WINDOWS-1256'>"),
        ("iso8859-6", '<meta charset="iso-8859-6">'),
        ("utf-8", '<meta charset="windows-1256">'),
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("windows-1256", ""),
        ("windows-1256", '<meta charset="no-such-encoding">'),
    ],
)
def test_a_page_in_arabic_is_read_in_its_encoding(encoding: str, declared: str) -> None:
    line = "قال وزير الخارجية سامي منصور إن الحوار هو الطريق الوحيد إلى تسوية دائمة."
    html = f"<!DOCTYPE html><html><head>{declared}<title>قال</title></head><body><p>{line}</p></body></html>"
    article = read_page(html.encode(encoding), "page.html")
    assert isinstance(article, Article)
    assert article.text == line


def test_a_page_in_russian_is_read_as_its_server_says() -> None:
    line = "Председатель регулятора Елена Морозова заявила, что решение было непростым."
    html = f"<html><body><article><p>{line}</p></article></body></html>"
    for encoding in ("koi8-r", "windows-1251", "cp866"):
        article = read_page(html.encode(encoding), "page.html", charset=encoding)
        assert isinstance(article, Article)
        assert article.text == line


def test_a_broken_letter_does_not_lose_the_page() -> None:
    html = f"<html><head><meta charset=utf-8></head><body>{BODY}<p>caf\xe9</p></body></html>"
    data = html.encode().replace("é".encode(), b"\xe9")
    article = read_page(data, "page.html")
    assert isinstance(article, Article)
    assert article.text.startswith("\n\n".join(STORY))


# --- what is no page, or a hostile one


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!-- nothing -->", "empty"),
        (b"<html></html>", "no article"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"\0\x01\x02\x03" * 100, "binary"),
        (b"<html><p>" + b"The minister said so. " * (MAX_CHARACTERS // 20), "longer than"),
        (b"<html>" + b" " * MAX_BYTES, "larger than"),
        (b"<html><body>" + b"<div>" * 300 + BODY.encode(), "nested"),
        (b"<html><body>" + b"<b>" * 100_000 + BODY.encode(), "parts"),
        (b"<html><body>" + b"<p>x</p>" * 100_000 + BODY.encode(), "parts"),
        (b"<p " + b" ".join(b"a%d=b" % number for number in range(100_000)) + b">" + BODY.encode(), "attributes"),
        (b"<p " + b"".join(b"a%d='>'" % number for number in range(100_000)) + b">" + BODY.encode(), "attributes"),
    ],
    ids=[
        "empty",
        "white space",
        "comment",
        "html",
        "png",
        "binary",
        "long",
        "large",
        "deep",
        "deeper",
        "wide",
        "attributes",
        "quoted",
    ],
)
def test_what_is_no_page_that_people_read_is_refused_at_once(data: bytes, reason: str) -> None:
    started = time.monotonic()
    assert reason in refusal(data)
    assert time.monotonic() - started < 5


HOSTILE = {
    "lists": "<ul><li>" * 12_000,
    "tables": "<table><tr><td>" * 8_000,
    "unclosed": "<" * 1_000_000,
    "quotes": "<a b='" * 40_000,
    "tags in tags": "<a " * 500_000,
    "entities": "&nbsp;&amp;&#x10FFFF;" * 100_000,
    "spans": "<p>" + "<span>a </span>" * 10_000,
    "links": "<a href=x>read more</a> " * 20_000,
    "breaks": "a<br>" * 20_000,
    "comments": "<!--" * 200_000,
    "doctype": "<!DOCTYPE html [" + "<!ENTITY a 'b'>" * 10_000,
    "script": '<script type="application/ld+json">' + "[" * 500_000 + "</script>",
    "metas": "<meta charset=x>" * 20_000,
    "NULs": "<p>\\0</p>" * 10_000,
}


@settings(max_examples=40, deadline=None)
@given(
    names=st.tuples(*[st.sampled_from(sorted(PAGES.glob("*.html")))] * 2),
    cuts=st.tuples(*[st.integers(0, 6000)] * 3),
    noise=st.binary(max_size=20),
)
def test_a_damaged_page_is_read_or_refused(names: tuple[Path, Path], cuts: tuple[int, int, int], noise: bytes) -> None:
    one, other = (name.read_bytes() for name in names)
    found = read_page(one[: cuts[0]] + noise + other[cuts[1] : cuts[2]] + one[cuts[0] :], "page.html")
    assert "could not be read" not in str(found)


def test_no_page_crashes_the_reader_or_hangs_it() -> None:
    """In a process of its own: what kills it must not kill the tests."""
    program = """
import time
from ingest.sources.html import read_page
from tests.ingest.test_html import HOSTILE, STORY
for name, start in HOSTILE.items():
    started = time.monotonic()
    found = read_page(("<html><body><article>" + STORY[0] + start).encode(), name)
    assert "could not be read" not in str(found), name
    print(name, round(time.monotonic() - started, 1), flush=True)
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=REPOSITORY)
    assert done.returncode == 0, (done.stdout[-500:], done.stderr[-2000:])
    slow = [line for line in done.stdout.splitlines() if float(line.rpartition(" ")[2]) > 15]
    assert slow == []
