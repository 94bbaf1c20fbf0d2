"""An answer as a person reads it: the quotation verbatim, then where it comes from."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.messages import language_for, say
from bot.rendering import answer_blocks, plain
from bot.richtext import RichText, fit
from retrieval.types import Answer, Article, Evidence, Plan, Speaker

TEXT = "🎉 قال لافروف: «لا \"نعلم'».\nوأضاف [أنه] سيعود."


def blocks_of(answer: Answer) -> list[RichText]:
    return answer_blocks(answer, language_for(answer.language))


def evidence(start: int = 0, end: int = len(TEXT), text: str = TEXT, **rest: Any) -> Evidence:
    given = {name: rest.pop(name) for name in ("title", "url", "source", "published") if name in rest}
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
    (block,) = blocks_of(answer(one))
    assert block.text == f"{TEXT}\n— Talks go on, TASS, 2024-05-01"
    (link,) = (run for run in block.runs if run.style == "text_link")
    assert (block.text[link.start : link.end], link.url) == ("Talks go on", "https://example.org/a?b=1")


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "— story-1"),
        ({"title": "T"}, "— T"),
        ({"source": "TASS"}, "— story-1, TASS"),
        ({"published": date(2024, 5, 1)}, "— story-1, 2024-05-01"),
        ({"title": "T", "published": datetime(2024, 5, 1, 8, tzinfo=UTC)}, "— T, 2024-05-01"),
    ],
)
def test_what_is_not_known_of_a_source_is_left_out(fields: dict[str, Any], line: str) -> None:
    assert plain(answer(evidence(**fields))).splitlines()[-1] == line


@pytest.mark.parametrize("url", ["javascript:alert(1)", "tg://user?id=1", "ftp://x", "", "example.org"])
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
