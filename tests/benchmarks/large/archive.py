"""An archive that grows by real articles, then by made ones, to the size that is wanted, with both of its indexes."""

import itertools
import random
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from bot.workspace import Workspace
from retrieval import lexical_index
from retrieval.archive import Archive, Prepared
from retrieval.sqlite_archive import SqliteArchive
from retrieval.sqlite_database import SqliteDatabase
from retrieval.whole_articles import SqliteWholeArticles, portions

_TOGETHER = 50  # articles put in one transaction
_PARTS = 200_000  # sentences whose stems are kept


def real(seed: Path) -> Iterator[Prepared]:
    """The articles of a folder, in an order of chance."""
    database = SqliteDatabase(seed)
    articles = SqliteWholeArticles(SqliteArchive(seed), database)
    numbers = [number for portion in portions(articles, _TOGETHER) for number, _ in portion]
    random.Random(1).shuffle(numbers)
    for start in range(0, len(numbers), _TOGETHER):
        yield from articles.of(numbers[start : start + _TOGETHER]).values()


def grow(folder: Path, articles: Iterator[Prepared], size: int) -> None:
    """Adds articles until there are `size` passages, through the archive's own `put`.

    Nothing is waited for to reach the disk: a benchmark that is cut off begins again.
    """
    archive = SqliteArchive(folder)
    archive._db.run("PRAGMA synchronous = OFF")
    missing = size - len(archive.passage_ids())
    while missing > 0:
        portion = list(itertools.islice(articles, _TOGETHER))
        archive.put(portion)
        missing -= sum(len(one.passages) for one in portion)
    archive.close()


def index(workspace: Workspace) -> None:
    """Brings both indexes to the archive, stemming each sentence once: made articles hold the same ones many times."""
    stems = lexical_index.stems
    cached = lru_cache(_PARTS)(lambda part, lang: tuple(stems(part, lang)))

    def by_sentence(text: str, lang: str) -> list[str]:
        return [stem for part in text.split("\n") for stem in cached(part, lang)]

    _patched(workspace.archive, workspace.words.catch_up, by_sentence)
    workspace.vectors.catch_up(workspace.archive)
    if workspace.vectors._growing:
        workspace.vectors._growing.join()
    workspace.save()


def _patched(
    archive: Archive, catch_up: Callable[[Archive], None], by_sentence: Callable[[str, str], list[str]]
) -> None:
    stems = lexical_index.stems
    lexical_index.stems = by_sentence
    try:
        catch_up(archive)
    finally:
        lexical_index.stems = stems
