"""Answers: verbatim or an honest "not found", never more than asked for, whatever happens meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from retrieval.answering import MAX_QUESTION, Answerer
from retrieval.archive import Attribution
from retrieval.confidence import Weights
from retrieval.errors import ArchiveDamaged, QuestionError
from retrieval.planning import Asking, RoleMatcher
from retrieval.search import Searcher
from retrieval.sentence_ranking import SentenceRanker
from retrieval.sqlite_archive import SqliteArchive
from retrieval.types import Answer, Article, Evidence
from tests.fakes import FakeWorkspace, quoting, source

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


@pytest.mark.parametrize(
    ("question", "numberless"),
    [
        ("How many harbours do dogs guard, the mayor said?", True),
        ("Which harbours do dogs guard, the mayor said?", False),
    ],
)
def test_what_has_no_number_hardly_says_how_many(zoo: FakeWorkspace, question: str, numberless: bool) -> None:
    zoo.ingestor.ingest([Article(id="ports", text="Dogs guard 12 harbours.\n\nDogs guard harbours.")])

    def confidences(weights: Weights) -> dict[str, float]:
        answerer = Answerer(SentenceRanker(zoo.archive, zoo.searcher), zoo.asking, weights)
        target, candidates = answerer.candidates(question, zoo.asking.target(question, date(2026, 5, 20)))
        return {one.text: one.confidence for one in answerer.ranked(target, candidates)}

    weighed, unweighed = confidences(Weights(without_amount=0.5)), confidences(Weights(without_amount=1.0))
    assert weighed["Dogs guard 12 harbours."] == unweighed["Dogs guard 12 harbours."]
    share = weighed["Dogs guard harbours."] / unweighed["Dogs guard harbours."]
    assert share == pytest.approx(0.5 if numberless else 1.0)


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


# --- while the archive changes


MOMENTS = [(Searcher, "candidates"), (SqliteArchive, "stored_sentences"), (SqliteArchive, "texts_of")]
SHOWING = (SqliteArchive, "articles_of")


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, moment: tuple[type, str], change: Callable[[], object], *, before: bool = False
) -> None:
    """Makes the change just after, or before, a step of answering is done for the first time."""
    owner, name = moment
    step = getattr(owner, name)

    def done(self: Any, *arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(owner, name, step)
        if before:
            change()
        result = step(self, *arguments, **more)
        if not before:
            change()
        return result

    monkeypatch.setattr(owner, name, done)


@pytest.mark.parametrize("moment", MOMENTS[:2])
def test_an_article_deleted_while_it_is_answered_from_is_left_out(
    zoo: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, moment: tuple[type, str]
) -> None:
    meanwhile(monkeypatch, moment, lambda: zoo.archive.delete(["dogs"]))
    answer = zoo.answerer.answer("Dogs bark at night, the mayor said.", limit=50)
    assert "dogs" not in {one.article_id for one in [*answer.evidence, *answer.nearest]}
    assert_verbatim(answer)


@pytest.mark.parametrize("moment", MOMENTS[:2])
def test_when_every_article_is_deleted_meanwhile_nothing_was_found(
    zoo: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, moment: tuple[type, str]
) -> None:
    assert zoo.answerer.answer("Dogs bark at night, the mayor said.").status == "answered"
    meanwhile(monkeypatch, moment, lambda: zoo.archive.delete(list(ANIMALS)))
    answer = zoo.answerer.answer("Dogs bark at night, the mayor said.")
    assert (answer.status, quoted(answer)) == ("not_found", [])


@pytest.mark.parametrize("moment", [*MOMENTS, SHOWING])
def test_an_article_replaced_while_it_is_answered_from_is_not_misquoted(
    zoo: FakeWorkspace, monkeypatch: pytest.MonkeyPatch, moment: tuple[type, str]
) -> None:
    new = Article(id="dogs", text="Short.", title="Dogs")
    meanwhile(monkeypatch, moment, lambda: zoo.ingestor.ingest([new]), before=moment in (MOMENTS[2], SHOWING))
    answer = zoo.answerer.answer("Dogs bark at night, the mayor said.", limit=50)
    assert {one.quote for one in [*answer.evidence, *answer.nearest] if one.article_id == "dogs"} <= {"Short."}


def test_altered_words_are_not_shown(zoo: FakeWorkspace) -> None:
    database = zoo.archive._db  # type: ignore[attr-defined]
    database.run("UPDATE articles SET document = replace(document, 'Dogs', 'Cats') WHERE id = 'dogs'")
    with pytest.raises(ArchiveDamaged, match=r"The article dogs in .* is not what was stored"):
        zoo.answerer.answer("Dogs bark at night, the mayor said.", limit=50)


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


# --- who said what


NEWS = {
    "talks": """Sergey Lavrov said: gas prices will fall in winter.
Dmitry Peskov said: gas prices will never fall.
Gas prices fell again.
Nobody knows who said: it was Lavrov.""",
    "visit": """Сергей Лавров said: gas is not the topic of this visit.
Andrei Medvedev said: the harbour is open.""",
    "forum": """Dmitry Medvedev said: rents will double.
Lavrov said: gas flows freely.""",
}


@pytest.fixture
def news(workspace: FakeWorkspace) -> FakeWorkspace:
    assert workspace.ingestor.ingest([Article(id=name, text=text) for name, text in NEWS.items()]).added == len(NEWS)
    return workspace


def ask(
    workspace: FakeWorkspace,
    question: str,
    *,
    answered: float = 0.0,
    across: float | None = None,
    limit: int = 50,
    today: date | None = None,
    speaker_id: str | None = None,
) -> Answer:
    """The answer of an answerer that takes every candidate for one, unless told how sure it must be."""
    asked = answerer(workspace, answered=answered, across=across, today=today)
    return asked.answer(question, limit=limit, speaker_id=speaker_id)


def answerer(
    workspace: FakeWorkspace, *, answered: float = 0.0, across: float | None = None, today: date | None = None
) -> Answerer:
    asking = Asking(workspace.archive, workspace.speakers, RoleMatcher(workspace.encoder, workspace.means))
    ranker = SentenceRanker(workspace.archive, workspace.searcher)
    day = today or date(2026, 5, 20)
    other = answered if across is None else across
    weights = Weights(of_speaker=answered, of_speaker_across=other, of_anybody=answered)
    return Answerer(ranker, asking, weights, today=lambda: day)


def names(found: list[Evidence]) -> set[str | None]:
    return {one.speaker.name if one.speaker else None for one in found}


@pytest.mark.parametrize("name", ["Lavrov", "Sergey Lavrov", "Sergei Lavrov", "the foreign minister Lavrov"])
def test_only_the_asked_speakers_words_are_shown(news: FakeWorkspace, name: str) -> None:
    answer = ask(news, f"What did {name} say about gas?")
    assert answer.status == "answered"
    assert {one.quote.partition(" said")[0] for one in answer.evidence} == {"Sergey Lavrov", "Lavrov", "Сергей Лавров"}
    assert len({one.speaker.id for one in answer.evidence if one.speaker}) == 1
    assert answer.plan.speaker is not None
    assert answer.plan.speaker.id == next(one.speaker.id for one in answer.evidence if one.speaker)
    assert {one.kind for one in answer.evidence} == {"direct"}


@pytest.mark.parametrize("question", ["Что сказал Лавров о газе?", "ماذا قال لافروف عن الغاز؟"])
def test_the_speaker_is_found_from_any_language(news: FakeWorkspace, question: str) -> None:
    answer = ask(news, question)
    assert len(answer.evidence) == 3
    assert names(answer.evidence) == {"Sergey Lavrov", "Сергей Лавров"}, "each in the article's own script"


def test_what_the_speaker_said_comes_before_what_else_he_said(news: FakeWorkspace) -> None:
    answer = ask(news, "What did Lavrov say about prices in winter?")
    assert answer.evidence[0].quote == "Sergey Lavrov said: gas prices will fall in winter."


@pytest.mark.parametrize(
    "question",
    [
        "What did Barack Obama say about gas prices?",
        "Что сказал Обама о газе?",
        "What did Yelena Lavrova say about gas?",
    ],
)
def test_somebody_who_is_not_quoted_has_no_answer_but_something_near(news: FakeWorkspace, question: str) -> None:
    answer = ask(news, question)
    assert (answer.status, answer.evidence, answer.plan.speaker) == ("not_found", [], None)
    assert 0 < len(answer.nearest) <= 2
    assert not answer.plan.choices


def test_a_speaker_who_said_nothing_like_it_has_no_answer_but_something_near(news: FakeWorkspace) -> None:
    answer = ask(news, "What did Peskov say about the harbour?", answered=0.99)
    assert (answer.status, answer.evidence) == ("not_found", [])
    assert answer.plan.speaker is not None
    assert names(answer.nearest) == {"Dmitry Peskov"}, "what he did say is nearer than what others said"


def test_two_ministers_of_one_name_are_asked_back(news: FakeWorkspace) -> None:
    answer = ask(news, "What did Medvedev say about rents?")
    assert (answer.status, answer.evidence, answer.plan.speaker) == ("not_found", [], None)
    assert {one.name for one in answer.plan.choices} == {"Dmitry Medvedev", "Andrei Medvedev"}


def test_two_ministers_of_one_name_are_not_asked_back_when_one_of_them_spoke_about_it(news: FakeWorkspace) -> None:
    sure = ask(news, "What did Dmitry Medvedev say about rents?").evidence[0].score
    answer = ask(news, "What did Medvedev say about rents?", answered=sure - 0.001)
    assert answer.status == "answered"
    assert [one.quote for one in answer.evidence] == ["Dmitry Medvedev said: rents will double."]
    assert answer.plan.speaker is not None
    assert (answer.plan.speaker.name, answer.plan.choices) == ("Dmitry Medvedev", [])


def test_a_name_of_two_is_whose_words_are_surer_than_in_another_language(news: FakeWorkspace) -> None:
    news.ingestor.ingest([Article(id="ru", text="Андрей Медведев said: аренда подорожает.", lang="ru")])
    sure = ask(news, "What did Dmitry Medvedev say about rents?").evidence[0].score
    answer = ask(news, "What did Medvedev say about rents?", answered=sure - 0.001, across=0.0)
    assert answer.plan.speaker is not None
    assert (answer.plan.speaker.name, answer.plan.choices) == ("Dmitry Medvedev", [])


def test_another_language_needs_less_to_be_an_answer(news: FakeWorkspace) -> None:
    assert ask(news, "Что сказал Лавров о газе?", answered=1.1, across=0.0).status == "answered"
    assert ask(news, "Что сказал Лавров о газе?", answered=0.0, across=1.1).status == "not_found"
    assert ask(news, "What did Lavrov say about gas?", answered=1.1, across=0.0).status == "not_found"


def test_when_neither_minister_spoke_about_it_nobody_is_asked_back(news: FakeWorkspace) -> None:
    answer = ask(news, "What did Medvedev say about gas?", answered=0.99)
    assert (answer.status, answer.evidence, answer.plan.choices) == ("not_found", [], [])
    assert names(answer.nearest) <= {"Dmitry Medvedev", "Andrei Medvedev"}


def test_the_chosen_minister_answers(news: FakeWorkspace) -> None:
    question = "What did Medvedev say about rents?"
    choices = ask(news, question).plan.choices
    assert len(choices) == 2
    for one in choices:
        answer = ask(news, question, speaker_id=one.id)
        assert (answer.status, answer.question, answer.plan.speaker, answer.plan.choices) == (
            "answered",
            question,
            one,
            [],
        )
        assert names(answer.evidence) == {one.name}


def test_a_minister_who_has_gone_is_not_chosen(news: FakeWorkspace) -> None:
    question = "What did Medvedev say about rents?"
    dmitry = next(one for one in ask(news, question).plan.choices if one.name == "Dmitry Medvedev")
    news.archive.delete(["forum"])
    answer = ask(news, question, speaker_id=dmitry.id)
    assert names(answer.evidence) == {"Andrei Medvedev"}, "the only Medvedev now"


@pytest.mark.parametrize(
    "question",
    [
        "What did Lavrvo say about the visit?",
        "Что сказал Ларвов о визите?",
        "ماذا قال لافورف عن الزيارة؟",
    ],
)
def test_a_misspelt_name_is_asked_back(workspace: FakeWorkspace, question: str) -> None:
    workspace.ingestor.ingest([Article(id="a", text="Sergey Lavrov said: rents will double.\nNothing happened.")])
    answer = ask(workspace, question, answered=0.99)
    assert (answer.status, answer.plan.misspelt, answer.plan.speaker) == ("not_found", True, None)
    assert [one.name for one in answer.plan.choices] == ["Sergey Lavrov"]
    chosen = ask(workspace, question, speaker_id=answer.plan.choices[0].id)
    assert (chosen.status, names(chosen.evidence), chosen.plan.misspelt) == ("answered", {"Sergey Lavrov"}, False)


def test_a_name_of_several_people_is_not_misspelt(news: FakeWorkspace) -> None:
    assert not ask(news, "What did Medvedev say about rents?").plan.misspelt


def test_a_follow_up_is_answered_like_the_question_it_stands_for(news: FakeWorkspace) -> None:
    answering = answerer(news)
    first = answering.answer("What did Lavrov say about gas?")
    for follow_up, meant in {
        "what about Peskov?": "What did Peskov say about gas?",
        "وماذا عن الميناء؟": "ماذا قال Sergey Lavrov عن الميناء؟",
        "а он что сказал о визите?": "Что сказал Сергей Лавров о визите?",
    }.items():
        question = answering.following(follow_up, first)
        assert question == meant
        assert answering.answer(question).plan.speaker is not None
    assert answering.following("What did Peskov say about the harbour?", first) is None


def test_he_is_who_was_quoted_last(news: FakeWorkspace) -> None:
    answering = answerer(news)
    first = answering.answer("Who said that the harbour is open?", limit=1)
    assert names(first.evidence) == {"Andrei Medvedev"}
    assert answering.following("what else did he say?", first) == "What did Andrei Medvedev say?"


def test_who_said_it_is_answered_with_people_only(news: FakeWorkspace) -> None:
    answer = ask(news, "Who said that gas prices will fall?")
    assert answer.plan.intent == "who"
    assert answer.status == "answered"
    assert None not in names(answer.evidence)
    assert {"Sergey Lavrov", "Dmitry Peskov"} <= names(answer.evidence)
    assert "Gas prices fell again." not in quoted(answer)


def test_a_plain_question_is_answered_with_narration_too(news: FakeWorkspace) -> None:
    answer = ask(news, "Gas prices fell again")
    assert answer.plan.intent == "fact"
    first = answer.evidence[0]
    assert (first.quote, first.kind, first.speaker) == ("Gas prices fell again.", "narration", None)


def test_every_quotation_is_verbatim(news: FakeWorkspace) -> None:
    for question in ("What did Lavrov say about gas?", "Who spoke about gas?", "gas prices", "What did Obama say?"):
        answer = ask(news, question)
        for one in [*answer.evidence, *answer.nearest]:
            assert one.quote == NEWS[one.article_id][one.start : one.end]


def test_what_was_said_by_somebody_unknown_has_no_name(workspace: FakeWorkspace) -> None:
    nobody = quoting("a", source("Sergey Lavrov"))
    unknown = [replace(one, source=None) for one in nobody.attribution.statements]
    workspace.archive.put([replace(nobody, attribution=Attribution(nobody.attribution.sources, unknown))])
    assert names(ask(workspace, "number 0 of a").evidence) == {None}
    assert ask(workspace, "What did Lavrov say about number 0?").evidence == []
    assert ask(workspace, "Who said number 0?").evidence == []


# --- dates


def test_only_articles_of_the_days_asked_about_count(workspace: FakeWorkspace) -> None:
    days = {"april": "2026-04-30", "first": "2026-05-01T23:30:00+03:00", "last": "2026-05-31", "june": "2026-06-01"}
    articles = [
        Article(id=name, text=f"Sergey Lavrov said: gas flows in {name}.", published=day) for name, day in days.items()
    ]
    workspace.ingestor.ingest([*articles, Article(id="undated", text="Sergey Lavrov said: gas flows somewhere.")])

    def told(question: str, today: date = date(2026, 6, 2)) -> set[str]:
        answer = ask(workspace, question, today=today)
        return {one.article_id for one in answer.evidence} | {a for one in answer.evidence for a in one.also_in}

    assert told("What did Lavrov say about gas in May 2026?") == {"first", "last"}
    assert told("Что сказал Лавров о газе вчера?") == {"june"}
    assert told("What did Lavrov say about gas?") == {*days, "undated"}
    empty = ask(workspace, "What did Lavrov say about gas in May 2020?")
    assert (empty.status, empty.evidence) == ("not_found", [])


# --- the same words twice


def test_what_two_outlets_tell_alike_is_shown_once(workspace: FakeWorkspace) -> None:
    long = "Sergey Lavrov said: the talks about gas and oil went on until midnight in the old town"
    texts = {
        "one": f"{long}.",
        "two": f"{long}!",
        "three": f"{long}, again.",
        "other": "Sergey Lavrov said: talks fail.",
    }
    workspace.ingestor.ingest([Article(id=name, text=text) for name, text in texts.items()])
    answer = ask(workspace, "What did Lavrov say about the talks about gas and oil?")
    assert sorted(len(one.also_in) for one in answer.evidence) == [0, 2]
    (folded,) = (one for one in answer.evidence if one.also_in)
    assert {folded.article_id, *folded.also_in} == {"one", "two", "three"}


@pytest.mark.parametrize(
    ("name", "question", "words", "edited"),
    [
        (
            "Sergey Lavrov",
            "What did Lavrov say about gas?",
            "gas will flow to the east by the end of summer",
            "the gas will flow east by summer",
        ),
        (
            "Сергей Лавров",
            "Что сказал Лавров о газе?",
            "газ пойдёт на восток уже к концу этого лета",
            "газ пойдёт на восток к концу лета скоро",
        ),
        (
            "سيرغي لافروف",
            "ماذا قال لافروف عن الغاز؟",
            "الغاز سيصل إلى الشرق قبل نهاية هذا الصيف",
            "الغاز يصل إلى الشرق قبل حلول الصيف",
        ),
    ],
    ids=["en", "ru", "ar"],
)
def test_an_edited_quotation_of_a_copied_article_is_shown_once(
    workspace: FakeWorkspace, name: str, question: str, words: str, edited: str
) -> None:
    rest = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200))
    texts = {
        "wire": f"{name} said: {words}.\n{rest}",
        "copy": f"{name} said: {edited}.\n{rest}",
        "another": f"{name} said: {edited}.\nNothing else is the same.",
    }
    workspace.ingestor.ingest([Article(id=one, text=text) for one, text in texts.items() if one != "another"])
    (shown,) = ask(workspace, question).evidence
    assert {shown.article_id, *shown.also_in} == {"wire", "copy"}
    workspace.archive.delete(["copy"])
    workspace.ingestor.ingest([Article(id="another", text=texts["another"])])
    assert {one.article_id for one in ask(workspace, question).evidence} == {"wire", "another"}


def test_statements_that_follow_one_another_are_shown_as_one(workspace: FakeWorkspace) -> None:
    first = "Sergey Lavrov said: gas is cheap.  Sergey Lavrov said: gas is clean too."
    text = f"{first} Dmitry Peskov said: gas is neither.\nSergey Lavrov said: gas is dear."
    workspace.ingestor.ingest([Article(id="a", text=text)])
    answer = ask(workspace, "What did Lavrov say about gas?")
    assert set(quoted(answer)) == {first, "Sergey Lavrov said: gas is dear."}
    assert len(ask(workspace, "What did Lavrov say about gas?", limit=1).evidence) == 1


# --- what is gone


def test_a_deleted_article_never_answers_again(news: FakeWorkspace) -> None:
    questions = ("What did Lavrov say about gas?", "Who said that gas flows freely?", "gas", "What did Obama say?")
    assert any(one.article_id == "forum" for one in ask(news, questions[0]).evidence)
    news.archive.delete(["forum"])
    for question in questions:
        answer = ask(news, question)
        assert "forum" not in {one.article_id for one in [*answer.evidence, *answer.nearest]}
    answer = ask(news, "What did Medvedev say about rents?")
    assert names(answer.evidence) == {"Andrei Medvedev"}, "the only Medvedev now"


def test_a_replaced_article_answers_with_its_new_words(news: FakeWorkspace) -> None:
    news.ingestor.ingest([Article(id="forum", text="Sergey Lavrov said: gas is gone.")])
    shown = quoted(ask(news, "What did Lavrov say about gas?"))
    assert "Sergey Lavrov said: gas is gone." in shown
    assert "Lavrov said: gas flows freely." not in shown
