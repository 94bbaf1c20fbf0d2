"""Sentences to passages: what is encoded and ranked together."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from retrieval.archive import Place
from retrieval.types import Sentence, Span

# Within the encoder's 512 with its prompt. News paragraphs have 70 tokens at the median and stay whole; long ones do,
# too: late interaction finds the place within a passage, and cutting at 160 cost 1 to 6 points of R@1.
MAX_TOKENS = 480

TokenCounter = Callable[[Sequence[str]], list[int]]


def passage_spans(text: str, sentences: Sequence[Sentence], count_tokens: TokenCounter) -> list[Span]:
    """Neighbouring sentences of one paragraph, together within `MAX_TOKENS`; in order, covering every sentence.

    A sentence that is longer than `MAX_TOKENS` by itself is cut at white space.
    """
    counts = count_tokens([text[sentence.start : sentence.end] for sentence in sentences])
    passages: list[Span] = []
    room = 0
    end = 0
    for sentence, count in zip(sentences, counts, strict=True):
        for piece, size in _within_limit(text, sentence, count, count_tokens):
            if not passages or size > room or _new_line(text[end : piece.start]):
                passages.append(Span(start=piece.start, end=piece.end))
                room = MAX_TOKENS
            else:
                passages[-1] = Span(start=passages[-1].start, end=piece.end)
            room -= size
            end = piece.end
    return passages


def places(sentences: Sequence[Span], passages: Sequence[Span], tokens: Sequence[npt.NDArray[np.int32]]) -> list[Place]:
    """Where each sentence's tokens are; of a sentence that is cut into several passages those of the first.

    `tokens` has for each passage the code points of it that each token covers, see `Encoding.spans`.
    """
    ends = [one.end for one in passages]
    found = []
    for sentence in sentences:
        number = int(np.searchsorted(ends, sentence.start, side="right"))
        spans = tokens[number] + passages[number].start
        first = int(np.searchsorted(spans[:, 1], sentence.start, side="right"))
        found.append(Place(number, first, max(first, int(np.searchsorted(spans[:, 0], sentence.end)))))
    return found


def _new_line(gap: str) -> bool:
    """Whether a line ends within `gap`, by any of the characters that end one for `sentence_spans`."""
    return len(f"-{gap}-".splitlines()) > 1


def _within_limit(text: str, span: Span, size: int, count_tokens: TokenCounter) -> list[tuple[Span, int]]:
    """`span` with its number of tokens, halved near its middle until every part is within the limit."""
    if size <= MAX_TOKENS or span.end - span.start < 2:
        return [(span, size)]
    middle = (span.start + span.end) // 2
    space = text.rfind(" ", span.start + 1, middle)
    cut = middle if space < 0 else space
    halves = [Span(start=span.start, end=cut), Span(start=cut if space < 0 else cut + 1, end=span.end)]
    sizes = count_tokens([text[half.start : half.end] for half in halves])
    return [
        part
        for half, count in zip(halves, sizes, strict=True)
        for part in _within_limit(text, half, count, count_tokens)
    ]
