"""Which words are source, cue and content, and which sentences are statements: one small network for a whole article.

It reads the token vectors that the encoder computes anyway, and was trained on them while they stood still
(`tests/evaluation/fit_tagger.py`). Tokens see their neighbours and, through a GRU, their sentence; sentences see all
others of the article through another, since a quotation without a cue belongs to what stands around it. Terms and
labels are those of PARC (Pareti, "PARC 3.0: a corpus of attribution relations", 2016).
"""

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
_TOGETHER = 8  # articles tagged in one go: more pad more than they save

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
        reach, length = _NEAR // 2, tokens.shape[1]
        padded = pad(tokens, (0, 0, reach, reach))
        return gelu(self.map(torch.cat([padded[:, i : i + length] for i in range(_NEAR)], dim=-1)))


class Network(nn.Module):
    """The network: articles of padded tokens to scores of tokens, names and sentences."""

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
        self, vectors: Tensor, starts: Tensor, sentence: Tensor, lengths: Tensor, sentences: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of tokens (articles, tokens, TOKENS), of names (…, 2), of sentences (articles, sentences, SENTENCES).

        Padding tokens belong to the last of `sentences`, which is nobody's.
        """
        articles, length, _ = vectors.shape
        real = (torch.arange(length)[None] < lengths[:, None]).to(vectors.dtype)[..., None]
        begins = torch.stack([starts > 0, starts > 1], dim=-1).to(vectors.dtype)
        seen = self.dropout(gelu(self.project(self.norm(vectors)) + self.starts(begins))) * real
        tokens = self.near(seen) * real
        owner = (torch.arange(articles)[:, None] * sentences + sentence).reshape(-1)
        tokens = (tokens + self._along(tokens, owner, real.reshape(-1) > 0)) * real
        said = self.dropout(gelu(self.summary(self._pooled(tokens, owner, articles * sentences))))
        said = said.view(articles, sentences, -1)
        counts = (sentence * (real[..., 0] > 0)).amax(dim=1).cpu() + 1
        read = nn.utils.rnn.pack_padded_sequence(said, counts, batch_first=True, enforce_sorted=False)
        remembered, _ = nn.utils.rnn.pad_packed_sequence(self.memory(read)[0], batch_first=True, total_length=sentences)
        said = self.dropout(torch.cat([remembered, said], dim=-1))
        around = gelu(self.context(said)).reshape(articles * sentences, -1)[owner].view(articles, length, -1)
        both = self.dropout(torch.cat([tokens.to(around.dtype), around], dim=-1))
        return self.token(both), self.name(both), self.sentence(said)

    def _along(self, tokens: Tensor, owner: Tensor, real: Tensor) -> Tensor:
        """Each token read along its sentence, both ways; same shape."""
        rows = owner[real]
        begins = torch.searchsorted(rows, rows)  # tokens of a sentence stand together, in order
        places = torch.arange(len(rows)) - begins
        numbers, row = torch.unique_consecutive(rows, return_inverse=True)
        flat = tokens.reshape(-1, _HIDDEN)
        sentences = flat.new_zeros(len(numbers), int(places.max()) + 1, _HIDDEN)
        sentences = sentences.index_put((row, places), flat[real])
        lengths = torch.bincount(row).cpu()
        read = nn.utils.rnn.pack_padded_sequence(sentences, lengths, batch_first=True, enforce_sorted=False)
        found, _ = nn.utils.rnn.pad_packed_sequence(self.along(read)[0], batch_first=True)
        back = found.new_zeros(flat.shape).index_put((real.nonzero()[:, 0],), found[row, places])
        return back.view(tokens.shape)

    def _pooled(self, tokens: Tensor, owner: Tensor, sentences: int) -> Tensor:
        """Each sentence's tokens, weighed by each attention head, shape (sentences, _HEADS * _HIDDEN)."""
        weights = self.attend(tokens).float().clamp(-8, 8).exp().reshape(-1, _HEADS)
        weighed = weights[..., None] * tokens.float().reshape(-1, 1, _HIDDEN)
        total = torch.zeros(sentences, _HEADS, _HIDDEN).index_add(0, owner, weighed)
        return (total / torch.zeros(sentences, _HEADS).index_add(0, owner, weights).clamp(min=1e-6)[..., None]).flatten(
            1
        )


def padded(articles: Sequence[Tokens]) -> tuple[Tensor, Tensor, Tensor, Tensor, int]:
    """The arguments of `Network.forward` for some articles."""
    lengths = [len(one.spans) for one in articles]
    sentences = max(one.sentences for one in articles) + 1
    vectors = torch.zeros(len(articles), max(lengths), len(DEPTHS) * DIMENSION)
    starts = torch.zeros(len(articles), max(lengths), dtype=torch.long)
    sentence = torch.full((len(articles), max(lengths)), sentences - 1)
    for i, (one, length) in enumerate(zip(articles, lengths, strict=True)):
        vectors[i, :length] = torch.from_numpy(one.depths.reshape(length, -1)).float()
        starts[i, :length] = torch.from_numpy(one.starts)
        sentence[i, :length] = torch.from_numpy(one.sentence)
    return vectors, starts, sentence, torch.tensor(lengths), sentences


class Tagger:
    """The network with the weights that Qawl ships."""

    def __init__(self) -> None:
        self._network = Network()
        weights = (resources.files(__package__) / _WEIGHTS).read_bytes()
        self._network.load_state_dict({name: value.float() for name, value in load(weights).items()})
        self._network.eval()

    def tag(self, articles: Sequence[Tokens]) -> list[Tags]:
        """What each article's tokens and sentences are."""
        found: list[Tags | None] = [None] * len(articles)
        order = [
            i for i in sorted(range(len(articles)), key=lambda i: len(articles[i].spans)) if len(articles[i].spans)
        ]
        for start in range(0, len(order), _TOGETHER):
            group = order[start : start + _TOGETHER]
            for i, tags in zip(group, predict(self._network, [articles[i] for i in group]), strict=True):
                found[i] = tags
        return [one or _nothing(tokens) for one, tokens in zip(found, articles, strict=True)]


def predict(network: Network, articles: Sequence[Tokens]) -> list[Tags]:
    """What a network says of some articles, all in one batch."""
    with torch.inference_mode():
        tokens, names, sentences = (scores.float().softmax(-1).numpy() for scores in network(*padded(articles)))
    return [
        Tags(tokens[i, : len(one.spans)], names[i, : len(one.spans), 1], sentences[i, : one.sentences])
        for i, one in enumerate(articles)
    ]


def _nothing(article: Tokens) -> Tags:
    narration = np.zeros((article.sentences, len(SENTENCES)), np.float32)
    narration[:, 0] = 1
    return Tags(np.zeros((0, len(TOKENS)), np.float32), np.zeros(0, np.float32), narration)


def packed(network: Network) -> bytes:
    """A network's weights as they are shipped, in half precision."""
    state: dict[str, Any] = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    return bytes(save(state))
