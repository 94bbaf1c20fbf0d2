"""A question as each ranker sees it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_ROOT, _ENDING = 4, 3  # letters that words of one root share at least, and that an ending has at most


@dataclass(frozen=True)
class View:
    """A question as each ranker sees it.

    Attributes:
        vector: float32 of shape (dimension,), unit length, the language's mean taken away.
        tokens: float32 of shape (tokens, dimension), see `packing.stretched`.
        weights: float32 of shape (2, tokens): what each token counts within its language and across.
        rarity: inverse document frequency of each of its stems.
    """

    question: str
    lang: str
    vector: Floats
    tokens: Floats
    weights: Floats
    rarity: dict[str, float]

    @property
    def asked(self) -> bool:
        """Whether there is anything to look for."""
        return any(letter.isalnum() for letter in self.question)

    def share(self, words: Collection[str]) -> float:
        """How much of the question's stems are among some stems, weighed by rarity, from 0 to 1."""
        held: dict[str, set[str]] = defaultdict(set)
        for word in words:
            held[word[:_ROOT]].add(word)
        found = sum(own for word, own in self.rarity.items() if _akin(word, held.get(word[:_ROOT], ())))
        return found / max(sum(self.rarity.values()), 1e-9)


def _akin(word: str, near: Collection[str]) -> bool:
    """Whether one of the stems that begin alike is of the same root: "ارهاب" and "ارهابي", "terror" and "terrorist"."""
    return word in near or any(
        min(len(one), len(word)) >= _ROOT
        and abs(len(one) - len(word)) <= _ENDING
        and (one.startswith(word) or word.startswith(one))
        for one in near
    )
