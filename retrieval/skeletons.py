"""Words whose consonant skeletons are nearest to one (see `transliteration.skeleton`)."""

from itertools import islice

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from retrieval.transliteration import CONSONANTS, VOWELS_ONLY

_LETTERS = CONSONANTS + VOWELS_ONLY
_ROUNDING = 1e-6
_MOST = 255  # of a letter, in a byte: no name has as many


class Skeletons:
    """Words by their skeletons.

    Two skeletons have no longer subsequence in common than they have letters in common, in whatever order. Letters are
    counted for all at once, and few skeletons are left whose order has to be looked at.
    """

    def __init__(self) -> None:
        self._words: list[str] = []
        self._places: dict[str, list[int]] = {}  # of each skeleton: where its words are among all
        self._skeletons: list[str] = []
        self._letters = bytearray()  # how often each skeleton has each letter
        self._lengths = bytearray()

    def add(self, word: str, skeleton: str) -> None:
        """Takes in a word, once."""
        if skeleton not in self._places:
            self._places[skeleton] = []
            self._skeletons.append(skeleton)
            self._letters += bytes(_counts(skeleton))
            self._lengths.append(min(len(skeleton), _MOST))
        self._places[skeleton].append(len(self._words))
        self._words.append(word)

    def near(self, skeleton: str, least: float, limit: int) -> list[str]:
        """The words whose skeletons are nearest, the nearest first, then as they came.

        Args:
            skeleton: that of the word asked for.
            least: normalised Indel similarity, 2 * common subsequence / both lengths, below which none is near.
            limit: words at most.
        """
        possible = [self._skeletons[number] for number in self._possible(skeleton, least)]
        near = process.extract(skeleton, possible, scorer=Indel.normalized_similarity, score_cutoff=least, limit=limit)
        ranked = sorted((-likeness, place) for one, likeness, _ in near for place in self._places[one])
        return [self._words[place] for _, place in islice(ranked, limit)]

    def _possible(self, skeleton: str, least: float) -> list[int]:
        """Numbers of the skeletons that share letters enough to be as like as `least`."""
        letters = np.frombuffer(self._letters, np.uint8).reshape(-1, len(_LETTERS)).T
        lengths = np.frombuffer(self._lengths, np.uint8)
        shared = np.zeros(len(lengths), np.uint16)
        for own, count in zip(letters, _counts(skeleton), strict=True):
            if count:
                shared += np.minimum(own, np.uint8(count))
        both = lengths.astype(np.float32) + min(len(skeleton), _MOST)
        possible: list[int] = np.flatnonzero(2.0 * shared >= (least - _ROUNDING) * both).tolist()
        return possible


def _counts(skeleton: str) -> list[int]:
    return [min(skeleton.count(letter), _MOST) for letter in _LETTERS]
