"""Real text in several scripts, and real markup: what mutation starts from."""

import json
from pathlib import Path

from tests.shared_data import SAMPLE
from tests.texts import ALL

OTHER_SCRIPTS = [
    "外交部发言人说：“我们反对。”他没有回答其他问题。",
    "प्रधानमंत्री ने कहा, “हम सहमत हैं।” बैठक कल होगी।",
    'שר החוץ אמר: "אנחנו מסכימים". הפגישה תהיה מחר.',
    "نخست‌وزیر گفت: «ما موافقیم». جلسه فردا است.",
    "Ο υπουργός είπε: «Συμφωνούμε». Η συνάντηση αύριο.",
    "👩‍👩‍👧‍👦🇷🇺 é̂ ﷽ ﬁ ½ \u202eabc\u202c \u2067نص\u2069 A\u0301\u0327 ǅ İ ẞ ٣٫٥",
]
QUESTIONS = [
    "What did Lavrov say about terrorism financing in May 2017?",
    "ماذا قال لافروف عن تمويل الإرهاب الأسبوع الماضي؟",
    "Что сказал Лавров о финансировании терроризма 7 ноября 2017 года?",
    "من تحدث عن التقارب بين القاعدة وداعش؟",
    "Who said that al-Qaeda and ISIS are getting closer?",
    "and about drugs?",
    "а Путин?",
    "وماذا عن سوريا؟",
    "who else?",
    "по словам министра, которого уволили вчера",
]
NAMES = [
    "Sergey Viktorovich Lavrov",
    "سيرغي لافروف",
    "С. В. Лавровым",
    "Abdel Fattah el-Sisi",
    "عبد الفتاح السيسي",
    "Жан-Ив Ле Дриан",
    "Dr. O’Brien Jr.",
    "Mohammed bin Salman Al Saud",
    "МИД РФ",
]
TEXTS = [*SAMPLE.read_text(encoding="utf-8").split("\n")[:12], *ALL, *OTHER_SCRIPTS]
PAGES = [
    "<!DOCTYPE html><html lang=ar><head><title>خبر - قناة</title><meta property='og:title' content='خبر'>"
    '<script type=\'application/ld+json\'>{"@type":"NewsArticle","datePublished":"2024-01-02T03:04:05Z"}</script>'
    f"</head><body><nav><a href=/>A</a></nav><article><h1>خبر</h1>{''.join(f'<p>{one}</p>' for one in ALL[:5])}"
    "</article></body></html>",
    f"<html><body><time datetime=2020-02-30>x</time><table><tr><td>{ALL[6]}</table><pre>{ALL[7]}</pre>&#55357;&bogus;",
]
FEEDS = [
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>ТАСС</title><item><title>Новость</title>'
    f"<link>https://example.org/1?a=1&amp;b=2</link><pubDate>Tue, 07 Nov 2017 10:00:00 +0300</pubDate>"
    f"<description><![CDATA[<p>{ALL[10]}</p>]]></description></item></channel></rss>",
    '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">a</title><link href="/2"/>'
    f"<updated>2020-01-01T00:00:00Z</updated><content type='html'>&lt;p&gt;{ALL[6]}</content></entry></feed>",
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news'
    '/0.9"><url><loc>https://example.org/3</loc><lastmod>2020</lastmod><news:news><news:title>x</news:title></news:news>'
    "</url></urlset>",
    '{"version": "https://jsonfeed.org/version/1.1", "title": "f", "items": [{"id": 1, "url": "https://example.org/4",'
    ' "content_html": "<p>x</p>", "date_published": "2020-01-01"}]}',
]
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCUMENTS = [
    f'<w:document {_W}><w:body><w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>عنوان</w:t></w:r></w:p>'
    f'<w:p><w:r><w:t xml:space="preserve">{ALL[1]} </w:t><w:tab/><w:br/></w:r><w:ins><w:r><w:t>x</w:t></w:r></w:ins>'
    "<w:del><w:r><w:delText>y</w:delText></w:r></w:del></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p>"
    "</w:tc></w:tr></w:tbl></w:body></w:document>"
]
FILES = [
    json.dumps({"id": "a", "text": ALL[0], "published": "2020-01-01T00:00", "url": "x"}, ensure_ascii=False) + "\n{}",
    json.dumps(
        {
            "name": "c",
            "type": "public_channel",
            "id": 1,
            "messages": [
                {"id": 1, "type": "message", "date": "2020-01-01T00:00:00", "date_unixtime": "1577836800", "text": [
                    "Putin said: ", {"type": "bold", "text": "talks continue"}, ALL[12]], "from": "x"},
            ],
        },
        ensure_ascii=False,
    ),
    "# Heading\n\nText of *Markdown*.\r\n\r\nmore",
]  # fmt: skip
PRESSED = [
    "1|more|abc|3",
    "1|vote|abc|0|1",
    "1|job|yes|1",
    "1|articles|0",
    "1|language|ar",
    "1|channel|yes|-1001",
    "0|x",
]


def encoded(texts: list[str]) -> list[bytes]:
    """The texts as a fuzzer mutates them."""
    return [text.encode("utf-8", "surrogatepass") for text in texts]


def write_corpus(folder: Path, seeds: list[bytes]) -> None:
    """The seeds as files, as libFuzzer wants them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed{number}").write_bytes(seed)
