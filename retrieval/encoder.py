"""Text to vectors: one forward pass gives a pooled vector and the vectors of every token."""

import hashlib
import os
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol, get_args
from unicodedata import category

import numpy as np
import numpy.typing as npt

from config.settings import Encoder as EncoderSettings
from retrieval import bundled_model
from retrieval.heap import give_back
from retrieval.linear import unit
from retrieval.network import DEPTHS, Network, Vectors, deep_layers, token_layers
from retrieval.networks import opened

Role = Literal["query", "passage"]

# Tokens of one batch, padding included: their activations, 6 MB where they are widest, stay near the core. On a
# processor with AVX2 one of 8 192 took half as long again (once, during development).
_BATCH_TOKENS = 1024

_HEAD = 1_000_000  # bytes of a model's file that its identity is made of


@dataclass(frozen=True)
class Encoded:
    """What one pass gives for one text; see `Encoding`."""

    pooled: npt.NDArray[np.float32]
    tokens: npt.NDArray[np.float32]
    depths: npt.NDArray[np.float16]
    surprise: npt.NDArray[np.float32]
    spans: npt.NDArray[np.int32]


@dataclass(frozen=True)
class Encoding:
    """What one pass over n texts gives.

    Attributes:
        pooled: float32 of shape (n, dimension), unit length.
        tokens: for each text float32 of shape (tokens, LAYERS, dimension): the vectors of the last layers, the very
            last first, without the prompt's and the special tokens'.
        depths: for each passage float16 of shape (tokens, len(DEPTHS), dimension): the vectors of the layers at those
            depths; of no tokens for a question.
        surprise: for each text float32 of shape (tokens,): how rare the token is, -log p by the tokenizer's own
            unigram model of all its languages; ones where the tokenizer has none.
        spans: for each text int32 of shape (tokens, 2): the code points that each token covers.
    """

    pooled: npt.NDArray[np.float32]
    tokens: list[npt.NDArray[np.float32]]
    depths: list[npt.NDArray[np.float16]]
    surprise: list[npt.NDArray[np.float32]]
    spans: list[npt.NDArray[np.int32]]

    def part(self, start: int, end: int) -> "Encoding":
        """What the pass gives for some of the texts."""
        rest = (self.tokens, self.depths, self.surprise, self.spans)
        tokens, depths, surprise, spans = (one[start:end] for one in rest)
        return Encoding(self.pooled[start:end], tokens, depths, surprise, spans)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Encoded]:
        return map(Encoded, self.pooled, self.tokens, self.depths, self.surprise, self.spans)


class Encoder(Protocol):
    """Turns text into vectors."""

    @property
    def identity(self) -> str:
        """Name and version; vectors of different identities must not be mixed."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    def encode(self, texts: Sequence[str], role: Role) -> Encoding:
        """Encodes texts as questions or as passages; safe to call from any thread."""

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """Length of each text in tokens, without prompt and special tokens."""

    def rest(self) -> None:
        """Gives the memory of the model back, which is loaded again when it is needed."""


class SentenceTransformerEncoder:
    """An `Encoder` over a sentence-transformers model: the bundled one, a folder, or a hub name.

    A pass takes one core, and the passes of several batches go on beside each other: so they end sooner than one after
    the other on all cores, where every layer waits for the slower core, and a question is not kept from the others.

    The model is loaded at first use, which raises `ModelUnavailable` when it cannot be had.
    """

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self.identity = _identity(settings.model) if settings.model else bundled_model.identity()
        self._lock = threading.RLock()
        self._cores = {role: ThreadPoolExecutor(os.cpu_count(), role) for role in get_args(Role)}

    @cached_property
    def _network(self) -> Network:
        """The model, loaded when first needed: that takes seconds."""
        cache = self._settings.cache_dir
        return opened(self._settings.model or str(bundled_model.ensure(cache / "models")), self.identity, cache)

    @cached_property
    def dimension(self) -> int:
        """See `Encoder.dimension`."""
        with self._lock:
            return self._network.facts.dimension

    @cached_property
    def _prompts(self) -> dict[Role, str]:
        """What the model wants in front of a text; E5 models need theirs though some of their folders do not say so."""
        own = self._network.facts.prompts
        is_e5 = re.search(r"\be5\b", Path(self._settings.model or bundled_model.NAME).name.lower())
        usual = {"query": "query: ", "document": "passage: "} if is_e5 and not own else own
        return {"query": usual.get("query", ""), "passage": usual.get("document") or usual.get("passage", "")}

    def encode(self, texts: Sequence[str], role: Role) -> Encoding:
        """See `Encoder.encode`."""
        if not texts:
            return Encoding(np.zeros((0, self.dimension), np.float32), [], [], [], [])
        with self._lock:
            facts, rarity = self._network.facts, self._network.surprise
            prompt = self._prompts[role]
            self._network.tokenizer.enable_truncation(facts.longest)
            coded = self._network.tokenizer.encode_batch([prompt + text for text in texts])
        pooled = np.zeros((len(texts), facts.dimension), np.float32)
        tokens: list[Any] = [None] * len(texts)
        depths: list[Any] = [np.zeros((0, len(DEPTHS), facts.dimension), np.float16)] * len(texts)
        surprise: list[Any] = [None] * len(texts)
        spans: list[Any] = [None] * len(texts)
        batches = list(_batches([len(one.ids) for one in coded]))
        passes = self._cores[role].map(self._forward, [[coded[i].ids for i in batch] for batch in batches])
        for batch, (layers, sentences) in zip(batches, passes, strict=True):
            pooled[batch] = unit(sentences)
            for row, i in enumerate(batch):
                offsets = np.array(coded[i].offsets, np.int32).reshape(-1, 2)
                own = np.flatnonzero((np.array(coded[i].special_tokens_mask) == 0) & (offsets[:, 1] > len(prompt)))
                tokens[i] = np.stack([layers[layer][row, own] for layer in token_layers(facts.depth)], axis=1)
                if role == "passage":
                    deep = [layers[layer][row, own] for layer in deep_layers(facts.depth)]
                    depths[i] = np.stack(deep, axis=1).astype(np.float16)
                surprise[i] = rarity[np.array(coded[i].ids)[own]]
                spans[i] = np.maximum(offsets[own] - len(prompt), 0)
        return Encoding(pooled, tokens, depths, surprise, spans)

    def _forward(self, ids: Sequence[list[int]]) -> Vectors:
        padded = np.full((len(ids), max(map(len, ids))), self._network.facts.padding, np.int64)
        mask = np.zeros_like(padded)
        for row, own in enumerate(ids):
            padded[row, : len(own)] = own
            mask[row, : len(own)] = 1
        return self._network.forward(padded, mask)

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.token_counts`."""
        if not texts:
            return []
        # The bundled model's normaliser panics at a mark without a letter before it; in `encode` the prompt is before.
        apart = [" " + text if category(text[:1] or " ").startswith("M") else text for text in texts]
        with self._lock:
            self._network.tokenizer.no_truncation()
            return [len(one.ids) for one in self._network.tokenizer.encode_batch(apart, add_special_tokens=False)]

    def rest(self) -> None:
        """See `Encoder.rest`."""
        with self._lock:
            self.__dict__.pop("_network", None)
        give_back()


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions of texts that go through the model together: alike in length, within the token budget."""
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and lengths[i] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _identity(model: str) -> str:
    """The model's name; for a folder with the beginnings and sizes of its files, so that other weights are noticed."""
    folder = Path(model)
    if not folder.is_dir():
        return model
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        with file.open("rb") as content:
            digest.update(f"{file.relative_to(folder)} {file.stat().st_size} ".encode() + content.read(_HEAD))
    return f"{folder.name} ({digest.hexdigest()[:12]})"
