"""The database under the archive, for what is kept beside it: people, jobs, feeds."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from retrieval.duties import Duties


class Database(Protocol):
    """SQL that SQLite and PostgreSQL both take; `?` stands for a value.

    All methods raise `ArchiveError` when the storage fails.
    """

    @property
    def skip_locked(self) -> str:
        """What a SELECT ends with that takes rows which nobody else is taking; empty where writers take turns."""

    @property
    def shared(self) -> bool:
        """Whether processes of the same kind may work on it at once, on any machines."""

    @property
    def duties(self) -> Duties:
        """What only one of them is to do."""

    def time(self) -> float:
        """Seconds since 1970 by the one clock that they all go by."""

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query; what a statement that writes returns only within a transaction."""

    def run(self, sql: str, *values: object) -> int:
        """Runs a statement; how many rows it changed."""

    def run_many(self, sql: str, each: Iterable[Sequence[object]]) -> None:
        """Runs a statement once for each sequence of values."""

    def transaction(self) -> AbstractContextManager[None]:
        """What is run within is done whole, or not at all. Within another one it is a part that may fail alone."""

    def close(self) -> None:
        """Releases files and connections."""
