"""Texts are read when they are wanted: those named at once, else all that are left."""

from collections.abc import Collection, Iterator

import pytest

from retrieval.archive import Archive, StoredText
from retrieval.texts import Texts
from retrieval.types import Article
from tests.fakes import prepare
from tests.postgres import Storage


@pytest.fixture
def archive(storage: Storage) -> Iterator[Archive]:
    opened = storage.archive()
    opened.put([prepare(Article(id=name, text=f"Text of {name}.")) for name in "abc"])
    yield opened
    opened.close()


def numbers(archive: Archive) -> list[int]:
    return [one.article for one in archive.stored_sentences(archive.passage_ids().tolist())]


def test_no_text_is_read_twice_or_for_nothing(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[int]] = []
    read = archive.texts_of

    def noted(wanted: Collection[int]) -> dict[int, StoredText]:
        asked.append(set(wanted))
        return read(wanted)

    monkeypatch.setattr(archive, "texts_of", noted)
    a, b, c = numbers(archive)
    texts = Texts(archive, [a, b, c])
    assert asked == []
    texts.read([b])
    assert texts[b].text == "Text of b."
    assert asked == [{b}]
    assert [texts[one].id for one in (a, b, c)] == ["a", "b", "c"]
    texts.read([a, b, c])
    assert asked == [{b}, {a, c}]


def test_an_article_that_has_gone_has_no_text(archive: Archive) -> None:
    a, b, c = numbers(archive)
    texts = Texts(archive, [a, b, c])
    archive.delete(["a"])
    archive.put([prepare(Article(id="b", text="Another text."))])
    assert [texts[one] for one in (a, b)] == [StoredText("", "", None)] * 2
    assert texts[c].text == "Text of c."
