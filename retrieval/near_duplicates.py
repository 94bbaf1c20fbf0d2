"""Which texts are nearly the same: MinHash signatures, and bands of them to look them up by.

Broder, "On the resemblance and containment of documents" (1997): the share of equal places in two signatures estimates
how many of two texts' shingles (words in a row) are common to both. Leskovec et al., "Mining of Massive Datasets",
section 3.4: texts that agree in all places of a band are worth comparing.
"""

import zlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from retrieval.folding import words

# From here on two texts are copies of one. Of 100 pairs of the 43 866 development articles, drawn from 0.6 upwards and
# read by their headlines, at most three were of two events; below 0.7 executions and congratulations begin, told in one
# form of words.
ALIKE = 0.7

_SHINGLE = 3  # words
_PLACES = 128  # of a signature: the estimate's standard deviation at `ALIKE` is 0.04
_BANDS, _ROWS = 16, 4  # find 99 of 100 texts that are just `ALIKE`; other places only make the estimate finer

LOOKED_AT = 200  # texts that share a band: a notice that is printed every day must not slow the next one down

_chance = np.random.default_rng(1)
_FACTORS = _chance.integers(1, 1 << 63, _PLACES, np.uint64) | np.uint64(1)
_OFFSETS = _chance.integers(0, 1 << 63, _PLACES, np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads neighbouring numbers (Knuth, TAOCP 3, 6.4)
_HALF = np.uint64(32)


def signature(text: str) -> bytes:
    """What a text is compared by, in `4 * _PLACES` bytes; empty for a text without words.

    Letter case, punctuation, whitespace, vowel marks and forms of letters make no difference.
    """
    found = [_word_hash(word) for word in words(text)]
    if not found:
        return b""
    hashes = np.array(found, np.uint64)
    count = max(1, len(hashes) - _SHINGLE + 1)
    shingles = np.zeros(count, np.uint64)
    for place in range(min(_SHINGLE, len(hashes))):
        shingles = shingles * _MIX + hashes[place : place + count]
    shingles = np.unique(shingles ^ shingles >> _HALF)
    least = np.full(_PLACES, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(shingles), 1000):  # a long article's products would take 50 MB
        hashed = (shingles[start : start + 1000, None] * _FACTORS + _OFFSETS) >> _HALF
        least = np.minimum(least, hashed.min(axis=0).astype(np.uint32))
    return least.astype("<u4").tobytes()


def bands(signed: bytes) -> list[int]:
    """Numbers of 32 bits; nearly all texts that are alike have at least one in common."""
    width = 4 * _ROWS
    return [zlib.crc32(signed[i * width : (i + 1) * width], i) for i in range(_BANDS)] if signed else []


def resemblance(one: bytes, other: bytes) -> float:
    """Estimated share of shingles that two texts have in common, from 0 to 1."""
    if not one or not other:
        return 0.0
    return float(np.mean(_places(one) == _places(other)))


def story(signed: bytes, others: Iterable[tuple[int, bytes]], own: int) -> int:
    """The story of whichever other text this one resembles most, the oldest such; `own` when it is a copy of none.

    `others` are numbers of stories and signatures of their texts.
    """
    nearest, number = max(((resemblance(signed, other), -of) for of, other in others), default=(0.0, 0))
    return -number if nearest >= ALIKE else own


def _places(signed: bytes) -> npt.NDArray[np.uint32]:
    return np.frombuffer(signed, "<u4")


@lru_cache(maxsize=100_000)  # the words of some thousand articles
def _word_hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))
