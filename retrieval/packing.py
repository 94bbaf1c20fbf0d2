"""Token vectors in 101 bytes instead of 1,536: transform coding.

A vector is turned along the main axes of token vectors, where few components have most of the variance, and each
component is rounded to one of the levels that lose least of a normal distribution (Max, "Quantizing for minimum
distortion", 1960). The more a component varies the more levels it has, and the last fifth is left out (Huang &
Schultheiss, "Block quantization of correlated Gaussian random variables", 1963; here for least noise in inner products,
where a component counts in both). A last byte has the length of what is left, which cosines are divided by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_PAIR, _FOUR = (5, 3), (3, 2, 2, 1)  # bits of the components that share a byte, from its lowest on
_ROUNDS = 20  # of Max's algorithm: five digits stand
_FAR = 10.0  # where a normal distribution ends
_SHORTEST, _STEP = 0.5, 0.003  # length of an unpacked token, and what one more in its last byte adds
_TEXTS = 8  # packed at a time
_PORTION = 1024  # tokens unpacked at a time: 1.5 MB stay near the core; 10 000 at once take twice as long


def _quantiser(bits: int) -> tuple[Floats, Floats]:
    """The edges between which a normal distribution loses least when each stretch becomes its mean, and those means.

    The means are drawn apart until they vary as much as what they stand for: else a component counted for less the
    fewer levels it has, and what two languages have in common varies little.
    """
    normal, count = NormalDist(), 1 << bits
    means = [NormalDist(sigma=3**0.5).inv_cdf((place + 0.5) / count) for place in range(count)]  # as if many
    for _ in range(_ROUNDS):
        edges = [-_FAR, *((one + other) / 2 for one, other in pairwise(means)), _FAR]
        shares = [normal.cdf(high) - normal.cdf(low) for low, high in pairwise(edges)]
        means = [
            (normal.pdf(low) - normal.pdf(high)) / share
            for (low, high), share in zip(pairwise(edges), shares, strict=True)
        ]
    variance = sum(share * mean**2 for share, mean in zip(shares, means, strict=True))
    return np.array(edges[1:-1], np.float32), (np.array(means) / variance**0.5).astype(np.float32)


_QUANTISERS = {bits: _quantiser(bits) for bits in {*_PAIR, *_FOUR}}


def _table(bits: Sequence[int]) -> Floats:
    """The levels in a byte, shape (256, len(bits))."""
    shifts = np.cumsum([0, *bits[:-1]])
    codes = np.arange(256)[:, None] >> shifts & (1 << np.array(bits)) - 1
    return np.stack([_QUANTISERS[own][1][codes[:, place]] for place, own in enumerate(bits)], axis=1)


_PAIRS, _FOURS = _table(_PAIR), _table(_FOUR)


def token_bytes(dimension: int) -> int:
    """How many bytes a packed token of so many dimensions takes."""
    return sum(_sharing(dimension)) + 1


def _sharing(dimension: int) -> tuple[int, int]:
    """How many bytes hold two components, and how many four."""
    return dimension * 11 // 96, dimension * 7 // 48


@dataclass(frozen=True)
class Packing:
    """Packs vectors that vary in this way; components are in the order in which they are packed.

    Attributes:
        turn: float32 of shape (dimension, components): each column is an axis.
        spread: float32 of shape (components,), the standard deviation along each.
    """

    turn: Floats
    spread: Floats

    @classmethod
    def of(cls, vectors: Floats) -> "Packing":
        """A packing for vectors like these, shape (n, dimension), dimension 16 at least.

        The fewer they are the more their covariance is drawn to that of noise: axes along which a few do not vary are
        none of all vectors.
        """
        count, dimension = vectors.shape
        noise = dimension / (dimension + count)
        covariance = np.cov(vectors.T) * (1 - noise) + np.eye(dimension) * noise * vectors.var(axis=0).mean()
        variances, axes = np.linalg.eigh(covariance)
        pairs, fours = _sharing(dimension)
        bits = np.array([*_PAIR] * pairs + [*_FOUR] * fours)
        most_first = np.argsort(np.argsort(-bits, kind="stable"))
        places = dimension - 1 - most_first  # eigh's variances ascend
        return cls(axes[:, places].astype(np.float32), np.sqrt(variances[places]).astype(np.float32))

    def pack(self, vectors: Floats) -> bytes:
        """Unit vectors of shape (tokens, dimension), in `token_bytes` each."""
        components = vectors @ self.turn / self.spread
        paired = len(_PAIR) * self._pairs
        pairs, fours = _packed(components[:, :paired], _PAIR), _packed(components[:, paired:], _FOUR)
        left = np.concatenate([_unpacked(pairs, _PAIRS), _unpacked(fours, _FOURS)], axis=1) * self.spread
        steps = np.clip(np.rint((np.linalg.norm(left, axis=1) - _SHORTEST) / _STEP), 0, 255).astype(np.uint8)
        return np.concatenate([pairs, fours, steps[:, None]], axis=1).tobytes()

    def pack_each(self, texts: Sequence[Floats]) -> list[bytes]:
        """What `pack` makes of each text's vectors, some texts at a time: half as fast again as one by one."""
        packed: list[bytes] = []
        size = token_bytes(len(self.turn))
        for start in range(0, len(texts), _TEXTS):
            some = texts[start : start + _TEXTS]
            together, end = self.pack(np.concatenate(some)), 0
            for text in some:
                begin, end = end, end + len(text) * size
                packed.append(together[begin:end])
        return packed

    @property
    def _pairs(self) -> int:
        return _sharing(len(self.turn))[0]

    def stretched(self, vectors: Floats) -> Floats:
        """Unit vectors, shape (n, dimension), as `cosines` compares them with packed ones: shape (n, components)."""
        return (vectors @ self.turn * self.spread).astype(np.float32)

    def cosines(self, packed: Sequence[bytes], stretched: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Cosines of the packed texts' tokens, one text after another, with some vectors, and each text's length.

        Args:
            packed: what `pack` made of each text's token vectors.
            stretched: what `stretched` made of the others, shape (n, components).

        Returns:
            float32 of shape (all tokens, n), and how many each text has, int64 of shape (len(packed),).
        """
        size = token_bytes(len(self.turn))
        codes = np.frombuffer(b"".join(packed), np.uint8).reshape(-1, size)
        parts = [self._products(codes[i : i + _PORTION], stretched) for i in range(0, len(codes), _PORTION)]
        found = np.concatenate(parts) if parts else np.empty((0, len(stretched)), np.float32)
        return found, np.array([len(text) // size for text in packed], np.int64)

    def _products(self, codes: Bytes, stretched: Floats) -> Floats:
        pairs, paired = self._pairs, len(_PAIR) * self._pairs
        products: Floats = _unpacked(codes[:, pairs:-1], _FOURS) @ stretched[:, paired:].T
        products += _unpacked(codes[:, :pairs], _PAIRS) @ stretched[:, :paired].T
        products /= (_SHORTEST + _STEP * codes[:, -1:]).astype(np.float32)
        return products


def _packed(components: Floats, bits: Sequence[int]) -> Bytes:
    """Components whose bits share a byte in turn, shape (tokens, components / len(bits))."""
    shift = 0
    found = np.zeros((len(components), components.shape[1] // len(bits)), np.uint8)
    for place, own in enumerate(bits):
        each = np.ascontiguousarray(components[:, place :: len(bits)])
        for edge in _QUANTISERS[own][0]:  # several times as fast as to search them
            found += (each > edge).view(np.uint8) << np.uint8(shift)
        shift += own
    return found


def _unpacked(codes: Bytes, table: Floats) -> Floats:
    """The levels in some bytes of each token, in units of the spread, shape (tokens, components)."""
    levels = np.take(table, codes, axis=0)  # a tenth of the time of [ ]
    return levels.reshape(len(codes), codes.shape[1] * table.shape[1])
