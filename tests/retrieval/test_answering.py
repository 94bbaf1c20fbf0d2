"""Answers: verbatim or an honest "not found", never more than asked for, whatever happens meanwhile."""

from typing import Any

import pytest

from retrieval.answering import MAX_QUESTION
from retrieval.errors import QuestionError
from retrieval.search import Searcher
from retrieval.types import Answer, Article
from tests.fakes import FakeWorkspace

ANIMALS = {
    "cats": "\u200fCats sleep all day, the vet said.\n\nCats eat fish at noon.\n\nCats 🎉 purr when they are stroked.",
    "dogs": "Dogs bark at night, the mayor said.\n\nDogs guard the old harbour.",
    "birds": "«Birds sing»: that is what\tthe  poet wrote.",
}


@pytest.fixture
def zoo(workspace: FakeWorkspace) -> FakeWorkspace:
    articles = [Article(id=name, text=text, title=name.title()) for name, text in ANIMALS.items()]
    report = workspace.ingestor.ingest(articles)
    assert report.added == len(ANIMALS)
    return workspace


def quoted(answer: Answer) -> list[str]:
    return [one.quote for one in [*answer.evidence, *answer.nearest]]


def assert_verbatim(answer: Answer) -> None:
    for one in [*answer.evidence, *answer.nearest]:
        assert one.quote == ANIMALS[one.article_id][one.start : one.end]
        assert one.title == one.article_id.title()


@pytest.mark.parametrize("text", ["Dogs bark at night, the mayor said.", "Cats eat fish at noon."])
def test_the_passage_with_the_questions_words_comes_first(zoo: FakeWorkspace, text: str) -> None:
    answer = zoo.answerer.answer(text)
    assert quoted(answer)[0] == text
    assert_verbatim(answer)


def test_a_question_is_answered_or_not_and_the_answer_says_which(zoo: FakeWorkspace) -> None:
    for question in ("Dogs bark at night, the mayor said.", "Quarterly figures of the steel works"):
        answer = zoo.answerer.answer(question)
        assert bool(answer.evidence) == (answer.status == "answered")
        assert bool(answer.nearest) <= (answer.status == "not_found")
        assert answer.question == question
        assert answer.language == "en"
        assert_verbatim(answer)


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_no_more_quotations_than_asked_for(zoo: FakeWorkspace, limit: int) -> None:
    for question in ("Cats sleep all day, the vet said.", "Cats cats cats", "Something else"):
        answer = zoo.answerer.answer(question, limit=limit)
        assert len(answer.evidence) <= limit
        assert len(set(quoted(answer))) == len(quoted(answer))
        assert_verbatim(answer)


def test_evidence_comes_best_first(zoo: FakeWorkspace) -> None:
    answer = zoo.answerer.answer("Cats eat fish at noon.", limit=50)
    for found in (answer.evidence, answer.nearest):
        scores = [one.score for one in found]
        assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\u2003"])
def test_an_empty_question_is_refused(zoo: FakeWorkspace, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        zoo.answerer.answer(question)
    assert caught.value.reason == "question-empty"


def test_a_question_that_is_too_long_is_refused_and_one_just_short_enough_is_not(zoo: FakeWorkspace) -> None:
    with pytest.raises(QuestionError) as caught:
        zoo.answerer.answer("c" * (MAX_QUESTION + 1))
    assert caught.value.reason == "question-too-long"
    with pytest.raises(QuestionError):
        zoo.answerer.answer("What did she say? " * 300)
    assert_verbatim(zoo.answerer.answer(" " + "cats " * (MAX_QUESTION // 5) + " "))


@pytest.mark.parametrize("question", ["🎉🎉🎉", "?!…", "\u200f\u200e", "\"'«", "؟"])
def test_a_question_without_words_finds_nothing(zoo: FakeWorkspace, question: str) -> None:
    answer = zoo.answerer.answer(question)
    assert (answer.status, quoted(answer)) == ("not_found", [])


@pytest.mark.parametrize(
    "question", ["«cats", "cats\0dogs", "* OR cats:", "\u202ecats\u202c", "cats AND (", "-cats +dogs"]
)
def test_odd_characters_in_a_question_are_just_characters(zoo: FakeWorkspace, question: str) -> None:
    assert_verbatim(zoo.answerer.answer(question))


def test_an_empty_archive_has_no_answers(workspace: FakeWorkspace) -> None:
    answer = workspace.answerer.answer("What did the vet say about cats?")
    assert (answer.status, quoted(answer)) == ("not_found", [])
    assert workspace.searcher.search("cats", 10) == []


def delete_after_searching(zoo: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, *article_ids: str) -> None:
    search = Searcher.search

    def searched(self: Searcher, *arguments: Any, **more: Any) -> Any:
        hits = search(self, *arguments, **more)
        zoo.archive.delete(article_ids)
        return hits

    monkeypatch.setattr(Searcher, "search", searched)


def test_an_article_deleted_while_it_is_answered_from_is_left_out(
    zoo: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    delete_after_searching(zoo, monkeypatch, "dogs")
    answer = zoo.answerer.answer("Dogs bark at night, the mayor said.", limit=50)
    assert "dogs" not in {one.article_id for one in [*answer.evidence, *answer.nearest]}
    assert_verbatim(answer)


def test_when_every_article_is_deleted_meanwhile_nothing_was_found(
    zoo: FakeWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert zoo.answerer.answer("Dogs bark at night, the mayor said.").status == "answered"
    delete_after_searching(zoo, monkeypatch, *ANIMALS)
    answer = zoo.answerer.answer("Dogs bark at night, the mayor said.")
    assert (answer.status, quoted(answer)) == ("not_found", [])


def test_the_next_question_sees_what_was_taken_in_and_out_in_between(zoo: FakeWorkspace) -> None:
    assert "cows" not in {hit.article_id for hit in zoo.searcher.search("Cows graze on the hill.", 50)}
    zoo.ingestor.ingest([Article(id="cows", text="Cows graze on the hill.")])
    assert zoo.searcher.search("Cows graze on the hill.", 1)[0].article_id == "cows"
    zoo.archive.delete(["cows"])
    assert "cows" not in {hit.article_id for hit in zoo.searcher.search("Cows graze on the hill.", 50)}


def test_a_search_gives_at_most_k_passages_each_once(zoo: FakeWorkspace) -> None:
    for k in (1, 3, 1000):
        hits = zoo.searcher.search("Cats sleep all day", k)
        assert 0 < len(hits) <= k
        assert len({(hit.article_id, hit.start) for hit in hits}) == len(hits)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
