"""DOCX: real files, what Word can put into one, and files that mean harm."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.limits import MAX_PART_BYTES, MAX_PARTS
from ingest.sources import read_bytes
from retrieval.errors import SourceError
from retrieval.types import Article
from tests.ingest.stories import STORIES

FILES = Path(__file__).parent / "files"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
OFFICE = "application/vnd.openxmlformats-officedocument"
MAIN = f"{OFFICE}.wordprocessingml.document.main+xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000


def the_article(data: bytes, name: str = "story.docx") -> Article:
    (found,) = read_bytes(name, data)
    assert isinstance(found, Article), str(found)
    return found


def the_error(data: bytes, name: str = "story.docx") -> str:
    (found,) = read_bytes(name, data)
    assert isinstance(found, SourceError), found
    assert found.source == name
    assert "\n" not in str(found)
    return str(found)


def package(parts: dict[str, tuple[str, str | bytes]]) -> bytes:
    """An Office file of parts: name → content type and XML."""
    out = io.BytesIO()
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items())
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"<Types xmlns='http://x/content-types'>{types}</Types>")
        for name, (_, content) in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def document(body: str, namespace: str = WORD, dtd: str = "", **parts: tuple[str, str]) -> bytes:
    xml = f'<?xml version="1.0"?>{dtd}<w:document xmlns:w="{namespace}"><w:body>{body}</w:body></w:document>'
    more = {f"word/{name}.xml": content for name, content in parts.items()}
    return package({"word/document.xml": (MAIN, xml), **more})


def p(*runs: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{''.join(runs)}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


# --- what documents say


@pytest.mark.parametrize("lang", STORIES)
def test_a_document_says_exactly_what_was_written(lang: str) -> None:
    title, paragraphs = STORIES[lang]
    article = the_article((FILES / f"libreoffice.{lang}.docx").read_bytes(), f"قصة.{lang}.docx")
    assert article.title == title
    assert article.text.split("\n") == paragraphs
    assert article.id == f"قصة.{lang}"
    assert article.published is None


def test_tracked_changes_are_read_as_accepted() -> None:
    body = p(
        r("Lavrov "),
        f"<w:del>{r('denied').replace('w:t', 'w:delText')}</w:del>",
        f"<w:ins>{r('confirmed')}</w:ins>",
        f"<w:moveFrom>{r(' yesterday')}</w:moveFrom>",
        f"<w:moveTo>{r(' today')}</w:moveTo>",
        r(" the talks."),
    )
    joined = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + r("He went ") + "</w:p>" + p(r("on to say more."))
    assert the_article(document(body + joined)).text == "Lavrov confirmed today the talks.\nHe went on to say more."


def test_links_fields_breaks_and_text_boxes_are_read_and_hidden_text_is_not() -> None:
    box = f"<w:txbxContent>{p(r('A box.'))}</w:txbxContent>"
    body = p(
        f"<w:hyperlink>{r('وزارة الخارجية')}</w:hyperlink>",
        r(" قالت"),
        "<w:r><w:tab/><w:t>ذلك</w:t><w:br/></w:r>",
        '<w:r><w:instrText>HYPERLINK "http://x"</w:instrText></w:r>',
        r("secret", "<w:vanish/>"),
        r("علنا", '<w:vanish w:val="0"/>'),
        r("."),
        f'<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps"><w:drawing><x xmlns="urn:shape">{box}</x></w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    assert the_article(document(body)).text == "وزارة الخارجية قالت ذلك\nعلنا.\nA box."


def test_tables_and_content_controls_keep_their_place() -> None:
    row = "<w:tr>" + "".join(f"<w:tc>{p(r(text))}</w:tc>" for text in ("Инфляция", "3,5 %")) + "</w:tr>"
    gone = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{p(r('gone'))}</w:tc></w:tr>"
    layout = f"<w:tr><w:tc>{p(r('One.'))}{p(r('Two.'))}</w:tc></w:tr>"
    body = p(r("Before.")) + f"<w:tbl>{row}{gone}{layout}</w:tbl>"
    body += f"<w:sdt><w:sdtContent>{p(r('After.'))}</w:sdtContent></w:sdt>"
    assert the_article(document(body)).text.split("\n") == ["Before.", "Инфляция | 3,5 %", "One.", "Two.", "After."]


def test_notes_that_the_text_refers_to_come_after_it() -> None:
    body = p(r("He said so."), '<w:r><w:footnoteReference w:id="2"/></w:r>') + p(r("She did not."))
    notes = f'<w:footnote w:id="0">{p(r("separator"))}</w:footnote><w:footnote w:id="2">{p(r("To TASS."))}</w:footnote>'
    xml = f'<w:footnotes xmlns:w="{WORD}">{notes}</w:footnotes>'
    data = document(body, footnotes=(f"{OFFICE}.wordprocessingml.footnotes+xml", xml))
    assert the_article(data).text == "He said so.\nShe did not.\nTo TASS."


def test_the_strict_form_is_read_too() -> None:
    assert the_article(document(p(r("He said so.")), STRICT)).text == "He said so."


@pytest.mark.parametrize(
    ("first", "style", "stated", "title"),
    [
        ("Переговоры продолжаются", "a3", "Шаблон письма", "Переговоры продолжаются"),
        ("Переговоры продолжаются", "", "", "Переговоры продолжаются"),
        ("Москва. Переговоры продолжаются.", "", "Переговоры продолжаются", "Переговоры продолжаются"),
        ("Москва. Переговоры продолжаются.", "", "Microsoft Word - Документ1", None),
    ],
    ids=["style of a Russian Word over a template's title", "short first line", "stated", "none"],
)
def test_the_title_is_the_headline(first: str, style: str, stated: str, title: str | None) -> None:
    styles = f'<w:styles xmlns:w="{WORD}"><w:style w:styleId="a3"><w:name w:val="Title"/></w:style></w:styles>'
    core = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{stated}</dc:title></c>'
    data = document(
        p(r(first), style=style) + p(r("Так сказал министр.")),
        styles=(f"{OFFICE}.wordprocessingml.styles+xml", styles),
        core=("application/vnd.openxmlformats-package.core-properties+xml", core),
    )
    article = the_article(data)
    assert article.title == title
    assert article.text.endswith("Так сказал министр.")
    assert (first in article.text) == (first != title)


# --- what is no document


@pytest.mark.parametrize("name", ["story.txt", "story", "story.pdf", "../../etc/passwd", "C:\\x\\y.docx"])
def test_a_document_is_read_whatever_its_name(name: str) -> None:
    assert the_article(document(p(r("He said so."))), name).text == "He said so."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (OLE + "WordDocument".encode("utf-16-le"), "an old Word document (.doc); save it as .docx"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "locked with a password"),
        (OLE, "an old Microsoft Office document, not a DOCX"),
        (package({"xl/workbook.xml": (f"{OFFICE}.spreadsheetml.sheet.main+xml", "<x/>")}), "it is an Excel workbook"),
        (package({"p.xml": (f"{OFFICE}.presentationml.presentation.main+xml", "<x/>")}), "a PowerPoint presentation"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "it is a JPEG picture, not a DOCX"),
        (b"{\\rtf1 hello}", "it is an RTF document, not a DOCX"),
        (document("")[:300], "damaged"),
        (document(p(r("x"))).replace(b"PK\x05\x06", b"PK\x05\x07"), "damaged"),
        (package({"word/document.xml": (MAIN, "<w:document")}), "damaged"),
        (b"", "it is empty"),
        (document(p(r(" "))), "it has no text"),
    ],
)
def test_what_is_no_document_is_refused_by_what_it_is(data: bytes, reason: str) -> None:
    assert reason in the_error(data)


def test_a_plain_zip_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("story.docx", document(p(r("inside"))))
    assert the_error(out.getvalue()) == "it is a ZIP archive, not a DOCX"


# --- what means harm


def test_a_bomb_is_not_unpacked() -> None:
    bomb = package({"word/document.xml": (MAIN, b" " * (MAX_PART_BYTES + 1))})
    assert len(bomb) < 100_000
    assert "unpacks to more than" in the_error(bomb)


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_either() -> None:
    bomb = package({"word/document.xml": (MAIN, b" " * (MAX_PART_BYTES + 1))})
    honest = (MAX_PART_BYTES + 1).to_bytes(4, "little")
    assert honest in bomb
    assert the_error(bomb.replace(honest, (1000).to_bytes(4, "little")))


def test_bombs_in_parts_that_are_not_text_are_left_alone() -> None:
    body = p(r("He said so."))
    data = document(body, media=("image/png", " " * (MAX_PART_BYTES + 1)))
    assert the_article(data).text == "He said so."


def test_a_crowd_of_parts_is_refused() -> None:
    out = io.BytesIO(document(p(r("x"))))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(MAX_PARTS):
            archive.writestr(f"word/media/{number}", "")
    assert "parts" in the_error(out.getvalue())


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY secret SYSTEM "file:///etc/hostname">',
        '<!ENTITY secret SYSTEM "http://192.0.2.1/secret">',
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY secret "&b;&b;&b;&b;&b;&b;">',
        '<!ENTITY % outside SYSTEM "http://192.0.2.1/x.dtd"> %outside;',
    ],
    ids=["file", "network", "bomb", "parameter"],
)
def test_entities_are_refused(entities: str) -> None:
    body = p(r("He said &secret; so.")) if "secret" in entities else p(r("He said so."))
    assert "DTD" in the_error(document(body, dtd=f"<!DOCTYPE w:document [{entities}]>"))


def test_depth_without_end_is_refused() -> None:
    assert "damaged" in the_error(document("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(STORIES)), st.randoms(use_true_random=False), st.booleans())
def test_damage_of_any_kind_gives_an_article_or_a_reason(lang: str, random: object, inside: bool) -> None:
    data = (FILES / f"libreoffice.{lang}.docx").read_bytes()
    if inside:  # well packed, but what is in it is damaged
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        wounded = random.choice(["word/document.xml", "[Content_Types].xml", "word/styles.xml"])
        parts[wounded] = hurt(parts[wounded], random)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
        data = out.getvalue()
    else:
        data = hurt(data, random)
    (found,) = read_bytes("story.docx", data)
    assert isinstance(found, Article | SourceError)


def hurt(content: bytes, random: object) -> bytes:
    data = bytearray(content)
    for _ in range(random.randint(1, 10)):
        at = random.randrange(len(data))
        what = random.choice(["flip", "cut", "repeat"])
        if what == "flip":
            data[at] = random.randrange(256)
        elif what == "cut":
            del data[at : at + random.randint(1, 20)]
        else:
            data[at:at] = data[at : at + 50]
    return bytes(data) or b"x"
