"""A sentence-transformers model, run by OpenVINO: for one question twice as fast as torch, and loaded in a second.

The model is compiled once, and what comes of it kept in a folder of the cache, so that later starts load neither torch
nor sentence-transformers. OpenVINO computes in bfloat16 where the processor does so natively.
"""

import json
import logging
import os
import re
import shutil
import threading
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import openvino
from tokenizers import Tokenizer

from retrieval.errors import ModelUnavailable
from retrieval.files import make_folder
from retrieval.network import Facts, Network, Numbers, Vectors, layers_read

log = logging.getLogger(__name__)

_LAYOUT = 1  # of the folder; raise it to have models compiled again
FACTS, TOKENIZER, SURPRISE, GRAPH = "facts.json", "tokenizer.json", "surprise.npy", "network.xml"  # what is in it
INPUTS = ("input_ids", "attention_mask")

# Compiled operations that are kept for shapes seen before: few, as no two batches have one shape (`heap`).
_OPERATIONS = 64


class CompiledNetwork:
    """A `Network` that OpenVINO runs, of a folder that `compiled` made."""

    def __init__(self, folder: Path) -> None:
        self.facts = Facts(**json.loads((folder / FACTS).read_text(encoding="utf-8")))
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self.surprise = np.load(folder / SURPRISE, allow_pickle=False)
        cores = os.cpu_count() or 1
        self._model = openvino.Core().compile_model(
            folder / GRAPH,
            "CPU",
            {  # a pass takes a core, and as many go on beside each other as there are cores
                "NUM_STREAMS": cores,
                "INFERENCE_NUM_THREADS": cores,
                "ENABLE_CPU_PINNING": False,
                "CPU_RUNTIME_CACHE_CAPACITY": _OPERATIONS,
            },
        )
        self._thread = threading.local()

    def forward(self, ids: Numbers, mask: Numbers) -> Vectors:
        """See `Network.forward`."""
        if not hasattr(self._thread, "request"):
            self._thread.request = self._model.create_infer_request()
        found = self._thread.request.infer(dict(zip(INPUTS, (ids, mask), strict=True)))
        read = layers_read(self.facts.depth)
        return Vectors({layer: found[i] for i, layer in enumerate(read)}, found[len(read)])


def compiled(model: Path, identity: str, cache_dir: Path) -> Network:
    """The model in a folder, compiled now (some seconds, and as much disk as the model) or before.

    Where OpenVINO cannot run the model, torch does.

    Raises:
        ModelUnavailable: the folder holds no model, or the compiled one cannot be written.
    """
    place = place_of(model, identity, cache_dir)
    if (place / FACTS).exists():
        try:
            return CompiledNetwork(place)
        except Exception as error:  # every part of it raises its own kinds
            log.warning("The compiled model in %s cannot be read, and is made again: %s.", place, _line(error))
            shutil.rmtree(place, ignore_errors=True)
    from retrieval import compiling  # noqa: PLC0415  takes seconds

    try:
        make_folder(place, FACTS, partial(compiling.compile_model, str(model)))
        return CompiledNetwork(place)
    except ModelUnavailable:
        raise
    except OSError as error:
        raise ModelUnavailable(f"The model cannot be compiled into {place}: {error.strerror}.") from error
    except Exception as error:
        log.warning("OpenVINO cannot run the model %s, torch does: %s.", model, _line(error))
        from retrieval.torch_network import TorchNetwork  # noqa: PLC0415

        return TorchNetwork(str(model))


def place_of(model: Path, identity: str, cache_dir: Path) -> Path:
    """Where a compiled model is kept."""
    name = re.sub(r"[^\w.-]+", "-", model.name)
    return cache_dir / "compiled" / f"{name}-{_LAYOUT}-{sha256(identity.encode()).hexdigest()[:12]}"


def _line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
