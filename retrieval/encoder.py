"""Text to vectors: one forward pass gives a pooled vector and the vectors of every token."""

import hashlib
import json
import logging
import os
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from unicodedata import category
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from config.settings import Encoder as EncoderSettings
from retrieval import bundled_model
from retrieval.errors import ModelUnavailable
from retrieval.threads import compute_alone

if TYPE_CHECKING:
    import torch

log = logging.getLogger(__name__)

Role = Literal["query", "passage"]

# Tokens of one batch, padding included: their activations, 6 MB where they are widest, stay near the core. On a
# processor with AVX2 one of 8 192 took half as long again (once, during development).
_BATCH_TOKENS = 1024


# Late interaction reads the last two: together they rank better than either (docs/quality.md).
LAYERS = 2

# Attribution reads a low, a middle and the last layer, by their share of the model's depth: 6, 9 and 12 of twelve.
DEPTHS = (0.5, 0.75, 1.0)


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


class SentenceTransformerEncoder:
    """An `Encoder` over a sentence-transformers model: the bundled one, a folder, or a hub name.

    The transformer runs in bfloat16 where the processor computes in it natively; pooling and normalisation are in
    float32, since bfloat16 would bend lengths by 0.2 %. Questions take a core each, passages all of them.

    The model is loaded at first use, which raises `ModelUnavailable` when it cannot be had.
    """

    def __init__(self, settings: EncoderSettings) -> None:
        self._settings = settings
        self.identity = _identity(settings.model) if settings.model else bundled_model.identity()
        self._lock = threading.RLock()
        self._turn = threading.Lock()  # for passes that use all cores
        self._for_questions = ThreadPoolExecutor(os.cpu_count(), "question", compute_alone)

    @cached_property
    def _model(self) -> Any:
        """The model, loaded when first needed: that takes seconds."""
        folder = self._settings.model or str(bundled_model.ensure(self._settings.cache_dir / "models"))
        return _load(folder)

    @cached_property
    def dimension(self) -> int:
        """See `Encoder.dimension`."""
        with self._lock:
            return int(self._model.get_embedding_dimension())

    @cached_property
    def _surprise(self) -> npt.NDArray[np.float32]:
        """-log p of each piece of the vocabulary, shape (pieces,)."""
        model = json.loads(self._model.tokenizer.backend_tokenizer.to_str())["model"]
        surprise = np.ones(len(self._model.tokenizer), np.float32)
        if model["type"] == "Unigram":
            surprise[: len(model["vocab"])] = [-logarithm for _, logarithm in model["vocab"]]
        return surprise

    @cached_property
    def _prompts(self) -> dict[Role, str]:
        """What the model wants in front of a text; E5 models need theirs though some of their folders do not say so."""
        own: dict[str, str] = {name: text for name, text in (self._model.prompts or {}).items() if text}
        is_e5 = re.search(r"\be5\b", Path(self._settings.model or bundled_model.NAME).name.lower())
        usual = {"query": "query: ", "document": "passage: "} if is_e5 and not own else own
        return {"query": usual.get("query", ""), "passage": usual.get("document") or usual.get("passage", "")}

    def encode(self, texts: Sequence[str], role: Role) -> Encoding:
        """See `Encoder.encode`."""
        if not texts:
            return Encoding(np.zeros((0, self.dimension), np.float32), [], [], [], [])
        pooled = np.zeros((len(texts), self.dimension), np.float32)
        tokens: list[Any] = [None] * len(texts)
        depths: list[Any] = [np.zeros((0, len(DEPTHS), self.dimension), np.float16)] * len(texts)
        surprise: list[Any] = [None] * len(texts)
        spans: list[Any] = [None] * len(texts)
        with self._lock:
            prompt = self._prompts[role]
            coded = self._model.tokenizer(
                [prompt + text for text in texts],
                truncation=True,
                max_length=self._model.max_seq_length,
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
            )
        batches = list(_batches([len(ids) for ids in coded["input_ids"]]))
        apply = self._for_questions.map if role == "query" else map
        passes = apply(self._forward, [[coded["input_ids"][i] for i in batch] for batch in batches])
        for batch, (vectors, deep, sentences) in zip(batches, passes, strict=True):
            pooled[batch] = sentences
            for row, i in enumerate(batch):
                offsets = np.array(coded["offset_mapping"][i], np.int32).reshape(-1, 2)
                special = np.array(coded["special_tokens_mask"][i], bool)
                own = ~special & (offsets[:, 1] > len(prompt))
                tokens[i] = vectors[row, : len(own)][own]
                if role == "passage":
                    depths[i] = deep[row, : len(own)][own]
                surprise[i] = self._surprise[np.array(coded["input_ids"][i])[own]]
                spans[i] = np.maximum(offsets[own] - len(prompt), 0)
        return Encoding(pooled, tokens, depths, surprise, spans)

    def _forward(self, ids: list[list[int]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        import torch  # noqa: PLC0415  takes seconds; commands that encode nothing do without

        padded: dict[str, Any] = self._model.tokenizer.pad({"input_ids": ids}, return_tensors="pt")
        transformer, *rest = self._model
        alone = torch.get_num_threads() == 1
        with nullcontext() if alone else self._turn, torch.inference_mode():
            features = transformer(dict(padded))
            features["token_embeddings"] = features["token_embeddings"].float()
            layers = features["all_layer_embeddings"]
            last = torch.stack(layers[: -LAYERS - 1 : -1], dim=2).float()
            deep = torch.stack([layers[round(depth * (len(layers) - 1))] for depth in DEPTHS], dim=2).half()
            for module in rest:
                features = module(features)
            sentences = torch.nn.functional.normalize(features["sentence_embedding"].float(), dim=1)
            return last.numpy(), deep.numpy(), sentences.numpy()

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        """See `Encoder.token_counts`."""
        if not texts:
            return []
        # The bundled model's normaliser panics at a mark without a letter before it; in `encode` the prompt is before.
        apart = [" " + text if category(text[:1] or " ").startswith("M") else text for text in texts]
        with self._lock:
            return [len(ids) for ids in self._model.tokenizer(apart, add_special_tokens=False)["input_ids"]]


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


def _load(folder: str) -> Any:
    local = Path(folder).is_dir()
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  takes seconds
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        offline = local or not _hub_answers()
        model = SentenceTransformer(
            folder,
            device="cpu",
            local_files_only=offline,
            model_kwargs={"dtype": _fastest_dtype()},
            config_kwargs={"output_hidden_states": True},
        )
    except Exception as error:  # every library below raises its own kinds
        log.debug("loading %s failed", folder, exc_info=True)
        hint = (
            "is not a sentence-transformers folder" if local else "was not found here, and no network could be reached"
        )
        raise ModelUnavailable(
            f"The model {folder} {hint}: set QAWL_ENCODER__MODEL to a folder, or unset it for the bundled model."
        ) from error
    return model.eval()


def _hub_answers() -> bool:
    """True when the model hub can be reached; asked first, since its client tries for over a minute."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE  # noqa: PLC0415

    if HF_HUB_OFFLINE:
        return False
    host = urlsplit(ENDPOINT)
    try:
        with socket.create_connection((host.hostname or "", host.port or 443), timeout=5):
            return True
    except OSError:
        return False


def _fastest_dtype() -> "torch.dtype":
    import torch  # noqa: PLC0415

    native = torch.cpu.get_capabilities()
    return torch.bfloat16 if native.get("avx512_bf16") or native.get("amx_bf16") else torch.float32
