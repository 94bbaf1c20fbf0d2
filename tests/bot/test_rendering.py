"""An answer as a person reads it: the quotation verbatim, then where it comes from."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import language_for, say
from bot.rendering import SHOWN, Votes, answer_blocks, answer_replies, plain, quotation_buttons, source_replies
from bot.replies import Reply
from bot.richtext import RichText, fit
from retrieval.types import Answer, Article, Evidence, Plan, Speaker
from tests.e2e.bot_api.limits import check_markup, check_text

TEXT = "🎉 قال لافروف: «لا \"نعلم'».\nوأضاف [أنه] سيعود."


def blocks_of(answer: Answer) -> list[RichText]:
    return answer_blocks(answer, language_for(answer.language))


def evidence(start: int = 0, end: int = len(TEXT), text: str = TEXT, **rest: Any) -> Evidence:
    given = {name: rest.pop(name) for name in ("title", "url", "source", "author", "published") if name in rest}
    return Evidence.cut(Article(id="story-1", text=text, **given), start, end, score=0.9, **rest)


def answer(*found: Evidence, language: str = "ar", status: Any = "answered", nearest: Any = ()) -> Answer:
    return Answer(
        question="?",
        language=language,
        status=status,
        plan=Plan(topic="?"),
        evidence=list(found),
        nearest=list(nearest),
    )


def quotations(of: Answer) -> list[str]:
    return [
        block.text[run.start : run.end] for block in blocks_of(of) for run in block.runs if "blockquote" in run.style
    ]


def test_every_quotation_is_verbatim_and_a_block_of_its_own() -> None:
    found = [evidence(2, 27), evidence(28)]
    assert quotations(answer(*found)) == [TEXT[2:27], TEXT[28:]]
    assert len(blocks_of(answer(*found))) == 2


def test_the_source_stands_below_with_title_link_and_date() -> None:
    one = evidence(
        title="Talks\n go on ", url="https://example.org/a?b=1", source="TASS", published="2024-05-01T23:30:00Z"
    )
    (block,) = blocks_of(answer(one, language="en"))
    assert block.text == f"{TEXT}\n— Talks go on, TASS, May 1, 2024"
    (link,) = (run for run in block.runs if run.style == "text_link")
    assert (block.text[link.start : link.end], link.url) == ("Talks go on", "https://example.org/a?b=1")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "— story-1"),
        ({"title": "T"}, "— T"),
        ({"source": "TASS"}, "— story-1, TASS"),
        ({"author": "Vera\nLapina", "source": "TASS"}, "— story-1, Vera Lapina, TASS"),
        ({"published": date(2024, 5, 1)}, "— story-1, May 1, 2024"),
        ({"title": "T", "published": datetime(2024, 5, 1, 8, tzinfo=UTC)}, "— T, May 1, 2024"),
        ({"title": " \u200f ", "source": " "}, "— story-1"),
    ],
)
def test_what_is_not_known_of_a_source_is_left_out(fields: dict[str, Any], line: str) -> None:
    assert plain(answer(evidence(**fields), language="en")).splitlines()[-1] == line


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://user?id=1",
        "ftp://x",
        "",
        "example.org",
        "http://localhost/a",
        "https://",
        "http://[bad",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    (block,) = blocks_of(answer(evidence(title="T", url=url)))
    assert "text_link" not in {run.style for run in block.runs}


def test_a_speaker_stands_above_the_quotation() -> None:
    speaker = Speaker(id="1", name="سيرغي لافروف", role="وزير الخارجية")
    (block,) = blocks_of(answer(evidence(speaker=speaker, kind="direct")))
    first = block.text.splitlines()[0]
    assert first == "سيرغي لافروف (وزير الخارجية)"
    assert [block.text[run.start : run.end] for run in block.runs if run.style == "bold"] == [first]


@pytest.mark.parametrize(("length", "style"), [(100, "blockquote"), (2000, "expandable_blockquote")])
def test_long_quotations_fold(length: int, style: str) -> None:
    text = "ك" * length
    (block,) = blocks_of(answer(evidence(0, length, text)))
    assert style in {run.style for run in block.runs}


@pytest.mark.parametrize("language", ["ar", "en", "ru", "fr"])
def test_not_found_is_said_before_what_comes_nearest(language: str) -> None:
    blocks = blocks_of(answer(language=language, status="not_found", nearest=[evidence(2, 27), evidence(28)]))
    assert blocks[0].text == say(language, "not-found")
    assert blocks[1].text.startswith(say(language, "nearest") + "\n")
    assert quotations(answer(status="not_found", nearest=[evidence(2, 27)])) == [TEXT[2:27]]
    assert len(blocks) == 3


def test_not_found_with_nothing_near_is_just_that() -> None:
    assert plain(answer(language="en", status="not_found")) == say("en", "not-found")


def test_plain_text_holds_all_that_the_message_holds() -> None:
    full = answer(evidence(title="T", source="S"), evidence(28), language="ar")
    assert plain(full) == fit(blocks_of(full))[0].text


def test_evidence_outside_its_article_cannot_be_made() -> None:
    for start, end in ((0, len(TEXT) + 1), (-1, 3), (5, 5), (7, 3)):
        with pytest.raises(ValueError, match="not within"):
            evidence(start, end)


# --- who is meant


def asked_back(language: str, *choices: Speaker) -> Answer:
    return Answer(
        question="?",
        language=language,
        status="not_found",
        plan=Plan(topic="?", choices=list(choices)),
        nearest=[evidence()],
    )


@pytest.mark.parametrize("language", ["ar", "en", "ru", "fr"])
def test_a_name_of_two_people_is_asked_back_without_any_quotation(language: str) -> None:
    both = asked_back(
        language, Speaker(id="1", name="سيرغي لافروف"), Speaker(id="2", name="Anna Lavrova", role="a poet")
    )
    first, *people = blocks_of(both)
    assert first.text == say(language, "which-speaker")
    assert [block.text for block in people] == ["• سيرغي لافروف", "• Anna Lavrova (a poet)"]
    assert quotations(both) == []
    assert say(language, "not-found") not in plain(both)
    assert plain(both).splitlines()[0] == say(language, "which-speaker")


@pytest.mark.parametrize("language", ["ar", "en", "ru"])
def test_a_misspelt_name_is_asked_back_as_such(language: str) -> None:
    one = asked_back(language, Speaker(id="1", name="سيرغي لافروف"))
    misspelt = one.model_copy(update={"plan": one.plan.model_copy(update={"misspelt": True})})
    assert plain(misspelt).splitlines()[0] == say(language, "did-you-mean") != say(language, "which-speaker")
    (reply,) = answer_replies(misspelt, "id", language)
    assert labels(reply) == [["سيرغي لافروف"]]


def test_asking_back_is_put_differently_in_each_language() -> None:
    assert len({say(language, "which-speaker") for language in ("ar", "en", "ru")}) == 3


@pytest.mark.parametrize(
    ("language", "name", "role"),
    [
        ("ar", "سيرغي لافروف", "وزير الخارجية الروسي"),
        ("en", "Sergey Lavrov", "Russian foreign minister"),
        ("ru", "Сергей Лавров", "министр иностранных дел"),
    ],
)
def test_name_and_role_are_the_articles_own_words(language: str, name: str, role: str) -> None:
    shown = evidence(speaker=Speaker(id="1", name=name, aliases=["другое"], role=role), kind="indirect")
    message = plain(answer(shown, language=language))
    assert message.splitlines()[0] == f"{name} ({role})"
    assert "другое" not in message


def test_a_role_over_two_lines_of_an_article_is_shown_in_one() -> None:
    shown = evidence(speaker=Speaker(id="1", name="N", role="foreign\n  minister"), kind="direct")
    assert plain(answer(shown)).splitlines()[0] == "N (foreign minister)"


def test_narration_has_no_name_above_it() -> None:
    assert plain(answer(evidence(2, 27))).startswith(TEXT[2:27])


# --- direction


RLM, LRM, FSI, PDI = "\u200f", "\u200e", "\u2068", "\u2069"


@pytest.mark.parametrize(
    ("language", "title", "source", "line"),
    [
        ("ar", "العنوان", "الوكالة", "— العنوان، الوكالة، 1 مايو 2024"),
        ("ar", "العنوان", "TASS", f"— العنوان، {FSI}TASS{PDI}، 1 مايو 2024"),
        ("ar", "Talks", "TASS", f"{RLM}— {FSI}Talks{PDI}، {FSI}TASS{PDI}، 1 مايو 2024"),
        ("ar", "قمة G7", "ТАСС", f"— {FSI}قمة G7{PDI}، {FSI}ТАСС{PDI}، 1 مايو 2024"),
        ("en", "Talks", "ТАСС", "— Talks, ТАСС, May 1, 2024"),
        ("en", "العنوان", "TASS", f"{LRM}— {FSI}العنوان{PDI}, TASS, May 1, 2024"),
        ("ru", "Talks on قمة", "TASS", f"— {FSI}Talks on قمة{PDI}, TASS, 1 мая 2024\u202fг."),
    ],
)
def test_a_line_of_ours_starts_in_the_readers_direction_and_sets_apart_what_runs_against_it(
    language: str, title: str, source: str, line: str
) -> None:
    one = evidence(2, 27, title=title, source=source, published=date(2024, 5, 1))
    assert plain(answer(one, language=language)).splitlines()[-1] == line


@pytest.mark.parametrize("language", ["ar", "en", "ru"])
def test_a_quotation_is_never_touched_whatever_marks_are_in_it(language: str) -> None:
    text = f"{FSI}قال «Lavrov» {RLM}(نعم{PDI}\u202b\u200b."
    shown = evidence(0, len(text), text, title=f"T\u202bx{PDI}", speaker=Speaker(id="1", name=f"N{RLM}"))
    block = blocks_of(answer(shown, language=language))[0]
    assert text in block.text
    around = block.text.replace(text, "")
    assert "\u202b" not in around, "a mark in a title does not reach beyond it"
    assert around.count(FSI) == around.count(PDI)


# --- what stands out, and what else is said


def test_the_words_asked_about_stand_out_in_an_answer_only() -> None:
    text = "The minister said that terrorism financing must end."
    plan = Plan(topic="terrorism financing")
    for status in ("answered", "not_found"):
        of = answer(evidence(0, len(text), text), language="en", status=status, nearest=[evidence(0, len(text), text)])
        blocks = answer_blocks(of.model_copy(update={"plan": plan}), "en")
        bold = [block.text[run.start : run.end] for block in blocks for run in block.runs if run.style == "bold"]
        assert bold == (["terrorism financing"] if status == "answered" else [])


@pytest.mark.parametrize(
    ("language", "hint"),
    [("en", "(also in 2 more articles)"), ("ar", "(وأيضاً في مقالين آخرين)"), ("ru", "(ещё в 2 статьях)")],
)
def test_other_articles_that_say_the_same_are_counted(language: str, hint: str) -> None:
    assert plain(answer(evidence(also_in=["b", "c"]), language=language)).endswith(hint)


def test_dates_are_shown_in_the_readers_own_way() -> None:
    for published, form, seconds in (
        (date(2024, 5, 1), "D", 1714557600),
        (datetime(2024, 5, 1, 23, 30, tzinfo=UTC), "Dt", 1714606200),
    ):
        (block,) = blocks_of(answer(evidence(published=published)))
        (run,) = (run for run in block.runs if run.style == "date_time")
        assert (run.form, run.time) == (form, seconds)


@pytest.mark.parametrize("published", [date(1, 1, 1), date(1923, 10, 29), date(9999, 12, 31)])
def test_a_date_beyond_what_apps_know_is_plain_text(published: date) -> None:
    (block,) = blocks_of(answer(evidence(published=published), language="en"))
    assert str(published.year) in block.text
    assert "date_time" not in {run.style for run in block.runs}


# --- buttons


def labels(reply: Reply) -> list[list[str]]:
    return [[button.label for button in row] for row in reply.buttons]


def test_what_can_be_done_with_an_answer_is_under_its_last_message() -> None:
    long = "كلمة " * 700
    first, last = answer_replies(answer(evidence(0, 3400, long), evidence(0, 3401, long), language="en"), "id", "en")
    assert labels(first) == []
    assert labels(last) == [["Context", "Sources"], ["👍", "👎"]]


@pytest.mark.parametrize(("found", "more"), [(SHOWN - 1, False), (SHOWN, False), (SHOWN + 1, True)])
def test_more_is_there_when_there_is_more(found: int, more: bool) -> None:
    (reply,) = answer_replies(answer(*[evidence(2, 27)] * found, language="en"), "id", "en")
    assert (["More"] in labels(reply)) == more


def test_a_vote_is_recognisable_on_its_button() -> None:
    def thumbs(votes: Votes | None) -> list[list[str]]:
        rows = quotation_buttons("id", "en", start=0, more=False, votes=votes)
        return [[button.label for button in row] for row in rows[1:]]

    assert thumbs(Votes()) == [["👍", "👎"]]
    assert thumbs(Votes(up=1)) == [["👍 ✓", "👎"]]
    assert thumbs(Votes(3, 1, shared=True)) == [["👍 3", "👎 1"]]
    assert thumbs(None) == []


def test_a_long_role_is_shortened_on_a_button_and_the_name_stays() -> None:
    speaker = Speaker(id="1", name="سيرغي لافروف", role="وزير الخارجية الروسي " * 9)
    (reply,) = answer_replies(asked_back("ar", speaker, speaker), "id", "ar")
    for row in reply.buttons:
        assert row[0].label.startswith("سيرغي لافروف (وزير")
        assert row[0].label.endswith("…")
        assert RichText(row[0].label).units <= 64


def test_sources_are_a_list() -> None:
    articles = [Article(id=f"a{n}", title=f"T{n}", text="x", source="S", url="https://e.org/") for n in range(200)]
    replies = source_replies(articles, "en")
    assert "\n".join(reply.text.text for reply in replies).splitlines() == [f"• T{n}, S" for n in range(200)]


# --- whatever it is


TEXTS = st.text("aب🎉яé \n،—(«\u200f\u2068\u0301", max_size=90).filter(str.strip)
LONG = st.one_of(TEXTS, st.integers(1, 5000).map(lambda n: "قال لا 🎉 " * (n // 8 + 1)))
SPEAKERS = st.builds(
    Speaker, id=st.just("s1"), name=st.one_of(st.just(""), TEXTS, LONG), role=st.one_of(st.none(), TEXTS, LONG)
)


@st.composite
def some_evidence(draw: st.DrawFn) -> Evidence:
    text = draw(LONG)
    article = Article(
        id=draw(TEXTS),
        title=draw(st.one_of(st.none(), st.just(""), LONG)),
        text=text,
        url=draw(st.sampled_from([None, "", "https://x.org/a?b", "http://localhost", "http://[", "x"])),
        source=draw(st.one_of(st.none(), TEXTS)),
        published=draw(st.one_of(st.none(), st.dates(), st.datetimes(timezones=st.just(UTC)))),
    )
    speaker = draw(st.one_of(st.none(), SPEAKERS))
    also_in = draw(st.lists(st.just("other"), max_size=2))
    return Evidence.cut(article, 0, len(text), score=0.5, speaker=speaker, also_in=also_in)


@st.composite
def some_answer(draw: st.DrawFn) -> Answer:
    found = draw(st.lists(some_evidence(), min_size=1, max_size=SHOWN + 1))
    kind = draw(st.sampled_from(["answered", "nearest", "nothing", "choices"]))
    return Answer(
        question="?",
        language=draw(st.sampled_from(["ar", "en", "ru", "fr"])),
        status="answered" if kind == "answered" else "not_found",
        plan=Plan(topic=draw(TEXTS), choices=draw(st.lists(SPEAKERS, max_size=9)) if kind == "choices" else []),
        evidence=found if kind == "answered" else [],
        nearest=found if kind == "nearest" else [],
    )


@settings(deadline=None)  # the tables of names and question words are read once
@given(some_answer())
def test_whatever_the_answer_telegram_takes_its_messages(of: Answer) -> None:
    replies = answer_replies(of, "A1b2C3d4E5f", language_for(of.language))
    assert replies
    for reply in replies:
        check_text(reply.text.text, [entity.to_dict() for entity in reply.text.entities()])
        rows = [[{"text": one.label, "callback_data": one.data} for one in row] for row in reply.buttons]
        check_markup({"inline_keyboard": rows})
    shown = "".join("".join(reply.text.text.split()) for reply in replies)
    for one in of.evidence[:SHOWN]:
        assert "".join(one.quote.split()) in shown
