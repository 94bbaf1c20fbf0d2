"""The archive on PostgreSQL: what only it promises, and a schema that a cluster can spread."""

import threading
from collections.abc import Iterator
from importlib import resources

import numpy as np
import pytest

from retrieval.errors import ArchiveDamaged
from retrieval.postgres_archive import PostgresArchive
from retrieval.postgres_database import PostgresDatabase
from retrieval.sqlite_database import SqliteDatabase
from retrieval.types import Article
from tests.fakes import FakeEncoder, prepare, quoting, source
from tests.postgres import Server

# What is spread over a cluster by its column `article`; all other tables are small and stay on one machine.
SPREAD = {"articles", "passages", "sentences", "sources", "statements", "signatures"}
SHARED = ["jobs", "job_articles", "feeds", "entries", "people", "chats"]
SHARED += ["answers", "answer_messages", "votes", "updates", "marks"]


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    with postgres.database() as address:
        yield address


@pytest.fixture
def database(url: str) -> Iterator[PostgresDatabase]:
    opened = PostgresDatabase(url)
    yield opened
    opened.close()


@pytest.fixture
def archive(database: PostgresDatabase) -> PostgresArchive:
    return PostgresArchive(database)


def put(archive: PostgresArchive, article_id: str, text: str = "One line.\nAnother line.") -> None:
    archive.put([prepare(Article(id=article_id, text=text))])


# --- what is stored


def test_vectors_are_pgvectors_own_with_the_nearest_half_precision_numbers(
    archive: PostgresArchive, database: PostgresDatabase
) -> None:
    put(archive, "a", "قال لافروف.")
    given = FakeEncoder().encode(["قال لافروف."], "passage").pooled[0]
    ((kind, dimension, text),) = database.rows(
        "SELECT pg_typeof(vector)::text, vector_dims(vector), vector::text FROM passages"
    )
    assert (kind, dimension) == ("halfvec", len(given))
    assert [np.float16(one) for one in text.strip("[]").split(",")] == given.astype(np.float16).tolist()
    (change,) = [one for one in archive.changes(0) if len(one.ids)]
    assert change.vectors.tolist() == [given.astype(np.float16).astype(np.float32).tolist()]


def test_altered_words_are_not_served_as_the_articles_own(archive: PostgresArchive, database: PostgresDatabase) -> None:
    put(archive, "a", "He said: no.")
    database.run("UPDATE articles SET text = replace(text, 'no', 'yes')")
    for read in (lambda: archive.article("a"), lambda: list(archive.articles())):
        with pytest.raises(ArchiveDamaged, match="take it in again") as caught:
            read()
        assert "\n" not in str(caught.value)


def test_parts_that_were_lost_are_problems(archive: PostgresArchive, database: PostgresDatabase) -> None:
    put(archive, "a")
    put(archive, "b")
    archive.put([quoting("c", source("Песков"))])
    assert archive.problems() == []
    database.run("DELETE FROM passages WHERE id = 1")
    database.run("DELETE FROM sentences WHERE passage = 3")
    assert archive.problems() == [
        "1 sentences are in no passage of their article",
        "2 articles lack passages or sentences",
    ]
    database.run('UPDATE passages SET "end" = 999 WHERE id = 5')
    assert "1 passages lie outside their article" in archive.problems()
    assert archive.damaged() == ["a", "b", "c"]
    archive.put([prepare(one) for one in archive.articles()], anew=True)
    assert archive.problems() == archive.damaged() == []


def test_sources_of_before_learn_their_language_and_statements(url: str) -> None:
    database = PostgresDatabase(url)
    archive = PostgresArchive(database)
    archive.put([quoting("a", source("Песков"), source("Лавров")), quoting("b", source("Песков"))])
    expected = list(archive.sources())
    assert [(one.lang, one.statements) for one in expected] == [("en", 1)] * 3
    database.run("ALTER TABLE sources DROP COLUMN lang, DROP COLUMN statements")
    database.run("UPDATE schema_version SET version = 8")
    database.close()
    database = PostgresDatabase(url)
    archive = PostgresArchive(database)
    assert list(archive.sources()) == expected
    assert archive.problems() == []
    database.close()


def test_sources_that_disagree_with_their_article_are_a_problem(
    archive: PostgresArchive, database: PostgresDatabase
) -> None:
    archive.put([quoting("a", source("Песков")), quoting("b", source("Лавров"))])
    database.run("UPDATE sources SET statements = 7 WHERE name = 'Лавров'")
    assert archive.problems() == ["1 sources know their language or statements wrongly"]
    assert archive.damaged() == ["b"]


def test_more_articles_than_are_read_at_once_come_in_order(
    archive: PostgresArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.postgres_archive._PAGE", 4)
    for n in range(9):
        put(archive, str(n))
    put(archive, "3", "Changed.")
    order = [*"01245678", "3"]
    assert [one.id for one in archive.articles()] == [one.id for one in archive.summaries()] == order


# --- many writers


def test_numbers_grow_in_the_order_of_commits(archive: PostgresArchive, database: PostgresDatabase, url: str) -> None:
    put(archive, "first")
    other = PostgresDatabase(url)
    slow = threading.Thread(target=put, args=(PostgresArchive(other), "second"))
    with database.transaction():
        put(archive, "third")  # written, not committed yet
        slow.start()
        slow.join(0.3)
        assert slow.is_alive(), "another writer waits for its number"
        assert PostgresArchive(other).sequence() == 1, "a reader does not wait, and sees nothing of it"
        assert len(PostgresArchive(other).passage_ids()) == 2
    slow.join()
    other.close()
    written = database.rows("SELECT id, sequence, first_passage FROM articles ORDER BY sequence")
    assert written == [("first", 1, 1), ("third", 2, 3), ("second", 3, 5)]


def test_a_write_that_failed_leaves_its_numbers_to_the_next_one(archive: PostgresArchive) -> None:
    put(archive, "a", "One.")
    bad = prepare(Article(id="b", text="Two.\nThree."))
    with pytest.raises(ValueError, match="shorter"):
        archive.put([prepare(Article(id="c", text="Four.")), type(bad)(**{**vars(bad), "vectors": bad.vectors[:1]})])
    put(archive, "d", "Five.")
    assert archive.passage_ids().tolist() == [1, 2]
    assert archive.sequence() == 2


# --- the schema


def test_tables_that_are_shared_with_sqlite_have_the_same_columns_in_the_same_order(
    database: PostgresDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sqlite = SqliteDatabase(tmp_path_factory.mktemp("sqlite"))
    own = SPREAD | {"meta", "vectors", "token_vectors", "removals", "signature_bands", "wishes"}
    tables = {row[0] for row in sqlite.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert {one for one in tables if not one.startswith("sqlite_")} - own == set(SHARED)
    for table in SHARED:
        there = sqlite.rows('SELECT name, "notnull" OR pk FROM pragma_table_info(?) ORDER BY cid', table)
        here = database.rows(
            "SELECT attname::text, attnotnull FROM pg_attribute"
            " WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
            table,
        )
        assert here == [(name, bool(needed)) for name, needed in there], table
    sqlite.close()


def test_text_is_compared_by_its_bytes_wherever_it_is_a_key(database: PostgresDatabase) -> None:
    loose = database.rows(
        "SELECT i.indrelid::regclass::text, a.attname::text FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " JOIN pg_collation c ON c.oid = a.attcollation"
        " WHERE i.indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
        " AND c.collname <> 'C'"
    )
    assert loose == []


def test_every_unique_key_of_a_table_that_is_spread_holds_the_column_it_is_spread_by(
    database: PostgresDatabase,
) -> None:
    keys = database.rows(
        "SELECT i.indrelid::regclass::text, array_agg(a.attname::text) FROM pg_index i"
        " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
        " WHERE i.indisunique AND i.indrelid::regclass::text = ANY (?::text[]) GROUP BY i.indexrelid, i.indrelid",
        sorted(SPREAD),
    )
    assert {table for table, _ in keys} == SPREAD
    assert [(table, columns) for table, columns in keys if "article" not in columns] == []


def test_foreign_keys_keep_to_one_shard(database: PostgresDatabase) -> None:
    """Both ends of the key are spread by the same column, which stands at the same place of both; or neither is."""
    keys = database.rows(
        "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text,"
        " (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(c.conkey) WITH ORDINALITY k (num, at)"
        "  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num),"
        " (SELECT array_agg(a.attname::text ORDER BY k.at) FROM unnest(c.confkey) WITH ORDINALITY k (num, at)"
        "  JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num),"
        " c.confdeltype::text FROM pg_constraint c WHERE c.contype = 'f'"
    )
    assert len(keys) > 5
    for table, target, columns, targets, on_delete in keys:
        assert (table in SPREAD) == (target in SPREAD), f"{table} and {target} are not spread alike"
        if table in SPREAD:
            assert ("article", "article") in zip(columns, targets, strict=True), (table, target)
            assert on_delete in ("a", "c"), "Citus takes no SET NULL on the column that it spreads by"


def test_a_table_that_is_spread_takes_no_number_from_a_machine_of_its_own(database: PostgresDatabase) -> None:
    """Each worker of a cluster has sequences of its own: their numbers would not grow in the order of commits."""
    defaults = database.rows(
        "SELECT adrelid::regclass::text FROM pg_attrdef WHERE adrelid::regclass::text = ANY (?::text[])", sorted(SPREAD)
    )
    identities = database.rows(
        "SELECT attrelid::regclass::text FROM pg_attribute"
        " WHERE attidentity <> '' AND attrelid::regclass::text = ANY (?::text[])",
        sorted(SPREAD),
    )
    triggers = database.rows("SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal")
    assert defaults == identities == triggers == []


def test_the_guide_to_scaling_spreads_exactly_these_tables() -> None:
    guide = resources.files("retrieval").parent / "docs" / "scaling.md"  # type: ignore[attr-defined]
    text = guide.read_text(encoding="utf-8")
    assert {one for one in SPREAD if f"create_distributed_table('{one}', 'article'" in text} == SPREAD
    assert text.count("create_distributed_table(") == len(SPREAD)
