"""An archive moved into another one, up and back: the same in both, whatever interrupts it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.incoming import Place as Asked
from bot.memory import ChatSettings, Memory
from ingest.entry_list import EntryList
from ingest.feed_list import FeedList
from ingest.feeds import Feed
from ingest.queue import Queue, packed
from retrieval import copying
from retrieval.archive import Attribution, Place, Prepared
from retrieval.copying import Copied, End, copy
from retrieval.database import Database
from retrieval.errors import ArchiveBusy, ArchiveDamaged, ArchiveError, ForeignModel, UsageError
from retrieval.kept_beside import TABLES
from retrieval.near_duplicates import ALIKE, resemblance, signature
from retrieval.types import Answer, Article, Plan
from retrieval.whole_articles import same
from tests.fakes import FakeEncoder, prepare, quoting, source
from tests.postgres import InFolder, OnServer, Server, Storage
from tests.texts import ALL

MODEL = "fake 1"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def opened(storage: Storage) -> End:
    name = str(storage.folder) if isinstance(storage, InFolder) else "the server"
    return End(name, storage.archive(), storage.database())


@pytest.fixture(params=["up", "back", "folder to folder"])
def ends(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[End, End]]:
    """An empty archive, and one to copy it into."""
    folder = InFolder(tmp_path / "folder")
    if request.param == "folder to folder":
        pair = opened(folder), opened(InFolder(tmp_path / "other"))
        yield pair
        close(*pair)
        return
    with request.getfixturevalue("postgres").database() as url:
        pair = opened(folder), opened(OnServer(url))
        yield pair if request.param == "up" else pair[::-1]
        close(*pair)


def close(*ends: End) -> None:
    for one in ends:
        one.archive.close()
        one.database.close()


def some_articles() -> list[Prepared]:
    """Articles of all kinds: several scripts, statements of somebody and of nobody, copies, one without a word."""
    texts = [prepare(Article(id=f"t{n}", text=text, title=f"«{n}» 🐧")) for n, text in enumerate(ALL)]
    quoted = [
        quoting("q1", source("Лавров", "Сергей Лавров", role="министр"), source("a body", person=False), times=3),
        quoting("q2", source("لافروف", "سيرغي لافروف", role="وزير")),
    ]
    nobody = quoted[0].attribution.statements[0]
    attribution = replace(quoted[1].attribution, statements=[replace(nobody, source=None, cue=None, kind="indirect")])
    wire = "The ministers of both countries agreed on Monday to meet again in the spring and to talk about the border."
    copies = [prepare(Article(id=f"c{n}", text=f"{wire} {extra}")) for n, extra in enumerate(["", "Reuters.", "AP."])]
    odd = prepare(Article(id="a '\"\\ %_ \u200f🎉", text="… !?", published="2024-05-01T10:00:00+03:00"))
    packing = np.random.default_rng(1)
    return [
        replace(
            one,
            places=[replace(place, first_token=1, end_token=5 + n) for n, place in enumerate(one.places)],
            tokens=[packing.bytes(40) for _ in one.tokens],
            vectors=one.vectors.astype(np.float16).astype(np.float32),
        )
        for one in [*texts, quoted[0], replace(quoted[1], attribution=attribution), *copies, odd]
    ]


def fill(end: End) -> None:
    end.archive.bind_model(MODEL)
    given = some_articles()
    for one in given:
        end.archive.put([one])
    end.archive.put([replace(given[0], lang="ru")], anew=True)  # its place in the order is another one now
    end.archive.delete([given[1].article.id])


def contents(end: End) -> list[Prepared]:
    numbers = [number for number, _ in end.articles.page(0, 1000)]
    found = end.articles.of(numbers)
    return [found[article_id] for _, article_id in end.articles.page(0, 1000)]


def stories(end: End) -> dict[str, frozenset[str]]:
    return end.archive.copies([one.article.id for one in contents(end)])


def agree(one: End, other: End) -> None:
    both = contents(one), contents(other)
    assert [each.article.id for each in both[0]] == [each.article.id for each in both[1]]
    assert all(same(here, there) for here, there in zip(*both, strict=True))
    assert stories(one) == stories(other)
    assert other.archive.problems() == []


# --- articles


def test_everything_that_was_put_is_read_back_as_it_was_put(ends: tuple[End, End]) -> None:
    end = ends[0]
    for one in some_articles():
        end.archive.put([one])
        said = one.attribution
        sources = [replace(each, aliases=list(each.aliases)) for each in said.sources]
        one = replace(one, attribution=Attribution(sources, list(said.statements)))  # noqa: PLW2901
        (number,) = end.articles.numbers([one.article.id]).values()
        assert same(end.articles.of([number])[one.article.id], one)


def test_a_copy_is_the_same_bit_by_bit_and_a_second_one_changes_nothing(ends: tuple[End, End]) -> None:
    old, new = ends
    fill(old)
    count = len(contents(old))
    told: list[int] = []
    assert copy(old, new, told.append) == Copied(articles=count, written=count, beside=0)
    assert told[-1] == count
    agree(old, new)
    assert stories(new)["c0"] == {"c1", "c2"}
    before = new.archive.sequence(), new.archive.passage_ids().tolist()
    assert copy(old, new) == Copied(articles=count, written=0, beside=0)
    assert (new.archive.sequence(), new.archive.passage_ids().tolist()) == before
    new.archive.bind_model(MODEL)  # which raises when it is another's


def test_what_changed_since_the_last_copy_is_brought_and_nothing_else(ends: tuple[End, End]) -> None:
    old, new = ends
    fill(old)
    copy(old, new)
    changed = prepare(Article(id="c0", text="Something else now."))
    old.archive.put([changed, prepare(Article(id="new", text="New."))])
    assert copy(old, new).written == 2
    assert {one.article.id: one for one in contents(new)}["c0"].article == changed.article
    agree(old, new)


def test_a_part_that_differs_is_brought_though_the_text_is_the_same(ends: tuple[End, End]) -> None:
    old, new = ends
    fill(old)
    copy(old, new)
    other = replace(some_articles()[-1], vectors=-some_articles()[-1].vectors)
    new.archive.put([other], anew=True)
    assert copy(old, new).written == 1


def test_copies_stay_together_though_the_article_between_them_is_gone(ends: tuple[End, End]) -> None:
    """The first and the last are not like each other: only the one between them was like both."""
    old, new = ends
    words = [f"word{n}" for n in range(600)]
    versions = [[*words, *(f"first{n}" for n in range(150))], words, [*words[100:], *(f"last{n}" for n in range(40))]]
    texts = [" ".join(one) for one in versions]
    assert resemblance(signature(texts[0]), signature(texts[2])) < ALIKE
    old.archive.bind_model(MODEL)
    for number, text in enumerate(texts):
        old.archive.put([prepare(Article(id=f"v{number}", text=text))])
    old.archive.delete(["v1"])
    copy(old, new)
    assert new.archive.copies(["v0", "v2"]) == {"v0": {"v2"}, "v2": {"v0"}}


def test_a_copy_that_is_killed_between_two_portions_goes_on(
    ends: tuple[End, End], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = ends
    fill(old)
    monkeypatch.setattr(copying, "_TOGETHER", 3)

    def killed(done: int) -> None:
        if done >= 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(old, new, killed)
    assert 0 < len(contents(new)) < len(contents(old))
    assert copy(old, new).written == len(contents(old)) - 6
    agree(old, new)


def test_an_article_that_does_not_arrive_as_it_was_is_told(
    ends: tuple[End, End], monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = ends
    fill(old)
    put = new.archive.put

    def garble(prepared: Sequence[Prepared], *, anew: bool = False) -> Any:
        return put([replace(one, tokens=[b"x"] * len(one.tokens)) for one in prepared], anew=anew)

    monkeypatch.setattr(new.archive, "put", garble)
    with pytest.raises(ArchiveError, match="did not arrive"):
        copy(old, new)


def test_a_damaged_article_is_named(ends: tuple[End, End]) -> None:
    old, new = ends
    old.archive.put([replace(prepare(Article(id="bad", text="One.\nTwo.")), places=[Place(0, 0, 0), Place(0, 0, 0)])])
    old.database.run("UPDATE sentences SET passage = 99")
    with pytest.raises(ArchiveDamaged, match="the article bad is there: run `qawl check --repair`"):
        copy(old, new)


def test_vectors_of_another_encoder_are_refused_before_anything_is_written(ends: tuple[End, End]) -> None:
    old, new = ends
    fill(old)
    new.archive.bind_model("fake 2")
    new.archive.put([prepare(Article(id="t0", text="x"), FakeEncoder("fake 2"))])
    before = new.archive.sequence()
    with pytest.raises(ForeignModel, match=r"holds vectors of fake 2, .* those of fake 1: copy into an empty archive"):
        copy(old, new)
    assert new.archive.sequence() == before


def test_an_archive_with_articles_of_its_own_is_left_as_it_is(ends: tuple[End, End]) -> None:
    old, new = ends
    fill(old)
    new.archive.bind_model(MODEL)
    new.archive.put([prepare(Article(id="own", text="x"))])
    with pytest.raises(ArchiveError, match=r"holds 1 articles that .* has not, such as own"):
        copy(old, new)
    assert [one.article.id for one in contents(new)] == ["own"]


def test_an_archive_is_not_copied_into_itself(ends: tuple[End, End]) -> None:
    with pytest.raises(UsageError, match="are one archive"):
        copy(ends[0], ends[0])


def test_who_writes_meanwhile_is_noticed_and_the_next_copy_brings_it(ends: tuple[End, End]) -> None:
    old, new = ends
    fill(old)

    def write(done: int) -> None:
        old.archive.put([prepare(Article(id="late", text="Late."))])

    with pytest.raises(ArchiveBusy, match="written to meanwhile: run the same command again"):
        copy(old, new, write)
    copy(old, new)
    agree(old, new)


# --- what is kept beside them


def fill_beside(end: End) -> None:
    """A row or more in every table."""
    for times in range(3):
        for question in ("What did nobody say?", "ماذا قال؟")[: 1 + times // 2]:
            end.archive.wish(question, "en", NOW)
    FeedList(end.database).add(Feed("https://example.org/feed", "Лента", etag='"x"', failing_since=NOW, failures=3))
    entries = EntryList(end.database)
    entries.taken("https://example.org/1", NOW)
    entries.failed("https://example.org/2", NOW)
    queue = Queue(end.database)
    queue.add("url", "https://example.org/1")
    queue.add("file", "خبر.pdf", bytes(range(256)) * 100, '{"chat": 1}', offered=True)
    for number in range(50):
        queue.add("articles", f"job {number}", packed([Article(id="j", text="x")]))
    done = end.database.rows("SELECT max(id) FROM jobs")[0][0]
    queue.journal.note(done, [prepare(Article(id="j", text="x"))], [Article(id="j", text="former")])
    memory = Memory(end.database)
    memory.choose_language(5, "ru")
    memory.set_chat(-100, ChatSettings(language="ar", silent=True, ingested=True))
    answer = Answer(question="?", language="en", status="not_found", plan=Plan(topic="?"))
    for number in range(30):
        given = memory.give(Asked(chat=5, person=5, message=number), answer)
        memory.sent(given, 5, [1000 + number, 2000 + number])
        memory.vote(given, 5, useful=number % 2 == 0)
    memory.receive(1, '{"update_id": 1}')
    memory.receive(2, '{"update_id": 2}')
    memory.settle(2)


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {
        one.name: sorted(database.rows(f"SELECT {', '.join((*one.key, *one.rest))} FROM {one.name}"), key=repr)
        for one in TABLES
    }


def test_every_row_beside_the_articles_comes_along_once(ends: tuple[End, End]) -> None:
    old, new = ends
    fill_beside(old)
    assert all(everything(old.database).values())
    rows = sum(len(one) for one in everything(old.database).values()) + len(old.archive.wishes())
    assert copy(old, new) == Copied(articles=0, written=0, beside=rows)
    assert everything(new.database) == everything(old.database)
    assert new.archive.wishes() == old.archive.wishes()
    assert copy(old, new).beside == 0
    Memory(old.database).choose_language(5, "en")
    old.archive.wish("ماذا قال؟", "ar", NOW)
    assert copy(old, new).beside == 2
    assert Memory(new.database).language(5) == "en"


def test_jobs_added_after_a_copy_have_numbers_of_their_own(ends: tuple[End, End]) -> None:
    old, new = ends
    fill_beside(old)
    copy(old, new)
    last = max(job.id for job in Queue(old.database).jobs())
    assert Queue(new.database).add("url", "https://example.org/next").id == last + 1


def test_a_job_is_not_taken_for_another_one_of_its_number(ends: tuple[End, End]) -> None:
    old, new = ends
    Queue(new.database).add("url", "https://example.org/own")
    Queue(old.database).add("url", "https://example.org/other")
    with pytest.raises(ArchiveError, match="Job 1 is another one"):
        copy(old, new)
    assert [job.name for job in Queue(new.database).jobs()] == ["https://example.org/own"]


def test_every_table_moves_or_is_known_to_stay(tmp_path: Path, postgres: Server) -> None:
    database = InFolder(tmp_path).database()
    tables = {str(row[0]) for row in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    articles = {"articles", "sentences", "passages", "vectors", "token_vectors", "sources", "statements", "wishes"}
    derived = {"meta", "removals", "signatures", "signature_bands", "marks"}
    assert {one for one in tables if not one.startswith("sqlite_")} - articles - derived == {one.name for one in TABLES}
    for table in TABLES:
        rows = database.rows("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", table.name)
        assert {str(name) for name, _ in rows} == {*table.key, *table.rest}, table.name
        assert {str(name) for name, key in rows if key} == set(table.key), table.name
    database.close()
