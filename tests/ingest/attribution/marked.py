"""Documents written with the tags that the tagger would give, so that reasoning is tested without it.

"[Minister ~John ~Smith] {said} that it rains.": a source in brackets, a cue in braces, "~" before each word of a
person's name, "^" before one that the tagger half believes to be of a name. A sentence is a statement if it has a
source or a cue, or begins with ">"; one that begins with "#" is
narration whatever it has.
"""

import re
from dataclasses import dataclass

import numpy as np

from ingest.attribution.language import language_words
from ingest.attribution.mentions import Said, Word, said
from ingest.attribution.resolution import Resolver
from retrieval.archive import Attribution, Source
from retrieval.types import Span

DIRECT = np.array([0, 0, 0, 0, 1], np.float32)  # sure of a direct statement, see `SENTENCES`

_HALF = 0.2
_PIECE = re.compile(r"[\[\]{}~^]|[^\W_]+(?:[-'’][^\W_]+)*|.", re.DOTALL)


@dataclass
class Document:
    """A text, its sentences and their words, and which of the sentences are statements."""

    text: str
    lang: str
    sentences: list[Span]
    words: list[list[Word]]
    statements: list[Said]

    def attribution(self) -> Attribution:
        return Resolver(self.text, language_words(self.lang), self.sentences, self.words).resolve(self.statements)


def document(lang: str, *lines: str, gap: str = " ") -> Document:
    """The document whose sentences are the lines, with `gap` between them."""
    text, sentences, words, said_in = "", [], [], []
    for line in lines:
        start = len(text) + (len(gap) if text else 0)
        plain, own = _read(line.lstrip("#>"), start)
        text += (gap if text else "") + plain
        sentences.append(Span(start=start, end=len(text)))
        words.append(own)
        said_in.append(line[0] != "#" and (line[0] == ">" or "[" in line or "{" in line))
    known = language_words(lang)
    found = [said(i, words[i], DIRECT, text, known) for i in range(len(words)) if said_in[i]]
    return Document(text, lang, sentences, words, [one for one in found if one])


def speakers(lang: str, *lines: str, gap: str = " ") -> list[str | None]:
    """Of each statement whose it is, by the fullest name."""
    found = document(lang, *lines, gap=gap).attribution()
    return [None if one.source is None else found.sources[one.source].name for one in found.statements]


def sources(lang: str, *lines: str) -> list[Source]:
    """The sources of the document."""
    return list(document(lang, *lines).attribution().sources)


def _read(line: str, offset: int) -> tuple[str, list[Word]]:
    plain, words, part, first, name = "", [], "content", False, 0.0
    for piece in _PIECE.findall(line):
        if piece in "[{":
            part, first = ("source" if piece == "[" else "cue"), True
        elif piece in "]}":
            part, first = "content", False
        elif piece in "~^":
            name = 1.0 if piece == "~" else _HALF
        else:
            if piece[0].isalnum():
                start = offset + len(plain)
                words.append(Word(start, start + len(piece), part, first, 0.9, name))
                first, name = False, 0.0
            plain += piece
    return plain, words
