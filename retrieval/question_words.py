"""A language's words and patterns for questions, read from `data/questions.*.toml`, and a question's words by class.

A pattern is a regular expression over words instead of characters. `{a|b !c}` stands for one word of class a or b and
not of class c; `@name` for one of the file's macros; spaces mean nothing. `say`, `about` … are classes that the file
gives words to; `shapes` gives classes by spelling.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from retrieval.folding import fold

LANGUAGES = ("ar", "en", "ru")

# Letters with the vowel marks that \w leaves out; initials and "Mr." keep their dot; a quotation is one word.
_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u065f\u0670]")
_LETTERS = rf"(?:[^\W\d_]{_MARKS.pattern}*)"
_TOKEN = re.compile(
    rf"""«[^»]+» | “[^”]+” | „[^“”]+[“”] | "[^"]+"
    | [وف](?=\d)
    | \d+(?:[./-]\d+)*(?:-?{_LETTERS}+)?
    | (?:[A-Za-z]\.){{2,}} | [A-ZА-ЯЁ][a-zа-яё]{{0,2}}\.(?=\s*[A-ZА-ЯЁ])
    | ['’]s\b
    | {_LETTERS}+(?:(?:[-.]|['’](?!s\b)){_LETTERS}+ | -\d+ | \d+)*
    | [^\w\s\u200b-\u200f\u202a-\u202e\u2066-\u2069]""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Word:
    """A word, phrase, quotation or punctuation mark of a question: where, folded, and its classes.

    `listed` when the language's file lists it, rather than its spelling alone telling the classes.
    """

    start: int
    end: int
    folded: str
    classes: frozenset[str]
    listed: bool


class Pattern:
    """A regular expression over classes of words."""

    def __init__(self, form: str, macros: dict[str, str]) -> None:
        while "@" in form:
            form = re.sub(r"@(\w+)", lambda m: f"(?:{macros[m[1]]})", form)
        form = re.sub(r"\{([a-z_!][a-z_!| ]*)\}", lambda m: _one_word(m[1]), form)
        self._regex = re.compile(re.sub(r"\s+", "", form))

    def find(self, words: Sequence[Word]) -> "Match | None":
        """The leftmost match, or None."""
        return next(self.find_all(words), None)

    def find_all(self, words: Sequence[Word]) -> Iterator["Match"]:
        """All matches that do not overlap, in order."""
        coded = [f"|,{','.join(sorted(word.classes))},;" for word in words]
        for found in self._regex.finditer("".join(coded)):
            yield Match(found)


class Match:
    """Which words a pattern and its groups matched, as ranges of their positions."""

    def __init__(self, found: re.Match[str]) -> None:
        self._found = found

    def positions(self, group: str | int = 0) -> range:
        """The positions a group matched; empty when it took no part."""
        start, end = self._found.span(group) if group == 0 or group in self._found.re.groupindex else (-1, -1)
        if start < 0:
            return range(0)
        return range(self._found.string.count(";", 0, start), self._found.string.count(";", 0, end))

    def groups(self) -> dict[str, range]:
        """Every named group that matched at least one word."""
        return {name: r for name in self._found.re.groupindex if (r := self.positions(name))}


@dataclass(frozen=True)
class Lexicon:
    """What is known of a language's questions."""

    classes: dict[tuple[str, ...], frozenset[str]]
    shapes: dict[str, re.Pattern[str]]
    patterns: tuple[tuple[str, Pattern], ...]
    dates: tuple[tuple[str, Pattern], ...]
    months: dict[str, int]
    weekdays: dict[str, int]
    numbers: dict[str, int]
    relative: dict[str, str]
    clitics: re.Pattern[str] | None
    templates: dict[str, str]  # of follow-ups as questions of their own
    initials: frozenset[str]  # words that are names in capitals, unless the whole question is in capitals: WHO, US
    drops_subjects: bool
    longest: int

    def words(self, text: str) -> list[Word]:
        """The text's words in order; known phrases are one word."""
        spans = [(m.start(), m.end()) for m in _TOKEN.finditer(text)]
        folded = [fold(text[a:b]) for a, b in spans]
        found, i = [], 0
        while i < len(spans):
            n = next(
                (
                    n
                    for n in range(min(self.longest, len(spans) - i), 1, -1)
                    if tuple(folded[i : i + n]) in self.classes
                ),
                1,
            )
            start, end = spans[i][0], spans[i + n - 1][1]
            known = self.classes.get(tuple(folded[i : i + n]), frozenset())
            if folded[i] in self.initials and text[start:end].isupper() and not text.isupper():
                known = frozenset()
            classes = known | self._shapes(text[start:end])
            found.append(Word(start, end, " ".join(folded[i : i + n]), classes, listed=bool(known)))
            i += n
        return found

    def _shapes(self, written: str) -> frozenset[str]:
        bare = _MARKS.sub("", written)
        return frozenset(name for name, shape in self.shapes.items() if shape.search(bare))


@lru_cache(maxsize=len(LANGUAGES))
def lexicon(language: str) -> Lexicon:
    """The lexicon of one of LANGUAGES."""
    text = (resources.files("retrieval") / "data" / f"questions.{language}.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    macros = data["macros"]
    classes: dict[tuple[str, ...], set[str]] = {}
    for name, phrase in _listed(data):
        classes.setdefault(tuple(phrase.split()), set()).add(name)
    return Lexicon(
        classes={phrase: frozenset(names) for phrase, names in classes.items()},
        shapes={name: re.compile(shape) for name, shape in data["shapes"].items()},
        patterns=tuple((p["intent"], Pattern(p["form"], macros)) for p in data["patterns"]),
        dates=tuple((p["kind"], Pattern(p["form"], macros)) for p in data["dates"]),
        months=_folded(data["months"]),
        weekdays=_folded(data["weekdays"]),
        numbers=_folded(data["numbers"]),
        relative=_folded(data["relative"]),
        clitics=re.compile(data["clitics"]) if "clitics" in data else None,
        templates=data["templates"],
        initials=frozenset(map(_phrase, data.get("initials", "").split())),
        drops_subjects=data["drops_subjects"],
        longest=max(len(phrase) for phrase in classes),
    )


def _listed(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(class, folded word or phrase) for all that the file lists."""
    for names, listed in data["words"].items():
        yield from ((name, _phrase(word)) for name in names.split() for word in listed.split())
    for table in data.get("inflected", []):
        for ending in table["endings"]:
            yield from (
                (table["class"], _phrase(prefix + stem + ending))
                for stem in table["stems"].split()
                for prefix in table.get("prefixes", [""])
            )
    for table in data.get("paradigms", []):
        for line in table["rows"].strip().splitlines():
            for name, forms in zip(table["classes"], line.split(), strict=True):
                yield from ((name, _phrase(form)) for form in forms.split("/"))
    for name in ("month", "weekday", "number"):
        yield from ((name, _phrase(word)) for word in data[f"{name}s"])
    yield from (("relative", _phrase(word)) for word in data["relative"])


def _folded(table: dict[str, Any]) -> dict[str, Any]:
    return {_phrase(key): value for key, value in table.items()}


def _phrase(listed: str) -> str:
    return fold(listed.replace("_", " "))


def _one_word(wanted: str) -> str:
    """The regular expression of one coded word: `a|b !c` is a or b, and not c."""
    wanted_not = [part[1:] for part in wanted.split() if part.startswith("!")]
    wanted_one = [part for part in wanted.split() if not part.startswith("!")]
    looks = "".join(f"(?=[^;]*,(?:{part}),)" for part in wanted_one)
    looks += "".join(f"(?![^;]*,(?:{part}),)" for part in wanted_not)
    return rf"(?:\|{looks}[^;]*;)"
