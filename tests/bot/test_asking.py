"""What becomes of pressed buttons, as far as it does not need Telegram: the archive changes, people press anything."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.access import Role
from bot.conversation import press, respond
from bot.incoming import Incoming, Kind, Place, Pressed
from bot.messages import say
from bot.replies import Outcome, Reply
from retrieval.types import Answer, Article, Evidence, Plan, Speaker
from tests.fakes import FakeWorkspace, prepare

ASKED = Place(chat=5, person=5, message=1)
LANGUAGES = pytest.mark.parametrize("language", ["en", "ar", "ru"])


def article(number: int) -> Article:
    return Article(id=f"a{number}", title=f"T{number}", text=f"Before {number}.\n\nQuote {number}.\n\nAfter {number}.")


def evidence(number: int, **rest: Any) -> Evidence:
    one = article(number)
    start = one.text.index("Quote")
    return Evidence.cut(one, start, one.text.index("\n\nAfter"), score=1.0, **rest)


@pytest.fixture
def full(workspace: FakeWorkspace) -> FakeWorkspace:
    workspace.archive.bind_model(workspace.encoder.identity)
    workspace.archive.put([prepare(article(number)) for number in range(9)])
    return workspace


def give(workspace: FakeWorkspace, found: int = 7, place: Place = ASKED, **rest: Any) -> str:
    values: dict[str, Any] = {"status": "answered", "evidence": [evidence(n) for n in range(found)], "language": "en"}
    plan = rest.pop("plan", Plan(topic="quote"))
    return workspace.memory.give(place, Answer(**{"question": "Quote?", "plan": plan} | values | rest))


def pressing(workspace: FakeWorkspace, data: str, place: Place = ASKED, **rest: Any) -> Outcome:
    return press(workspace, Pressed(f"1|{data}", rest.pop("role", Role.READER), place, rest.pop("language", "en")))


def quotes(replies: Any) -> list[str]:
    return [
        reply.text.text[run.start : run.end]
        for reply in replies
        for run in reply.text.runs
        if "blockquote" in run.style
    ]


def labels(buttons: Any) -> list[str]:
    return [button.label for row in buttons or () for button in row]


def data_of(reply: Reply, label: str) -> str:
    return next(str(one.data) for row in reply.buttons for one in row if one.label == label).removeprefix("1|")


def gone(language: str = "en") -> str:
    return say(language, "answer-gone")


# --- more


def test_more_goes_on_to_the_end(full: FakeWorkspace) -> None:
    given = give(full, found=7)
    first = pressing(full, f"more|{given}|3")
    assert quotes(first.replies) == ["Quote 3.", "Quote 4.", "Quote 5."]
    assert labels(first.buttons) == ["Context", "Sources"]
    last = pressing(full, data_of(first.replies[-1], "More"))
    assert quotes(last.replies) == ["Quote 6."]
    assert labels(last.replies[-1].buttons) == ["Context", "Sources", "👍", "👎"]


def test_more_passes_over_what_was_deleted_or_changed(full: FakeWorkspace) -> None:
    given = give(full, found=9)
    full.archive.delete(["a3", "a4", "a7"])
    full.archive.put([prepare(Article(id="a5", text="Something else altogether, in other words."))])
    outcome = pressing(full, f"more|{given}|3")
    assert quotes(outcome.replies) == ["Quote 6.", "Quote 8."]
    (reply,) = outcome.replies
    assert "More" not in labels(reply.buttons)
    context = pressing(full, data_of(reply, "Context"))
    assert quotes(context.replies) == ["Before 6.\nQuote 6.\nAfter 6.", "Before 8.\nQuote 8.\nAfter 8."]


def test_when_all_that_followed_is_gone_the_button_goes_and_the_vote_stays(full: FakeWorkspace) -> None:
    given = give(full, found=4)
    full.archive.delete(["a3"])
    outcome = pressing(full, f"more|{given}|3")
    assert (outcome.toast, list(outcome.replies)) == (gone(), [])
    assert labels(outcome.buttons) == ["Context", "Sources", "👍", "👎"]


def test_the_vote_moves_on_with_the_last_quotations(full: FakeWorkspace) -> None:
    given = give(full, found=4)
    pressing(full, f"vote|{given}|0|0")
    (reply,) = pressing(full, f"more|{given}|3").replies
    assert labels(reply.buttons)[-2:] == ["👍", "👎 ✓"]


# --- votes


@LANGUAGES
def test_a_vote_is_thanked_for_counted_and_shown(full: FakeWorkspace, language: str) -> None:
    given = give(full, language=language)
    for useful, shown in ((1, ["👍 ✓", "👎"]), (1, ["👍 ✓", "👎"]), (0, ["👍", "👎 ✓"])):
        outcome = pressing(full, f"vote|{given}|0|{useful}", language=language)
        assert outcome.toast == say(language, "thanks")
        assert labels(outcome.buttons)[0] == say(language, "button-more"), "the other buttons stay"
        assert labels(outcome.buttons)[-2:] == shown
    assert full.memory.votes() == (0, 1)


def test_votes_of_a_group_are_counted_together(full: FakeWorkspace) -> None:
    group = Place(chat=-100, person=1, message=1, kind=Kind.GROUP)
    given = give(full, place=group)
    for person in (1, 2, 3):
        place = Place(chat=-100, person=person, message=2, kind=Kind.GROUP)
        outcome = pressing(full, f"vote|{given}|0|{int(person > 1)}", place)
    assert labels(outcome.buttons)[-2:] == ["👍 2", "👎 1"]


# --- context and sources


def test_context_shows_each_quotation_of_the_message(full: FakeWorkspace) -> None:
    given = give(full)
    (reply,) = pressing(full, f"context|{given}|0").replies
    assert quotes([reply]) == [f"Before {n}.\nQuote {n}.\nAfter {n}." for n in range(3)]
    bold = [reply.text.text[run.start : run.end] for run in reply.text.runs if run.style == "bold"]
    assert bold == [f"Quote {n}." for n in range(3)]


def test_a_long_context_is_split_between_articles(full: FakeWorkspace) -> None:
    articles = [Article(id=f"long{n}", text=f"{'before ' * 200}\nQuote {n}.\n{'after ' * 200}") for n in range(3)]
    full.archive.put([prepare(one) for one in articles])
    found = [Evidence.cut(one, at := one.text.index("Quote"), at + 8, score=1.0) for one in articles]
    given = give(full, evidence=found)
    replies = pressing(full, f"context|{given}|0").replies
    assert len(replies) == 2
    assert all(reply.text.units <= 4096 for reply in replies)
    assert [quote.count("Quote") for quote in quotes(replies)] == [1, 1, 1]


def test_sources_name_every_article_once_and_leave_out_those_that_are_gone(full: FakeWorkspace) -> None:
    shown = [evidence(0, also_in=["a1", "a2"]), evidence(1, also_in=["a2", "nowhere"])]
    given = give(full, evidence=shown)
    full.archive.delete(["a0"])
    (reply,) = pressing(full, f"sources|{given}|0").replies
    assert reply.text.text.splitlines() == ["• T1", "• T2"]


def test_what_comes_nearest_has_a_context_too(full: FakeWorkspace) -> None:
    given = give(full, status="not_found", evidence=[], nearest=[evidence(2)])
    assert quotes(pressing(full, f"context|{given}|0").replies) == ["Before 2.\nQuote 2.\nAfter 2."]


@LANGUAGES
@pytest.mark.parametrize("button", ["context", "sources"])
def test_an_article_that_is_gone_is_said_to_be_gone(full: FakeWorkspace, language: str, button: str) -> None:
    given = give(full, found=1)
    full.archive.delete(["a0"])
    outcome = pressing(full, f"{button}|{given}|0", language=language)
    assert outcome == Outcome(toast=gone(language))


# --- who is meant


def test_the_one_who_was_chosen_is_asked_about(workspace: FakeWorkspace) -> None:
    lines = "Dmitry Medvedev said: rents will double.\nAndrei Medvedev said: rents will never double."
    workspace.ingestor.ingest([Article(id="rents", text=lines)])
    workspace.speakers.catch_up(workspace.archive)
    people = [found.speaker for found in workspace.speakers.find("Medvedev")]
    assert len(people) == 2
    for number, person in enumerate(people):
        plan = Plan(topic="rents", choices=people)
        given = give(
            workspace, status="not_found", evidence=[], plan=plan, question="What did Medvedev say about rents?"
        )
        pressing(workspace, f"who|{given}|{number}")
        answer = workspace.memory.followed(Place(chat=5, person=5, message=99))
        assert answer is not None
        assert answer.answer.plan.speaker == person


def test_somebody_who_was_not_offered_cannot_be_chosen(full: FakeWorkspace) -> None:
    speakers = [Speaker(id="1", name="Dmitry Medvedev"), Speaker(id="2", name="Andrei Medvedev")]
    given = give(full, status="not_found", evidence=[], plan=Plan(topic="", choices=speakers))
    assert pressing(full, f"who|{given}|2") == Outcome(toast=gone())


# --- whatever is pressed


@pytest.mark.parametrize("name", ["more", "context", "sources", "vote", "who"])
@pytest.mark.parametrize(
    "values",
    [[], ["{id}"], ["{id}", "x"], ["{id}", "-1"], ["{id}", "9999"], ["{id}", "9" * 40], ["\ud800", "0"], ["", "0"]],
)
def test_values_that_we_never_write_are_answered_politely(full: FakeWorkspace, name: str, values: list[str]) -> None:
    given = give(full)
    outcome = pressing(full, "|".join([name, *values]).replace("{id}", given))
    assert outcome == Outcome(toast=gone())


def test_the_answer_of_another_chat_is_nobodys_business(full: FakeWorkspace) -> None:
    given = give(full, place=Place(chat=6, person=6, message=1))
    for button in (f"context|{given}|0", f"sources|{given}|0", f"more|{given}|3", f"vote|{given}|0|1"):
        assert pressing(full, button) == Outcome(toast=gone())
    assert full.memory.votes() == (0, 0)


def test_a_stranger_presses_in_vain(full: FakeWorkspace) -> None:
    given = give(full)
    outcome = pressing(full, f"context|{given}|0", role=Role.STRANGER)
    assert outcome == Outcome(toast=say("en", "stranger"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=64),
        st.lists(st.sampled_from(["1", "more", "vote", "who", "context", "{id}", "-1", "3", "²", "", "\0"])).map(
            "|".join
        ),
    )
)
def test_no_button_breaks_anything(full: FakeWorkspace, data: str) -> None:
    given = give(full)
    outcome = press(full, Pressed(data.replace("{id}", given), Role.READER, ASKED, "en"))
    assert outcome.toast or outcome.replies


# --- questions


@pytest.mark.parametrize("text", ["\u200b", "\u200f\u202b \u2069\ufeff", "\u00ad"])
def test_a_question_of_unseen_marks_is_empty(full: FakeWorkspace, text: str) -> None:
    (reply,) = respond(full, Incoming(text, Role.READER, language="en"))
    assert reply.text.text == say("en", "question-empty")


def test_unseen_marks_do_not_part_words_and_joiners_stay(full: FakeWorkspace) -> None:
    respond(full, Incoming("\u200fQu\u00adote\u200b می\u200cخواهم\u2069?", Role.READER, ASKED))
    given = full.memory.followed(Place(chat=5, person=5, message=99))
    assert given is not None
    assert given.answer.question == "Quote می\u200cخواهم?"
