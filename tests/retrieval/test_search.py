"""Search: every kind of question gets a sensible ranking or none, and the indexes never lag behind the archive."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from config.settings import Ranking
from retrieval.candidates import Candidates
from retrieval.folding import stems
from retrieval.lexical_index import TantivyIndex
from retrieval.types import Article
from retrieval.view import View
from tests.fakes import DIMENSION, FakeWorkspace

NEWS = {
    "ferry": "The ferry to Heimaey sails again on Sunday, the harbour office said.\n\nTickets cost 35 euros.",
    "volcano": "The volcano erupted at dawn. The mayor said every family had left the town.",
    "arabic": "قال وزير الخارجية لافروف إن الإرهابيين يحصلون على التمويل.\n\nوأضاف أن روسيا ترفض ذلك.",
    "russian": "Лавров заявил, что террористы получают финансирование.\n\nОб этом сообщил МИД.",
}


@pytest.fixture
def news(workspace: FakeWorkspace) -> FakeWorkspace:
    articles = [Article(id=name, text=text) for name, text in NEWS.items()]
    assert workspace.ingestor.ingest(articles).added == len(NEWS)
    return workspace


def found(workspace: FakeWorkspace, question: str, k: int = 10) -> list[str]:
    return [hit.article_id for hit in workspace.searcher.search(question, k)]


def test_words_of_a_passage_find_it(news: FakeWorkspace) -> None:
    assert found(news, "ferry to Heimaey")[0] == "ferry"
    for article, lang, question in (
        ("arabic", "ar", "والتمويل للإرهابيين"),
        ("russian", "ru", "финансированию террориста"),
    ):
        (first, *_) = news.archive.passages(news.words.search(question, lang, 3))
        assert first.article_id == article


def test_scores_fall_and_no_more_than_k_come(news: FakeWorkspace) -> None:
    for k in (1, 3, 100):
        hits = news.searcher.search("the mayor of the town", k)
        assert len(hits) == min(k, 7)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert len({hit.passage_id for hit in hits}) == len(hits)


@pytest.mark.parametrize(
    "question",
    [
        "the of and",
        "x",
        "35",
        "٣٥",
        "ლავროვი",
        "Лавров said إن 3.5%",
        "🙂 ferry 🙂",
        "ferry " * 300,
        "a\u200fb\u202e",
        "'",
    ],
)
def test_odd_questions_get_a_ranking(news: FakeWorkspace, question: str) -> None:
    hits = news.searcher.search(question, 5)
    assert len(hits) == (5 if any(letter.isalnum() for letter in question) else 0)


@pytest.mark.parametrize("question", ["🙂", "?!", " ", "«»", "\u200f"])
def test_questions_without_words_find_nothing(news: FakeWorkspace, question: str) -> None:
    assert news.searcher.search(question, 5) == []


def test_an_empty_archive_finds_nothing(workspace: FakeWorkspace) -> None:
    assert workspace.searcher.search("anything", 5) == []


def test_one_passage_is_enough(workspace: FakeWorkspace) -> None:
    workspace.ingestor.ingest([Article(id="only", text="One line of news.")])
    assert found(workspace, "news") == ["only"]


def test_many_questions_get_what_each_would_get(news: FakeWorkspace) -> None:
    questions = ["ferry tickets", "🙂", "кто заявил", "من قال"]
    assert list(news.searcher.search_each(questions, 3)) == [news.searcher.search(one, 3) for one in questions]


def test_a_deleted_article_never_appears_again(news: FakeWorkspace) -> None:
    for _ in range(5):
        assert "volcano" in found(news, "volcano")
        news.archive.delete(["volcano"])
        assert "volcano" not in found(news, "volcano", 100)
        news.ingestor.ingest([Article(id="volcano", text=NEWS["volcano"])])


def test_an_updated_article_is_found_by_its_new_words_only(news: FakeWorkspace) -> None:
    news.ingestor.ingest([Article(id="volcano", text="The glacier melts.")])
    texts = {
        hit.article_id: NEWS.get(hit.article_id, "")[hit.start : hit.end] for hit in news.searcher.search("glacier", 1)
    }
    assert list(texts) == ["volcano"]
    assert news.words.search("erupted", "en", 5) == []


@pytest.mark.parametrize("part", Ranking.model_fields)
def test_every_part_can_be_switched_off(news: FakeWorkspace, part: str) -> None:
    off = news.settings.model_copy(update={"ranking": Ranking(**{part: False})})
    without = FakeWorkspace(off)
    try:
        assert found(without, "ferry to Heimaey")[0] == "ferry"
    finally:
        without.close()


def test_a_view_tells_how_much_of_the_question_some_words_are(news: FakeWorkspace) -> None:
    view = news.searcher.view("the ferry tickets")
    assert view is not None
    assert view.asked
    assert view.share(stems("Tickets for the ferry", "en")) == pytest.approx(1)
    assert 0 == view.share([]) < view.share(stems("ferry", "en")) < 1
    assert news.searcher.view("🙂") is None


def test_the_words_of_a_question_are_found_in_the_part_of_a_passage_that_has_them(news: FakeWorkspace) -> None:
    view = news.searcher.view("every family had left")
    assert view is not None
    found = news.searcher.candidates(view, 10)
    at = [one.article_id for one in found.passages].index("volcano")
    compared = news.searcher.compared(view, found)
    within, whole = compared.parts([(at, 0, 5), (at, 5, 13), (at, 5, 99), (at, 90, 99)]), compared.whole
    assert whole.shape == (len(found),)
    assert within[0] < within[1] == within[2]
    assert within[1] >= whole[at] > within[0]
    assert within[3] == 0, "a part without tokens"
    assert compared.parts([]).shape == (0,)
    assert news.searcher.compared(view, Candidates.none(DIMENSION)).whole.shape == (0,)


def test_rare_words_weigh_more_than_common_ones(news: FakeWorkspace) -> None:
    news.words.catch_up(news.archive)
    weights = news.words.rarity("the euros glacier", "en")
    assert set(weights) == {*stems("the euros glacier", "en")}
    the, euros, glacier = weights.values()
    assert 0 < the < euros < glacier


@pytest.fixture
def words(news: FakeWorkspace) -> Iterator[TantivyIndex]:
    news.words.catch_up(news.archive)
    yield news.words


def test_lexical_scores_are_shares_of_the_question(news: FakeWorkspace, words: TantivyIndex) -> None:
    (best, *_) = words.search("tickets cost euros", "en", 5)
    full, half, none = (words.scores(text, "en", [best])[0] for text in ("tickets cost", "tickets glacier", "glacier"))
    assert 0 == none < half < full <= 1
    assert words.scores("tickets", "en", []).shape == (0,)


def test_a_reopened_lexical_index_goes_on_where_it_was(
    news: FakeWorkspace, words: TantivyIndex, tmp_path: Path
) -> None:
    again = TantivyIndex(news.data_dir)
    assert again.problems(news.archive) == []
    news.archive.delete(["ferry"])
    assert again.problems(news.archive) == []
    assert again.search("ferry", "en", 5) == []


def test_a_damaged_lexical_index_is_built_anew_and_said_once(
    news: FakeWorkspace, words: TantivyIndex, caplog: pytest.LogCaptureFixture
) -> None:
    (words.path / "meta.json").write_text("{ not json")
    with caplog.at_level(logging.WARNING):
        again = TantivyIndex(news.data_dir)
        again.catch_up(news.archive)
    assert again.search("ferry", "en", 1)
    assert again.problems(news.archive) == []
    assert len([record for record in caplog.records if "lexical index" in record.getMessage()]) == 1


def test_a_commit_whose_number_was_not_written_is_applied_again_without_doubles(
    news: FakeWorkspace, words: TantivyIndex
) -> None:
    reached = words.path / "sequence"
    before = reached.read_text()
    news.ingestor.ingest([Article(id="more", text="More news of the ferry.")])
    words.catch_up(news.archive)
    reached.write_text(before)  # as after a crash between the two writes
    again = TantivyIndex(news.data_dir)
    assert again.problems(news.archive) == []


def test_two_lexical_indexes_on_one_folder_take_turns(news: FakeWorkspace, words: TantivyIndex) -> None:
    other = TantivyIndex(news.data_dir)
    for number, name in enumerate(("Esja", "Hekla", "Katla", "Askja")):
        news.ingestor.ingest([Article(id=name, text=f"A bulletin about {name}.")])
        for index in (words, other) if number % 2 else (other, words):
            index.catch_up(news.archive)
            assert len(index.search(name, "en", 5)) == 1


def view(question: str, lang: str) -> View:
    nothing = np.zeros((0, 0), np.float32)
    return View(question, lang, nothing, nothing, nothing, dict.fromkeys(stems(question, lang), 1.0))


@pytest.mark.parametrize(
    ("lang", "question", "sentence"),
    [
        ("ar", "الإرهاب", "الإرهابيين في سورية"),
        ("en", "terrorism", "every terrorist"),
        ("ru", "террор", "террористы"),
        ("ru", "ядерный", "ядерного"),
    ],
)
def test_a_word_of_the_same_root_is_shared(lang: str, question: str, sentence: str) -> None:
    assert view(question, lang).share(stems(sentence, lang)) == 1.0


@pytest.mark.parametrize(
    ("lang", "question", "sentence"),
    [
        ("en", "cat", "catastrophe"),
        ("en", "state", "station"),
        ("ru", "мир", "мировоззрение"),
        ("ar", "مال", "مالطا"),
        ("en", "international", "internet"),
    ],
)
def test_a_word_that_only_begins_alike_is_not(lang: str, question: str, sentence: str) -> None:
    assert view(question, lang).share(stems(sentence, lang)) == 0.0
