"""What people are called beside their names, and of whom a description may be: "the minister", "глава МИД"."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.attribution.language import Gender, Words
from ingest.attribution.mentions import Word
from ingest.attribution.wording import MARK
from retrieval.folding import fold, stem, words
from retrieval.types import Span

_NEAR = 7  # words before and after a name in which its titles stand
_ELSEWHERE = 2  # words besides the office that must agree where the office is worded differently
_ADJECTIVE = re.compile("(?:ий|й)?ск$")  # "российск", of "росс"
ENGLISH_TAIL = re.compile(r"\b(?:of|for|at|in|who|from|on)\b|,")  # where an English description goes on behind its noun


@dataclass
class Person:
    """A source while the document is read."""

    forms: list[str] = field(default_factory=list)
    person: bool = False
    introduced: Span | None = None
    titles: set[str] = field(default_factory=set)  # stems of the words used of them
    heads: set[str] = field(default_factory=set)  # of each title the stem that says what somebody is: "minister"
    name: str | None = None  # where the longest form is none
    role: str | None = None
    gender: Gender | None = None


class Titles:
    """Reads the titles of one document."""

    def __init__(self, text: str, lang: Words, document: Sequence[Sequence[Word]]) -> None:
        self._text = text
        self._lang = lang
        self._document = document
        self._offices = frozenset(stem(one, lang.lang) for one in lang.office)
        self._companies = frozenset(stem(one, lang.lang) for one in lang.company)

    def entitle(self, person: Person, titles: Iterable[str], *, known: bool = True) -> None:
        """Takes in titles; unless it is `known` where they begin, each office among their words may be the head."""
        for title in titles:
            if stems := self.stems(title):
                person.titles.update(stems)
                person.heads.update([self.head(title, stems)] if known else self._offices.intersection(stems))

    def beside(self, name: Span) -> Iterator[str]:
        """The titles beside a name: the words before it, and those after a comma, as far as a mark or a cue."""
        own = next((words for words in self._document if words and words[0].start <= name.start < words[-1].end), ())
        start = edge = name.start
        for word in reversed([word for word in own if word.end <= name.start][-_NEAR:]):
            apart = fold(self._text[word.start : word.end]) in self._lang.apart
            if word.part == "cue" or apart or MARK.search(self._text[word.end : edge].strip("() ")):
                break
            start = edge = word.start
        yield self._text[start : name.start]
        after = [word for word in own if word.start >= name.end][:_NEAR]
        if after and self._text[name.end : after[0].start].strip() in tuple(",،؛("):
            end = edge = after[0].start
            for word in after:
                if word.part == "cue" or MARK.search(self._text, edge, word.start):
                    break
                end = edge = word.end
            yield self._text[after[0].start : end]

    def means(self, text: str, one: Person) -> bool:
        """Whether a description may be of somebody with these titles: "the minister", never "the ministry"."""
        stems = self.stems(text)
        if not stems or (one.person and not self.office(text)):
            return False
        head = self.head(text, stems)
        held = [any(_alike(stem, title) for title in one.titles) for stem in stems]
        if any(_alike(head, other) for other in one.heads):
            return all(held)
        rest = [has for stem, has in zip(stems, held, strict=True) if stem != head]
        return one.person and len(rest) >= _ELSEWHERE and all(rest)  # "head" and "director" of the same service

    def office(self, text: str) -> bool:
        """Whether a description is of a person, by the noun that says what it is."""
        stems = self.stems(text)
        return bool(stems) and self.head(text, stems) in self._offices and not self._place_of_office(text)

    def _place_of_office(self, text: str) -> bool:
        """Whether an Arabic noun only shares an office's stem: "محافظة" is no governor, "مؤسسة" no founder."""
        first = next(iter(words(text)), "").removeprefix("ال")
        return self._lang.lang == "ar" and first.endswith("ه") and first not in self._lang.office

    def names_company(self, text: str) -> bool:
        """Whether a description is by a noun like "company"; "European Union" is a name."""
        stems = self.stems(text)
        noun = ENGLISH_TAIL.split(text, maxsplit=1)[0].split()[-1:]
        if self._lang.lang == "en" and not "".join(noun).islower():
            return False
        return bool(stems) and self.head(text, stems) in self._companies

    def head(self, title: str, stems: Sequence[str]) -> str:
        """The stem of the word that says what somebody is: the first, in English the last before "of"."""
        if self._lang.lang != "en":
            return stems[0]
        return (self.stems(ENGLISH_TAIL.split(title, maxsplit=1)[0]) or stems)[-1]

    def stems(self, text: str) -> list[str]:
        """The stems of a description's words that say something, an office that has several names by one of them."""
        skip = self._lang.determiner | self._lang.honorific | self._lang.joins
        own = [stem(one, self._lang.lang) for one in words(text) if one not in skip and len(one) > 1]
        return self._lang.one_way(own)


def _alike(one: str, other: str) -> bool:
    """Whether two stems are one word in another form: "قطر" and "قطري"."""
    short, long = sorted((one, other), key=len)
    if long.endswith("ск") and _ADJECTIVE.sub("", long) == short:
        return True
    return len(short) >= 3 and long.startswith(short) and len(long) - len(short) <= 2
