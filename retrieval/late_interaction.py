"""Late interaction: how well each word of a question finds its like in a passage (MaxSim).

Khattab & Zaharia, "ColBERT" (2020), section 3.3; here over the token vectors of an encoder that was not trained for it,
after each language's mean token vector is taken away.
"""

from functools import reduce

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


def maxsim(cosines: Floats, weights: Floats, lengths: npt.NDArray[np.int64]) -> Floats:
    """How well each passage answers the question, under each weighting: shape (weightings, passages).

    The weighted mean over the question's tokens of the best cosine, averaged over three views of a passage: all of it,
    its best 32 tokens and its best 64. The words of an answer stand together; those of a coincidence are scattered.

    Args:
        cosines: of all passages' tokens, one passage after another, with the question's tokens, shape (all tokens,
            question tokens).
        weights: shape (weightings, question tokens), none negative, some positive in each row.
        lengths: number of tokens of each passage, shape (passages,); one without tokens scores 0.
    """
    scores = np.zeros((len(weights), len(lengths)), np.float32)
    filled = lengths > 0
    if not filled.any() or not cosines.shape[1]:
        return scores
    blocks = -(-lengths[filled] // _BLOCK)
    starts = np.cumsum(lengths[filled]) - lengths[filled]
    cuts = np.concatenate([start + _BLOCK * np.arange(count) for start, count in zip(starts, blocks, strict=True)])
    best = np.maximum.reduceat(cosines, cuts, axis=0)
    share = (weights / weights.sum(axis=1, keepdims=True)).T
    whole = np.maximum.reduceat(best, np.cumsum(blocks) - blocks, axis=0) @ share
    views = [whole, *(_best_window(best, blocks, size, share, whole) for size in _WINDOWS)]
    scores[:, filled] = np.mean(views, axis=0).T
    return scores


def _best_window(best: Floats, blocks: npt.NDArray[np.int64], size: int, share: Floats, whole: Floats) -> Floats:
    """The best score of `size` neighbouring blocks in each passage, shape (passages, weightings).

    `best` holds the best cosine of each block and question token, shape (all blocks, question tokens); a passage of
    fewer blocks gets its score as a whole.
    """
    scores = np.full_like(whole, -np.inf)
    if len(best) >= size:
        count = len(best) - size + 1
        windows = reduce(np.maximum, (best[i : i + count] for i in range(size))) @ share
        owner = np.repeat(np.arange(len(blocks)), blocks)
        within = owner[:count] == owner[size - 1 :]
        owner, first = np.unique(owner[:count][within], return_index=True)
        if len(first):
            scores[owner] = np.maximum.reduceat(windows[within], first, axis=0)
    return np.where(np.isinf(scores), whole, scores)
