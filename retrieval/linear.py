"""The little linear algebra that everything shares."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def unit(vectors: Floats) -> Floats:
    """The vectors, shape (..., dimension), at unit length; zeros stay zeros."""
    lengths: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32, copy=False)
