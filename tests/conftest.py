"""What holds for every test: data of its own, no setting from outside, and no network but the loopback."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import Encoder as EncoderSettings
from retrieval import networks
from retrieval.encoder import SentenceTransformerEncoder
from tests.fakes import FakeWorkspace
from tests.postgres import InFolder, OnServer, Server, Storage, running_server
from tests.shared_data import DATA, SAMPLE

os.environ["HF_HUB_OFFLINE"] = "1"  # the hub's client reads it once, when it is imported

_attempts: list[str] = []  # hosts outside that somebody tried to reach


@pytest.fixture(autouse=True, scope="session")
def only_loopback() -> Iterator[None]:
    """Refuses connections and name look-ups to anywhere else; `no_network_attempts` makes the test fail."""
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: object) -> None:
        _refuse_outside(self, address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_connect_ex(self: socket.socket, address: object) -> int:
        _refuse_outside(self, address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    def guarded_look_up(host: object, *rest: object, **more: object) -> object:
        if not _is_here(host):
            _refuse(str(host))
        return look_up(host, *rest, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


@pytest.fixture(autouse=True)
def no_network_attempts(only_loopback: None) -> Iterator[None]:
    """Fails the test that tried, even when the code under test swallowed the refusal."""
    _attempts.clear()
    yield
    assert _attempts == [], "the network was wanted"


def _refuse_outside(which: socket.socket, address: object) -> None:
    if which.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):  # type: ignore[index]
        _refuse(str(address))


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse(where: str) -> None:
    _attempts.append(where)
    raise OSError(f"tests reach no network, but {where} was wanted")


@pytest.fixture(autouse=True)
def clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting but a data folder of the test's own. The bundled model stays where it was unpacked once."""
    for name in [name for name in os.environ if name.startswith("QAWL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QAWL_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def shared_data() -> Path:
    """The development data beside the checkout."""
    if not DATA.is_dir():
        pytest.skip("the development data is not there: ../shared/data")
    return DATA


@pytest.fixture(scope="session")
def bundled() -> SentenceTransformerEncoder:
    """The bundled model, loaded once."""
    return SentenceTransformerEncoder(EncoderSettings())


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A sentence-transformers folder with random weights and a real tokenizer: quick to load, understands nothing."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    words = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    words.normalizer = normalizers.NFKC()
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.decoder = decoders.WordPiece()
    latin_and_cyrillic = "".join(map(chr, [*range(33, 127), *range(0x410, 0x450)]))
    texts = [SAMPLE.read_text(encoding="utf-8"), " ".join(latin_and_cyrillic), latin_and_cyrillic]
    words.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=600, special_tokens=special))
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=128, **names).save_pretrained(folder / "bert")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=words.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=128)
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="mean")
    prompts = {"query": "ask: ", "document": "text: "}
    SentenceTransformer(modules=[transformer, pooling], prompts=prompts, device="cpu").save(str(folder / "model"))
    model = folder / "model"
    yield model
    settings = EncoderSettings(model=str(model))
    identity = SentenceTransformerEncoder(settings).identity
    shutil.rmtree(networks.place_of(model, identity, settings.cache_dir), ignore_errors=True)


@pytest.fixture
def workspace() -> Iterator[FakeWorkspace]:
    """An empty archive with the fake encoder."""
    from config import load_settings

    opened = FakeWorkspace(load_settings())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Where a fresh archive is, in each of the databases that can hold one."""
    if request.param == "sqlite":
        yield InFolder(tmp_path)
    else:
        with request.getfixturevalue("postgres").database() as url:
            yield OnServer(url)
