"""A sentence-transformers model, run by OpenVINO: for one question twice as fast as torch, and loaded in a second.

It computes in bfloat16 where the processor does so natively.
"""

import json
import os
import threading
from pathlib import Path

import numpy as np
import openvino
from tokenizers import Tokenizer

from retrieval.network import Facts, Numbers, Vectors, layers_read

# What is in a compiled model's folder.
FACTS, TOKENIZER, SURPRISE, GRAPH = "facts.json", "tokenizer.json", "surprise.npy", "network.xml"
INPUTS = ("input_ids", "attention_mask")

# Texts that go through alone are filled up to a multiple of so many tokens: of a hundred questions no two may be of one
# length, and what is made for a length takes a sixth of a pass (docs/performance.md).
_ALONE = 8

# Several are filled up to a multiple of as many as attention takes at a time: what is left over takes it as long as
# everything before, and a third of a pass (docs/performance.md).
_TOGETHER = 16

# Compiled operations that are kept for shapes seen before: few, as no two batches have one shape (`heap`).
_OPERATIONS = 64

# Two threads that look at a tensor's data for the first time can deadlock: one holds the GIL and waits for what the
# binding makes once, the other makes it and waits for the GIL. While a module is imported, there is one.
_ = openvino.Tensor(openvino.Type.i64, [1]).data


class CompiledNetwork:
    """A `Network` that OpenVINO runs, of a folder that `compiling` made."""

    def __init__(self, folder: Path) -> None:
        self.facts = Facts(**json.loads((folder / FACTS).read_text(encoding="utf-8")))
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
        # Second, for it keeps the interpreter: while OpenVINO compiles, others can load who is quoted.
        self.tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        self._thread = threading.local()

    def forward(self, ids: Numbers, mask: Numbers) -> Vectors:
        """See `Network.forward`."""
        if not hasattr(self._thread, "request"):
            self._thread.request = self._model.create_infer_request()
        count, length = ids.shape
        added = ((0, 0), (0, -length % (_ALONE if count == 1 else _TOGETHER)))
        filled = np.pad(ids, added, constant_values=self.facts.padding), np.pad(mask, added)
        found = self._thread.request.infer(dict(zip(INPUTS, filled, strict=True)))
        read = layers_read(self.facts.depth)
        return Vectors({layer: found[i][:, :length] for i, layer in enumerate(read)}, found[len(read)])
