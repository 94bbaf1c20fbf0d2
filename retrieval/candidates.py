"""The passages that may answer a question: what finds them, wherever they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.types import Passage
from retrieval.view import View

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Candidates:
    """Passages, in no order, and what ranking them needs.

    `vectors` is float32 of shape (len(passages), dimension), unit length, zeros where there is none; their language's
    mean is taken away unless centring is off. `tokens` are their packed token vectors.
    """

    passages: list[Passage]
    vectors: Floats
    tokens: list[bytes]

    def __len__(self) -> int:
        return len(self.passages)

    @classmethod
    def none(cls, dimension: int) -> "Candidates":
        """Those of a question that asks nothing."""
        return cls([], np.zeros((0, dimension), np.float32), [])


class CandidateIndex(Protocol):
    """Finds candidates, by vectors and by words. All methods raise `ArchiveError` when the storage fails."""

    def catch_up(self) -> None:
        """Brings it to the archive's last write; quick, for whoever asks waits for it.

        While another thread does that, one that asks may go on with the state before.
        """

    def maintain(self) -> None:
        """Catches up with all writes until now, and does what takes longer and makes the next questions faster."""

    def rarity(self, question: str, lang: str) -> dict[str, float]:
        """Inverse document frequency of each stem of the question."""

    def find(self, view: View, k: int) -> Candidates:
        """The k nearest passages of each language, and the k that share most words with the question."""

    def among(self, view: View, ids: Sequence[int], k: int) -> Candidates:
        """The k of these passages that are nearest to the question; all of them when they are no more than k."""

    def shares(self, view: View, candidates: Candidates) -> Floats:
        """How much of the question's words each candidate holds, from 0 to 1, shape (len(candidates),).

        1 is what a passage would score that held nothing but the question's words, over and over.
        """

    def problems(self) -> list[str]:
        """How it differs from the archive, one line each; none when they agree."""

    def rebuild(self) -> None:
        """Forgets everything that is derived and makes it from the archive again."""

    def save(self) -> None:
        """Keeps what the next start would else have to make again."""
