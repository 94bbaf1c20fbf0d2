"""Late interaction: how well each word of a question finds its like in a passage (MaxSim).

Khattab & Zaharia, "ColBERT" (2020), section 3.3; here over the token vectors of an encoder that was not trained for it,
after each language's mean token vector is taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

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
    owner = np.repeat(np.arange(len(blocks)), blocks)
    first = np.cumsum(blocks) - blocks
    starts = np.cumsum(lengths[filled]) - lengths[filled]
    cuts = np.repeat(starts - _BLOCK * first, blocks) + _BLOCK * np.arange(len(owner))
    best = np.maximum.reduceat(cosines, cuts, axis=0)
    share = (weights / weights.sum(axis=1, keepdims=True)).T
    whole = np.maximum.reduceat(best, first, axis=0) @ share
    views = [whole, *(_best_window(best, owner, size, share, whole) for size in _WINDOWS)]
    scores[:, filled] = np.mean(views, axis=0).T
    return scores


@dataclass(frozen=True)
class Compared:
    """A question compared with passages, token by token.

    Attributes:
        cosines: of all passages' tokens with the question's; see `maxsim`.
        weights: float32 of shape (2, question tokens): what each token counts within its language and across.
        lengths: int64 of shape (passages,), tokens of each.
        same: bool of shape (passages,): whether a passage is in the question's language.
    """

    cosines: Floats
    weights: Floats
    lengths: npt.NDArray[np.int64]
    same: npt.NDArray[np.bool_]

    @cached_property
    def whole(self) -> Floats:
        """MaxSim of each passage, shape (passages,)."""
        return _by_language(maxsim(self.cosines, self.weights, self.lengths), self.same)

    def parts(self, parts: Sequence[tuple[int, int, int]]) -> Floats:
        """MaxSim of parts of passages, shape (len(parts),).

        A part is the position of its passage, its first token there and the one after its last.
        """
        if not parts:
            return np.zeros(0, np.float32)
        begins = np.cumsum(self.lengths) - self.lengths
        pieces = [self.cosines[begins[i] + first : begins[i] + min(end, self.lengths[i])] for i, first, end in parts]
        sizes = np.array([len(piece) for piece in pieces], np.int64)
        within = maxsim(np.concatenate(pieces), self.weights, sizes)
        return _by_language(within, self.same[[i for i, _, _ in parts]])


def _by_language(scores: Floats, same: npt.NDArray[np.bool_]) -> Floats:
    """Of two weightings' scores, shape (2, n), the first within a language and the second across."""
    chosen: Floats = np.where(same, scores[0], scores[1])
    return chosen


def _best_window(best: Floats, owner: npt.NDArray[np.int64], size: int, share: Floats, whole: Floats) -> Floats:
    """The best score of `size` neighbouring blocks in each passage, shape (passages, weightings).

    `best` holds the best cosine of each block and question token, shape (all blocks, question tokens), and `owner` the
    passage of each block, ascending; a passage of fewer blocks gets its score as a whole.
    """
    scores = whole.copy()
    if len(best) >= size:
        count = len(best) - size + 1
        windows = reduce(np.maximum, (best[i : i + count] for i in range(size))) @ share
        within = owner[:count] == owner[size - 1 :]
        owners, first = np.unique(owner[:count][within], return_index=True)
        if len(first):
            scores[owners] = np.maximum.reduceat(windows[within], first, axis=0)
    return scores
