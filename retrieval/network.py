"""The network inside an encoder: numbers of tokens in, vectors of tokens and of texts out, whatever computes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# Late interaction reads the last two: together they rank better than either (docs/quality.md).
LAYERS = 2

# Attribution reads a low, a middle and the last layer, by their share of the model's depth: 6, 9 and 12 of twelve.
DEPTHS = (0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Facts:
    """What is to be known of a model besides its weights.

    Attributes:
        prompts: what it wants in front of a text, by what the text is.
        longest: tokens of a text at most, special ones included.
        dimension: length of a vector.
        padding: the number that fills a batch up.
        depth: its layers, without that of the embeddings.
    """

    prompts: Mapping[str, str]
    longest: int
    dimension: int
    padding: int
    depth: int


class Vectors(NamedTuple):
    """What a pass over n texts of `length` tokens each, padding included, gives.

    Attributes:
        layers: of each layer in `layers_read` float32 of shape (n, length, dimension).
        pooled: float32 of shape (n, dimension), about unit length.
    """

    layers: Mapping[int, Floats]
    pooled: Floats


class Network(Protocol):
    """A model, loaded. Passes may go on beside each other: each takes a core."""

    @property
    def facts(self) -> Facts:
        """What is to be known of the model."""

    @property
    def tokenizer(self) -> "Tokenizer":
        """Text to numbers of tokens; not to be changed by several threads at once."""

    @property
    def surprise(self) -> Floats:
        """How rare each token is; see `surprise`."""

    def forward(self, ids: Numbers, mask: Numbers) -> Vectors:
        """One pass; int64 of shape (n, length) both, and `mask` is 0 where a text is filled up."""


def layers_read(depth: int) -> list[int]:
    """Which layers of so many are looked at, from below."""
    return sorted({*token_layers(depth), *deep_layers(depth)})


def token_layers(depth: int) -> list[int]:
    """Those of late interaction, the last one first."""
    return [depth - i for i in range(LAYERS)]


def deep_layers(depth: int) -> list[int]:
    """Those of attribution."""
    return [round(share * depth) for share in DEPTHS]


def surprise(tokenizer: "Tokenizer") -> Floats:
    """-log p of each token by the tokenizer's own unigram model, ones where it has none; shape (tokens,)."""
    model = json.loads(tokenizer.to_str())["model"]
    found = np.ones(tokenizer.get_vocab_size(), np.float32)
    if model["type"] == "Unigram":
        found[: len(model["vocab"])] = [-logarithm for _, logarithm in model["vocab"]]
    return found
