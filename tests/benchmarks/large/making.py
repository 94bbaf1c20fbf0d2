"""Variations of real passages, as many as are wanted: made, since encoding a million takes hours.

A made article has the passages of a real one, each put together from the first half of its own sentences and the second
half of those of another passage of its language and about its length. Token vectors go with their sentences. So words,
lengths and the shares of languages are those of real articles. One person in ten has a family name from another, each
of them as likely, so that the number of people grows with the archive: to tens of thousands in a million passages, as
the number of different words does in a growing text (Heaps' law with an exponent of 0.7).

The vector of a made passage lies as near to that of the first half as a real one, drawn by chance, does to its nearest
other (cosine around their language's mean), and as far from the mean; the rest of its direction is noise with the
covariance of the language's real vectors.
"""

import random
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.archive import Attributed, Attribution, Place, Prepared, Source
from retrieval.packing import token_bytes
from retrieval.sqlite_database import FILE
from retrieval.types import Article, Kind, Sentence, Span

MADE = "made-"  # before the number in a made article's id
_MADE_OF = 20_000  # real passages
_TOKEN = token_bytes(384)
_RENAMED = 0.1  # of the sources
_NOISE = 20_000  # directions kept, any two of which make another: one by one they take most of the time
_COMPARED = 4000  # vectors whose nearest other is looked for
_BESIDE = 40  # passages of about the same length that another half may come from

Floats = npt.NDArray[np.float32]


class Whose(NamedTuple):
    """A source's name, and whether it is a person's."""

    name: str
    person: bool


@dataclass(frozen=True)
class Piece:
    """A sentence with its packed token vectors and, where it is a statement, whose."""

    text: str
    tokens: bytes
    said: tuple[Whose | None, str | None, Kind] | None  # whose it is, cue, kind


@dataclass
class Seed:
    """Real articles: of each language the passages as sentences, their vectors, and which are one article's."""

    passages: dict[str, list[list[Piece]]] = field(default_factory=lambda: defaultdict(list))
    vectors: dict[str, Floats] = field(default_factory=dict)
    articles: list[tuple[str, list[int]]] = field(default_factory=list)  # language, positions among its passages
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # each once


def read(folder: Path) -> Seed:
    """Articles of an archive, drawn by chance, with some `_MADE_OF` passages."""
    seed = Seed()
    vectors: dict[str, list[Floats]] = defaultdict(list)
    with closing(sqlite3.connect(f"file:{folder / FILE}?mode=ro", uri=True)) as database:
        articles = database.execute("SELECT key, lang, document ->> 'text' FROM articles").fetchall()
        random.Random(1).shuffle(articles)
        for key, lang, text in articles:
            if sum(map(len, seed.passages.values())) >= _MADE_OF:
                break
            said = {
                start: (name and Whose(name, bool(person)), cue, kind)
                for start, name, person, cue, kind in database.execute(
                    'SELECT t."start", s.name, s.person, t.cue, t.kind FROM statements t'
                    " LEFT JOIN sources s ON s.id = t.source WHERE t.article = ?",
                    (key,),
                )
            }
            pieces: dict[int, list[Piece]] = defaultdict(list)
            tokens: dict[int, bytes] = {}
            found: dict[int, Floats] = {}
            for passage, packed, vector in database.execute(
                "SELECT p.id, t.packed, v.vector FROM passages p JOIN token_vectors t ON t.passage = p.id"
                " JOIN vectors v ON v.passage = p.id WHERE p.article = ? ORDER BY p.id",
                (key,),
            ):
                tokens[passage] = packed
                found[passage] = np.frombuffer(vector, np.float16).astype(np.float32)
            for passage, start, end, first, last in database.execute(
                'SELECT passage, "start", "end", first_token, end_token FROM sentences WHERE article = ?'
                ' ORDER BY "start"',
                (key,),
            ):
                own = tokens[passage][first * _TOKEN : last * _TOKEN]
                pieces[passage].append(Piece(" ".join(text[start:end].split()), own, said.get(start)))
            first_place = len(seed.passages[lang])
            seed.passages[lang] += pieces.values()
            vectors[lang] += [found[passage] for passage in pieces]
            seed.articles.append((lang, list(range(first_place, len(seed.passages[lang])))))
            seed.names[lang] += [whose.name for whose, _, _ in said.values() if whose and whose.person]
    seed.names = {lang: sorted(set(names)) for lang, names in seed.names.items()}
    seed.vectors = {lang: np.stack(found) for lang, found in vectors.items()}
    return seed


class Maker:
    """Makes articles of a seed, others every time."""

    def __init__(self, seed: Seed, start: int = 1) -> None:
        self._seed = seed
        self._chance = random.Random(start)
        self._numbers = np.random.default_rng(start)
        self._number = start
        self._clouds = {lang: Cloud(found) for lang, found in seed.vectors.items()}
        self._order: dict[str, list[int]] = {}
        self._place: dict[str, list[int]] = {}
        for lang, passages in seed.passages.items():
            sizes = [sum(len(piece.tokens) for piece in one) for one in passages]
            self._order[lang] = np.argsort(sizes, kind="stable").tolist()
            self._place[lang] = np.argsort(self._order[lang], kind="stable").tolist()

    def articles(self) -> Iterator[Prepared]:
        """One article after the other, without end."""
        while True:
            yield self._article(*self._chance.choice(self._seed.articles))

    def _article(self, lang: str, passages: Sequence[int]) -> Prepared:
        self._number += 1
        pairs = [(one, self._other(lang, one)) for one in passages]
        text = ""
        spans, sentences, places, tokens = [], [], [], []
        sources: dict[Whose, int] = {}
        statements = []
        for number, (one, other) in enumerate(pairs):
            pieces = self._halves(self._seed.passages[lang][one], self._seed.passages[lang][other])
            first = 0
            begin = len(text)
            for piece in pieces:
                start = len(text)
                text += piece.text + "\n"
                sentences.append(Sentence(start=start, end=len(text) - 1))
                last = first + len(piece.tokens) // _TOKEN
                places.append(Place(number, first, last))
                first = last
                if piece.said:
                    whose, cue, kind = piece.said
                    source = None if whose is None else sources.setdefault(self._named(lang, whose), len(sources))
                    statements.append(Attributed(Span(start=start, end=len(text) - 1), source, cue, kind))
            spans.append(Span(start=begin, end=len(text) - 1))
            tokens.append(b"".join(piece.tokens for piece in pieces))
        quoted = [Source(one.name, (), None, one.person, Span(start=0, end=1)) for one in sources]
        return Prepared(
            article=Article(id=f"{MADE}{self._number}", text=text, lang=lang),
            lang=lang,
            sentences=sentences,
            places=places,
            passages=spans,
            vectors=self._clouds[lang].beside(passages, self._numbers),
            tokens=tokens,
            attribution=Attribution(quoted, statements),
            signature=self._numbers.bytes(512),
        )

    def _other(self, lang: str, passage: int) -> int:
        """A passage of about the same length."""
        place = self._place[lang][passage] + self._chance.randint(-_BESIDE, _BESIDE)
        return self._order[lang][min(max(place, 0), len(self._order[lang]) - 1)]

    @staticmethod
    def _halves(one: list[Piece], other: list[Piece]) -> list[Piece]:
        return [*one[: (len(one) + 1) // 2], *other[(len(other) + 1) // 2 :]]

    def _named(self, lang: str, whose: Whose) -> Whose:
        given = whose.name.rpartition(" ")[0]
        if not given or not whose.person or self._chance.random() >= _RENAMED:
            return whose
        return Whose(f"{given} {self._chance.choice(self._seed.names[lang]).split()[-1]}", person=True)


class Cloud:
    """Vectors of one language, and others like them."""

    def __init__(self, real: Floats) -> None:
        self._mean = real.mean(axis=0)
        centred = real - self._mean
        self._lengths = np.linalg.norm(centred, axis=1)
        self._directions = centred / self._lengths[:, None]
        alike = self._directions[-_COMPARED:] @ self._directions.T
        alike[alike > 1 - 1e-4] = -1  # itself, and what is told twice
        self._nearest = alike.max(axis=1)
        spread = np.cov(centred.T) + 1e-9 * np.eye(real.shape[1])
        directions = np.random.default_rng(0).standard_normal((_NOISE, len(spread)), np.float32)
        self._noise = directions @ np.linalg.cholesky(spread).T.astype(np.float32)

    def beside(self, places: Sequence[int], chance: np.random.Generator) -> Floats:
        """Unit vectors near real ones, given by their places; float32 of shape (len(places), dimension)."""
        first, second = chance.integers(0, _NOISE, (2, len(places)))
        noise = self._noise[first] + self._noise[second]
        noise /= np.linalg.norm(noise, axis=1, keepdims=True)
        near = chance.choice(self._nearest, (len(places), 1))
        made = near * self._directions[places] + np.sqrt(1 - near**2) * noise
        made = self._mean + made * chance.choice(self._lengths, (len(places), 1))
        unit: Floats = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        return unit
