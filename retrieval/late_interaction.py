"""Late interaction: how well each word of a question finds its like in a passage (MaxSim).

Khattab & Zaharia, "ColBERT" (2020), section 3.3; here over the token vectors of an encoder that was not trained for it,
after each language's mean token vector is taken away.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from retrieval.linear import unit

Floats = npt.NDArray[np.float32]

_BLOCK = 16  # tokens; windows move by as much
_WINDOWS = (2, 4)  # blocks


def centre(tokens: Floats, means: Floats) -> Floats:
    """One unit vector for each token, shape (tokens, dimension).

    Args:
        tokens: shape (tokens, layers, dimension).
        means: shape (layers, dimension), the mean token of the text's language and role.
    """
    return unit(unit(tokens - means).sum(axis=1))


def maxsim(question: Floats, weights: Floats, passages: Sequence[Floats]) -> Floats:
    """How well each passage answers the question, shape (len(passages),).

    The weighted mean over the question's tokens of the best cosine, averaged over three views of a passage: all of it,
    its best 32 tokens and its best 64. The words of an answer stand together; those of a coincidence are scattered.

    Args:
        question: unit vectors, shape (question tokens, dimension).
        weights: shape (question tokens,), not negative.
        passages: for each passage unit vectors of shape (its tokens, dimension); one without tokens scores 0.
    """
    scores = np.zeros(len(passages), np.float32)
    filled = [i for i, passage in enumerate(passages) if len(passage)]
    if not filled or not weights.sum() > 0:
        return scores
    lengths = np.array([len(passages[i]) for i in filled])
    blocks = -(-lengths // _BLOCK)
    starts = np.cumsum(lengths) - lengths
    cuts = np.concatenate([start + _BLOCK * np.arange(count) for start, count in zip(starts, blocks, strict=True)])
    cosines = np.concatenate([passages[i] for i in filled]) @ question.T
    best = np.maximum.reduceat(cosines, cuts, axis=0)
    share = weights / weights.sum()
    whole = np.maximum.reduceat(best, np.cumsum(blocks) - blocks, axis=0) @ share
    views = [whole] + [np.maximum(_best_window(best, blocks, size, share), -1) for size in _WINDOWS]
    for view in views[1:]:
        np.copyto(view, whole, where=view == -1)
    scores[filled] = np.mean(views, axis=0)
    return scores


def _best_window(best: Floats, blocks: npt.NDArray[np.int64], size: int, share: Floats) -> Floats:
    """The best score of `size` neighbouring blocks in each passage, shape (passages,); -1 where there are fewer.

    `best` holds the best cosine of each block and question token, shape (all blocks, question tokens).
    """
    scores = np.full(len(blocks), -1.0, np.float32)
    if len(best) >= size:
        owner = np.repeat(np.arange(len(blocks)), blocks)
        windows = np.lib.stride_tricks.sliding_window_view(best, size, axis=0).max(axis=2) @ share
        within = owner[: len(windows)] == owner[size - 1 :]
        np.maximum.at(scores, owner[: len(windows)][within], windows[within])
    return scores
