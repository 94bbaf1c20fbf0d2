"""Passages cover every sentence, within the limit, never across paragraphs."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.passages import MAX_TOKENS, passage_spans, places
from ingest.sentences import sentence_spans
from retrieval.archive import Place
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.types import Sentence, Span
from tests.fakes import FakeEncoder
from tests.shared_data import SAMPLE

WORDS = FakeEncoder().token_counts


def spans(text: str) -> list[Sentence]:
    return [Sentence(start=start, end=end) for start, end in sentence_spans(text, "en")]


def passages(text: str, count=WORDS) -> list[str]:
    return [text[one.start : one.end] for one in passage_spans(text, spans(text), count)]


def sentence(words: int, name: str = "word") -> str:
    return " ".join([name.capitalize(), *[name] * (words - 1)]) + "."


def test_no_sentences_make_no_passages() -> None:
    assert passage_spans("", [], WORDS) == []


def test_short_sentences_of_a_paragraph_stay_together() -> None:
    text = "He came.  He saw.\tHe left."
    assert passages(text) == [text]


def test_a_full_passage_ends_between_sentences() -> None:
    parts = [sentence(MAX_TOKENS // 2), sentence(MAX_TOKENS // 2), sentence(3), sentence(MAX_TOKENS - 3), sentence(1)]
    assert passages(" ".join(parts)) == [" ".join(parts[:2]), " ".join(parts[2:4]), parts[4]]


@pytest.mark.parametrize("end", ["\n", "\n\n", "\r\n", "\r", "\u2029", "\u2028", " \n "])
def test_a_paragraph_is_never_joined_to_the_next(end: str) -> None:
    assert passages(f"He came.{end}He saw. He left.") == ["He came.", "He saw. He left."]


def test_a_sentence_beyond_the_limit_is_cut_between_words() -> None:
    text = sentence(5 * MAX_TOKENS)
    found = passages(text)
    assert " ".join(found) == text
    assert all(len(one.split()) <= MAX_TOKENS for one in found)


def test_a_sentence_without_spaces_is_cut_all_the_same() -> None:
    text = "词" * (5 * MAX_TOKENS)
    found = passages(text, lambda texts: [len(one) for one in texts])
    assert "".join(found) == text
    assert all(len(one) <= MAX_TOKENS for one in found)


PIECES = st.lists(
    st.one_of(
        st.integers(1, 3 * MAX_TOKENS).map(sentence),
        st.sampled_from(
            ["\n", "\n\n", " ", "  ", "\r", "\u2028", "«", "»", ".", "?", "\u200f", "🎉", "x" * 50, "Он был."]
        ),
        st.text(max_size=20),
    ),
    max_size=12,
)


@given(PIECES, st.sampled_from([" ", "", "\n"]))
def test_whatever_the_text_its_sentences_are_covered_once_within_the_limit(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    sentences = spans(text)
    found = passage_spans(text, sentences, WORDS)
    assert all(a.end <= b.start for a, b in pairwise(found)), "in order, without overlap"
    covered = {i for one in found for i in range(one.start, one.end) if not text[i].isspace()}
    assert covered == {i for one in sentences for i in range(one.start, one.end) if not text[i].isspace()}
    for one in found:
        assert sum(WORDS([text[one.start : one.end]])) <= MAX_TOKENS
        assert text[one.start : one.end].strip()
        inside = [s for s in sentences if s.start < one.end and s.end > one.start]
        gaps = [text[a.end : b.start] for a, b in pairwise(inside)]
        assert not any(len(f"-{gap}-".splitlines()) > 1 for gap in gaps), "a paragraph ends within a passage"


def test_passages_of_a_real_article_are_within_the_models_limit(bundled: SentenceTransformerEncoder) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    found = passages(text, bundled.token_counts)
    assert max(bundled.token_counts(found)) <= MAX_TOKENS + 1  # a joint may cost one token more than its parts
    assert "".join("".join(found).split()) == "".join(text.split())


def tokens_of(text: str) -> list[np.ndarray]:
    """Of each passage of the text, where the fake encoder's tokens are."""
    found = passage_spans(text, spans(text), WORDS)
    return FakeEncoder().encode([text[one.start : one.end] for one in found], "passage").spans


def words_placed(text: str, sentences: list[Sentence]) -> list[list[str]]:
    """The words that each sentence's tokens cover."""
    found, tokens = passage_spans(text, spans(text), WORDS), tokens_of(text)
    words = []
    for place in places(sentences, found, tokens):
        passage = text[found[place.passage].start : found[place.passage].end]
        words.append([passage[a:b] for a, b in tokens[place.passage][place.first_token : place.end_token]])
    return words


def test_a_sentences_tokens_are_its_words_whichever_passage_it_is_in() -> None:
    text = "  He came.  She saw it.\n\n« They left . »\tAll of them.\nAt noon!"
    sentences = spans(text)
    assert words_placed(text, sentences) == [text[one.start : one.end].split() for one in sentences]


def test_of_a_sentence_that_is_cut_the_first_part_counts() -> None:
    text = f"Short one. {sentence(2 * MAX_TOKENS)} Short two."
    first, long, last = words_placed(text, spans(text))
    assert (first, last) == (["Short", "one."], ["Short", "two."])
    assert 0 < len(long) <= MAX_TOKENS
    assert long == text.split()[2 : 2 + len(long)]


def test_a_token_over_two_sentences_belongs_to_both() -> None:
    found = places(
        [Sentence(start=10, end=15), Sentence(start=15, end=20)],
        [Span(start=10, end=20)],
        [np.array([[0, 3], [3, 7], [7, 10]], np.int32)],
    )
    assert found == [Place(0, 0, 2), Place(0, 1, 3)]


def test_a_sentence_without_tokens_has_none() -> None:
    nothing = np.zeros((0, 2), np.int32)
    assert places([Sentence(start=0, end=2)], [Span(start=0, end=2)], [nothing]) == [Place(0, 0, 0)]
    assert places([], [], []) == []


@given(PIECES, st.sampled_from([" ", "", "\n"]))
def test_every_sentence_has_a_place_within_its_passage(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    sentences, found, tokens = spans(text), passage_spans(text, spans(text), WORDS), tokens_of(text)
    for one, place in zip(sentences, places(sentences, found, tokens), strict=True):
        assert found[place.passage].start <= one.start < found[place.passage].end
        assert 0 <= place.first_token <= place.end_token <= len(tokens[place.passage])


def test_places_in_a_real_article_hold_their_sentences_words(bundled: SentenceTransformerEncoder) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    sentences, found = spans(text), passage_spans(text, spans(text), bundled.token_counts)
    tokens = bundled.encode([text[one.start : one.end] for one in found], "passage").spans
    for one, place in zip(sentences, places(sentences, found, tokens), strict=True):
        own = tokens[place.passage][place.first_token : place.end_token] + found[place.passage].start
        covered = text[own[0, 0] : own[-1, 1]].strip()
        assert covered == text[one.start : one.end].strip()
