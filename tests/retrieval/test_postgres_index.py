"""Search within PostgreSQL: it finds what the indexes in the data folder find, at once for everybody."""

import logging
import random
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from config import load_settings
from retrieval import postgres_index
from retrieval.archive import Prepared
from retrieval.candidates import Candidates
from retrieval.folding import stems
from retrieval.postgres_archive import PostgresArchive
from retrieval.postgres_database import PostgresDatabase
from retrieval.postgres_index import PostgresIndex
from retrieval.postgres_words import MOST_RANKED, rarest, words_of
from retrieval.types import Article
from tests.fakes import FakeEncoder, FakeWorkspace, prepare
from tests.postgres import Server

LANGS = {
    "ar": "قال وزير الخارجية إن الارهاب تمويل روسيا",
    "ru": "министр заявил террористы",
    "en": "minister said ferry",
}
WORDS = {lang: text.split() + [f"{lang}{n}" for n in range(400)] for lang, text in LANGS.items()}
QUESTIONS = ["ferry en3 en7", "قال وزير ar5", "министр ru12 заявил", "minister en39", "nothing like it", "en1 ru1 ar1"]


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database() as address:
        yield address


@pytest.fixture
def workspace(url: str, tmp_path: Path) -> Iterator[FakeWorkspace]:
    """One whose archive is in PostgreSQL."""
    opened = FakeWorkspace(load_settings(data_dir=tmp_path / "postgres").model_copy(update={"database_url": url}))
    yield opened
    opened.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[FakeWorkspace]:
    opened = FakeWorkspace(load_settings(data_dir=tmp_path / "embedded"))
    yield opened
    opened.close()


@pytest.fixture
def database(url: str) -> Iterator[PostgresDatabase]:
    opened = PostgresDatabase(url)
    yield opened
    opened.close()


def news(count: int = 120) -> list[Article]:
    """Articles of two lines in three languages, the same ones each time."""
    chance = random.Random(7)
    articles = []
    for n in range(count):
        lang = list(LANGS)[n % 3]
        lines = [" ".join(chance.choices(WORDS[lang], k=chance.randint(60, 90))) for _ in range(2)]
        articles.append(Article(id=f"{lang}-{n}", text="\n".join(lines), lang=lang))
    return articles


def prepared(articles: list[Article]) -> list[Prepared]:
    return [prepare(one) for one in articles]


def fill(*workspaces: FakeWorkspace) -> None:
    for one in workspaces:
        assert one.ingestor.ingest(news()).failed == 0


def places(found: Candidates) -> set[tuple[str, int]]:
    return {(one.article_id, one.start) for one in found.passages}


def worded(workspace: FakeWorkspace, question: str) -> set[tuple[str, int]]:
    """What is found by words alone."""
    off = workspace.settings.ranking.model_copy(update={"dense": False})
    index = PostgresIndex(workspace.archive._db, workspace.means, off)  # type: ignore[attr-defined]
    index.catch_up()
    view = workspace.searcher.view(question)
    assert view
    return places(index.find(view, 60))


def plan(database: PostgresDatabase, workspace: FakeWorkspace) -> str:
    """How the database looks for the nearest passages."""
    index = workspace.index
    assert isinstance(index, PostgresIndex)
    vector = postgres_index._text(np.ones(32, np.float32))
    rows = database.rows(f"EXPLAIN SELECT id {index._nearest('ar')} LIMIT 5", vector)
    return "\n".join(row[0] for row in rows)


# --- the same as in the data folder


def test_questions_are_ranked_as_in_the_data_folder(workspace: FakeWorkspace, embedded: FakeWorkspace) -> None:
    fill(workspace, embedded)
    for question in QUESTIONS:
        here, there = (one.searcher.search(question, 10) for one in (workspace, embedded))
        assert [(one.article_id, one.start) for one in here[:1]] == [(one.article_id, one.start) for one in there[:1]]
        assert [one.score for one in here] == pytest.approx(
            [one.score for one in there], abs=0.03
        )  # tantivy rounds lengths


def test_vectors_are_centred_as_in_the_data_folder_and_follow_every_write(
    workspace: FakeWorkspace, embedded: FakeWorkspace
) -> None:
    fill(workspace, embedded)
    changed = [
        Article(id="ar-0", text="قال ar1\nوزير ar2 ar3", lang="ar"),
        Article(id="new", text="en1 en2", lang="en"),
    ]
    for one in (workspace, embedded):
        one.ingestor.ingest(changed)
        one.archive.delete(["en-2", "ru-1", "nobody"])
    vectors = []
    for one in (workspace, embedded):
        view = one.searcher.view("ferry en3 قال")
        assert view
        found = one.searcher.candidates(view, 500)
        assert len(found) == 2 * 118 + 1
        vectors.append({(p.article_id, p.start): v for p, v in zip(found.passages, found.vectors, strict=True)})
    for place, vector in vectors[0].items():
        assert vector == pytest.approx(vectors[1][place], abs=1e-5)


def test_of_some_passages_the_nearest_are_those_of_the_data_folder(
    workspace: FakeWorkspace, embedded: FakeWorkspace
) -> None:
    fill(workspace, embedded)
    found = []
    for one in (workspace, embedded):
        view = one.searcher.view("ferry en3 قال ru5")
        assert view
        ids = one.archive.passage_ids().tolist()[40:160]
        assert len(one.searcher.among(view, ids, 500)) == 120
        found.append(places(one.searcher.among(view, ids, 10)))
    assert found[0] == found[1]
    assert len(found[0]) == 10


def test_words_are_rare_as_in_the_data_folder(workspace: FakeWorkspace, embedded: FakeWorkspace) -> None:
    fill(workspace, embedded)
    for question in QUESTIONS:
        views = [one.searcher.view(question) for one in (workspace, embedded)]
        assert views[0]
        assert views[1]
        assert views[0].rarity == pytest.approx(views[1].rarity)


@pytest.mark.parametrize("part", ["dense", "lexical", "centring"])
def test_parts_that_are_switched_off_are_off_as_in_the_data_folder(
    workspace: FakeWorkspace, embedded: FakeWorkspace, part: str
) -> None:
    for one in (workspace, embedded):
        off = one.settings.ranking.model_copy(update={part: False})
        one.settings = one.settings.model_copy(update={"ranking": off})
    fill(workspace, embedded)
    views = [one.searcher.view("ferry en3 en7") for one in (workspace, embedded)]
    found = [one.searcher.candidates(view, 5) for one, view in zip((workspace, embedded), views, strict=True) if view]
    assert len(found[0]) == len(found[1]) > 0
    if part == "dense":
        held = [
            one.archive.article(p.article_id)
            for one, c in zip((workspace,), found[:1], strict=True)
            for p in c.passages
        ]
        assert all(one and {"ferry", "en3", "en7"} & set(one.text.split()) for one in held)
    else:
        assert places(found[0]) == places(found[1])


def test_odd_questions_find_something_or_nothing(workspace: FakeWorkspace) -> None:
    assert workspace.searcher.search("anything", 5) == []
    fill(workspace)
    for question in ("'", "it's 3.5% \\ :* & | ! <->", "ferry " * 300, "x" * 5000, "ლავროვი", "a\u200fb\u202e"):
        asked = any(letter.isalnum() for letter in question)
        assert len(workspace.searcher.search(question, 5)) == 5 * asked


def test_words_with_apostrophes_and_words_without_end_are_stored_and_found(workspace: FakeWorkspace) -> None:
    texts = {"apostrophe": "O'Brien didn’t", "endless": "ы" * 9000, "many": " ".join(map(str, range(17_000)))}
    assert workspace.ingestor.ingest(Article(id=name, text=text) for name, text in texts.items()).failed == 0
    assert worded(workspace, "What about O'Brien?") == {("apostrophe", 0)}
    assert worded(workspace, "ы" * 900) == {("endless", 0)}
    assert {name for name, _ in worded(workspace, "999")} == {"many"}
    assert workspace.problems() == []


def test_another_process_finds_what_this_one_wrote_at_once(workspace: FakeWorkspace, url: str) -> None:
    other = FakeWorkspace(workspace.settings)
    for number in range(3):
        workspace.ingestor.ingest([Article(id="a", text=f"ferry zebra{number}", lang="en")])
        assert [hit.article_id for hit in other.searcher.search(f"zebra{number}", 5)] == ["a"]
    workspace.archive.delete(["a"])
    assert other.searcher.search("zebra2", 5) == []
    other.close()
    assert not list(workspace.data_dir.glob("*")), "nothing of an index is in the data folder"


# --- words


def test_the_database_multiplies_words_to_bm25(workspace: FakeWorkspace, database: PostgresDatabase) -> None:
    """As tantivy has it, but for the average length, which is a fixed one."""
    workspace.ingestor.ingest(
        [Article(id="a", text="cat cat cat dog", lang="en"), Article(id="b", text="bird", lang="en")]
    )
    view = workspace.searcher.view("cats and birds")
    assert view
    found = workspace.searcher.candidates(view, 5)
    shares = dict(zip([one.article_id for one in found.passages], workspace.index.shares(view, found), strict=True))
    cat, bird = (view.rarity[stem] for stem in ("cat", "bird"))
    norms = {"a": 1.2 * (0.25 + 0.75 * 4 / 90), "b": 1.2 * (0.25 + 0.75 * 1 / 90)}
    whole = sum(view.rarity.values())
    assert shares["a"] == pytest.approx(cat * 3 / (3 + norms["a"]) / whole, rel=1e-4)
    assert shares["b"] == pytest.approx(bird * 1 / (1 + norms["b"]) / whole, rel=1e-4)


def test_passages_with_the_rarest_words_are_ranked_and_no_more_than_that() -> None:
    count = 100 * MOST_RANKED

    def rarity(**holders: int) -> dict[str, float]:
        return {stem: float(np.log((count + 1) / (held + 0.5))) for stem, held in holders.items()}

    assert rarest(rarity(the=60_000, lavrov=300, said=9_000, terror=MOST_RANKED - 300), count) == "'lavrov' | 'terror'"
    assert rarest(rarity(the=60_000, said=9_000), count) == "'said' & ('the')"
    assert rarest(rarity(the=60_000), count) == "'the'"
    assert rarest(rarity(never=0), count) is None
    assert rarest({}, 0) is None


def test_a_common_word_costs_no_more_than_it_may(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.ingestor.ingest([Article(id=f"{n}", text=f"ferry {n}\nharbour {n}", lang="en") for n in range(30)])
    workspace.ingestor.ingest([Article(id="both", text="A ferry in the harbour.", lang="en")])
    assert len(worded(workspace, "ferry")) == 31
    monkeypatch.setattr("retrieval.postgres_words.MOST_RANKED", 10)
    assert len(worded(workspace, "ferry")) == 10
    assert worded(workspace, "ferry harbour") == {("both", 0)}
    assert worded(workspace, "harbour 7") == {("7", 0), ("7", 8)}


def test_what_is_stored_of_words_is_read_by_the_database_as_it_was_meant(database: PostgresDatabase) -> None:
    text = "Сказал: 3.5 O'Neill сказал"
    PostgresArchive(database).put([prepare(Article(id="a", text=text, lang="ru"))])
    ((found, weights),) = database.rows("SELECT tsvector_to_array(stems), weights::text FROM passages")
    assert set(found) == {*stems(text, "ru")} == set(words_of(text, "ru").stems)
    assert weights.count(":") == len(found)


# --- counts


def test_counts_are_those_of_what_is_there_whatever_was_written(
    database: PostgresDatabase, workspace: FakeWorkspace
) -> None:
    archive = PostgresArchive(database)
    chance = random.Random(3)
    for step in range(12):
        some = chance.sample(news(), 12)
        archive.put(prepared([*some, Article(id=some[0].id, text=f"changed {step}", lang="ar")]), anew=step % 3 == 0)
        archive.delete([one.id for one in chance.sample(news(), 9)])
        assert workspace.index.problems() == []
    archive.delete([one.id for one in archive.articles()])
    assert database.rows("SELECT (SELECT count(*) FROM stem_counts), (SELECT count(*) FROM languages)") == [(0, 0)]


def test_counts_that_are_wrong_are_problems_and_are_counted_anew(
    workspace: FakeWorkspace, database: PostgresDatabase
) -> None:
    fill(workspace)
    before = database.rows("SELECT lang, passages, total[1] FROM languages ORDER BY lang")
    database.run("UPDATE stem_counts SET passages = passages + 1 WHERE stem IN ('ferri', 'minist')")
    database.run("DELETE FROM languages WHERE lang = 'ru'")
    assert workspace.problems() == ["2 words are counted wrongly", "1 languages are counted wrongly"]
    workspace.index.rebuild()
    assert workspace.problems() == []
    after = database.rows("SELECT lang, passages, total[1] FROM languages ORDER BY lang")
    assert [row[:2] for row in after] == [row[:2] for row in before]
    assert [row[2] for row in after] == pytest.approx([row[2] for row in before], abs=1e-4)


def test_vectors_of_two_sizes_lie_side_by_side_while_a_model_is_changed(database: PostgresDatabase) -> None:
    archive = PostgresArchive(database)
    archive.put(prepared(news()))
    large = FakeEncoder("large", 64)
    archive.put([prepare(one, large) for one in news()[:60]], anew=True)
    rows = database.rows("SELECT lang, dimension, passages FROM languages ORDER BY lang, dimension")
    assert rows == [(lang, size, 40) for lang in sorted(LANGS) for size in (32, 64)]
    archive.put([prepare(one, large) for one in news()], anew=True)
    assert {row[0] for row in database.rows("SELECT dimension FROM languages")} == {64}


# --- the index of vectors


def test_a_small_archive_is_compared_one_by_one_and_a_language_that_has_grown_by_its_index(
    workspace: FakeWorkspace, database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(workspace)
    before = [workspace.searcher.search(question, 5) for question in QUESTIONS]
    workspace.save()
    assert "passages_near" not in plan(database, workspace)
    monkeypatch.setattr(postgres_index, "_OUTGROWN", 80)
    assert workspace.problems() == [f"the vectors of {lang} have no index" for lang in sorted(LANGS)]
    workspace.save()
    assert workspace.problems() == []
    database.run("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off")
    again = [workspace.searcher.search(question, 5) for question in QUESTIONS]
    assert [[one.passage_id for one in each] for each in again] == [[one.passage_id for one in each] for each in before]
    with database.transaction():
        database.run("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        assert "Index Scan using passages_near_ar_32" in plan(database, workspace)


def test_several_processes_build_an_index_once_and_one_that_was_interrupted_is_built_anew(
    workspace: FakeWorkspace, database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(workspace)
    monkeypatch.setattr(postgres_index, "_OUTGROWN", 80)
    others = [FakeWorkspace(workspace.settings) for _ in range(3)]
    threads = [threading.Thread(target=one.save) for one in (workspace, *others)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for other in others:
        other.close()
    workspace.save()
    assert workspace.problems() == []
    database.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'passages_near_ru_32'::regclass")
    assert workspace.problems() == ["the vectors of ru have no index"]
    workspace.save()
    assert workspace.problems() == []


def test_a_model_of_another_size_can_take_the_place_of_one_with_an_index(
    workspace: FakeWorkspace, database: PostgresDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_index, "_OUTGROWN", 80)
    fill(workspace)
    workspace.save()
    archive = PostgresArchive(database)
    archive.put([prepare(one, FakeEncoder("large", 64)) for one in news()], anew=True)
    assert archive.problems() == []


def test_who_may_build_no_index_is_told_and_still_gets_answers(
    workspace: FakeWorkspace,
    postgres: Server,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(workspace)
    monkeypatch.setattr(postgres_index, "_OUTGROWN", 80)
    name = url.rpartition("/")[2]
    postgres.run("CREATE ROLE asker LOGIN")
    try:
        postgres.run("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO asker", name)
        settings = workspace.settings.model_copy(update={"database_url": postgres.url(name, user="asker")})
        other = FakeWorkspace(settings)
        other.ingestor.ingest([Article(id="more", text="More of the ferry.", lang="en")])
        with caplog.at_level(logging.WARNING):
            other.save()
        assert any("one by one" in one.getMessage() and "Grant" in one.getMessage() for one in caplog.records)
        assert other.searcher.search("ferry", 1)
        other.index.rebuild()
        other.close()
    finally:
        postgres.run("DROP OWNED BY asker", name)
        postgres.run("DROP ROLE asker")


# --- older databases


def test_an_older_database_is_made_searchable_with_all_it_holds(postgres: Server, tmp_path: Path) -> None:
    scripts = sorted((resources.files("retrieval") / "migrations" / "postgres").iterdir(), key=lambda one: one.name)
    with postgres.database(empty=True) as url:
        name = url.rpartition("/")[2]
        for script in scripts[:5]:
            postgres.run(script.read_text(encoding="utf-8"), name)
        postgres.run("CREATE TABLE schema_version (version bigint NOT NULL)", name)
        postgres.run("INSERT INTO schema_version VALUES (5)", name)
        text = "министр ru1\nзаявил ru2"
        for key, article_id in ((1, "a"), (2, "b")):
            article = f"('00000000-0000-0000-0000-00000000000{key}', {key}, '{article_id}', 'h', {key}, 'ru', '{{}}',"
            postgres.run(f"INSERT INTO articles VALUES {article} '{text}', {2 * key}, 2, 2, 0)", name)
            for n, (start, end) in enumerate([(0, 11), (12, 22)]):
                vector = "[" + ",".join(["0.125"] * 31 + [str(key)]) + "]"
                passage = f"('00000000-0000-0000-0000-00000000000{key}', {2 * key + n}, {start}, {end}, '{vector}', '')"
                postgres.run(f"INSERT INTO passages VALUES {passage}", name)
        postgres.run("UPDATE counters SET sequence = 2, articles = 2, passages = 5", name)
        settings = load_settings(data_dir=tmp_path / "older").model_copy(update={"database_url": url})
        workspace = FakeWorkspace(settings)
        assert workspace.index.problems() == []
        assert worded(workspace, "Кто заявил?") == {("a", 12), ("b", 12)}
        assert len(workspace.searcher.search("Кто заявил?", 9)) == 4
        assert postgres.run("SELECT passages, total[32] FROM languages", name) == [(4, 6.0)]
        workspace.close()
