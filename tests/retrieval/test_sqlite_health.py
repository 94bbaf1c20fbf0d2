"""What is damaged is found and named, and mended: of the articles that it concerns, and of no other."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from retrieval.archive import Archive
from retrieval.sqlite_database import FILE
from retrieval.types import Article
from tests.fakes import FakeEncoder, FakeWorkspace

TEXTS = {
    "ar": "Lavrov said: سنعود قريبا. ولم يقل غيره شيئا.\nانتهى اللقاء مساء.",
    "en": "Lavrov said: we shall return. Nobody else spoke.\nThe meeting ended at night.",
    "ru": "Lavrov said: мы вернёмся. Больше никто не говорил.\nВстреча кончилась вечером.",
}

DAMAGES = {
    "passages have no vectors": "DELETE FROM vectors WHERE passage = (SELECT min(id) FROM passages)",
    "passages lie outside their article": 'UPDATE passages SET "end" = 9999 WHERE id = (SELECT min(id) FROM passages)',
    "sentences lie outside": 'UPDATE sentences SET "end" = 9999 WHERE "start" = 0 AND article = 1',
    "statements lie outside": 'UPDATE statements SET "end" = 9999 WHERE id = (SELECT min(id) FROM statements)',
    "knew no statements": "UPDATE sentences SET passage = NULL WHERE article = 1",
    "sentences are in no passage": "UPDATE sentences SET passage = (SELECT max(id) FROM passages) WHERE article = 1",
    "statements are of nobody": "UPDATE statements SET source = (SELECT max(id) FROM sources) WHERE article = 1",
    "sources know their language": "UPDATE sources SET lang = 'xx' WHERE article = 1",
    "or statements wrongly": "UPDATE sources SET statements = 7 WHERE article = 1",
    "statements belong to nothing": "UPDATE statements SET source = 9999 WHERE article = 1",
    "signatures belong to nothing": "INSERT INTO signatures VALUES (9999, 9999, x'')",
    "passages belong to nothing": "INSERT INTO passages VALUES (9999, 9999, 0, 5)",
    "never compared": "DELETE FROM signatures WHERE article = 1",
    "marks of copies belong to no article": "INSERT INTO signature_bands VALUES (1, 9999)",
}
NEED_ENCODING = list(DAMAGES)[:10]


@pytest.fixture
def archive(workspace: FakeWorkspace) -> Iterator[Archive]:
    articles = [Article(id=lang, text=text, lang=lang) for lang, text in TEXTS.items()]
    workspace.ingestor.ingest([*articles, articles[1].model_copy(update={"id": "copy"})])
    workspace.save()
    assert workspace.problems() == []
    yield workspace.archive


def damage(workspace: FakeWorkspace, sql: str) -> None:
    with closing(sqlite3.connect(workspace.data_dir / FILE)) as database, database:  # foreign keys are off
        assert database.execute(sql).rowcount > 0


@pytest.mark.parametrize("what", DAMAGES)
def test_each_damage_is_named_and_mended(workspace: FakeWorkspace, archive: Archive, what: str) -> None:
    before = list(archive.articles())
    damage(workspace, DAMAGES[what])
    assert any(what in problem for problem in archive.problems())
    damaged = archive.damaged()
    assert damaged == (["ar"] if what in NEED_ENCODING else [])
    archive.mend()
    fake = workspace.encoder
    assert isinstance(fake, FakeEncoder)
    fake.encoded = []
    workspace.ingestor.encode_anew(damaged)
    assert archive.problems() == []
    assert workspace.problems() == []
    assert sorted(archive.articles(), key=lambda one: one.id) == sorted(before, key=lambda one: one.id)
    assert len(list(archive.statements())) == 4
    assert archive.copies(list(TEXTS)) == {"en": {"copy"}}
    assert not any("we shall return" in text for text in fake.encoded), "what is sound is not encoded again"


def test_an_archive_that_is_well_needs_nothing(workspace: FakeWorkspace, archive: Archive) -> None:
    sequence = archive.sequence()
    archive.mend()
    assert (archive.damaged(), archive.problems(), archive.sequence()) == ([], [], sequence)
