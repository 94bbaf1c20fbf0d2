"""Passages cover every sentence, within the limit, never across paragraphs."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.passages import MAX_TOKENS, passage_spans
from ingest.sentences import sentence_spans
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.types import Sentence
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
