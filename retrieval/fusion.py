"""What the rankers say of each candidate, put together into one score."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Features:
    """What is known of n candidates; arrays of shape (n,) unless said otherwise.

    Attributes:
        langs: each candidate's language.
        same: whether that is the question's.
        late: MaxSim, about 0.2 to 0.8.
        dense: cosine of the (centred) vectors.
        stems: share of the question's words, from 0 to 1.
        vectors: (centred) unit vectors, shape (n, dimension).
    """

    langs: npt.NDArray[np.str_]
    same: npt.NDArray[np.bool_]
    late: Floats
    dense: Floats
    stems: Floats
    vectors: Floats


@dataclass(frozen=True)
class Weights:
    """How much each feature counts beside MaxSim, which counts once.

    `stems`, `cross` and `bridge` are fitted by `tests/evaluation/fit_fusion.py` on headlines and on parallel news,
    never on questions that quality is judged on; `dense` and `sharpness` are set by hand (docs/quality.md).
    """

    dense: float = 0.10
    stems: float = 0.256
    cross: float = 0.0
    bridge: float = 0.5
    sharpness: float = 20.0


def match(found: Features, weights: Weights, *, late_interaction: bool = True) -> Floats:
    """How well each candidate by itself answers the question, shape (n,); comparable from question to question.

    Without late interaction the dense similarity takes its place.
    """
    main = found.late if late_interaction else found.dense
    within = weights.dense * found.dense + weights.stems * found.stems
    scores: Floats = (main + np.where(found.same, within, weights.cross)).astype(np.float32)
    return scores


def rank(found: Features, matches: Floats, weights: Weights) -> Floats:
    """The scores that candidates are ordered by, shape (n,): their matches, and a bridge between languages.

    A candidate gains by being like the best ones of other languages: the same story, told elsewhere. In an archive of
    one language nothing changes.
    """
    if not weights.bridge or len(set(found.langs.tolist())) < 2:
        return matches
    trust = np.exp(weights.sharpness * (matches - matches.max()))
    trust /= trust.sum()
    alike = found.vectors @ found.vectors.T * (found.langs[:, None] != found.langs[None, :])
    scores: Floats = (matches + weights.bridge * (trust @ alike)).astype(np.float32)
    return scores
