"""A passage's words as PostgreSQL searches them: stems to look it up by, and weights to rank it by.

BM25 (see `lexical_index`) is an inner product: of what a passage's words weigh in it, which is written once, and of how
rare the question's words are, which is known when it is asked. pgvector multiplies sparse vectors; taking the stems of
each passage apart in SQL took sixteen times longer.
"""

import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from retrieval.folding import stems
from retrieval.lexical_index import K1, holders

_DIMENSIONS = 1_000_000_000  # of sparse vectors, pgvector's most: two stems of a passage hardly ever share one
_MOST_STEMS = 16_000  # different ones of a passage: pgvector's most
_MOST_LETTERS = 500  # of a stem: a longer one fits no index
_USUAL = 90  # stems of a passage: 87 to 105 in the archives measured; an average that moves would change all weights
_B = 0.75  # tantivy's

# Passages that are ranked by their words at most: among 40 000, questions of twelve words took 12 ms (p50), 24 (p95).
MOST_RANKED = 2000


class Words(NamedTuple):
    """The stems of a passage, each once, and the binary forms of its tsvector and its sparsevec."""

    stems: tuple[str, ...]
    lookup: bytes
    weights: bytes


def words_of(text: str, lang: str) -> Words:
    """What is stored of a passage's words."""
    found = [lexeme(stem) for stem in stems(text, lang)]
    counts = dict(list(Counter(found).items())[:_MOST_STEMS])
    norm = K1 * (1 - _B + _B * len(found) / _USUAL)
    weights: dict[int, float] = {}
    for stem, count in counts.items():
        place = _place(stem)
        weights[place] = weights.get(place, 0.0) + (K1 + 1) * count / (count + norm)
    return Words(tuple(counts), _tsvector(counts), _sparsevec(weights))


def lexeme(stem: str) -> str:
    """What a stem is called in the database."""
    return stem[:_MOST_LETTERS]


def _place(stem: str) -> int:
    return crc32(stem.encode()) % _DIMENSIONS


def _tsvector(each: Iterable[str]) -> bytes:
    """The number of lexemes, and each with an end mark and the number of its places, of which none is kept."""
    lexemes = [stem.encode() + b"\0\0\0" for stem in each]
    return struct.pack(">i", len(lexemes)) + b"".join(lexemes)


def _sparsevec(weights: dict[int, float]) -> bytes:
    """The dimension, the number of values, an unused number, the values' places in order, and the values."""
    places = sorted(weights)
    values = [weights[place] for place in places]
    return struct.pack(f">3i{len(places)}i{len(places)}f", _DIMENSIONS, len(places), 0, *places, *values)


def asked(rarity: dict[str, float]) -> str:
    """A question's sparsevec as text, where places count from 1; with a passage's its product is the BM25 score."""
    weights: dict[int, float] = {}
    for stem, own in rarity.items():
        place = _place(lexeme(stem)) + 1
        weights[place] = weights.get(place, 0.0) + own
    values = ",".join(f"{place}:{weights[place]:.6g}" for place in sorted(weights))
    return f"{{{values}}}/{_DIMENSIONS}"


def best_possible(rarity: dict[str, float]) -> float:
    """The score of a passage of nothing but the question's words; one that nobody holds was asked for in vain."""
    return (K1 + 1) * sum(rarity.values())


def rarest(rarity: dict[str, float], count: int) -> str | None:
    """The tsquery that finds those of `count` passages that are worth ranking; None when none holds any of the stems.

    Passages that hold one of the rarest stems are ranked, by all of them; one without any would need many common words
    to come near. Where even the rarest is common, it must come with another one.
    """
    held = {stem: round(holders(own, count)) for stem, own in rarity.items()}
    there = sorted((stem for stem, passages in held.items() if passages), key=lambda stem: held[stem])
    if not there:
        return None
    total = 0
    chosen: list[str] = []
    for stem in there:
        total += held[stem]
        if total > MOST_RANKED:
            break
        chosen.append(stem)
    if chosen:
        return _any_of(chosen)
    return f"{_any_of(there[:1])} & ({_any_of(there[1:])})" if len(there) > 1 else _any_of(there)


def _any_of(each: Sequence[str]) -> str:
    return " | ".join("'" + lexeme(stem).replace("'", "''") + "'" for stem in each)
