"""Token vectors in three bits a dimension: 144 bytes a token instead of 1 536.

Each component, divided by its dimension's spread, is rounded to one of the eight levels that lose least of a normal
distribution (Max, "Quantizing for minimum distortion", 1960, table I).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_LEVELS = np.array([-2.152, -1.344, -0.7560, -0.2451, 0.2451, 0.7560, 1.344, 2.152], np.float32)
_EDGES = np.array([-1.748, -1.050, -0.5006, 0.0, 0.5006, 1.050, 1.748], np.float32)
_LENGTH = float(np.sqrt(1 - 0.03454))  # of what unpacking leaves of a unit vector (Max 1960: distortion 0.03454)
_PORTION = 1024  # tokens unpacked at a time: 1.5 MB stay near the core; 10 000 at once take twice as long
_SHIFTS = np.arange(0, 24, 3, dtype=np.uint32)
_FOUR = _LEVELS[np.arange(4096)[:, None] >> _SHIFTS[:4] & 7]  # the four levels of every 12 bits


def pack(vectors: Floats, spread: Floats) -> bytes:
    """Vectors of shape (tokens, dimension), dimension divisible by eight, in 3 / 8 bytes a component.

    `spread` is the standard deviation of each dimension, shape (dimension,).
    """
    codes = np.searchsorted(_EDGES, vectors / spread).astype(np.uint32).reshape(-1, 8)
    words = np.bitwise_or.reduce(codes << _SHIFTS, axis=1).astype("<u4")
    packed: bytes = words.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return packed


def unpack(packed: bytes, dimension: int) -> Floats:
    """Packed tokens, shape (tokens, dimension), in units of the spread: compare them with `stretched` vectors.

    That they are so near unit length that dividing by it changes nothing saves two of three passes over the memory.
    """
    triples = np.frombuffer(packed, np.uint8).reshape(-1, 3).astype(np.uint16)
    halves = np.empty((len(triples), 2), np.uint16)
    halves[:, 0] = triples[:, 0] | (triples[:, 1] & 15) << 8
    halves[:, 1] = triples[:, 1] >> 4 | triples[:, 2] << 4
    levels: Floats = np.take(_FOUR, halves, axis=0).reshape(-1, dimension)  # a tenth of the time of [ ]
    return levels


def cosines(packed: Sequence[bytes], vectors: Floats) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Cosines of the packed texts' tokens, one text after another, with some vectors, and each text's length.

    Args:
        packed: what `pack` made of each text's tokens.
        vectors: what `stretched` made of the others, shape (n, dimension).

    Returns:
        float32 of shape (all tokens, n), and int64 of shape (len(packed),).
    """
    dimension = vectors.shape[1]
    token = 3 * dimension // 8  # bytes
    joined, step = b"".join(packed), token * _PORTION
    parts = [unpack(joined[start : start + step], dimension) @ vectors.T for start in range(0, len(joined), step)]
    found = np.concatenate(parts) if parts else np.empty((0, len(vectors)), np.float32)
    return found, np.array([len(text) // token for text in packed], np.int64)


def stretched(vectors: Floats, spread: Floats) -> Floats:
    """Vectors, shape (n, dimension), whose inner products with unpacked tokens are cosines."""
    return (vectors * spread / _LENGTH).astype(np.float32)
