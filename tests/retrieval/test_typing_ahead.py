"""What is offered while somebody types: the words of whom the text names, or will name, and nobody else's."""

import pytest

from retrieval.types import Article
from tests.fakes import FakeWorkspace

TEXTS = {
    "en": "Sergey Lavrov said: rents will double.\nAngela Merkel said: rents will never double.",
    "ru": "Сергей Лавров said: аренда подорожает.",
    "ar": "سيرغي لافروف said: سترتفع الإيجارات.",
}


@pytest.fixture
def archive(workspace: FakeWorkspace) -> FakeWorkspace:
    workspace.ingestor.ingest([Article(id=lang, text=text, lang=lang) for lang, text in TEXTS.items()])
    return workspace


def names(workspace: FakeWorkspace, typed: str, *, language: str = "en", limit: int = 10) -> list[str]:
    found = workspace.type_ahead.offer(typed, language=language, limit=limit).evidence
    return [one.speaker.name for one in found if one.speaker]


@pytest.mark.parametrize("typed", ["lavr", "Lavrov", "лавр", "Лавров", "لافر", "لافروف"])
def test_a_name_or_its_beginning_brings_that_persons_words_in_every_script(archive: FakeWorkspace, typed: str) -> None:
    assert sorted(names(archive, typed)) == sorted(["Sergey Lavrov", "Сергей Лавров", "سيرغي لافروف"])


def test_every_quotation_is_verbatim_and_has_a_speaker(archive: FakeWorkspace) -> None:
    for typed in ("", "lavr", "merkel"):
        for one in archive.type_ahead.offer(typed, language="en", limit=10).evidence:
            article = archive.archive.article(one.article_id)
            assert article
            assert article.text[one.start : one.end] == one.quote
            assert one.speaker


@pytest.mark.parametrize("typed", ["", " ", "l", "la", "?!"])
def test_too_little_brings_each_of_those_who_are_quoted_most_in_the_readers_language_first(
    archive: FakeWorkspace, typed: str
) -> None:
    assert set(names(archive, typed, limit=2)) == {"Sergey Lavrov", "Angela Merkel"}
    assert names(archive, typed, language="ru")[0] == "Сергей Лавров"
    assert names(archive, typed, language="ar")[0] == "سيرغي لافروف"


@pytest.mark.parametrize(
    "typed", ["What did Obama say about rents?", "Что Обама сказал об аренде?", "ماذا قال أوباما عن الإيجارات؟"]
)
def test_who_is_not_quoted_is_not_replaced_by_somebody_else(archive: FakeWorkspace, typed: str) -> None:
    offer = archive.type_ahead.offer(typed, language="en", limit=10)
    assert (list(offer.evidence), offer.fits) == ([], False)


def test_words_about_something_else_are_marked_as_such(archive: FakeWorkspace) -> None:
    offer = archive.type_ahead.offer("merkel penguins", language="en", limit=10)
    assert [one.speaker.name for one in offer.evidence if one.speaker] == ["Angela Merkel"]
    assert not offer.fits


def test_what_was_just_deleted_is_no_longer_offered(archive: FakeWorkspace) -> None:
    assert names(archive, "merk") == ["Angela Merkel"]
    archive.archive.delete(["en"])
    assert names(archive, "merk") == []
    assert "Sergey Lavrov" not in names(archive, "lavr")


def test_an_empty_archive_offers_nothing(workspace: FakeWorkspace) -> None:
    for typed in ("", "lavr", "What did Lavrov say?"):
        assert names(workspace, typed) == []
