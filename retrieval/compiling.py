"""Compiles a sentence-transformers model for OpenVINO. Importing this takes seconds."""

import dataclasses
import json
import warnings
from pathlib import Path

import numpy as np
import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

from retrieval.compiled_network import FACTS, GRAPH, INPUTS, SURPRISE, TOKENIZER, CompiledNetwork
from retrieval.linear import unit
from retrieval.torch_network import Passes, TorchNetwork

_ALIKE = 0.99  # of a cosine: bfloat16 keeps eight bits


def compile_model(model: str, folder: Path) -> None:
    """Makes a folder for `CompiledNetwork` of a model's, in float32.

    `openvino.convert_model` does the same, but would tell its makers.

    Raises:
        ModelUnavailable: there is no such model.
    """
    network = TorchNetwork(model, torch.float32)
    ids = torch.full((2, 8), network.facts.padding)
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a trace may hold for its example only: see `_check`
        decoder = TorchScriptPythonDecoder(network.passes, example_input=dict(zip(INPUTS, (ids, mask), strict=True)))
    frontend = FrontEndManager().load_by_framework("pytorch")
    graph = frontend.convert(frontend.load(decoder))
    folder.mkdir()
    openvino.save_model(graph, folder / GRAPH, compress_to_fp16=False)
    network.tokenizer.save(str(folder / TOKENIZER))
    np.save(folder / SURPRISE, network.surprise)
    (folder / FACTS).write_text(json.dumps(dataclasses.asdict(network.facts)), encoding="utf-8")
    _check(CompiledNetwork(folder), network.passes)


def _check(compiled: CompiledNetwork, passes: Passes) -> None:
    """Raises ValueError unless both give like vectors for texts of other lengths than the example's."""
    for lengths in ([1], [3, 11, 17]):
        mask = (np.arange(max(lengths)) < np.array(lengths)[:, None]).astype(np.int64)
        ids = np.random.default_rng(1).integers(compiled.tokenizer.get_vocab_size(), size=mask.shape)
        found = compiled.forward(ids, mask)
        with torch.inference_mode():
            expected = [one.numpy() for one in passes(torch.from_numpy(ids), torch.from_numpy(mask))]
        for one, other in zip((*found.layers.values(), found.pooled), expected, strict=True):
            likeness = np.sum(unit(one) * unit(other), axis=-1)
            if (likeness[mask == 1] if likeness.ndim == mask.ndim else likeness).min() < _ALIKE:
                raise ValueError("its vectors are not those that torch finds")
