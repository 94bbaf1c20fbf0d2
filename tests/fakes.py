"""Stand-ins for the parts of Qawl that are slow: deterministic, and in milliseconds."""

import re
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bot.workspace import Workspace
from config import Settings
from ingest.attribution import Attributor, Cut
from retrieval.archive import Attributed, Attribution, Place, Prepared, Source
from retrieval.encoder import Encoder, Encoding, Role
from retrieval.language_means import LanguageMeans
from retrieval.near_duplicates import signature
from retrieval.network import DEPTHS, LAYERS
from retrieval.sqlite_database import FILE
from retrieval.types import Answer, Article, Sentence, Span
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
            depths=[np.repeat(own[:, None], len(DEPTHS), axis=1).astype(np.float16) for own in rows],
            surprise=[np.ones(len(own), np.float32) for own in rows],
            spans=[np.array([word.span() for word in found], np.int32).reshape(-1, 2) for found in words],
        )

    def token_counts(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def rest(self) -> None:
        """Has no model to give back."""

    def _direction(self, word: str) -> Floats:
        return _direction(re.sub(r"\W", "", word).casefold(), self.dimension)

    def _rows(self, vectors: list[Floats]) -> Floats:
        return np.array(vectors, np.float32).reshape(-1, self.dimension)


def _unit(vector: npt.NDArray[np.floating]) -> Floats:
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@cache
def _direction(word: str, dimension: int) -> Floats:
    return _unit(np.random.default_rng(zlib.crc32(word.encode())).standard_normal(dimension))


class FakeAttributor:
    """An `Attributor` that knows one form: a line "Name said: words" is a direct statement of Name."""

    def attribute(self, articles: Sequence[Cut]) -> list[Attribution]:
        return [self._one(article) for article in articles]

    def _one(self, article: Cut) -> Attribution:
        sources: dict[str, Source] = {}
        statements = []
        for sentence in article.sentences:
            name, cue, _ = article.text[sentence.start : sentence.end].partition(" said: ")
            if cue:
                introduced = Span(start=sentence.start, end=sentence.start + len(name))
                sources.setdefault(name, Source(name, (), None, True, introduced))
                span = Span(start=sentence.start, end=sentence.end)
                statements.append(Attributed(span, list(sources).index(name), "said", "direct"))
        return Attribution(list(sources.values()), statements)


class FakeWorkspace(Workspace):
    """A `Workspace` with a `FakeEncoder`, or with the one given; `bind=False` leaves the archive to its model."""

    def __init__(self, settings: Settings, fake: Encoder | None = None, *, bind: bool = True) -> None:
        private = settings.encoder.model_copy(update={"cache_dir": settings.data_dir.with_name("cache")})
        super().__init__(settings.model_copy(update={"encoder": private}))
        self._fake = fake or FakeEncoder()
        self._bind = bind

    @cached_property
    def attributor(self) -> Attributor:
        return FakeAttributor()

    @cached_property
    def encoder(self) -> Encoder:
        if self._bind:
            self.archive.bind_model(self._fake.identity)
        return self._fake

    @cached_property
    def answering(self) -> Callable[..., Answer]:
        return self.answerer.answer  # a second process would have the real encoder


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
        places=[Place(i, 0, 0) for i in range(len(lines))],
        passages=[Span(start=line.start(), end=line.end()) for line in lines],
        vectors=(encoder or FakeEncoder()).encode([line[0] for line in lines], "passage").pooled,
        tokens=[b""] * len(lines),
        signature=signature(article.text),
    )


def source(name: str, *aliases: str, role: str | None = None, person: bool = True) -> Source:
    """Somebody who is quoted in an article."""
    return Source(name, aliases, role, person, Span(start=0, end=1))


def quoting(article_id: str, *sources: Source, times: int = 1, lang: str = "en") -> Prepared:
    """An article in which each source says `times` lines."""
    lines = [f"{one.name} said: number {n} of {article_id}." for one in sources for n in range(times)]
    prepared = prepare(Article(id=article_id, text="\n".join(lines), lang=lang))
    spans = [Span(start=one.start, end=one.end) for one in prepared.sentences]
    statements = [Attributed(span, i // times, "said", "direct") for i, span in enumerate(spans)]
    return replace(prepared, attribution=Attribution(sources, statements))


def old_archive(folder: Path, *articles: Article) -> None:
    """An archive as the version before statements (migrations 1 to 3) left it."""
    database = sqlite3.connect(folder / FILE)
    for name in ("0001_archive.sql", "0002_token_vectors.sql", "0003_identity.sql"):
        script = (resources.files("retrieval") / "migrations" / name).read_text(encoding="utf-8")
        database.executescript(script)
    database.executescript(f"PRAGMA user_version = 3; PRAGMA application_id = {0x5161776C};")
    with database:
        for key, one in enumerate(articles, 1):
            prepared = prepare(one)
            row = (key, one.id, one.content_hash, one.model_dump_json())
            database.execute("INSERT INTO articles VALUES (?, ?, ?, 1, 'en', ?)", row)
            spans = list(zip(prepared.passages, prepared.vectors.astype("float16"), strict=True))
            for span, vector in spans:
                database.execute("INSERT INTO sentences VALUES (?, ?, ?)", (key, span.start, span.end))
                passage = database.execute(
                    'INSERT INTO passages (article, "start", "end") VALUES (?, ?, ?)', (key, span.start, span.end)
                ).lastrowid
                database.execute("INSERT INTO vectors VALUES (?, ?)", (passage, vector.tobytes()))
                database.execute("INSERT INTO token_vectors VALUES (?, x'')", (passage,))
        database.execute("UPDATE meta SET value = '1' WHERE name = 'sequence'")
    database.close()
