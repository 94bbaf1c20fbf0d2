"""The few words that reasoning about a document needs, language by language, read from `words.toml`."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from retrieval.folding import fold, stem, words
from retrieval.offices import office_words

Gender = Literal["he", "she", "it", "they"]


@dataclass(frozen=True)
class Words:
    """The word lists of a language; empty ones for a language that is not in the file."""

    lang: str = ""
    he: frozenset[str] = frozenset()
    she: frozenset[str] = frozenset()
    it: frozenset[str] = frozenset()
    they: frozenset[str] = frozenset()
    relative: frozenset[str] = frozenset()
    honorific: frozenset[str] = frozenset()
    he_honorific: frozenset[str] = frozenset()
    she_honorific: frozenset[str] = frozenset()
    he_name: frozenset[str] = frozenset()
    she_name: frozenset[str] = frozenset()
    determiner: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    office: frozenset[str] = frozenset()
    particle: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    kin: frozenset[str] = frozenset()
    named_for: frozenset[str] = frozenset()
    of_whom: frozenset[str] = frozenset()
    body_of: frozenset[str] = frozenset()
    relay: frozenset[str] = frozenset()
    of: frozenset[str] = frozenset()
    that: frozenset[str] = frozenset()
    according: frozenset[str] = frozenset()
    by: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    spoken_in: frozenset[str] = frozenset()
    company: frozenset[str] = frozenset()
    passive: frozenset[str] = frozenset()
    hearer: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    nobody: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    named_next: frozenset[str] = frozenset()
    document: frozenset[str] = frozenset()
    same_one: frozenset[str] = frozenset()
    he_verb: frozenset[str] = frozenset()
    beside_saying: frozenset[str] = frozenset()
    he_said: frozenset[str] = frozenset()
    she_said: frozenset[str] = frozenset()
    same: tuple[tuple[tuple[str, ...], ...], ...] = ()  # each office's names, in stems

    def pronoun(self, text: str) -> Gender | None:
        """What a source is as a pronoun; None when it is none."""
        found = words(text)
        if len(found) != 1:
            return None
        kinds: tuple[tuple[Gender, frozenset[str]], ...] = (
            ("he", self.he),
            ("she", self.she),
            ("it", self.it),
            ("they", self.they | self.relative),
        )
        return next((kind for kind, known in kinds if found[0] in known), None)

    def gender(self, cue: str | None, source: str) -> Gender | None:
        """What cue and honorifics tell of somebody: "заявила", "قالت", "Mrs"."""
        titles = set(words(source))
        if titles & self.she_honorific:
            return "she"
        if titles & self.he_honorific:
            return "he"
        if known := self.verb_gender(cue or ""):
            return known
        verb = next(iter(fold(cue or "").split()), "")  # a tatweel by itself folds to nothing
        if len(verb) > 2 and verb.endswith(tuple(self.she_said)):
            return "she"
        return "he" if len(verb) > 2 and verb.endswith(tuple(self.he_said)) else None

    def name_gender(self, name: str) -> Gender | None:
        """What a full name's first word tells: "Hillary Clinton"."""
        first, *others = words(name) or [""]
        if others and first in self.he_name:
            return "he"
        return "she" if others and first in self.she_name else None

    def verb_gender(self, cue: str) -> Gender | None:
        """The gender of an Arabic verb of saying; None for any other cue."""
        verb = next(iter(words(cue)), "")
        for form in (verb, verb[1:]):  # "وقال", "فقال"
            if form in self.he_verb:
                return "he"
            if form.endswith("ت") and form[:-1] in self.he_verb:
                return "she"
        return None

    def one_way(self, stems: list[str]) -> list[str]:
        """The stems of a description, an office that has several names under the first of them."""
        for first, *others in self.same:
            if _at(first, stems) is not None:
                continue
            for way in others:
                if (start := _at(way, stems)) is not None:
                    stems = [*stems[:start], *first, *stems[start + len(way) :]]
                    break
        return stems


def _at(part: Sequence[str], whole: Sequence[str]) -> int | None:
    """Where a sequence stands within another."""
    size = len(part)
    return next((i for i in range(len(whole) - size + 1) if tuple(whole[i : i + size]) == tuple(part)), None)


@cache
def language_words(lang: str) -> Words:
    """The word lists of a language, folded."""
    text = (resources.files(__package__) / "words.toml").read_text(encoding="utf-8")
    lists = tomllib.loads(text).get(lang, {})
    offices = [[tuple(stem(word, lang) for word in words(name)) for name in office] for office in lists.pop("same", [])]
    same = tuple((first, *sorted(others, key=len, reverse=True)) for first, *others in offices)
    return Words(
        lang=lang,
        same=same,
        office=office_words(lang),
        **{name: frozenset(map(fold, values)) for name, values in lists.items()},
    )
