"""Stand-ins for the parts of Qawl that are slow: deterministic, and in milliseconds."""

import re
import zlib
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.workspace import Workspace
from config import Settings
from retrieval.archive import Prepared
from retrieval.encoder import LAYERS, Encoder, Encoding, Role
from retrieval.language_means import LanguageMeans
from retrieval.types import Article, Sentence, Span
from retrieval.vector_index import FaissIndex

DIMENSION = 32
_WORD = re.compile(r"\S+")

Floats = npt.NDArray[np.float32]


class FakeEncoder:
    """An `Encoder` that knows words only: each has a direction of its own, a text is the mean of its words."""

    def __init__(self, identity: str = "fake 1", dimension: int = DIMENSION) -> None:
        self.identity = identity
        self.dimension = dimension
        self.encoded: list[str] = []  # every text that was ever encoded

    def encode(self, texts: Sequence[str], role: Role) -> Encoding:
        self.encoded += texts
        words = [list(_WORD.finditer(text)) for text in texts]
        rows = [self._rows([self._direction(word[0]) for word in found]) for found in words]
        pooled = [_unit(own.sum(axis=0)) if len(own) else self._direction("") for own in rows]
        return Encoding(
            pooled=self._rows(pooled),
            tokens=[np.repeat(own[:, None], LAYERS, axis=1) for own in rows],
            surprise=[np.ones(len(own), np.float32) for own in rows],
            spans=[np.array([word.span() for word in found], np.int32).reshape(-1, 2) for found in words],
        )

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def _direction(self, word: str) -> Floats:
        return _direction(re.sub(r"\W", "", word).casefold(), self.dimension)

    def _rows(self, vectors: list[Floats]) -> Floats:
        return np.array(vectors, np.float32).reshape(-1, self.dimension)


def _unit(vector: npt.NDArray[np.floating]) -> Floats:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@cache
def _direction(word: str, dimension: int) -> Floats:
    return _unit(np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimension))


class FakeWorkspace(Workspace):
    """A `Workspace` with a `FakeEncoder`, or with the one given; `bind=False` leaves the archive to its model."""

    def __init__(self, settings: Settings, fake: Encoder | None = None, *, bind: bool = True) -> None:
        private = settings.encoder.model_copy(update={"cache_dir": settings.data_dir.with_name("cache")})
        super().__init__(settings.model_copy(update={"encoder": private}))
        self._fake = fake or FakeEncoder()
        self._bind = bind

    @cached_property
    def encoder(self) -> Encoder:
        if self._bind:
            self.archive.bind_model(self._fake.identity)
        return self._fake


def vector_index(folder: Path, encoder: Encoder) -> FaissIndex:
    """The vector index of a data folder."""
    return FaissIndex(folder, encoder.identity, LanguageMeans(encoder, folder.with_name("cache")))


def prepare(article: Article, encoder: Encoder | None = None) -> Prepared:
    """The article as the pipeline would hand it to the archive, every line a sentence and a passage."""
    lines = list(re.finditer(r"[^\n]+", article.text))
    return Prepared(
        article=article,
        lang=article.lang or "en",
        sentences=[Sentence(start=line.start(), end=line.end()) for line in lines],
        passages=[Span(start=line.start(), end=line.end()) for line in lines],
        vectors=(encoder or FakeEncoder()).encode([line[0] for line in lines], "passage").pooled,
        tokens=[b""] * len(lines),
    )
