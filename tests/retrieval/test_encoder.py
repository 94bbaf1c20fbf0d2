"""The encoder: vectors that line up with the text, whatever the text and the model."""

import gc
import json
import os
import socket
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from config.settings import Encoder as EncoderSettings
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.errors import ModelUnavailable
from retrieval.network import Vectors
from retrieval.torch_network import TorchNetwork
from tests.texts import ALL, ARABIC, ENGLISH, RUSSIAN

NOISE = 0.002  # of a cosine: bfloat16 keeps eight bits, and padding changes the order of sums
LONG = " ".join(ALL) * 10
FEW = [ARABIC[0], ENGLISH[0], RUSSIAN[0]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def compiled(tiny_model: Path, cache: Path) -> SentenceTransformerEncoder:
    """The tiny model where OpenVINO is installed."""
    network = pytest.importorskip("retrieval.compiled_network", reason="the extra openvino", exc_type=ImportError)
    encoder = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model), cache_dir=cache))
    assert isinstance(encoder._network, network.CompiledNetwork)
    return encoder


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> SentenceTransformerEncoder:
    """The tiny model where it is not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "retrieval.compiled_network", None)
        encoder = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model)))
        assert isinstance(encoder._network, TorchNetwork)
    return encoder


@pytest.fixture(params=["bundled", "tiny", "compiled"])
def encoder(request: pytest.FixtureRequest) -> SentenceTransformerEncoder:
    return request.getfixturevalue(request.param)


def test_pooled_vectors_are_float32_of_unit_length(encoder: SentenceTransformerEncoder) -> None:
    pooled = encoder.encode([*FEW, "", LONG], "passage").pooled
    assert pooled.dtype == np.float32
    assert pooled.shape == (len(FEW) + 2, encoder.dimension)
    assert np.abs(np.linalg.norm(pooled, axis=1) - 1).max() < 1e-5


@pytest.mark.parametrize("role", ["query", "passage"])
def test_every_token_has_a_vector_and_a_place_in_the_text(encoder: SentenceTransformerEncoder, role: Any) -> None:
    encoded = encoder.encode(ALL, role)
    for text, tokens, spans in zip(ALL, encoded.tokens, encoded.spans, strict=True):
        assert tokens.dtype == np.float32
        assert (tokens.shape[0], tokens.shape[-1]) == (len(spans), encoder.dimension)
        assert (spans[:, 0] < spans[:, 1]).all()
        assert (np.diff(spans[:, 0]) >= 0).all()
        assert spans[-1, 1] <= len(text)
        covered = {i for start, end in spans for i in range(start, end)}
        lost = [text[i] for i in range(len(text)) if i not in covered and text[i].isalnum()]
        assert lost == []


@pytest.mark.parametrize("text", FEW)
def test_no_token_belongs_to_the_prompt(encoder: SentenceTransformerEncoder, text: str) -> None:
    as_query, as_passage = (encoder.encode([text], role) for role in ("query", "passage"))
    assert as_query.spans[0].tolist() == as_passage.spans[0].tolist(), "the prompts differ in length, the spans do not"
    assert len(as_passage.tokens[0]) == encoder.token_counts([text])[0]
    assert not np.allclose(as_query.pooled, as_passage.pooled, atol=1e-3), "yet the model reads them"


def test_a_words_span_is_that_word(bundled: SentenceTransformerEncoder) -> None:
    text = "🎉🎉 قال لافروف: terror — Лавров"
    spans = bundled.encode([text], "passage").spans[0]
    for word in ("قال", "terror"):
        start = text.index(word)
        own = [(a, b) for a, b in spans.tolist() if a < start + len(word) and b > start]
        assert min(a for a, _ in own) in (start, start - 1)  # a token may take the space before it along
        assert max(b for _, b in own) == start + len(word)


def test_an_empty_text_has_a_vector_and_no_tokens(encoder: SentenceTransformerEncoder) -> None:
    encoded = encoder.encode([""], "query")
    assert len(encoded.tokens[0]) == 0
    assert encoded.spans[0].shape == (0, 2)
    assert np.isfinite(encoded.pooled).all()


def test_a_text_beyond_the_models_length_is_read_from_its_beginning(encoder: SentenceTransformerEncoder) -> None:
    encoded = encoder.encode([LONG, LONG + " and much more of it"], "passage")
    assert 0 < encoded.spans[0][-1][1] < len(LONG)
    assert encoded.pooled[0] @ encoded.pooled[1] > 1 - NOISE


def test_a_text_has_the_same_vector_in_any_company(encoder: SentenceTransformerEncoder) -> None:
    texts = [LONG, "", "short", *FEW, "قال"]
    together = encoder.encode(texts, "passage")
    for i, text in enumerate(texts):
        alone = encoder.encode([text], "passage")
        assert alone.pooled[0] @ together.pooled[i] > 1 - NOISE
        assert alone.spans[0].tolist() == together.spans[i].tolist()
        if len(alone.tokens[0]):
            a, b = (vectors.mean(axis=0).ravel() for vectors in (alone.tokens[0], together.tokens[i]))
            assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 1 - NOISE


def test_a_model_that_rested_is_loaded_again_and_finds_the_same(tiny_model: Path, cache: Path) -> None:
    encoder = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model), cache_dir=cache))
    before = encoder.encode(FEW, "passage")
    network = weakref.ref(encoder._network)
    encoder.rest()
    gc.collect()
    assert network() is None
    after = encoder.encode(FEW, "passage")
    assert np.abs(after.pooled - before.pooled).max() < NOISE
    encoder.rest()
    encoder.rest()


def test_several_threads_get_what_one_would(tiny: SentenceTransformerEncoder) -> None:
    expected = tiny.encode(ALL, "passage").pooled
    got: list[Any] = []
    threads = [threading.Thread(target=lambda: got.append(tiny.encode(ALL, "passage").pooled)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(np.allclose(one, expected, atol=1e-3) for one in got)


@pytest.mark.parametrize("role", ["query", "passage"])
def test_a_pass_of_torch_takes_one_core(
    tiny: SentenceTransformerEncoder, role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores: set[int] = set()
    passes = tiny._network.passes

    def noting(*inputs: Any) -> Any:
        cores.add(torch.get_num_threads())
        return passes(*inputs)

    monkeypatch.setattr(tiny._network, "passes", noting)
    tiny.encode(ALL, role)
    assert cores == {1}
    assert torch.get_num_threads() == os.cpu_count(), "here they are as they were"


def test_openvino_finds_the_vectors_that_torch_finds(
    compiled: SentenceTransformerEncoder, tiny: SentenceTransformerEncoder
) -> None:
    one, other = (encoder.encode([*ALL, "", LONG], "passage") for encoder in (compiled, tiny))
    assert (one.pooled * other.pooled).sum(axis=1).min() > 1 - NOISE
    for name in ("tokens", "depths", "surprise", "spans"):
        for own, theirs in zip(getattr(one, name), getattr(other, name), strict=True):
            assert (own.shape, own.dtype) == (theirs.shape, theirs.dtype)
            assert np.allclose(own, theirs, atol=0.05)


def test_a_compiled_model_needs_no_torch(tiny_model: Path, cache: Path, compiled: SentenceTransformerEncoder) -> None:
    code = (
        "import sys\n"
        "from config.settings import Encoder\n"
        "from retrieval import encoder\n"
        f"settings = Encoder(model={str(tiny_model)!r}, cache_dir={str(cache)!r})\n"
        "encoder.SentenceTransformerEncoder(settings).encode(['a'], 'query')\n"
        "print([name for name in ('openvino', 'torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['openvino']"


def test_first_passes_of_several_threads_do_not_wait_for_each_other(
    cache: Path, compiled: SentenceTransformerEncoder
) -> None:
    """They did in five of six processes."""
    (graph,) = cache.glob("compiled/*/network.xml")
    code = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from retrieval.compiled_network import CompiledNetwork\n"
        f"network, ids, go = CompiledNetwork(Path({str(graph.parent)!r})), np.ones((1, 8), np.int64), []\n"
        "def work():\n"
        "    while not go: pass\n"
        "    network.forward(ids, ids)\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "sys.setswitchinterval(1e-6)\n"
        "for thread in threads: thread.start()\n"
        "go.append(True)\n"
        "for thread in threads: thread.join()\n"
    )
    for _ in range(3):
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_damaged_compiled_model_is_made_again(
    tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("openvino")
    settings = EncoderSettings(model=str(tiny_model), cache_dir=tmp_path)
    expected = SentenceTransformerEncoder(settings).encode(ALL, "query").pooled
    (graph,) = tmp_path.glob("compiled/*/network.xml")
    graph.write_text("not a graph", encoding="utf-8")
    assert np.allclose(SentenceTransformerEncoder(settings).encode(ALL, "query").pooled, expected, atol=1e-5)
    (line,) = (record.getMessage() for record in caplog.records)
    assert "is made again" in line
    assert "\n" not in line


def always_the_same(ids: Any) -> Vectors:
    vectors = np.zeros((*ids.shape, 32), np.float32)
    vectors[..., 0] = 1
    return Vectors({1: vectors, 2: vectors}, vectors[:, 0])


def test_torch_runs_what_openvino_cannot(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("openvino")
    name = "retrieval.compiled_network.CompiledNetwork.forward"
    monkeypatch.setattr(name, lambda self, ids, mask: always_the_same(ids))
    encoder = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model), cache_dir=tmp_path))
    assert encoder.encode(ALL, "query").pooled.shape == (len(ALL), 32)
    assert isinstance(encoder._network, TorchNetwork)
    assert "torch does: its vectors are not those that torch finds" in caplog.text
    assert list((tmp_path / "compiled").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_one_clear_line(tiny_model: Path, tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    (tmp_path / "cache").write_text("a file, where a folder is to be", encoding="utf-8")
    encoder = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model), cache_dir=tmp_path / "cache"))
    with pytest.raises(ModelUnavailable, match=r"cannot be compiled into .*cache"):
        encoder.encode(["a"], "query")


def test_no_texts_give_no_vectors(tiny: SentenceTransformerEncoder) -> None:
    encoded = tiny.encode([], "passage")
    assert encoded.pooled.shape == (0, tiny.dimension)
    assert (encoded.tokens, encoded.spans) == ([], [])


def test_counts_of_no_texts_are_none(tiny: SentenceTransformerEncoder) -> None:
    assert tiny.token_counts([]) == []


def test_another_folder_is_another_model(tiny: SentenceTransformerEncoder, bundled: SentenceTransformerEncoder) -> None:
    assert tiny.dimension == 32
    assert tiny.identity != bundled.identity


def test_a_hub_name_without_network_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def no_network(address: Any, *_: Any, **__: Any) -> None:
        asked.append(address)
        raise OSError("no route to host")

    monkeypatch.setattr(socket, "create_connection", no_network)
    encoder = SentenceTransformerEncoder(EncoderSettings(model="nobody/no-such-model"))
    with pytest.raises(ModelUnavailable) as caught:
        encoder.encode(["a"], "query")
    assert "nobody/no-such-model" in str(caught.value)
    assert "QAWL_ENCODER__MODEL" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(asked) <= 1, "it is asked once, not over and over"


@pytest.mark.parametrize("content", [{}, {"config.json": "{}"}, {"modules.json": "not json"}])
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="not a sentence-transformers folder") as caught:
        _ = SentenceTransformerEncoder(EncoderSettings(model=str(tmp_path))).dimension
    assert "\n" not in str(caught.value)


def test_a_folder_without_its_weights_is_refused(tmp_path: Path, tiny_model: Path) -> None:
    for file in tiny_model.iterdir():
        if file.is_file() and file.suffix != ".safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ModelUnavailable):
        _ = SentenceTransformerEncoder(EncoderSettings(model=str(tmp_path))).dimension


def test_nothing_is_loaded_before_it_is_needed() -> None:
    encoder = SentenceTransformerEncoder(EncoderSettings(model="/no/such/folder"))
    assert encoder.identity == "/no/such/folder"


def test_a_models_own_prompts_are_used(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    other = tmp_path / "other"
    shutil.copytree(tiny_model, other)
    said = other / "config_sentence_transformers.json"
    fields = json.loads(said.read_text(encoding="utf-8"))
    said.write_text(json.dumps({**fields, "prompts": {"query": "", "document": ""}}), encoding="utf-8")
    bare = SentenceTransformerEncoder(EncoderSettings(model=str(other), cache_dir=tmp_path))
    with_prompt = SentenceTransformerEncoder(EncoderSettings(model=str(tiny_model), cache_dir=tmp_path))
    assert np.allclose(
        bare.encode(["ask: who said it"], "query").pooled,
        with_prompt.encode(["who said it"], "query").pooled,
        atol=1e-3,
    )


@pytest.mark.parametrize("text", ["\u064fتعرض اليوم", "\u0301word", "\u0301", "\u064f…"])
def test_a_text_that_begins_with_a_mark_has_a_length(bundled: SentenceTransformerEncoder, text: str) -> None:
    (count,) = bundled.token_counts([text])
    assert count >= 1
    (spans,) = bundled.encode([text], "passage").spans
    assert abs(len(spans) - count) <= 1
