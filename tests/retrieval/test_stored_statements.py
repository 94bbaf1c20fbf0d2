"""Who says what in the archive: stored with its article, gone with its article, and found by passage and by source."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.archive import Archive, Attributed, Attribution, Place, Prepared, StoredStatement
from retrieval.errors import ArchiveError
from retrieval.sqlite_archive import SqliteArchive
from retrieval.types import Article, Span
from tests.fakes import old_archive, prepare, quoting, source
from tests.postgres import Storage

LAVROV = source("Сергей Лавров", "Лавров", "«глава МИД»", role="министр иностранных дел")
KREMLIN = source("the Kremlin", person=False)
LINES = ["“No,” he said.", "He went on.", "Nobody spoke.", "Both the Kremlin and he agreed."]


@pytest.fixture
def archive(storage: Storage) -> Iterator[Archive]:
    opened = storage.archive()
    yield opened
    opened.close()


def talks(article_id: str = "talks", lines: Sequence[str] = LINES) -> Prepared:
    """An article with a statement over two sentences, a sentence without any, and one that carries two."""
    prepared = prepare(Article(id=article_id, text="\n".join(lines)))
    first, second, _, last = prepared.sentences
    both = Span(start=last.start, end=last.end)
    statements = [
        Attributed(Span(start=first.start, end=second.end), 0, "said", "mixed"),
        Attributed(both, 1, "agreed", "indirect"),
        Attributed(both, 0, None, "indirect"),
        Attributed(both, None, "agreed", "direct"),
    ]
    return replace(prepared, attribution=Attribution([LAVROV, KREMLIN], statements))


def ids(archive: Archive) -> list[int]:
    return [one.id for one in archive.sources()]


def rows(found: Iterator[tuple[str, StoredStatement]]) -> list[tuple[str, int | None, str | None, str]]:
    return [(article_id, one.source_id, one.cue, one.kind) for article_id, one in found]


# --- sources and statements


def test_sources_come_back_as_they_were_given(archive: Archive) -> None:
    archive.put([talks()])
    first, second = archive.sources()
    for stored, given in ((first, LAVROV), (second, KREMLIN)):
        own = (stored.name, tuple(stored.aliases), stored.role, stored.person)
        assert own == (given.name, tuple(given.aliases), given.role, given.person)
    assert [(one.lang, one.statements) for one in (first, second)] == [("en", 2), ("en", 1)]


def test_statements_come_back_in_the_order_of_the_article(archive: Archive) -> None:
    archive.put([talks()])
    lavrov, kremlin = ids(archive)
    assert rows(archive.statements()) == [
        ("talks", lavrov, "said", "mixed"),
        ("talks", kremlin, "agreed", "indirect"),
        ("talks", lavrov, None, "indirect"),
        ("talks", None, "agreed", "direct"),
    ]
    text = "\n".join(LINES)
    spans = [text[one.span.start : one.span.end] for _, one in archive.statements()]
    assert spans == ["\n".join(LINES[:2]), LINES[3], LINES[3], LINES[3]]


def test_statements_of_one_article_or_of_some_sources(archive: Archive) -> None:
    archive.put([talks("a"), talks("b")])
    lavrov_a, kremlin_a, lavrov_b, kremlin_b = ids(archive)
    assert {own for own, _ in archive.statements(article_id="b")} == {"b"}
    assert len(list(archive.statements(article_id="b"))) == 4
    assert rows(archive.statements(source_ids={kremlin_b, kremlin_a})) == [
        ("a", kremlin_a, "agreed", "indirect"),
        ("b", kremlin_b, "agreed", "indirect"),
    ]
    mine = archive.statements(article_id="a", source_ids=[lavrov_a, lavrov_b])
    assert [one.source_id for _, one in mine] == [lavrov_a, lavrov_a]
    assert list(archive.statements(source_ids=[])) == []
    assert list(archive.statements(article_id="missing")) == []


def test_statements_of_very_many_sources_stay_in_order(archive: Archive) -> None:
    crowd = quoting("crowd", *(source(f"Speaker {n}") for n in range(1200)))
    turned = [replace(one, source=1199 - (one.source or 0)) for one in crowd.attribution.statements]
    archive.put([replace(crowd, attribution=Attribution(crowd.attribution.sources, turned)), talks("b")])
    found = list(archive.statements(source_ids=set(ids(archive))))
    assert len(found) == 1203
    assert [one.span.start for _, one in found[:1200]] == sorted(one.span.start for _, one in found[:1200])
    assert len(archive.passages_of(ids(archive))) == 1203


def test_sources_of_later_articles_only(archive: Archive) -> None:
    archive.put([talks("a")])
    before = archive.sequence()
    assert list(archive.sources(before)) == []
    archive.put([talks("b")])
    later = [one.id for one in archive.sources(before)]
    assert {own for own, _ in archive.statements(source_ids=later)} == {"b"}
    assert len(later) == len(ids(archive)) // 2


def test_counts_say_how_many_statements(archive: Archive) -> None:
    archive.put([talks("a"), talks("b"), prepare(Article(id="c", text="Nobody speaks."))])
    assert archive.counts().statements == 8
    assert [(one.id, one.statements) for one in archive.summaries()] == [("a", 4), ("b", 4), ("c", 0)]


# --- sentences with their statements


def test_each_sentence_has_all_the_statements_that_it_carries(archive: Archive) -> None:
    archive.put([talks()])
    lavrov, kremlin = ids(archive)
    passages = archive.passage_ids().tolist()
    found = archive.stored_sentences(passages)
    text = "\n".join(LINES)
    assert [text[one.span.start : one.span.end] for one in found] == LINES
    assert [one.passage_id for one in found] == passages
    assert [[each.source_id for each in one.statements] for one in found] == [
        [lavrov],
        [lavrov],
        [],
        [kremlin, lavrov, None],
    ]
    assert found[0].statements[0].span == found[1].statements[0].span


def test_sentences_know_their_tokens(archive: Archive) -> None:
    prepared = talks()
    places = [Place(0, 0, 3), Place(0, 3, 6), Place(1, 0, 2), Place(1, 2, 9)]
    archive.put([replace(prepared, places=places)])
    first, second, *_ = archive.passage_ids().tolist()
    found = [(one.passage_id, one.first_token, one.end_token) for one in archive.stored_sentences([first, second])]
    assert found == [(first, 0, 3), (first, 3, 6), (second, 0, 2), (second, 2, 9)]
    assert len(archive.stored_sentences([second])) == 2


def test_sentences_of_passages_that_are_gone_are_none(archive: Archive) -> None:
    archive.put([talks("a"), talks("b")])
    old = archive.passage_ids().tolist()
    archive.delete(["a"])
    left = archive.texts_of({one.article for one in archive.stored_sentences([*old, -1, 10**9])})
    assert [one.id for one in left.values()] == ["b"]
    assert archive.stored_sentences([]) == []


def test_the_passages_of_a_source_are_those_with_its_statements(archive: Archive) -> None:
    archive.put([talks("a"), talks("b")])
    first, second, _, last, *others = archive.passage_ids().tolist()
    lavrov, kremlin, lavrov_b, _ = ids(archive)
    assert archive.passages_of([lavrov]) == [first, second, last]
    assert archive.passages_of({kremlin}) == [last]
    assert archive.passages_of([kremlin, lavrov_b]) == [last, others[0], others[1], others[3]]
    assert archive.passages_of([]) == archive.passages_of([10**9]) == []


# --- what replaces and deletes an article


def test_a_deleted_article_takes_sources_statements_and_sentences_along(archive: Archive, storage: Storage) -> None:
    archive.put([talks("a"), talks("b")])
    before = archive.sequence()
    gone = ids(archive)[:2]
    assert not archive.removed_since(before)
    archive.delete(["a"])
    assert archive.removed_since(before)
    assert not archive.removed_since(archive.sequence())
    assert {own for own, _ in archive.statements()} == {"b"}
    assert set(ids(archive)).isdisjoint(gone)
    assert list(archive.statements(source_ids=gone)) == archive.passages_of(gone) == []
    assert archive.counts().statements == 4
    database = storage.database()
    for table in ("sources", "statements", "sentences"):
        assert database.rows(f"SELECT count(DISTINCT article) FROM {table}") == [(1,)]
    database.close()


def test_a_replaced_article_has_only_its_new_statements(archive: Archive) -> None:
    archive.put([talks("a")])
    before, old = archive.sequence(), ids(archive)
    archive.put([quoting("a", source("Dmitry Peskov"))])
    assert archive.removed_since(before)
    assert [one.name for one in archive.sources()] == ["Dmitry Peskov"]
    assert set(ids(archive)).isdisjoint(old), "ids are not used again"
    assert len(list(archive.statements())) == 1


def test_an_equal_article_keeps_its_statements_and_their_ids(archive: Archive) -> None:
    archive.put([talks("a")])
    before, sources = archive.sequence(), ids(archive)
    archive.put([talks("a")])
    assert (ids(archive), archive.counts().statements) == (sources, 4)
    assert not archive.removed_since(before)


def test_a_statement_of_nobody_in_the_list_leaves_the_old_version(archive: Archive) -> None:
    archive.put([talks("a")])
    bad = talks("a", ["Other.", "B.", "C.", "D."])
    wrong = [Attributed(bad.attribution.statements[0].span, 7, None, "direct")]
    with pytest.raises(IndexError):
        archive.put([replace(bad, attribution=Attribution([LAVROV], wrong))])
    assert archive.counts().statements == 4
    assert archive.problems() == []


# --- archives of before


def test_an_archive_of_before_statements_opens_with_all_it_holds_and_says_what_it_lacks(tmp_path: Path) -> None:
    given = [Article(id="a", text="One.\nTwo."), Article(id="b", text="Three.")]
    old_archive(tmp_path, *given)
    archive = SqliteArchive(tmp_path)
    assert list(archive.articles()) == given
    assert list(archive.statements()) == list(archive.sources()) == archive.wishes() == []
    assert archive.stored_sentences(archive.passage_ids().tolist()) == []
    assert [problem[:10] for problem in archive.problems()] == ["2 articles"] * 2
    assert archive.damaged() == ["a", "b"]
    assert archive.put([prepare(given[0])], anew=True) == ["updated"]
    assert [problem[:10] for problem in archive.problems()] == ["1 articles"] * 2
    assert archive.damaged() == ["b"]
    archive.mend()
    assert len(archive.problems()) == 1, "that it was never compared is mended without an encoder"
    archive.close()


# --- the wish list


def at(hour: int) -> datetime:
    return datetime(2026, 5, 1, hour, tzinfo=UTC)


def test_the_most_asked_wishes_come_first_then_the_latest(archive: Archive) -> None:
    for question, hour in (("once?", 1), ("كم مرة؟", 2), ("twice", 3), ("كم مرة؟", 4), ("twice", 5)):
        archive.wish(question, "ar" if "م" in question else "en", at(hour))
    assert [(one.question, one.language, one.times) for one in archive.wishes()] == [
        ("twice", "en", 2),
        ("كم مرة؟", "ar", 2),
        ("once?", "en", 1),
    ]
    assert archive.wishes()[0].last_asked == "2026-05-01T05:00:00+00:00"


def test_wishes_are_taken_off_the_list_one_by_one_or_all_at_once(archive: Archive) -> None:
    for question in ("Who?", "من قال؟", "Кто?"):
        archive.wish(question, "en", at(1))
    assert (archive.grant("من قال؟"), archive.grant("من قال؟")) == (1, 0)
    assert {one.question for one in archive.wishes()} == {"Who?", "Кто?"}
    assert archive.grant() == 2
    assert archive.wishes() == []


def test_a_wish_is_no_change_of_the_archive(archive: Archive) -> None:
    archive.put([talks()])
    before = archive.sequence()
    archive.wish("Who?", "en", at(1))
    assert archive.sequence() == before
    archive.delete(["talks"])
    assert len(archive.wishes()) == 1


def test_a_closed_archive_says_so(archive: Archive) -> None:
    archive.close()
    with pytest.raises(ArchiveError):
        archive.wish("Who?", "en", at(1))
    with pytest.raises(ArchiveError):
        list(archive.statements())
