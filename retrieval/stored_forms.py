"""The forms in which databases keep things: vectors in half precision, bare in SQLite and a halfvec in PostgreSQL."""

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from retrieval.archive import StoredSentence, StoredSource, StoredStatement
from retrieval.types import Published, Span

Floats = npt.NDArray[np.float32]

SOURCE_COLUMNS = "id, lang, name, aliases, role, person, statements"

_PUBLISHED: TypeAdapter[date | datetime] = TypeAdapter(Published)


def halves(stored: Sequence[bytes]) -> Floats:
    """Vectors that SQLite keeps as rows, float32 of shape (n, dimension); (0, 0) for none."""
    return _rows([np.frombuffer(one, np.float16) for one in stored])


def halfvec(vector: Floats) -> bytes:
    """The binary form of pgvector's halfvec: the dimension, an unused number, and each value, all in network order."""
    return struct.pack(">HH", len(vector), 0) + vector.astype(">f2").tobytes()


def halfvecs(stored: Sequence[bytes]) -> Floats:
    """Vectors in that form as rows, float32 of shape (n, dimension); (0, 0) for none."""
    return _rows([np.frombuffer(one, ">f2", offset=4) for one in stored])


def _rows(vectors: Sequence[npt.NDArray[np.float16]]) -> Floats:
    return np.stack(vectors).astype(np.float32) if vectors else np.empty((0, 0), np.float32)


def stored_sources(rows: Iterable[Sequence[Any]]) -> Iterator[StoredSource]:
    """Sources of rows with `SOURCE_COLUMNS`; what many of them share is kept, and read, once."""
    once: dict[str, str] = {}
    lists: dict[str, tuple[str, ...]] = {"[]": ()}
    for source_id, lang, name, aliases, role, person, statements in rows:
        if aliases not in lists:
            lists[aliases] = tuple(json.loads(aliases))
        yield StoredSource(
            source_id,
            once.setdefault(lang, lang),
            once.setdefault(name, name),
            lists[aliases],
            role and once.setdefault(role, role),
            bool(person),
            statements,
        )


def stored_statement(row: Sequence[Any]) -> StoredStatement:
    """The statement of a row: start, end, source, cue, kind."""
    start, end, source, cue, kind = row
    return StoredStatement(Span(start=start, end=end), source, cue, kind)


def stored_sentences(rows: Iterable[Sequence[Any]]) -> list[StoredSentence]:
    """Sentences of rows, in order: the article's number, passage, start, end, tokens, one statement or nulls.

    A sentence has a row for each of its statements.
    """
    found: list[StoredSentence] = []
    statements: dict[tuple[int, int], list[StoredStatement]] = {}
    for article, passage, start, end, first, last, *statement in rows:
        own = statements.get((passage, start))
        if own is None:
            own = statements[passage, start] = []
            span = Span(start=start, end=end)
            found.append(StoredSentence(article, passage, span, first, last, own))
        if statement[0] is not None:
            own.append(stored_statement(statement))
    return found


def published(stored: str | None) -> date | datetime | None:
    """When an article was published, of its form in JSON.

    Raises:
        ValueError: it is no such form.
    """
    return None if stored is None else _PUBLISHED.validate_python(stored)


def article_key(article_id: str) -> UUID:
    """The number of an article in all of PostgreSQL's tables: the first half of its id's SHA-256."""
    return UUID(bytes=sha256(article_id.encode()).digest()[:16])
