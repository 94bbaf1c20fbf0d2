"""Whom a name may be of: one person or body, and what names of one have in common."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from retrieval.archive import StoredSource
from retrieval.folding import script_of, stems
from retrieval.names import name_likeness, name_words
from retrieval.offices import is_no_name
from retrieval.transliteration import Sound, nominative, sound

# Likeness from which names in two scripts are one body's: of 50 bodies and countries 27 to 35 have it across two of our
# three scripts, and nothing that is not spelt alike.
_SAME_BODY = 0.95
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
_DESCRIPTION = re.compile(r"(?:[a-zа-яё]{4,}\s+)(?:[a-zа-яё-]+\s+)*(?=[A-ZА-ЯЁ])")


@dataclass(slots=True)
class Identity:
    """One person or body: its names with their statements, and its sources.

    `first` is what the first of them is called, `most` the statements of the most quoted one, and its id, negative;
    `roles` has the first role of each language.
    """

    person: bool
    names: dict[str, int] = field(default_factory=dict)
    sources: set[int] = field(default_factory=set)
    first: str = ""
    most: tuple[int, int] = (-1, 0)
    roles: dict[str, str] = field(default_factory=dict)

    def add(self, stored: StoredSource, name: str) -> None:
        """Takes in a source by that name, after all with a lower id."""
        self.names[name] = self.names.get(name, 0) + stored.statements
        self.sources.add(stored.id)
        self.first = self.first or stored.name
        self.most = max(self.most, (stored.statements, -stored.id))
        if stored.role:
            self.roles.setdefault(stored.lang, stored.role)

    @property
    def full(self) -> bool:
        """Whether a name of several words is known; a person without one may be anybody's namesake.

        So may be what was not seen to be a person, "Erdogan"; not an office or a country.
        """
        return any(len(name_words(name)) > 1 or (not self.person and is_no_name(name)) for name in self.names)

    @property
    def statements(self) -> int:
        """How many all of its names have."""
        return sum(self.names.values())


def speaker_id(folded: str, person: bool) -> str:
    """The id of who is first quoted under this folded name: articles that are added later do not change it."""
    return "s" + hashlib.sha256(f"{'person' if person else 'body'} {folded}".encode()).hexdigest()[:12]


def own_name(stored: StoredSource) -> str:
    """A source's name, of a person without the small letters before it: "министр иностранных дел Валид аль-Муалем"."""
    found = _DESCRIPTION.match(stored.name) if stored.person else None
    return stored.name[found.end() :] if found else stored.name


def one_body(one: str, other: str) -> bool:
    """Whether two names are one body's: the same words, or words that sound alike in two scripts."""
    if script_of(one) == script_of(other):
        return body_stems(one) == body_stems(other)
    one, other = _bare(one), _bare(other)
    return len(name_words(one)) == len(name_words(other)) and name_likeness(one, other) >= _SAME_BODY


def _bare(name: str) -> str:
    """A body's name without the article in front of it."""
    found = _ARTICLE.match(name)
    return name[found.end() :] if found else name


def body_stems(name: str) -> frozenset[str]:
    """The stems of a body's name, without article."""
    return frozenset(stems(_bare(name), "en"))  # other scripts tell their language


def keys(words: Sequence[str], sound_of: Callable[[str], Sound] = sound) -> set[str | int]:
    """What names of one person have in common: how the family name sounds, and the table's rows that it is in."""
    if not words:
        return set()
    family = sound_of(words[-1])
    return {family.skeleton, sound_of(nominative(words[-1])).skeleton, *family.rows}
