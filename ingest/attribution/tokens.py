"""An article's passages, encoded one by one, as one row of tokens with their sentences."""

from collections.abc import Sequence

import numpy as np

from ingest.attribution.tagger import DIMENSION, Tokens
from retrieval.encoder import Encoding
from retrieval.network import DEPTHS
from retrieval.types import Span


def join(text: str, sentences: Sequence[Span], passages: Sequence[Span], encoding: Encoding) -> Tokens:
    """The tokens of all passages of one article; `encoding` has one entry a passage."""
    spans = [one.astype(np.int64) + passage.start for one, passage in zip(encoding.spans, passages, strict=True)]
    joined = np.concatenate(spans) if spans else np.zeros((0, 2), np.int64)
    # A token may begin with the space before its sentence: its last letter tells where it belongs.
    sentence = np.searchsorted([one.end for one in sentences], joined[:, 1] - 1, side="right")
    sentence = np.minimum(sentence, max(len(sentences) - 1, 0))
    starts = np.zeros(len(joined), np.int64)
    for token in np.flatnonzero(np.diff(sentence, prepend=-1)):
        start = sentences[sentence[token]].start
        starts[token] = 2 if start == 0 or "\n" in text[max(0, start - 3) : start] else 1
    depths = np.concatenate(encoding.depths) if passages else np.zeros((0, len(DEPTHS), DIMENSION), np.float16)
    return Tokens(depths, joined, sentence, starts, len(sentences))
