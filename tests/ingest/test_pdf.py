"""PDF: real files of many producers, in three languages, and files that mean harm."""

import os
import time
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.limits import MAX_CHARACTERS, MAX_PAGES
from ingest.sources import pdf, read_bytes
from retrieval.errors import SourceError
from retrieval.types import Article
from tests.ingest.stories import STORIES

FILES = Path(__file__).parent / "files"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"


def the_article(data: bytes, name: str = "story.pdf") -> Article:
    (found,) = read_bytes(name, data)
    assert isinstance(found, Article), str(found)
    return found


def the_error(data: bytes, name: str = "story.pdf") -> str:
    (found,) = read_bytes(name, data)
    assert isinstance(found, SourceError)
    assert found.source == name
    assert "\n" not in str(found)
    return str(found)


def assemble(*objects: bytes) -> bytes:
    """A PDF file of objects, the first its catalog."""
    out, offsets = bytearray(b"%PDF-1.5\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    return bytes(out) + b"trailer <</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, start)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d %b>>stream\n%b\nendstream" % (len(data), extra, data)


def packed(data: bytes) -> bytes:
    return stream(zlib.compress(data), b"/Filter/FlateDecode")


def pages_of(*contents: bytes) -> bytes:
    """A page of Helvetica for each content stream."""
    ids = range(4, 4 + 2 * len(contents), 2)
    kids = b" ".join(b"%d 0 R" % each for each in ids)
    tree = b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, len(contents))
    both = [
        part
        for each, content in zip(ids, contents, strict=True)
        for part in (PAGE.replace(b"5 0 R", b"3 0 R").replace(b"4 0 R", b"%d 0 R" % (each + 1)), content)
    ]
    return assemble(CATALOG, tree, FONT, *both)


def lines(*texts: str, size: int = 12) -> bytes:
    """A content stream of lines one below the other."""
    shown = "".join(f"({text}) Tj 0 -{size * 1.2} Td " for text in texts)
    return stream(f"BT /F {size} Tf 50 700 Td {shown}ET".encode("latin-1"))


# --- what real files say


@pytest.mark.parametrize(
    "name",
    [
        *(f"chromium.{lang}.pdf" for lang in STORIES),
        *(f"libreoffice.{lang}.pdf" for lang in STORIES),
        "cairo.ar.pdf",
        "fpdf2.ar.pdf",
        "owner-password.en.pdf",
    ],
)
def test_a_pdf_says_exactly_what_was_written(name: str) -> None:
    title, paragraphs = STORIES[name.split(".")[-2]]
    article = the_article((FILES / name).read_bytes(), name)
    assert article.title == title
    assert article.text.split("\n") == paragraphs
    assert article.id == name.removesuffix(".pdf")
    assert article.published is None, "when the file was made is not when the story was published"


@pytest.mark.parametrize("lang", STORIES)
def test_columns_are_read_one_after_the_other(lang: str) -> None:
    title, paragraphs = STORIES[lang]
    article = the_article((FILES / f"weasyprint-columns.{lang}.pdf").read_bytes())
    assert article.title == title
    assert article.text.split("\n")[-3:] == paragraphs


@pytest.mark.parametrize("lang", ["ar", "en"])
def test_heads_and_page_numbers_are_left_out_and_paragraphs_go_on_over_pages(lang: str) -> None:
    title, paragraphs = STORIES[lang]
    article = the_article((FILES / f"weasyprint-pages.{lang}.pdf").read_bytes())
    assert article.title == title
    assert article.text.split("\n") == paragraphs * 10


def test_presentation_forms_in_visual_order_become_letters_in_logical_order() -> None:
    title, paragraphs = STORIES["ar"]
    article = the_article((FILES / "reportlab-visual.ar.pdf").read_bytes())
    assert article.title == title
    first, second, third = article.text.split("\n")
    assert [first, second] == paragraphs[:2]
    assert '"لأن الآلاف من اللاجئين لا يجدون مأوى، فإننا نطلب من الدول كلها أن تساعد"' in third
    assert "(البيت الأبيض) ستواصل المحادثات مع الأطراف الإقليمية ومع United Nations في جنيف" in third


def test_arabic_that_stands_from_left_to_right_is_read_so() -> None:
    title, paragraphs = STORIES["ar"]
    article = the_article((FILES / "fpdf2-unshaped.ar.pdf").read_bytes())
    assert article.title == title
    assert article.text.split("\n")[:2] == paragraphs[:2]


def test_divided_words_are_made_whole_and_hyphens_that_belong_are_kept() -> None:
    article = the_article(
        pages_of(
            lines(
                "The minister said that the govern-",
                "ment would answer, and the govern-",
                "ment of the Anglo-",
                "American side too, in a well-",
                "known letter. A well-known one.",
            )
        )
    )
    assert article.text == (
        "The minister said that the government would answer, and the government of the Anglo-American side too, "
        "in a well-known letter. A well-known one."
    )


def test_letters_that_are_printed_twice_to_be_bold_are_read_once() -> None:
    bold = stream(b"BT /F 12 Tf 50 700 Td (Bookkeepers said no.) Tj 0.3 0 Td (Bookkeepers said no.) Tj ET")
    assert the_article(pages_of(bold)).text == "Bookkeepers said no."


def test_text_set_sideways_is_left_out() -> None:
    stamp = stream(b"BT /F 12 Tf 50 700 Td (He said so.) Tj 0 1 -1 0 20 300 Tm (arXiv stamp) Tj ET")
    assert the_article(pages_of(stamp)).text == "He said so."


# --- names


@pytest.mark.parametrize("name", ["story.txt", "story", "story.docx", "../../etc/passwd", "قصة.jsonl"])
def test_a_pdf_is_read_whatever_its_name(name: str) -> None:
    article = the_article((FILES / "fpdf2.ar.pdf").read_bytes(), name)
    assert article.title == STORIES["ar"][0]
    assert "/" not in article.id


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is a PNG picture, not a PDF"),
        (b"<!doctype html><p>404", "it is a web page, not a PDF"),
        (b"words", "it is not a PDF"),
        (b"", "it is empty"),
    ],
)
def test_what_is_only_called_a_pdf_is_refused(data: bytes, reason: str) -> None:
    assert reason in the_error(data)


# --- what cannot be read


def test_a_scan_is_refused_by_name() -> None:
    picture = stream(
        b"\0" * 100, b"/Type/XObject/Subtype/Image/Width 10/Height 10/ColorSpace/DeviceGray/BitsPerComponent 8"
    )
    page = PAGE.replace(b"/Font<</F 5 0 R>>", b"/XObject<</I 5 0 R>>")
    scan = assemble(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream(b"600 0 0 800 0 0 cm /I Do"), picture)
    assert the_error(scan, "scan.pdf") == "it has no text layer: it is a scan; run OCR over it first"


def test_a_password_is_said() -> None:
    assert "password" in the_error((FILES / "password.en.pdf").read_bytes())


@pytest.mark.parametrize("keep", [20, 1000, 5000])
def test_a_file_cut_short_is_refused(keep: int) -> None:
    assert "damaged" in the_error((FILES / "fpdf2.ar.pdf").read_bytes()[:keep])


def test_too_many_pages_are_refused() -> None:
    said = lines("He said so.")
    assert f"more than {MAX_PAGES} pages" in the_error(pages_of(*[said] * (MAX_PAGES + 1)))
    different = [lines(f"He said so {'again and ' * i}again.") for i in range(MAX_PAGES)]
    assert the_article(pages_of(*different)).text.count("He said so") == MAX_PAGES


def test_text_without_end_is_refused() -> None:
    endless = packed(b"BT /F 1 Tf " + b"(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) Tj " * 100_000)
    assert f"longer than {MAX_CHARACTERS}" in the_error(pages_of(endless))


def test_a_decompression_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_READING_BYTES", 300_000_000)
    assert "more than 300 MB of memory" in the_error(pages_of(packed(b" " * 500_000_000)))


def test_a_file_that_keeps_the_reader_busy_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_READING_SECONDS", 2)
    start = time.monotonic()
    assert "longer than 2 seconds" in the_error(pages_of(packed(b"q Q " * 30_000_000)))
    assert time.monotonic() - start < 10


def test_forms_and_pages_that_hold_themselves_end() -> None:
    tree = b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"
    page = PAGE.replace(b"/Font", b"/XObject<</X 6 0 R>>/Font")
    form = stream(b"/X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>")
    data = assemble(CATALOG, tree, page, stream(b"/X Do BT /F 9 Tf (He said so.) Tj ET"), FONT, form)
    assert the_article(data).text == "He said so."


def test_the_reader_is_told_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QAWL_TELEGRAM__TOKEN", "1:secret")
    run, seen = pdf.subprocess.run, {}

    def spying(*args: object, **named: object) -> object:
        seen.update(named["env"])
        return run(*args, **named)

    monkeypatch.setattr(pdf.subprocess, "run", spying)
    the_article(pages_of(lines("He said so.")))
    assert seen
    assert "1:secret" not in seen.values()
    assert os.environ["QAWL_TELEGRAM__TOKEN"] == "1:secret"


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(["fpdf2.ar.pdf", "chromium.ru.pdf", "owner-password.en.pdf"]), st.randoms(use_true_random=False))
def test_damage_of_any_kind_gives_an_article_or_a_reason(name: str, random: object) -> None:
    data = bytearray((FILES / name).read_bytes())
    for _ in range(random.randint(1, 40)):
        at = random.randrange(8, len(data))
        what = random.choice(["flip", "cut", "repeat"])
        if what == "flip":
            data[at] = random.randrange(256)
        elif what == "cut":
            del data[at : at + random.randint(1, 50)]
        else:
            data[at:at] = data[at : at + 50]
    (found,) = read_bytes("story.pdf", bytes(data))
    assert isinstance(found, Article | SourceError)
