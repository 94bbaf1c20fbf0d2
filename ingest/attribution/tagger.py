"""Which words are source, cue and content, and which sentences are statements: one small network for a whole article.

It reads the token vectors that the encoder computes anyway, and was trained on them while they stood still
(`tests/evaluation/fit_tagger.py`). Tokens see their neighbours and, through a GRU, their sentence; sentences see all
others of the article through another, since a quotation without a cue belongs to what stands around it. Terms and
labels are those of PARC (Pareti, "PARC 3.0: a corpus of attribution relations", 2016).
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load, save
from torch import Tensor, nn
from torch.nn.functional import gelu, pad

from retrieval.network import DEPTHS

TOKENS: Final = ("none", "source, first", "source", "cue, first", "cue", "content, first", "content")
SENTENCES: Final = ("narration", "stance", "indirect", "mixed", "direct")

DIMENSION = 384  # of the bundled model, whose vectors the weights were fitted to
_WEIGHTS = "tagger.safetensors"
_WIDTH, _HIDDEN, _NEAR, _HEADS, _MEMORY = 192, 128, 5, 4, 64
_TOGETHER = 8  # articles tagged in one go

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Tokens:
    """An article as the tagger sees it.

    Attributes:
        depths: float16 of shape (tokens, len(DEPTHS), DIMENSION), see `Encoding.depths`, all passages in a row.
        spans: int of shape (tokens, 2): the code points of the article that each token covers.
        sentence: int of shape (tokens,): the number of each token's sentence.
        starts: int of shape (tokens,): 2 where a paragraph begins, 1 where another sentence does, else 0.
        sentences: how many sentences there are.
    """

    depths: npt.NDArray[np.float16]
    spans: npt.NDArray[np.int64]
    sentence: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    sentences: int


@dataclass(frozen=True)
class Tags:
    """What the tagger says; probabilities.

    `tokens` has shape (tokens, len(TOKENS)), `names` (tokens,): part of a person's name, `sentences` (sentences,
    len(SENTENCES)).
    """

    tokens: Floats
    names: Floats
    sentences: Floats


class _Near(nn.Module):
    """A linear map of each token and its neighbours."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.map = nn.Linear(width * _NEAR, out)

    def forward(self, tokens: Tensor) -> Tensor:
        reach, length = _NEAR // 2, len(tokens)
        padded = pad(tokens, (0, 0, reach, reach))
        return gelu(self.map(torch.cat([padded[i : i + length] for i in range(_NEAR)], dim=-1)))


class Network(nn.Module):
    """The network: articles' tokens to scores of tokens, names and sentences."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(len(DEPTHS) * DIMENSION)
        self.project = nn.Linear(len(DEPTHS) * DIMENSION, _WIDTH)
        self.starts = nn.Linear(2, _WIDTH)
        self.near = _Near(_WIDTH, _HIDDEN)
        self.along = nn.GRU(_HIDDEN, _HIDDEN // 2, bidirectional=True, batch_first=True)
        self.attend = nn.Linear(_HIDDEN, _HEADS)
        self.summary = nn.Linear(_HEADS * _HIDDEN, _HIDDEN)
        self.memory = nn.GRU(_HIDDEN, _MEMORY, bidirectional=True, batch_first=True)
        self.context = nn.Linear(2 * _MEMORY + _HIDDEN, _HIDDEN)
        self.token = nn.Linear(2 * _HIDDEN, len(TOKENS))
        self.name = nn.Linear(2 * _HIDDEN, 2)
        self.sentence = nn.Linear(2 * _MEMORY + _HIDDEN, len(SENTENCES))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, vectors: Tensor, starts: Tensor, sentence: Tensor, lengths: list[int], sentences: list[int]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of tokens (tokens, TOKENS), of names (tokens, 2), of sentences (sentences, SENTENCES).

        The articles stand in a row. Of each token `vectors` has shape (tokens, len(DEPTHS) * DIMENSION), float32, and
        `starts` and `sentence`, (tokens,), int64, are as in `Tokens`, sentences numbered through. `lengths` and
        `sentences` say how many tokens and sentences each article has.
        """
        begins = torch.stack([starts > 0, starts > 1], dim=-1).to(vectors.dtype)
        seen = self.dropout(gelu(self.project(self.norm(vectors)) + self.starts(begins)))
        tokens = torch.cat([self.near(article) for article in seen.split(lengths)])
        counts = torch.unique_consecutive(sentence, return_counts=True)[1]
        tokens = tokens + _read(self.along, tokens, counts)
        said = self.dropout(gelu(self.summary(self._pooled(tokens, sentence, sum(sentences)))))
        said = self.dropout(torch.cat([_read(self.memory, said, torch.tensor(sentences)), said], dim=-1))
        around = gelu(self.context(said))[sentence]
        both = self.dropout(torch.cat([tokens.to(around.dtype), around], dim=-1))
        return self.token(both), self.name(both), self.sentence(said)

    def _pooled(self, tokens: Tensor, sentence: Tensor, sentences: int) -> Tensor:
        """Each sentence's tokens, weighed by each attention head, shape (sentences, _HEADS * _HIDDEN)."""
        weights = self.attend(tokens).float().clamp(-8, 8).exp()
        weighed = weights[..., None] * tokens.float()[:, None]
        total = torch.zeros(sentences, _HEADS, _HIDDEN).index_add(0, sentence, weighed)
        sums = torch.zeros(sentences, _HEADS).index_add(0, sentence, weights)
        return (total / sums.clamp(min=1e-6)[..., None]).flatten(1)


def _read(gru: nn.GRU, steps: Tensor, lengths: Tensor) -> Tensor:
    """What a GRU makes of each step of some sequences, both ways; the sequences stand in a row, before and after."""
    row = torch.repeat_interleave(lengths)
    place = torch.arange(len(steps)) - (lengths.cumsum(0) - lengths)[row]
    padded = steps.new_zeros(len(lengths), int(lengths.max()), steps.shape[1]).index_put((row, place), steps)
    packed = nn.utils.rnn.pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
    read, _ = nn.utils.rnn.pad_packed_sequence(gru(packed)[0], batch_first=True)
    return read[row, place]


def in_a_row(articles: Sequence[Tokens]) -> tuple[Tensor, Tensor, Tensor, list[int], list[int]]:
    """The arguments of `Network.forward` for some articles."""
    sentences = [one.sentences for one in articles]
    firsts = itertools.accumulate(sentences[:-1], initial=0)
    return (
        torch.from_numpy(np.concatenate([one.depths for one in articles])).float().flatten(1),
        torch.from_numpy(np.concatenate([one.starts for one in articles])),
        torch.from_numpy(np.concatenate([one.sentence + first for one, first in zip(articles, firsts, strict=True)])),
        [len(one.spans) for one in articles],
        sentences,
    )


class Tagger:
    """The network with the weights that Qawl ships."""

    def __init__(self) -> None:
        self._network = Network()
        weights = (resources.files(__package__) / _WEIGHTS).read_bytes()
        self._network.load_state_dict({name: value.float() for name, value in load(weights).items()})
        self._network.eval()

    def tag(self, articles: Sequence[Tokens]) -> list[Tags]:
        """What each article's tokens and sentences are."""
        worded = [one for one in articles if len(one.spans)]
        groups = (worded[start : start + _TOGETHER] for start in range(0, len(worded), _TOGETHER))
        found = (tags for group in groups for tags in predict(self._network, group))
        return [next(found) if len(one.spans) else _nothing(one) for one in articles]


def predict(network: Network, articles: Sequence[Tokens]) -> list[Tags]:
    """What a network says of some articles, all in one batch; each has words."""
    with torch.inference_mode():
        *arguments, lengths, sentences = in_a_row(articles)
        scores = network(*arguments, lengths, sentences)
        tokens, names, kinds = (one.float().softmax(-1) for one in scores)
    parts = zip(tokens.split(lengths), names[:, 1].split(lengths), kinds.split(sentences), strict=True)
    return [Tags(*(part.numpy() for part in one)) for one in parts]


def _nothing(article: Tokens) -> Tags:
    narration = np.zeros((article.sentences, len(SENTENCES)), np.float32)
    narration[:, 0] = 1
    return Tags(np.zeros((0, len(TOKENS)), np.float32), np.zeros(0, np.float32), narration)


def packed(network: Network) -> bytes:
    """A network's weights as they are shipped, in half precision."""
    state: dict[str, Any] = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    return bytes(save(state))
