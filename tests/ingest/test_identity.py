"""When an article is the same again: by its id, else its address, else its text; never by its headline."""

import json
from pathlib import Path

import pytest

from ingest.pipeline import Report
from ingest.sources import read
from tests.fakes import FakeWorkspace

TEXTS = {
    "ar": "أعلن لافروف اليوم أن المحادثات مع الجانب التركي ستستمر في الأسبوع المقبل وأن نتائجها مشجعة.",
    "en": "Lavrov announced today that the talks with the Turkish side will go on next week, with good results.",
    "ru": "Лавров объявил сегодня, что переговоры с турецкой стороной продолжатся на следующей неделе успешно.",
}


def taken(workspace: FakeWorkspace, tmp_path: Path, *articles: dict[str, str]) -> Report:
    file = tmp_path / "given.jsonl"
    file.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    return workspace.ingestor.ingest(read(str(file)))


def ids(workspace: FakeWorkspace) -> list[str]:
    return [one.id for one in workspace.archive.articles()]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_page_that_is_shared_again_is_the_same_article(workspace: FakeWorkspace, tmp_path: Path, text: str) -> None:
    first = taken(workspace, tmp_path, {"text": text, "url": "https://example.org/news/7?utm_source=tg"})
    again = taken(workspace, tmp_path, {"text": text, "url": "HTTPS://EXAMPLE.org/news/7?utm_source=x&fbclid=1#top"})
    assert (first.added, again.added, again.updated, again.unchanged) == (1, 0, 0, 1)
    assert ids(workspace) == ["https://example.org/news/7"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_page_that_was_edited_replaces_its_old_version(workspace: FakeWorkspace, tmp_path: Path, text: str) -> None:
    taken(workspace, tmp_path, {"text": text, "url": "https://example.org/news/7"})
    report = taken(workspace, tmp_path, {"text": text + " Updated.", "url": "https://example.org/news/7?utm_medium=x"})
    assert (report.added, report.updated) == (0, 1)
    assert [one.text for one in workspace.archive.articles()] == [text + " Updated."]


def test_an_id_that_is_given_is_kept_whatever_the_address(workspace: FakeWorkspace, tmp_path: Path) -> None:
    url = "https://example.org/news/7?utm_source=tg"
    taken(workspace, tmp_path, {"id": "a", "text": TEXTS["en"], "url": url}, {"id": "b", "text": "x", "url": url})
    assert ids(workspace) == ["a", "b"]
    assert {one.url for one in workspace.archive.articles()} == {url}


@pytest.mark.parametrize("url", ["https://example.org/", "https://example.org", "no address", "tg://resolve?domain=x"])
def test_what_is_no_pages_address_names_no_article(workspace: FakeWorkspace, tmp_path: Path, url: str) -> None:
    report = taken(workspace, tmp_path, *({"text": text, "url": url} for text in TEXTS.values()))
    assert (report.added, report.failed) == (3, 0)
    assert {one.url for one in workspace.archive.articles()} == {url}


def test_other_parameters_are_other_pages(workspace: FakeWorkspace, tmp_path: Path) -> None:
    urls = ["https://example.org/?p=1", "https://example.org/?p=2"]
    assert taken(workspace, tmp_path, *({"text": TEXTS["en"], "url": url} for url in urls)).added == 2


def test_two_articles_with_one_headline_stay_two(workspace: FakeWorkspace, tmp_path: Path) -> None:
    report = taken(
        workspace,
        tmp_path,
        *({"id": lang, "title": "Talks go on", "text": text} for lang, text in TEXTS.items()),
    )
    assert report.added == 3
    assert workspace.archive.copies(list(TEXTS)) == {}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_copy_under_another_id_is_kept_and_linked(workspace: FakeWorkspace, tmp_path: Path, text: str) -> None:
    wire = "\n\n".join([text.upper(), " ".join(text.split()[::-1])])
    copy = "   ".join(wire.lower().replace(",", " –").split(" "))
    taken(workspace, tmp_path, {"id": "a", "text": wire, "url": "https://a.example/1"}, {"id": "c", "text": "Other."})
    assert taken(workspace, tmp_path, {"id": "b", "text": copy, "url": "https://b.example/1"}).added == 1
    assert workspace.archive.copies(["a", "b", "c"]) == {"a": {"b"}, "b": {"a"}}
    assert [one.text for one in workspace.archive.articles()] == [wire, "Other.", copy]
