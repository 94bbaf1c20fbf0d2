"""Cards: what is chosen from, and what is sent: somebody's own words, with their name and their source."""

from datetime import date
from typing import Any

import pytest
from telegram.constants import InlineQueryResultLimit

from bot.cards import cards
from retrieval.types import Article, Evidence, Speaker

QUOTES = {
    "en": ("Sergey Lavrov", "foreign minister", "“Financing of terrorism must stop,” Lavrov said.", "TASS"),
    "ar": ("سيرغي لافروف", "وزير الخارجية", "قال لافروف إن تمويل الإرهاب يجب أن يتوقف.", "روسيا اليوم"),
    "ru": ("Сергей Лавров", "министр иностранных дел", "Лавров сказал: «Финансирование надо прекратить».", "ТАСС"),
}
LANGUAGES = pytest.mark.parametrize("language", list(QUOTES))


def evidence(language: str = "en", *, quote: str | None = None, **rest: Any) -> Evidence:
    name, role, said, source = QUOTES[language]
    quote = quote or said
    article = Article(
        id=rest.pop("id", "a1"), title="A title", text=f"Before.\n{quote}", source=source, published=date(2016, 7, 15)
    )
    who = rest.pop("speaker", Speaker(id="s1", name=name, role=role))
    start = len("Before.\n")
    return Evidence.cut(article, start, start + len(quote), score=0.5, speaker=who, kind="mixed", **rest)


@LANGUAGES
def test_a_card_names_speaker_role_words_and_source(language: str) -> None:
    name, role, quote, source = QUOTES[language]
    (card,) = cards([evidence(language)], "?", language)
    assert card.title == f"{name} ({role})"
    assert quote in card.description
    assert source in card.description


@LANGUAGES
def test_what_is_sent_has_the_words_verbatim_in_a_quotation(language: str) -> None:
    (card,) = cards([evidence(language)], "?", language)
    text = card.message
    (run,) = [one for one in text.runs if "blockquote" in one.style]
    assert text.text[run.start : run.end] == QUOTES[language][2]
    assert text.text.startswith(QUOTES[language][0])
    assert QUOTES[language][3] in text.text.splitlines()[-1]


def test_words_of_nobody_are_no_card() -> None:
    assert cards([evidence(speaker=None)], "?", "en") == []


@LANGUAGES
def test_a_long_quotation_is_cut_on_the_card_and_whole_in_the_message(language: str) -> None:
    long = " ".join([QUOTES[language][2]] * 20)
    (card,) = cards([evidence(language, quote=long)], "?", language)
    assert long in card.message.text
    shown, source = card.description.split("\n")
    assert shown.endswith("…")
    assert long.startswith(shown[:-1])
    assert len(shown) <= 110
    assert QUOTES[language][3] in source


def test_a_quotation_of_several_paragraphs_is_one_line_on_the_card() -> None:
    (card,) = cards([evidence(quote="One line.\nAnd another.")], "?", "en")
    assert card.description.startswith("One line. And another.\n")
    assert "One line.\nAnd another." in card.message.text


def test_a_quotation_that_no_message_holds_is_left_out() -> None:
    assert cards([evidence(quote="word " * 900 + "end."), evidence()], "?", "en")[0].message.text.count("word") == 0


def test_a_quotation_keeps_its_id_and_no_two_share_one() -> None:
    found = [evidence(), evidence(id="a2"), evidence(quote="“Financing of terrorism must stop,” he said twice.")]
    ids = [one.id for one in cards(found, "lavr", "en")]
    assert ids == [one.id for one in cards(found, "lavrov financing", "ru")]
    assert len(set(ids)) == len(ids)
    assert all(InlineQueryResultLimit.MIN_ID_LENGTH <= len(one) <= InlineQueryResultLimit.MAX_ID_LENGTH for one in ids)
