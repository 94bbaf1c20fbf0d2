"""A question as each ranker sees it."""

from collections import defaultdict
from collections.abc import Collection, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_ROOT, _ENDING = 4, 3  # letters that words of one root share at least, and that an ending has at most


@dataclass(frozen=True)
class View:
    """A question as each ranker sees it.

    Attributes:
        vector: float32 of shape (dimension,), unit length, the language's mean taken away.
        tokens: float32 of shape (tokens, components), see `Packing.stretched`.
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
        held = self._akin.of(set(words))
        found = sum(rarity for own, rarity in self.rarity.items() if own in held)
        return found / max(sum(self.rarity.values()), 1e-9)

    @cached_property
    def _akin(self) -> "_Akin":
        return _Akin(self.rarity)


class _Akin:
    """Those of the question's stems that are of one root with a stem, found out when a sentence first has it."""

    def __init__(self, asked: Collection[str]) -> None:
        self._asked: dict[str, list[str]] = defaultdict(list)
        for own in asked:
            self._asked[own[:_ROOT]].append(own)
        self._seen: set[str] = set()
        self._akin: dict[str, list[str]] = {}  # of the stems seen those that have any: few

    def of(self, words: Set[str]) -> set[str]:
        """Those of one root with any of some stems."""
        for word in words - self._seen:
            if near := [own for own in self._asked.get(word[:_ROOT], ()) if _of_one_root(own, word)]:
                self._akin[word] = near
        self._seen |= words
        return {own for word in words & self._akin.keys() for own in self._akin[word]}


def _of_one_root(one: str, other: str) -> bool:
    """Whether two stems are the same, or an ending apart: "ارهاب" and "ارهابي", "terror" and "terrorist"."""
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= _ROOT and len(long) - len(short) <= _ENDING and long.startswith(short))
