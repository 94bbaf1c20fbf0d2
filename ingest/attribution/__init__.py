"""Who says what in an article: a tagger finds sources, cues and contents; reasoning finds out who is meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.archive import Attribution
from retrieval.encoder import Encoding
from retrieval.types import Span


@dataclass(frozen=True)
class Cut:
    """An article's text, cut into sentences and passages, each passage encoded."""

    text: str
    lang: str
    sentences: Sequence[Span]
    passages: Sequence[Span]
    encoding: Encoding


class Attributor(Protocol):
    """Finds who says what."""

    def attribute(self, articles: Sequence[Cut]) -> list[Attribution]:
        """The sources and statements of each article."""
