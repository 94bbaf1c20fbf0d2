"""Quotations among their paragraphs: the article's own words, no more of them than wanted, no empty lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.context import Surroundings, surroundings
from retrieval.types import Article, Evidence

TEXT = "Первый абзац.\n\n\nВторой: «да», сказал он. И ещё.\n  \nالفقرة الثالثة.\n\nFourth.\n\n"


def found(*quotes: str, text: str = TEXT) -> list[Surroundings]:
    article = Article(id="a", text=text)
    starts = [text.index(quote) for quote in quotes]
    cut = [
        Evidence.cut(article, start, start + len(quote), score=1.0) for start, quote in zip(starts, quotes, strict=True)
    ]
    return surroundings((one, article) for one in cut)


@pytest.mark.parametrize(
    ("quote", "lines"),
    [
        ("«да», сказал он.", ["Первый абзац.", "Второй: «да», сказал он. И ещё.", "الفقرة الثالثة."]),
        ("Первый абзац.", ["Первый абзац.", "Второй: «да», сказал он. И ещё."]),
        ("Fourth.", ["الفقرة الثالثة.", "Fourth."]),
        ("Первый", ["Первый абзац.", "Второй: «да», сказал он. И ещё."]),
    ],
)
def test_the_whole_paragraph_and_its_neighbours_are_shown(quote: str, lines: list[str]) -> None:
    (one,) = found(quote)
    assert one.text.split("\n") == lines
    assert [one.text[start:end] for start, end in one.quotes] == [quote]


def test_a_quotation_over_several_paragraphs_stays_as_it_is() -> None:
    quote = TEXT[TEXT.index("И ещё") : TEXT.index("Fourth")].rstrip()
    (one,) = found(quote)
    assert quote in one.text
    assert one.text.startswith("Первый абзац.\nВторой")
    assert one.text.endswith("\n\nFourth.") or one.text.endswith("\nFourth.")


def test_quotations_near_each_other_come_together() -> None:
    (one,) = found("Fourth.", "Первый абзац.", "И ещё.")
    assert [one.text[start:end] for start, end in one.quotes] == ["Первый абзац.", "И ещё.", "Fourth."]
    far = "\n".join(f"Paragraph {n}." for n in range(9))
    assert [one.text for one in found("Paragraph 8.", "Paragraph 0.", text=far)] == [
        "Paragraph 7.\nParagraph 8.",
        "Paragraph 0.\nParagraph 1.",
    ]


def test_an_article_of_one_paragraph_is_not_shown_whole() -> None:
    text = "слово " * 900 + "Вот оно. " + "слово " * 900
    (one,) = found("Вот оно.", text=text.strip())
    assert one.text.startswith("…слово ")
    assert one.text.endswith(" слово…")
    assert 1900 < len(one.text) < 2100
    assert [one.text[start:end] for start, end in one.quotes] == ["Вот оно."]


def test_an_article_of_one_sentence_is_its_own_context() -> None:
    (one,) = found("Alone.", text="Alone.")
    assert (one.text, one.quotes) == ("Alone.", [(0, 6)])


@given(
    st.text("ab ب🎉\n\u2028\t", min_size=1, max_size=200).filter(str.strip),
    st.lists(st.tuples(st.integers(0, 199), st.integers(1, 60)), min_size=1, max_size=4),
)
def test_every_quotation_is_there_word_for_word(text: str, places: list[tuple[int, int]]) -> None:
    article = Article(id="a", text=text)
    cuts = [(start, min(len(text), start + length)) for start, length in places if start < len(text)]
    shown = [Evidence.cut(article, start, end, score=1.0) for start, end in cuts]
    made = surroundings((one, article) for one in shown)
    texts = [one.text for one in made]
    assert all(any(one.quote in text for text in texts) for one in shown)
    for one in made:
        assert "".join(one.text.split()).strip("…") in "".join(text.split())
        assert all(0 <= start < end <= len(one.text) for start, end in one.quotes)
