"""A sentence-transformers model, run by torch as it is. Importing this takes seconds."""

import logging
import os
import socket
import threading
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

from retrieval.errors import ModelUnavailable
from retrieval.network import Facts, Floats, Numbers, Vectors, layers_read, surprise
from retrieval.threads import compute_alone

log = logging.getLogger(__name__)


class Passes(nn.Module):
    """What one pass gives: the layers in `layers_read`, then the texts' own vectors, at unit length.

    Pooling and normalisation are in float32: bfloat16 would bend lengths by 0.2 %.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self._transformer, *rest = model
        self._rest = nn.ModuleList(rest)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """int64 of shape (n, length) both."""
        features = self._transformer({"input_ids": input_ids, "attention_mask": attention_mask})
        layers = features["all_layer_embeddings"]
        features["token_embeddings"] = features["token_embeddings"].float()
        for module in self._rest:
            features = module(features)
        sentences = nn.functional.normalize(features["sentence_embedding"].float(), dim=1)
        return (*(layers[i].float() for i in layers_read(len(layers) - 1)), sentences)


class TorchNetwork:
    """A `Network` that torch runs: in bfloat16 where the processor computes in it natively, else in float32.

    Raises:
        ModelUnavailable: there is no such folder or hub name, or it cannot be had.
    """

    def __init__(self, name: str, dtype: torch.dtype | None = None) -> None:
        model = _load(name, dtype or _fastest_dtype())
        self.passes = Passes(model).eval()
        self.tokenizer = model.tokenizer.backend_tokenizer
        self.facts = Facts(
            prompts={name: text for name, text in (model.prompts or {}).items() if text},
            longest=int(model.max_seq_length),
            dimension=int(model.get_embedding_dimension() or 0),
            padding=int(model.tokenizer.pad_token_id or 0),
            depth=int(model[0].auto_model.config.num_hidden_layers),
        )
        self._thread = threading.local()

    @cached_property
    def surprise(self) -> Floats:
        """See `Network.surprise`."""
        return surprise(self.tokenizer)

    def forward(self, ids: Numbers, mask: Numbers) -> Vectors:
        """See `Network.forward`."""
        if not hasattr(self._thread, "alone"):
            compute_alone()
            self._thread.alone = True
        with torch.inference_mode():
            *layers, pooled = self.passes(torch.from_numpy(ids), torch.from_numpy(mask))
            read = dict(zip(layers_read(self.facts.depth), (one.numpy() for one in layers), strict=True))
            return Vectors(read, pooled.numpy())


def _load(name: str, dtype: torch.dtype) -> Any:
    local = Path(name).is_dir()
    if local:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        offline = local or not _hub_answers()
        return SentenceTransformer(
            name,
            device="cpu",
            local_files_only=offline,
            model_kwargs={"dtype": dtype},
            config_kwargs={"output_hidden_states": True},
        )
    except Exception as error:  # every library below raises its own kinds
        log.debug("loading %s failed", name, exc_info=True)
        hint = (
            "is not a sentence-transformers folder" if local else "was not found here, and no network could be reached"
        )
        raise ModelUnavailable(
            f"The model {name} {hint}: set QAWL_ENCODER__MODEL to a folder, or unset it for the bundled model."
        ) from error


def _hub_answers() -> bool:
    """True when the model hub can be reached; asked first, since its client tries for over a minute."""
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE  # noqa: PLC0415  reads the environment when imported

    if HF_HUB_OFFLINE:
        return False
    host = urlsplit(ENDPOINT)
    try:
        with socket.create_connection((host.hostname or "", host.port or 443), timeout=5):
            return True
    except OSError:
        return False


def _fastest_dtype() -> torch.dtype:
    native = torch.cpu.get_capabilities()
    return torch.bfloat16 if native.get("avx512_bf16") or native.get("amx_bf16") else torch.float32
